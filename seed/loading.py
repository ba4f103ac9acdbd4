"""Publishing a revision: one transaction that ends what changed, writes what follows, and inserts the revision last."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, false, insert, or_, select, true, update
from sqlmodel import SQLModel, col

from app.instants import microseconds
from app.kinds import ENTRY_KINDS, kind_range
from app.tables import (
    OPEN,
    Actor,
    Change,
    Citation,
    Entry,
    Event,
    Link,
    Location,
    Publisher,
    Revision,
    Source,
    Vocabulary,
)
from seed.collection import KINDS, Collection
from seed.ledger import Ledger
from seed.numbering import Numbering
from seed.redactions import refuse_redacted
from seed.shaping import EventShape, Posting, Shape, Shaper
from seed.tallying import Tallies
from seed.writing import batches, insert_rows, refresh_statistics, sole_writer

TABLES: dict[str, type[SQLModel]] = {
    "vocabulary": Vocabulary,
    "publisher": Publisher,
    "source": Source,
    "actor": Actor,
    "location": Location,
}

Progress = Callable[[int], None]


class RemovalRefused(Exception):  # noqa: N818 - as `RecordRefused`
    """Records that an earlier revision had are missing from the files."""

    def __init__(self, removed: Mapping[str, Sequence[str]]) -> None:
        self.missing = [(kind, one) for kind in sorted(removed) for one in removed[kind]]
        super().__init__(
            "\n".join(f"{kind} '{record_id}' was published, and is missing now" for kind, record_id in self.missing)
        )


@dataclass
class Outcome:
    """What a load did: the revision that stands, whether it is new, and how many records of each kind changed."""

    revision: int
    published: bool
    changed: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    is_as_before: bool = True
    """Of a revision that was published before: whether it has its digest again."""


def publish(
    engine: Engine, collection: Collection, progress: Progress = lambda _: None, *, allow_removals: bool = False
) -> Outcome:
    """Publish the record as the next revision, or nothing when nothing changed.

    `progress` is told how many records were looked at. Raises `RemovalRefused` and `RedactedRefused`; the store is
    then as before.
    """
    with sole_writer(engine) as connection:
        outcome = write_revision(connection, collection, progress, allow_removals=allow_removals)
        if outcome.published:
            refresh_statistics(connection)
        else:
            connection.rollback()
        return outcome


def write_revision(
    connection: Connection,
    collection: Collection,
    progress: Progress = lambda _: None,
    *,
    allow_removals: bool = False,
    published_at: int | None = None,
) -> Outcome:
    """Write the next revision inside a transaction; when it is not `published`, the transaction must be undone.

    With `published_at` (microseconds since 1970) it is written even when nothing changed: it was published once.
    """
    newest = connection.execute(select(*_REVISION).order_by(col(Revision.number).desc()).limit(1)).first()
    number, digest, last_published_at = newest or (0, "", 0)
    refuse_redacted(connection, collection)
    ledger = Ledger(connection, number + 1, digest, collection)
    if any(ledger.removed.values()) and not allow_removals:
        raise RemovalRefused(ledger.removed)
    load = _Load(connection, ledger)
    shaper = Shaper(collection)
    for kind in KINDS:
        for shapes in batches(shaper.shapes(kind, ledger.removed[kind])):
            load.write(kind, shapes)
            progress(len(shapes))
    if number and not ledger.counts and published_at is None:
        return Outcome(number, published=False)
    load.numbering.close()
    load.tallies.close()
    now = published_at if published_at is not None else max(last_published_at + 1, microseconds(datetime.now(UTC)))
    digest = ledger.digest.hexdigest()
    connection.execute(insert(Revision), {"number": number + 1, "published_at": now, "digest": digest})
    return Outcome(number + 1, published=True, changed=ledger.counts, digest=digest)


_REVISION = (col(Revision.number), col(Revision.digest), col(Revision.published_at))


class _Load:
    """The writing of one revision."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self.connection = connection
        self.ledger = ledger
        self.revision = ledger.revision
        self.numbering = Numbering(connection, ledger.revision)
        self.tallies = Tallies(connection, ledger.revision)

    def write(self, kind: str, shapes: Sequence[Any]) -> None:
        """Write what changed of some records of one kind."""
        documents, links, rows = self.ledger.changed(kind, shapes)
        at = (col(Change.kind) == kind, col(Change.until) == OPEN)
        for some in batches(row["id"] for row in rows):
            ending = update(Change).where(col(Change.id).in_(some), *at)
            self.connection.execute(ending.values(until=self.revision))
        self._insert(Change, rows)
        if kind == "event":
            self._events(documents, links)
        else:
            self._records(kind, documents, links)

    def _records(self, kind: str, documents: Sequence[Shape], links: Sequence[Shape]) -> None:
        table = TABLES[kind]
        self._end(table, [shape.id for shape in documents])
        self._insert(table, (row for shape in documents for row in shape.rows))
        self.numbering.numbers({name for shape in documents for name in shape.names})
        self._repost(kind, [shape.id for shape in links], {posting for shape in links for posting in shape.postings})

    def _events(self, documents: Sequence[EventShape], links: Sequence[EventShape]) -> None:
        """Versions, links, and citations with theirs."""
        keys = self._keys([*documents, *links])
        old_keys = self._open_keys([shape.id for shape in links])
        self._end(Event, [shape.id for shape in documents])
        rows = (
            row | {"key": keys[version.key, shape.id], "document": version.at_revision(self.revision)}
            for shape in documents
            for row, version in zip(shape.rows, shape.versions, strict=True)
        )
        self._insert(Event, rows)
        wanted: set[Posting] = {
            (term, keys[int(key), shape.id], known_from, known_until)
            for shape in links
            for term, key, known_from, known_until in shape.postings
        }
        self._repost("event", old_keys, wanted)
        self._citations(documents, links)

    def _citations(self, documents: Sequence[EventShape], links: Sequence[EventShape]) -> None:
        """Each citation with all its states; those whose states are as before are left alone."""
        columns = tuple(col(column) for column in (Citation.id, Citation.known_from, Citation.document))
        at = (col(Citation.event).in_([shape.id for shape in documents]), col(Citation.until) == OPEN)
        rows = [row for shape in documents for row in shape.citations]
        old = {tuple(row) for row in self.connection.execute(select(*columns).where(*at))}
        new = {(row["id"], row["known_from"], row["document"]) for row in rows}
        changed = {state[0] for state in old ^ new}
        self._end(Citation, sorted(changed))
        self._insert(Citation, (row for row in rows if row["id"] in changed))
        gone = {state[0] for state in old} - {state[0] for state in new}
        ids = {str(posting[1]) for shape in links for posting in shape.citation_postings}
        self._repost("citation", sorted(ids | gone), {one for shape in links for one in shape.citation_postings})

    def _keys(self, shapes: Sequence[EventShape]) -> dict[tuple[int, str], int]:
        """The key of each version: its own, or the next that no other event ever had."""
        wanted = sorted({(shape.id, version.key) for shape in shapes for version in shape.versions})
        holders: dict[int, str] = {}
        for some in batches(key for _, key in wanted):
            holders |= self._holders(some)
        keys: dict[tuple[int, str], int] = {}
        for event_id, key in wanted:
            free = key
            while holders.setdefault(free, event_id) != event_id:
                free += 1
                holders |= self._holders([free])
            keys[key, event_id] = free
        return keys

    def _holders(self, keys: Sequence[int]) -> dict[int, str]:
        """The events that have or ever had some keys."""
        held = select(col(Event.key), col(Event.id)).where(col(Event.key).in_(keys))
        return {row[0]: row[1] for row in self.connection.execute(held)}

    def _open_keys(self, ids: list[str]) -> list[int]:
        at = (col(Event.id).in_(ids), col(Event.until) == OPEN)
        return [row[0] for row in self.connection.execute(select(col(Event.key)).where(*at).distinct())]

    def _repost(self, kind: str, at: Sequence[Any], wanted: set[Posting]) -> None:
        """Make the open links of some events, or entries of some records of one kind, the wanted ones."""
        table: type[Link | Entry] = Link if kind == "event" else Entry
        numbers = self.numbering.numbers({posting[0] for posting in wanted})
        names = ("term", "key" if table is Link else "id", "known_from", "known_until")
        term, place, known_from, known_until = (col(getattr(table, name)) for name in names)
        ranges = [kind_range(one) for one in ENTRY_KINDS.get(kind, ())]
        kinds = true() if table is Link else or_(false(), *(term.between(*one) for one in ranges))
        held = select(term, place, known_from, known_until).where(col(table.until) == OPEN, kinds)
        new = {(numbers[name], *rest) for name, *rest in wanted}
        old = {tuple(row) for some in batches(at) for row in self.connection.execute(held.where(place.in_(some)))}
        gone = sorted(old - new)
        if gone:
            matches = (term == bindparam("a"), place == bindparam("b"), known_from == bindparam("c"))
            ending = update(table).where(*matches, col(table.until) == OPEN).values(until=self.revision)
            self.connection.execute(ending, [dict(zip("abc", row, strict=False)) for row in gone])
        fresh = sorted(new - old)
        self._insert(table, (dict(zip(names, row, strict=True)) for row in fresh))
        self.numbering.count(int(row[0]) for row in fresh)
        self.tallies.touch(int(row[0]) for row in (*gone, *fresh))

    def _end(self, table: Any, ids: Iterable[str]) -> None:
        """The open rows of some records end where this revision begins."""
        for some in batches(ids):
            ending = update(table).where(col(table.id).in_(some), col(table.until) == OPEN)
            self.connection.execute(ending.values(until=self.revision))

    def _insert(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        since = {"since": self.revision, "until": OPEN}
        insert_rows(self.connection, table.__table__, (row | since for row in rows))
