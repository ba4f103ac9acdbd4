"""`/v1/events`, `/v1/citations` and `/v1/sources`, and exports, in newsroom tools' formats: an operation for each."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.caching import cache_control, entity_tag, held_of
from app.contract.responses import HELD, LIST_ANSWERS, MERGED, RECORD_ANSWERS, problem_responses
from app.exported import AskingForExport
from app.formats import every_format
from app.formats.linked import MEDIA_TYPE, as_json
from app.formats.linked.context import document
from app.formats.shape import Format, object_of
from app.parameters import EventId, KnowledgeQuestion
from app.problems import INVALID_QUESTION, NOT_FOUND, Problem
from app.queries.citations import CitationQuery, fetch_citations
from app.queries.events import EventQuery, fetch_event, fetch_events
from app.queries.formats import (
    CitationExportQuery,
    ExportQuery,
    FeedQuery,
    fetch_feed,
    stream_citations,
    stream_events,
)
from app.queries.sources import SourceQuery, fetch_sources
from app.questions import refuse_parameters
from app.routing import QuestionRoute
from app.written import AskingInFormat

CONTEXT = object_of(
    "LinkedContext",
    **{"@context": ("object", "What the keys mean."), "@graph": ("array", "What the terms of our own mean.")},
)


def formats_router() -> APIRouter:
    """The operations; they stand before `/v1/events/{id}`, which would take their suffixes for ids."""
    router = APIRouter(tags=["formats"], route_class=QuestionRoute)
    told: dict[int | str, dict[str, Any]]
    for one in every_format():
        name = one.name
        shared: dict[str, Any] = {"response_class": Response, "methods": ["GET"], "description": one.description}
        told = {200: {"description": one.summary, "content": one.content}}
        path, summary = f"/v1/{one.of}{one.suffix}", one.summary
        router.add_api_route(
            path, _page(one), name=f"list_{one.of}_{name}", summary=summary, responses=told | LIST_ANSWERS, **shared
        )
        if one.of_one:
            path, summary = f"/v1/events/{{id}}{one.suffix}", summary.replace("List events", "Get an event")
            answers = told | RECORD_ANSWERS | MERGED
            router.add_api_route(
                path, _one(one), name=f"get_event_{name}", summary=summary, responses=answers, **shared
            )
        if one.exported:
            path, summary = f"/v1/exports/{one.of}{one.suffix}", summary.replace("List", "Export all")
            answers = told | LIST_ANSWERS
            router.add_api_route(
                path, _export(one), name=f"export_{one.of}_{name}", summary=summary, responses=answers, **shared
            )
    for suffix in sorted({one.suffix for one in every_format()} - _of_one()):
        router.add_api_route(f"/v1/events/{{id}}{suffix}", _no_one(suffix), methods=["GET"], include_in_schema=False)
    told = {
        200: {
            "description": "The context",
            "content": {MEDIA_TYPE: {"schema": CONTEXT}},
        }
    }
    router.add_api_route(
        "/v1/context.jsonld",
        get_context,
        summary="Get the context of JSON-LD",
        response_class=Response,
        dependencies=[Depends(refuse_parameters)],
        responses=told | HELD | problem_responses(INVALID_QUESTION),
    )
    return router


def get_context(request: Request) -> Response:
    """Which property of which vocabulary every key of `.jsonld` is, and what the terms of our own mean."""
    content = as_json(document())
    tag = entity_tag(content.decode())
    held = held_of(request, tag)
    headers = {"ETag": held or tag, "Cache-Control": cache_control(pinned=True, max_age=0)}
    return Response(None if held else content, 304 if held else 200, headers, media_type=MEDIA_TYPE)


def _page(one: Format) -> Callable[..., Response]:
    def list_events(question: Annotated[EventQuery, Query()], asked: AskingInFormat) -> Response:
        return asked.written(one, fetch_events, question)

    def list_changed_events(question: Annotated[FeedQuery, Query()], asked: AskingInFormat) -> Response:
        return asked.written(one, fetch_feed, question)

    def list_citations(question: Annotated[CitationQuery, Query()], asked: AskingInFormat) -> Response:
        return asked.written(one, fetch_citations, question)

    def list_sources(question: Annotated[SourceQuery, Query()], asked: AskingInFormat) -> Response:
        return asked.written(one, fetch_sources, question)

    if one.of != "events":
        return list_citations if one.of == "citations" else list_sources
    return list_changed_events if one.newest_change_first else list_events


def _one(one: Format) -> Callable[..., Response]:
    def get_event(id: EventId, question: Annotated[KnowledgeQuestion, Query()], asked: AskingInFormat) -> Response:
        return asked.written_one(
            one, lambda revision: fetch_event(asked.database, id, revision, question.instant), question
        )

    return get_event


def _of_one() -> set[str]:
    """The suffixes of the formats that one event has."""
    return {one.suffix for one in every_format() if one.of_one}


def _no_one(suffix: str) -> Callable[..., Response]:
    """Not a malformed id, as which `/v1/events/{id}` would refuse it, but a form that one event does not have."""
    detail = f"One event is not written as {suffix}. Expected no suffix, or one of: {', '.join(sorted(_of_one()))}."

    def refuse_event() -> Response:
        raise Problem(NOT_FOUND, detail)

    return refuse_event


def _export(one: Format) -> Callable[..., Response]:
    def export_events(question: Annotated[ExportQuery, Query()], asked: AskingForExport) -> Response:
        return asked.exported(one, stream_events, question)

    def export_citations(question: Annotated[CitationExportQuery, Query()], asked: AskingForExport) -> Response:
        return asked.exported(one, stream_citations, question)

    return export_citations if one.of == "citations" else export_events
