"""`/v1/events` and `/v1/citations`, and exports of them, in the formats of newsroom tools: an operation for each."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract import LIST_PROBLEMS, MERGED, RECORD_PROBLEMS
from app.formats import every_format
from app.formats.shape import Format
from app.parameters import Id, KnowledgeQuestion
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


def formats_router() -> APIRouter:
    """The operations; they stand before `/v1/events/{id}`, which would take their suffixes for ids."""
    router = APIRouter(tags=["formats"])
    for one in every_format():
        name, content = one.name, {one.media_type: {"schema": {"type": "string"}}}
        shared: dict[str, Any] = {"response_class": Response, "methods": ["GET"], "description": one.description}
        told: dict[int | str, dict[str, Any]] = {200: {"description": one.summary, "content": content}}
        path, summary = f"/v1/{one.of}{one.suffix}", one.summary
        router.add_api_route(
            path, _page(one), name=f"list_{one.of}_{name}", summary=summary, responses=told | LIST_PROBLEMS, **shared
        )
        if one.of_one:
            path, summary = f"/v1/events/{{id}}{one.suffix}", summary.replace("List events", "Get an event")
            answers = told | RECORD_PROBLEMS | MERGED
            router.add_api_route(
                path, _one(one), name=f"get_event_{name}", summary=summary, responses=answers, **shared
            )
        if one.exported:
            path, summary = f"/v1/exports/{one.of}{one.suffix}", summary.replace("List", "Export all")
            answers = told | LIST_PROBLEMS
            router.add_api_route(
                path, _export(one), name=f"export_{one.of}_{name}", summary=summary, responses=answers, **shared
            )
    return router


def _page(one: Format) -> Callable[..., Response]:
    def list_events(question: Annotated[EventQuery, Query()], asked: Asking) -> Response:
        return asked.written(one, fetch_events, question)

    def list_changed_events(question: Annotated[FeedQuery, Query()], asked: Asking) -> Response:
        return asked.written(one, fetch_feed, question)

    def list_citations(question: Annotated[CitationQuery, Query()], asked: Asking) -> Response:
        return asked.written(one, fetch_citations, question)

    if one.of == "citations":
        return list_citations
    return list_changed_events if one.newest_change_first else list_events


def _one(one: Format) -> Callable[..., Response]:
    def get_event(id: Id, question: Annotated[KnowledgeQuestion, Query()], asked: Asking) -> Response:
        return asked.written_one(
            one, lambda revision: fetch_event(asked.database, id, revision, question.instant), question
        )

    return get_event


def _export(one: Format) -> Callable[..., Response]:
    def export_events(question: Annotated[ExportQuery, Query()], asked: Asking) -> Response:
        return asked.exported(one, stream_events, question)

    def export_citations(question: Annotated[CitationExportQuery, Query()], asked: Asking) -> Response:
        return asked.exported(one, stream_citations, question)

    return export_citations if one.of == "citations" else export_events
