"""Events as formats need them: in the order of changes, all of a question, and when their revisions were published."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col

from app.database import Database
from app.instants import show_microseconds
from app.pagination import LARGEST_LIMIT, Page, PageQuestion, Types, page_of
from app.queries.citations import CitationFilter, term_names
from app.queries.events import EventFilter, fetch_by, fetch_matching
from app.queries.matching import Matching
from app.queries.records import match_records
from app.tables import Citation, Event, Revision, Source, published

MOST_IDS = 5_000
"""So many ids one statement may name: SQLite and PostgreSQL both bound them."""


class FeedQuery(EventFilter, PageQuestion):
    """Events by when they last changed, newest first."""

    def key_types(self) -> Types:
        return (int, int)


class ExportQuery(EventFilter):
    """All events of a question."""

    order: Literal["desc", "asc"] = Field("desc", description="Newest first, or oldest first.")


class CitationExportQuery(CitationFilter):
    """All citations of a question."""


def fetch_feed(database: Database, question: FeedQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    """One page of events, the one that a revision changed last first."""
    matching = fetch_matching(database, question, revision)
    rows = fetch_by(database, col(Event.since), matching, last, question.limit + 1, ascending=False)
    total = matching.total(database) if question.count else None
    return page_of(rows, question.limit, total)


def stream_events(database: Database, question: ExportQuery, revision: Revision) -> Iterator[dict[str, Any]]:
    """Every event of a question, a page of the store at a time. Raises `Problem` before the first."""
    return stream_documents(database, fetch_matching(database, question, revision), ascending=question.order == "asc")


def stream_citations(database: Database, question: CitationExportQuery, revision: Revision) -> Iterator[dict[str, Any]]:
    """Every citation of a question, by id. Raises `Problem` before the first."""
    matching = match_records(database, Citation, question, term_names(question), (), revision)
    return stream_documents(database, matching, ascending=True)


def stream_documents(database: Database, matching: Matching, *, ascending: bool) -> Iterator[dict[str, Any]]:
    """Everything that matches, a page of the store at a time."""
    last = None
    while rows := matching.page(database, last, LARGEST_LIMIT, ascending=ascending):
        yield from (json.loads(document) for _, document in rows)
        last = rows[-1][0]


def fetch_published(database: Database, revisions: Iterable[int]) -> dict[int, str]:
    """When some revisions were published (RFC 3339)."""
    columns = (col(Revision.number), col(Revision.published_at))
    rows = database.fetch(select(*columns).where(col(Revision.number).in_(set(revisions))))
    return {number: show_microseconds(published_at) for number, published_at in rows}


def fetch_cited(database: Database, events: Iterable[dict[str, Any]], revision: Revision) -> dict[str, dict[str, Any]]:
    """The sources that some events cite, by id and in its order."""
    ids = sorted({citation["source"]["id"] for event in events for citation in event["citations"]})
    columns, at = (col(Source.id), col(Source.document)), published(Source, revision.number)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), MOST_IDS):
        some = col(Source.id).in_(ids[start : start + MOST_IDS])
        found |= {one: json.loads(document) for one, document in database.fetch(select(*columns).where(some, at))}
    return dict(sorted(found.items()))


def fetch_first_published(database: Database, events: Iterable[dict[str, Any]]) -> dict[str, str]:
    """When some events, by id, were published first, in whatever words (RFC 3339)."""
    of_them = col(Event.id).in_([event["id"] for event in events])
    first = select(col(Event.id), func.min(col(Event.since)).label("revision"))
    found = first.where(of_them).group_by(col(Event.id)).subquery()
    published_at = select(found.c.id, col(Revision.published_at)).join_from(
        found, Revision, col(Revision.number) == found.c.revision
    )
    return {event_id: show_microseconds(at) for event_id, at in database.fetch(published_at)}
