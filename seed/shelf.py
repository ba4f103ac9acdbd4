"""Records on disk while they are checked and loaded, so that memory does not grow with the record.

They stand in a temporary database without a name: nothing has to be removed, however the process ends.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import BaseModel

MOST_HELD = 2_000
"""Records of a kind in memory: few actors, places and sources are in most events."""
CACHE_KIB = 16_384
TABLES = """
CREATE TABLE record (number INTEGER PRIMARY KEY, kind TEXT, id TEXT, written BLOB);
CREATE UNIQUE INDEX record_id ON record (kind, id);
CREATE TABLE wanted (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE edge (kind TEXT, path TEXT, id TEXT, onward TEXT);
"""
MISSING = "SELECT 1 FROM wanted WHERE NOT EXISTS (SELECT 1 FROM record WHERE (kind, id) = (wanted.kind, wanted.id))"
FORWARD = """
SELECT 1 FROM edge
JOIN record AS one ON (one.kind, one.id) = (edge.kind, edge.id)
JOIN record AS other ON (other.kind, other.id) = (edge.kind, edge.onward)
WHERE edge.kind = ? AND edge.path = ? AND other.number >= one.number
"""
R = TypeVar("R", bound=BaseModel)


class Shelf:
    """The records of some files, as they are written, and what they name."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA cache_size = {-CACHE_KIB}; {TABLES} BEGIN")
        self._newly_wanted: set[tuple[str, str]] = set()

    def add(self, kind: str, record_id: str, written: bytes | None) -> bool:
        """Keep a record, or only that it is there. False where one of its kind has the id."""
        row = (kind, record_id, written)
        added = self.connection.execute("INSERT OR IGNORE INTO record (kind, id, written) VALUES (?, ?, ?)", row)
        return added.rowcount > 0

    def want(self, kind: str, record_id: str) -> None:
        """Some record names another."""
        self._newly_wanted.add((kind, record_id))
        if len(self._newly_wanted) > MOST_HELD:
            self._note_wanted()

    def lead(self, kind: str, path: str, record_id: str, onward: str) -> None:
        """A record stands below another in a hierarchy."""
        self.connection.execute("INSERT INTO edge VALUES (?, ?, ?, ?)", (kind, path, record_id, onward))

    def has(self, kind: str, record_id: str) -> bool:
        row = (kind, record_id)
        return self.connection.execute("SELECT 1 FROM record WHERE kind = ? AND id = ?", row).fetchone() is not None

    def ids(self, kind: str) -> list[str]:
        """Of the records that are there, those with faults too."""
        return [one for (one,) in self.connection.execute("SELECT id FROM record WHERE kind = ?", (kind,))]

    def lacks_wanted(self) -> bool:
        """Whether some record names one that is not there."""
        self._note_wanted()
        return self.connection.execute(f"{MISSING} LIMIT 1").fetchone() is not None

    def leads_forward(self, kind: str, path: str) -> bool:
        """Whether a record stands below one that was read after it; if none does, there is no cycle."""
        return self.connection.execute(f"{FORWARD} LIMIT 1", (kind, path)).fetchone() is not None

    def onward(self, kind: str, path: str) -> dict[str, list[str]]:
        """What each record of a hierarchy stands below."""
        found: dict[str, list[str]] = {}
        edges = self.connection.execute("SELECT id, onward FROM edge WHERE kind = ? AND path = ?", (kind, path))
        for one, other in edges:
            found.setdefault(one, []).append(other)
        return found

    def _note_wanted(self) -> None:
        self.connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?)", self._newly_wanted)
        self._newly_wanted.clear()


class Records(Mapping[str, R], Generic[R]):
    """The sound records of one kind on a shelf, in the order of their ids."""

    def __init__(self, shelf: Shelf, model: type[R], kind: str) -> None:
        self._shelf = shelf
        self._model = model
        self._kind = kind
        self._read = lru_cache(MOST_HELD)(self._parse)

    def __getitem__(self, record_id: str) -> R:
        return self._read(record_id)

    def __iter__(self) -> Iterator[str]:
        every = "SELECT id FROM record WHERE kind = ? AND written IS NOT NULL ORDER BY id"
        return (one for (one,) in self._shelf.connection.execute(every, (self._kind,)))

    def __len__(self) -> int:
        every = "SELECT count(*) FROM record WHERE kind = ? AND written IS NOT NULL"
        return int(self._shelf.connection.execute(every, (self._kind,)).fetchone()[0])

    def __contains__(self, record_id: object) -> bool:
        return self._written(str(record_id)) is not None

    def written(self, record_id: str) -> bytes:
        """As its curator wrote it."""
        written = self._written(record_id)
        if written is None:
            raise KeyError(record_id)
        return written

    def _written(self, record_id: str) -> bytes | None:
        one = "SELECT written FROM record WHERE kind = ? AND id = ?"
        found = self._shelf.connection.execute(one, (self._kind, record_id)).fetchone()
        return found[0] if found else None

    def _parse(self, record_id: str) -> R:
        return self._model.model_validate_json(self.written(record_id))
