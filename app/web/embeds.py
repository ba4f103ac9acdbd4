"""`/embed/…`: pages for the frame of an article. They are written as formats are, and so cached as answers."""

import json
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response

from app.contract.responses import LIST_ANSWERS, MERGED, RECORD_ANSWERS
from app.database import Database
from app.formats.shape import Answer, Format
from app.parameters import PLACE_IN_LIST, TIMES, EventId, KnowledgeQuestion
from app.problems import Problem
from app.queries.claims import fetch_claims
from app.queries.events import EventQuery, fetch_event, fetch_events
from app.routing import Handler, QuestionRoute
from app.tables import Revision
from app.web.discovery import oembed_address
from app.web.explorer import WORDS
from app.web.pages import environment, static_root
from app.written import AskingInFormat

HTML = "text/html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
}
"""Any site may show these pages; they load nothing but our own style and script."""
PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page", "content": {HTML: {"schema": {"type": "string"}}}}
}


class InFrame(QuestionRoute):
    """Tells problems in a page to whoever asks for pages, as a frame does: readers see it in the article."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def answer_in_frame(request: Request) -> Response:
            try:
                response = await answer(request)
            except Problem as problem:
                if HTML not in request.headers.get("Accept", ""):
                    raise
                response = _tell_problem(request, problem)
            response.headers.update(HEADERS)
            return response

        return answer_in_frame


router = APIRouter(prefix="/embed", tags=["embeds"], route_class=InFrame, default_response_class=Response)


@router.get("/timeline", responses=PAGE | LIST_ANSWERS, summary="Embed a timeline")
def get_embedded_timeline(question: Annotated[EventQuery, Query()], asked: AskingInFormat) -> Response:
    """A page of events for the frame of an article: with every filter of `/v1/events`. It posts its height."""
    return asked.written(TIMELINE, fetch_events, question)


@router.get("/event/{id}", responses=PAGE | RECORD_ANSWERS | MERGED, summary="Embed an event")
def get_embedded_event(id: EventId, question: Annotated[KnowledgeQuestion, Query()], asked: AskingInFormat) -> Response:
    """One event for the frame of an article, with its citations and rival claims. It posts its height."""
    return asked.written_one(
        EVENT, lambda revision: _fetch_asserted(asked.database, id, revision, question.instant), question
    )


def _fetch_asserted(database: Database, event_id: str, revision: Revision, instant: int) -> bytes:
    """An event with every value that is asserted for it. Raises as `fetch_event` does."""
    event = json.loads(fetch_event(database, event_id, revision, instant))
    asserted = fetch_claims(database, event_id, revision, instant).documents
    return json.dumps(event | {"asserted": [json.loads(one) for one in asserted]}).encode()


def _write_timeline(answer: Answer) -> Iterator[bytes]:
    events = list(answer.events)
    filters = [(name, value) for name, value in _asked(answer) if name not in PLACE_IN_LIST]
    content = {
        "events": events,
        "total": answer.total or len(events),
        "explorer": _explorer(answer, filters),
        "oembed_title": answer.title,
    }
    yield _page(answer, "embed_timeline.html", content)


def _write_event(answer: Answer) -> Iterator[bytes]:
    (event,) = answer.events
    named = [*event["actors"], *event["locations"]]
    content = {
        "event": event,
        "names": {one["id"]: one["name"] for one in named},
        "explorer": _explorer(answer, [("event", event["id"])]),
        "oembed_title": event["title"],
    }
    yield _page(answer, "embed_event.html", content)


def _page(answer: Answer, template: str, content: dict[str, Any]) -> bytes:
    asked = parse_qs(urlsplit(answer.address).query)
    shared = {
        "answer": answer,
        "static": static_root(answer.public_url),
        "known_at": next(iter(asked.get("known_at", ())), None),
        "times": [(name, value) for name, value in _asked(answer) if name in TIMES],
        "oembed": oembed_address(answer.public_url, answer.address),
        "reading": lambda event_id: _explorer(answer, [("event", event_id)]),
    }
    return environment().get_template(template).render(WORDS | shared | content).encode()


def _asked(answer: Answer) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(answer.address).query)


def _explorer(answer: Answer, parameters: list[tuple[str, str]]) -> str:
    """The explorer at the same times, where there is room for everything."""
    times = [one for one in _asked(answer) if one[0] in TIMES and one not in parameters]
    query = urlencode([*parameters, *times])
    return f"{answer.public_url}/{'?' * bool(query)}{query}"


def _tell_problem(request: Request, problem: Problem) -> Response:
    settings = request.app.state.settings
    content = {
        "problem": problem.content(),
        "settings": settings,
        "static": static_root(settings.public_url),
        "explorer": f"{settings.public_url}/",
    }
    page = environment().get_template("embed_problem.html").render(content)
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(page, problem.kind.status, headers, media_type=HTML)


TIMELINE = Format("", HTML, "Embed a timeline", "", _write_timeline, counts=True)
EVENT = Format("", HTML, "Embed an event", "", _write_event)
