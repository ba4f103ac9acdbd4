"""What operations may answer beside 200, for their documentation: each answer stands once, in `components`."""

from collections.abc import Mapping
from typing import Any

from app.problems import (
    GONE,
    INTERNAL_ERROR,
    INVALID_QUESTION,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Kind,
    Problem,
    Tombstone,
    refuse,
)
from app.service_schemas import ProblemPublic

NDJSON = "application/x-ndjson"
"""One JSON object a line."""
Responses = dict[int | str, dict[str, Any]]

HEADERS: dict[str, tuple[str, str]] = {
    "ETag": ("Names this very answer, in its encoding: send it back in `If-None-Match`.", '"5f1d…9c03-gzip"'),
    "Cache-Control": (
        "For how long a cache may keep it: a day when `as_of` is a revision's number.",
        "public, max-age=60, stale-while-revalidate=86400, stale-if-error=86400",
    ),
    "Link": (
        "The question as it is best written (`canonical`), and the next page while there is one (RFC 8288).",
        '</v1/events?actor=nato>; rel="canonical"',
    ),
    "Vary": ("The headers of a request by which answers differ.", "Accept-Encoding"),
    "Location": (
        "The same question about the event that it was merged into.",
        "/v1/events/biden-putin-phone-call?as_of=1",
    ),
    "Retry-After": ("Ask again after so many seconds.", "10"),
    "X-Request-ID": ("Names the request in the log; what is refused for overload has none.", "01J-4f.a_1"),
    "RateLimit-Policy": ("How often a client may ask (`q`) in so many seconds (`w`).", '"client";q=600;w=60'),
    "RateLimit": (
        "How often it may ask still (`r`), and in how many seconds it may so again (`t`).",
        '"client";r=0;t=7',
    ),
}
"""What each header says, and an example of it."""

PROBLEMS: dict[str, Problem] = {
    "InvalidQuestion": refuse("actor", "expected a known actor, not 'natto'; nearest: 'nato'", "nato"),
    "NotFound": Problem(NOT_FOUND, "Revision 1 has nothing at this address."),
    "Gone": Problem(
        GONE,
        "The event was withdrawn in revision 7.",
        tombstone=Tombstone("event", "harbour-talks", 7, "The only source of it was retracted."),
    ),
    "TooManyRequests": Problem(TOO_MANY_REQUESTS, "One client may ask 600 times in 60 seconds."),
    "InternalError": Problem(INTERNAL_ERROR, "The fault is logged; nothing about the question is wrong."),
    "NotImplemented": Problem(NOT_IMPLEMENTED, "Expected format=json."),
    "Unavailable": Problem(UNAVAILABLE, "The database does not answer in time."),
}
"""The errors that are documented, by the name of their component, each with an example."""
_NAMES = {problem.kind.name: name for name, problem in PROBLEMS.items()}


def problem_responses(*kinds: Kind) -> Responses:
    """The errors that an operation may answer, for its documentation; a fault of our own is always one."""
    return {kind.status: _shared("responses", _NAMES[kind.name]) for kind in (*kinds, INTERNAL_ERROR)}


def components() -> dict[str, Any]:
    """The headers, and the answers beside 200, to which operations refer."""
    headers = {
        name: {
            "description": told,
            "required": name != "X-Request-ID",
            "schema": {"type": "string"},
            "example": example,
        }
        for name, (told, example) in HEADERS.items()
    }
    others = {
        "NotModified": {
            "description": "The client holds this answer already, as `If-None-Match` says",
            "headers": refer_to("ETag", "Cache-Control", "Vary"),
        },
        "Merged": {"description": "It was merged into another event", "headers": refer_to("Location", "Cache-Control")},
    }
    return {"headers": headers, "responses": others | {name: _problem(one) for name, one in PROBLEMS.items()}}


def refer_to(*headers: str) -> dict[str, Any]:
    return {name: _shared("headers", name) for name in headers}


def _problem(problem: Problem) -> dict[str, Any]:
    kind = problem.kind
    schema = {"$ref": f"#/components/schemas/{ProblemPublic.__name__}"}
    content: Mapping[str, Any] = {MEDIA_TYPE: {"schema": schema, "example": problem.content()}}
    own = {UNAVAILABLE: ["Retry-After"], TOO_MANY_REQUESTS: ["Retry-After", "RateLimit-Policy", "RateLimit"]}
    headers = refer_to(*own.get(kind, []), "X-Request-ID")
    told = f"{kind.title}: a problem of type `/problems/{kind.name}`. {kind.meaning}"
    return {"description": told, "headers": headers, "content": content}


def _shared(components: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{components}/{name}"}


HELD: Responses = {304: _shared("responses", "NotModified")}
"""Of an operation whose answers have a tag."""
MERGED: Responses = {301: _shared("responses", "Merged")}
LIST_ANSWERS = HELD | problem_responses(INVALID_QUESTION, TOO_MANY_REQUESTS, UNAVAILABLE)
RECORD_ANSWERS = LIST_ANSWERS | problem_responses(NOT_FOUND, GONE)
HISTORY_ANSWERS = LIST_ANSWERS | problem_responses(NOT_FOUND)
