"""What each revision changed, and every version of an event: the ledger of loads, with the documents of then."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import Field
from sqlalchemy import Select, func, or_, select, tuple_
from sqlmodel import col

from app.change_schemas import ChangePublic, FieldChange, VersionPublic
from app.database import Reader
from app.instants import show_microseconds
from app.pagination import Page, PageQuestion, Types, page_of
from app.parameters import Whole
from app.problems import NOT_FOUND, Problem, refuse
from app.tables import (
    IS_TOLD,
    LAST,
    Actor,
    Change,
    Event,
    Location,
    Publisher,
    Record,
    Revision,
    Source,
    Vocabulary,
    known,
)

TABLES: dict[str, type[Event | Record]] = {
    "actor": Actor, "event": Event, "location": Location, "publisher": Publisher, "source": Source,
    "vocabulary": Vocabulary,
}  # fmt: skip


LARGEST_SINCE = 999_999_999


class ChangeQuery(PageQuestion):
    """Changes, in the order of revisions."""

    since: Whole = Field(0, ge=0, le=LARGEST_SINCE, description="Changes of the revisions after this one.")

    @property
    def seen(self) -> int:
        return self.since

    def key_types(self) -> Types:
        return (int, str, str)


class HistoryQuery(PageQuestion):
    """The versions of one event, newest first."""

    shows_when_published = True

    def key_types(self) -> Types:
        return (str, int)


class Told(NamedTuple):
    """A change as the ledger has it, and when its revision was published."""

    revision: int
    kind: str
    id: str
    action: str
    cause: str
    reason: str | None
    merged_into: str | None
    published_at: int

    def shown(self) -> dict[str, Any]:
        """Without the instant, which is shown in other words."""
        return {name: value for name, value in self._asdict().items() if name != "published_at"}


Versions = dict[tuple[str, str, int], bytes]
"""Documents by kind, id and a revision."""


def fetch_changes(reader: Reader, question: ChangeQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    """What changed after a revision, up to the one asked for."""
    if question.since > revision.number:
        raise refuse("since", f"expected a revision from 0 to {revision.number}")
    place = (col(Change.since), col(Change.kind), col(Change.id))
    every = _select_told(revision)
    told = every.where(col(Change.since) > question.since)
    after = every.where(tuple_(*place) > last) if last else told
    rows = _fetch_told(reader, after.order_by(*place).limit(question.limit + 1))
    shown = [
        (one.revision, one.kind, one.id, ChangePublic(**one.shown(), changes=changes).served_with(document))
        for one, changes, document in _with_documents(reader, rows)
    ]
    total = _fetch_total(reader, told) if question.count else None
    return page_of(shown, question.limit, total)


def fetch_history(
    reader: Reader, event_id: str, question: HistoryQuery, revision: Revision, last: tuple[int | str, ...]
) -> Page:
    """Every version of an event that was served, of withdrawn and merged ones too. Raises `Problem` for no event."""
    told = _select_told(revision).where(col(Change.kind) == "event", col(Change.id) == event_id)
    if last and last[0] != event_id:
        raise refuse("cursor", "expected a cursor of this very event; ask the first page again")
    before = told.where(col(Change.since) < last[1]) if last else told
    rows = _fetch_told(reader, before.order_by(col(Change.since).desc()).limit(question.limit + 1))
    if not rows and not last:
        raise Problem(NOT_FOUND, f"Revision {revision.number} has nothing at this address.")
    shown = [
        (
            event_id,
            one.revision,
            VersionPublic(**one.shown(), published_at=show_microseconds(one.published_at), changes=changes).served_with(
                document
            ),
        )
        for one, changes, document in _with_documents(reader, rows)
    ]
    total = _fetch_total(reader, told) if question.count else None
    return page_of(shown, question.limit, total)


def _select_told(revision: Revision) -> Select[Any]:
    """What the feed tells: rows that only count for links or for the files are left out."""
    names = ("kind", "id", "action", "cause", "reason", "merged_into")
    columns = [col(Change.since), *(col(getattr(Change, name)) for name in names), col(Revision.published_at)]
    told = select(*columns).join_from(Change, Revision, col(Revision.number) == col(Change.since))
    return told.where(col(Change.since) <= revision.number, IS_TOLD)


def _fetch_told(reader: Reader, statement: Select[Any]) -> list[Told]:
    return [Told(*row) for row in reader.fetch(statement)]


def _fetch_total(reader: Reader, statement: Select[Any]) -> int:
    total: int = reader.fetch(select(func.count()).select_from(statement.subquery()))[0][0]
    return total


def _with_documents(reader: Reader, page: Sequence[Told]) -> Iterator[tuple[Told, list[FieldChange], bytes | None]]:
    """Each change with the fields that it changed, and the document that it left."""
    wanted = defaultdict(set)
    for one in page:
        if one.action in ("created", "updated"):
            wanted[one.kind].add((one.id, one.revision))
    begun: Versions = {}
    ended: Versions = {}
    for kind, versions in wanted.items():
        for record_id, since, until, document in _fetch_versions(reader, kind, versions):
            begun[kind, record_id, since] = ended[kind, record_id, until] = document
    for one in page:
        place = one.kind, one.id, one.revision
        new, old = begun.get(place), ended.get(place)
        yield one, list(_compared(old, new)) if one.action == "updated" and old and new else [], new


def _fetch_versions(reader: Reader, kind: str, versions: set[tuple[str, int]]) -> Sequence[Any]:
    """The current documents that begin, and those that end, with some revisions."""
    table = TABLES[kind]
    columns = (col(table.id), col(table.since), col(table.until), col(table.document))
    current = [known(table, LAST)] if issubclass(table, Event | Source) else []
    ids = {one for one, _ in versions}
    revisions = {revision for _, revision in versions}
    edge = or_(col(table.since).in_(revisions), col(table.until).in_(revisions))
    return reader.fetch(select(*columns).where(col(table.id).in_(ids), edge, *current))


def _compared(old: bytes, new: bytes) -> Iterator[FieldChange]:
    """The properties that differ, but for the revision, in which every version does."""
    before, after = json.loads(old), json.loads(new)
    for name in sorted({*before, *after} - {"revision"}):
        if before.get(name) != after.get(name):
            yield FieldChange(field=name, old=before.get(name), new=after.get(name))
