"""Publishing a revision: one transaction that ends what changed, writes what follows, and inserts the revision last."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, false, func, insert, or_, select, true, update
from sqlmodel import SQLModel, col

from app.instants import microseconds
from app.tables import (
    ENTRY_KINDS,
    OPEN,
    Citation,
    Entry,
    Event,
    Fingerprint,
    Link,
    Name,
    Revision,
    Term,
    kind_range,
    named,
)
from seed.collection import Collection
from seed.shaping import EventShape, Posting, Shape, Shaper
from seed.writing import insert_rows, refresh_statistics, sole_writer

BATCH = 500

T = TypeVar("T")
Progress = Callable[[int], None]


class RemovalRefused(Exception):  # noqa: N818 - as `RecordRefused`
    """Records that an earlier revision had are missing from the files."""

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        self.missing = missing
        super().__init__(
            "\n".join(f"{kind} '{record_id}' was published, and is missing now" for kind, record_id in missing)
        )


@dataclass
class Outcome:
    """What a load did: the revision that stands, whether it is new, and how many records of each kind changed."""

    revision: int
    published: bool
    changed: Counter[str] = field(default_factory=Counter)


def publish(engine: Engine, collection: Collection, progress: Progress = lambda _: None) -> Outcome:
    """Publish the record as the next revision, or nothing when nothing changed.

    `progress` is told how many records were looked at. Raises `RemovalRefused`; the store is then as before.
    """
    with sole_writer(engine) as connection:
        newest = connection.execute(select(*_REVISION).order_by(col(Revision.number).desc()).limit(1)).first()
        number, digest, published_at = newest or (0, "", 0)
        _refuse_removals(connection, collection)
        load = _Load(connection, number + 1, digest)
        shaper = Shaper(collection)
        for table, shapes in shaper.records():
            for batch in _batches(shapes):
                load.records(table, batch)
                progress(len(batch))
        for events in _batches(shaper.events()):
            load.events(events)
            progress(len(events))
        if not load.changed and number:
            return Outcome(number, published=False)
        load.terms.close()
        now = max(published_at + 1, microseconds(datetime.now(UTC)))
        row = {"number": number + 1, "published_at": now, "digest": load.digest.hexdigest()}
        connection.execute(insert(Revision), row)
        refresh_statistics(connection)
        return Outcome(number + 1, published=True, changed=load.changed)


_REVISION = (col(Revision.number), col(Revision.digest), col(Revision.published_at))


class _Load:
    """The writing of one revision."""

    def __init__(self, connection: Connection, revision: int, digest: str) -> None:
        self.connection = connection
        self.revision = revision
        self.terms = _Terms(connection, revision)
        self.changed: Counter[str] = Counter()
        self.digest = hashlib.sha256(digest.encode())

    def records(self, table: type[SQLModel], shapes: Sequence[Shape]) -> None:
        """Write what changed of some records of one kind."""
        kind = str(table.__tablename__)
        documents, links = self._changed(kind, shapes)
        self._end(table, [shape.id for shape in documents])
        self._insert(table, (row for shape in documents for row in shape.rows))
        self.terms.numbers({name for shape in documents for name in shape.names})
        self._repost(kind, [shape.id for shape in links], {posting for shape in links for posting in shape.postings})

    def events(self, shapes: Sequence[EventShape]) -> None:
        """Write what changed of some events: versions, links, and citations with theirs."""
        documents, links = self._changed("event", shapes)
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
        columns = tuple(col(column) for column in (Citation.id, Citation.document, Citation.known_from))
        at = (col(Citation.event).in_([shape.id for shape in documents]), col(Citation.until) == OPEN)
        old = {str(row[0]): tuple(row[1:]) for row in self.connection.execute(select(*columns).where(*at))}
        new: dict[str, dict[str, Any]] = {str(row["id"]): row for shape in documents for row in shape.citations}
        fresh = [row for one, row in new.items() if old.get(one) != (row["document"], row["known_from"])]
        gone = [one for one in old if one not in new]
        self._end(Citation, [*gone, *(str(row["id"]) for row in fresh)])
        self._insert(Citation, fresh)
        ids = {str(posting[1]) for shape in links for posting in shape.citation_postings}
        self._repost("citation", sorted(ids | set(gone)), {one for shape in links for one in shape.citation_postings})

    def _changed(self, kind: str, shapes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Which records have other documents, and which other links, than the newest revision; both are noted."""
        names = {shape.id: f"{kind} {shape.id}" for shape in shapes}
        at = (col(Fingerprint.id).in_(list(names.values())), col(Fingerprint.until) == OPEN)
        columns = (col(Fingerprint.id), col(Fingerprint.documents), col(Fingerprint.links))
        old = {row[0]: tuple(row[1:]) for row in self.connection.execute(select(*columns).where(*at))}
        documents, links, rows = [], [], []
        for shape in shapes:
            name, new = names[shape.id], (shape.documents_digest(), shape.postings_digest())
            before = old.get(name, ("", ""))
            if new == before:
                continue
            documents += [shape] * (new[0] != before[0])
            links += [shape] * (new[1] != before[1])
            rows.append({"id": name, "documents": new[0], "links": new[1]})
            self.changed[kind] += 1
            self.digest.update(f"{name} {new[0]} {new[1]}\n".encode())
        self._end(Fingerprint, [row["id"] for row in rows])
        self._insert(Fingerprint, rows)
        return documents, links

    def _keys(self, shapes: Sequence[EventShape]) -> dict[tuple[int, str], int]:
        """The key of each version: its own, or the next that no other event ever had."""
        wanted = sorted({(shape.id, version.key) for shape in shapes for version in shape.versions})
        holders: dict[int, str] = {}
        for some in _batches(key for _, key in wanted):
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
        numbers = self.terms.numbers({posting[0] for posting in wanted})
        names = ("term", "key" if table is Link else "id", "known_from", "known_until")
        term, place, known_from, known_until = (col(getattr(table, name)) for name in names)
        ranges = [kind_range(one) for one in ENTRY_KINDS.get(kind, ())]
        kinds = true() if table is Link else or_(false(), *(term.between(*one) for one in ranges))
        held = select(term, place, known_from, known_until).where(col(table.until) == OPEN, kinds)
        new = {(numbers[name], *rest) for name, *rest in wanted}
        old = {tuple(row) for some in _batches(at) for row in self.connection.execute(held.where(place.in_(some)))}
        if gone := sorted(old - new):
            matches = (term == bindparam("a"), place == bindparam("b"), known_from == bindparam("c"))
            ending = update(table).where(*matches, col(table.until) == OPEN).values(until=self.revision)
            self.connection.execute(ending, [dict(zip("abc", row, strict=False)) for row in gone])
        fresh = sorted(new - old)
        self._insert(table, (dict(zip(names, row, strict=True)) for row in fresh))
        self.terms.count(int(row[0]) for row in fresh)

    def _end(self, table: Any, ids: Iterable[str]) -> None:
        """The open rows of some records end where this revision begins."""
        for some in _batches(ids):
            ending = update(table).where(col(table.id).in_(some), col(table.until) == OPEN)
            self.connection.execute(ending.values(until=self.revision))

    def _insert(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        since = {"since": self.revision, "until": OPEN}
        insert_rows(self.connection, table.__table__, (row | since for row in rows))


class _Terms:
    """The numbers of terms, given as they are first met."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.known: dict[Name, int] = {}
        self.counts: Counter[int] = Counter()
        self.next: dict[str, int] = {}

    def numbers(self, names: set[Name]) -> dict[Name, int]:
        """The number of each term; new ones are numbered in the order of their names."""
        for batch in _batches(sorted(names - self.known.keys())):
            columns = (col(Term.kind), col(Term.value))
            found = select(*columns, col(Term.number)).where(named(batch))
            self.known |= {(kind, value): number for kind, value, number in self.connection.execute(found)}
        rows: list[dict[str, Any]] = [
            {"number": self._new(kind), "kind": kind, "value": value, "since": self.revision, "rows": 0}
            for kind, value in sorted(names - self.known.keys())
        ]
        if rows:
            insert_rows(self.connection, Term.__table__, rows)  # type: ignore[attr-defined]
            self.known |= {(row["kind"], row["value"]): row["number"] for row in rows}
        return {name: self.known[name] for name in names}

    def _new(self, kind: str) -> int:
        """The next number of a kind."""
        if kind not in self.next:
            first, last = kind_range(kind)
            highest = select(func.max(col(Term.number))).where(col(Term.number).between(first, last))
            self.next[kind] = (self.connection.execute(highest).scalar() or first) + 1
        number = self.next[kind]
        self.next[kind] += 1
        return number

    def count(self, numbers: Iterable[int]) -> None:
        self.counts.update(numbers)

    def close(self) -> None:
        """Store how many links each term was given."""
        if self.counts:
            more = update(Term).where(col(Term.number) == bindparam("term")).values(rows=Term.rows + bindparam("more"))
            self.connection.execute(more, [{"term": term, "more": more} for term, more in sorted(self.counts.items())])


def _refuse_removals(connection: Connection, collection: Collection) -> None:
    names = connection.execute(select(col(Fingerprint.id)).where(col(Fingerprint.until) == OPEN))
    published = (tuple(name.split(" ", 1)) for (name,) in names)
    missing = sorted((kind, record_id) for kind, record_id in published if record_id not in getattr(collection, kind))
    if missing:
        raise RemovalRefused(missing)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
