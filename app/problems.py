"""Problem details (RFC 9457): every error of the API, one shape."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
"""So many things wrong with one question are told."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem; its address is `/problems/{name}`."""

    name: str
    status: int
    title: str
    meaning: str


INVALID_QUESTION = Kind(
    "invalid-question", 400, "The question cannot be answered as asked",
    "A parameter is unknown, repeated, malformed or out of range, or names an id or code that does not exist. "
    "`errors` names each parameter, what was expected, and the nearest valid name.",
)  # fmt: skip
NOT_FOUND = Kind(
    "not-found", 404, "There is nothing at this address",
    "No such path, or no such record at the revision, or by the instant, asked for.",
)  # fmt: skip
GONE = Kind(
    "gone", 410, "The record was withdrawn",
    "The desk withdrew it; `tombstone` says in which revision, and why. `as_of` an earlier revision still answers.",
)  # fmt: skip
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed", 405, "This API is read-only", "Only GET, HEAD and OPTIONS are answered."
)
TOO_MANY_REQUESTS = Kind(
    "too-many-requests", 429, "Too many requests from one client",
    "Each client may ask so often in so much time, as `RateLimit-Policy` says. Ask again after `Retry-After` seconds.",
)  # fmt: skip
INTERNAL_ERROR = Kind(
    "internal-error", 500, "Something went wrong on our side", "A fault of the service; it is logged."
)
NOT_IMPLEMENTED = Kind(
    "not-implemented",
    501,
    "This form of answer is not to be had",
    "oEmbed is answered in JSON; ask with `format=json`.",
)
UNAVAILABLE = Kind(
    "unavailable", 503, "The service cannot answer at the moment",
    "The database does not answer in time, or too much is asked at once. Ask again after `Retry-After` seconds.",
)  # fmt: skip
ALL_KINDS = (
    INVALID_QUESTION, NOT_FOUND, GONE, METHOD_NOT_ALLOWED, TOO_MANY_REQUESTS, INTERNAL_ERROR, NOT_IMPLEMENTED,
    UNAVAILABLE,
)  # fmt: skip
KINDS = {kind.name: kind for kind in ALL_KINDS}


@dataclass(frozen=True)
class Refused:
    """One thing that was wrong with a question, and what would be right."""

    parameter: str
    detail: str
    nearest: str | None = None


@dataclass(frozen=True)
class Tombstone:
    """What is left of a record that was withdrawn."""

    kind: str
    id: str
    revision: int
    reason: str | None


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    kind: Kind
    detail: str
    errors: list[Refused] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    tombstone: Tombstone | None = None

    def __str__(self) -> str:
        return self.detail

    def content(self) -> dict[str, Any]:
        """The body, as `ProblemPublic` describes it."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.kind.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [
                {name: value for name, value in vars(error).items() if value is not None} for error in self.errors
            ]
        if self.tombstone:
            body["tombstone"] = {name: value for name, value in vars(self.tombstone).items() if value}
        return body


def refuse(parameter: str, detail: str, nearest: str | None = None) -> Problem:
    """The problem of a question with one wrong parameter."""
    return refuse_all([Refused(parameter, detail, nearest)])


def refuse_all(errors: list[Refused]) -> Problem:
    errors = errors[:MOST_ERRORS]
    detail = "; ".join(f"{error.parameter}: {error.detail}" for error in errors)
    return Problem(INVALID_QUESTION, detail, errors)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name most like the one given, if any is like it at all."""
    return next(iter(difflib.get_close_matches(name[:100], names, n=1, cutoff=0.5)), None)
