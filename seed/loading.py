"""Publishing a revision: one transaction that ends what changed, writes what follows, and inserts the revision last."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update
from sqlmodel import SQLModel, col

from app.instants import microseconds
from app.tables import (
    OPEN,
    Actor,
    Change,
    Citation,
    Event,
    Location,
    Publisher,
    Revision,
    Source,
    Term,
    Vocabulary,
)
from seed.collection import KINDS, Collection
from seed.ledger import Changed, Ledger
from seed.posting import Postings
from seed.redactions import refuse_redacted
from seed.shaping import EventShape, Posting, Shape, Shaper
from seed.standing import rendering
from seed.writing import (
    batches,
    collect_young,
    indexed_afterwards,
    insert_rows,
    refresh_statistics,
    sole_writer,
    uncollected,
)

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
    with sole_writer(engine) as connection, uncollected():
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
    keeps_indices: bool = False,
) -> Outcome:
    """Write the next revision inside a transaction; when it is not `published`, the transaction must be undone.

    With `published_at` (microseconds since 1970) it is written even when nothing changed: it was published once.
    Where readers are at work on what the transaction has emptied, it `keeps_indices`.
    """
    newest = connection.execute(select(*_REVISION).order_by(col(Revision.number).desc()).limit(1)).first()
    number, digest, last_published_at, rendered_by = newest or (0, "", 0, "")
    refuse_redacted(connection, collection)
    ledger = Ledger(connection, number + 1, digest, rendered_by, collection)
    if any(ledger.removed.values()) and not allow_removals:
        raise RemovalRefused(ledger.removed)
    load = _Load(connection, ledger)
    unasked = [table for table in SQLModel.metadata.sorted_tables if table.name != Term.__tablename__]
    with nullcontext() if number or keeps_indices else indexed_afterwards(connection, unasked):
        load.write_all(Shaper(collection), progress)
        if number and not ledger.counts and published_at is None:
            return Outcome(number, published=False)
        load.postings.close()
    now = published_at if published_at is not None else max(last_published_at + 1, microseconds(datetime.now(UTC)))
    digest = ledger.digest.hexdigest()
    row = {"number": number + 1, "published_at": now, "digest": digest, "rendering": rendering()}
    connection.execute(insert(Revision), row)
    return Outcome(number + 1, published=True, changed=ledger.counts, digest=digest)


_REVISION = (col(Revision.number), col(Revision.digest), col(Revision.published_at), col(Revision.rendering))


class _Load:
    """The writing of one revision."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self.connection = connection
        self.ledger = ledger
        self.revision = ledger.revision
        self.postings = Postings(connection, ledger.revision)

    def write_all(self, shaper: Shaper, progress: Progress) -> None:
        for kind in KINDS:
            for some in batches(shaper.collection.in_order(kind)):
                fresh = (one for one in some if kind != "event" or one not in self.ledger.standing)
                self.write(kind, [shaper.shape(kind, one) for one in fresh])
                collect_young()
                progress(len(some))
            for some in batches(self.ledger.removed[kind]):
                self.write(kind, [shaper.gone(kind, one) for one in some])

    def write(self, kind: str, shapes: Sequence[Any]) -> None:
        """Write what changed of some records of one kind."""
        changed = self.ledger.changed(kind, shapes)
        self._end(Change, [row["id"] for row in changed.rows if row["id"] in changed.held], col(Change.kind) == kind)
        self._insert(Change, changed.rows)
        if kind == "event":
            self._events(changed)
        else:
            self._records(kind, changed)

    def _records(self, kind: str, changed: Changed[Shape]) -> None:
        table = TABLES[kind]
        self._end(table, _held(changed, changed.documents))
        self._insert(table, (row for shape in changed.documents for row in shape.rows))
        self.postings.numbering.numbers({name for shape in changed.documents for name in shape.names})
        wanted = [posting for shape in changed.links for posting in shape.postings]
        self.postings.repost(kind, _held(changed, changed.links), wanted)

    def _events(self, changed: Changed[EventShape]) -> None:
        """Versions, links, and citations with theirs."""
        keys = self._keys([*changed.documents, *changed.links])
        old_keys = self._open_keys(_held(changed, changed.links))
        self._end(Event, _held(changed, changed.documents))
        rows = (
            row | {"key": keys[version.key, shape.id], "document": version.at_revision(self.revision)}
            for shape in changed.documents
            for row, version in zip(shape.rows, shape.versions, strict=True)
        )
        self._insert(Event, rows)
        wanted: list[Posting] = [
            (term, keys[int(key), shape.id], known_from, known_until)
            for shape in changed.links
            for term, key, known_from, known_until in shape.postings
        ]
        self.postings.repost("event", old_keys, wanted)
        self._citations(changed)

    def _citations(self, changed: Changed[EventShape]) -> None:
        """Each citation with all its states; those whose states are as before are left alone."""
        rows = [row for shape in changed.documents for row in shape.citations]
        old = self._open_states(_held(changed, changed.documents))
        new = {(row["id"], row["known_from"], row["document"]) for row in rows}
        other = {state[0] for state in old ^ new}
        gone = {state[0] for state in old} - {state[0] for state in new}
        self._end(Citation, sorted({state[0] for state in old} & other))
        self._insert(Citation, (row for row in rows if row["id"] in other))
        held = {str(one[1]) for shape in changed.links if shape.id in changed.held for one in shape.citation_postings}
        wanted = [one for shape in changed.links for one in shape.citation_postings]
        self.postings.repost("citation", sorted(held | gone), wanted)

    def _open_states(self, events: Sequence[str]) -> set[tuple[Any, ...]]:
        """The states of the citations of some events."""
        columns = (col(Citation.id), col(Citation.known_from), col(Citation.document))
        states: set[tuple[Any, ...]] = set()
        for some in batches(events):
            held = select(*columns).where(col(Citation.event).in_(some), col(Citation.until) == OPEN)
            states |= {tuple(row) for row in self.connection.execute(held)}
        return states

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

    def _open_keys(self, ids: Sequence[str]) -> list[int]:
        keys: list[int] = []
        for some in batches(ids):
            at = (col(Event.id).in_(some), col(Event.until) == OPEN)
            keys += [row[0] for row in self.connection.execute(select(col(Event.key)).where(*at).distinct())]
        return keys

    def _end(self, table: Any, ids: Iterable[str], *which: Any) -> None:
        """The open rows of some records end where this revision begins."""
        for some in batches(ids):
            ending = update(table).where(col(table.id).in_(some), col(table.until) == OPEN, *which)
            self.connection.execute(ending.values(until=self.revision))

    def _insert(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        since = {"since": self.revision, "until": OPEN}
        insert_rows(self.connection, table.__table__, (row | since for row in rows))


def _held(changed: Changed[Any], shapes: Sequence[Shape]) -> list[str]:
    """Those of some records of which a revision had something."""
    return [shape.id for shape in shapes if shape.id in changed.held]
