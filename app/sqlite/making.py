"""The data set as a SQLite file, for Datasette, DB Browser or SQL: see `app.sqlite.schema`.

It is written outside the store, in the folder for temporary files, a row at a time: however long the answer, memory
holds a page of it. No name leads to the file from the moment that SQLite has it open, so nothing has to be removed:
it is gone when it is closed, or the process ends.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from app.files import Looking
from app.formats.shape import Answer
from app.sqlite.rows import Document, Row, dataset_row, rows_of
from app.sqlite.schema import TABLES

NAME = "dateline.sqlite"
MEDIA_TYPE = "application/vnd.sqlite3"
KINDS = ("vocabulary", "publisher", "source", "actor", "location")
AT_ONCE = 500
Records = Callable[[str, Sequence[str] | None], Iterator[Document]]
"""The records of a kind: those of some ids, or all."""


def make_file(answer: Answer, records: Records, instant: int, look: Looking, *, is_whole: bool) -> BinaryIO:
    """The events of an answer, the records that they name, and all others if it is of the whole data set."""
    descriptor, path = mkstemp(prefix="dateline-", suffix=".sqlite")
    file = os.fdopen(descriptor, "rb")
    try:
        with closing(_connect(path)) as connection:
            writing = _Writing(connection, lambda: look(file))
            writing.insert([dataset_row(answer, instant)])
            writing.insert(row for event in answer.events for row in rows_of("event", event, answer))
            writing.index()
            every = KINDS if is_whole else KINDS[:1]
            writing.insert(row for kind in every for one in records(kind, None) for row in rows_of(kind, one, answer))
            writing.complete(
                lambda kind, ids: (row for one in records(kind, ids) for row in rows_of(kind, one, answer))
            )
            connection.execute("COMMIT")
        look(file)
    except BaseException:
        file.close()
        raise
    return file


def _connect(path: str) -> sqlite3.Connection:
    """Without a journal: a file that is not finished is not sent."""
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
    finally:
        with suppress(FileNotFoundError):
            Path(path).unlink()
    connection.executescript(f"BEGIN; {TABLES}")
    return connection


class _Writing:
    """One file while it is written."""

    def __init__(self, connection: sqlite3.Connection, look: Callable[[], None]) -> None:
        self.connection = connection
        self.look = look
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        self.columns = {table: [row[1] for row in self._pragma("table_info", table)] for table in tables}
        self.keys = [(table, row[3], row[2]) for table in tables for row in self._pragma("foreign_key_list", table)]
        """Foreign keys: a table, its column, and the table that it leads to."""
        self._written = count()

    def insert(self, rows: Iterator[Row] | list[Row]) -> None:
        for table, values in rows:
            columns = self.columns[table]
            places = ", ".join("?" * len(columns))
            self.connection.execute(f"INSERT INTO {table} VALUES ({places})", [values.get(one) for one in columns])  # noqa: S608 - our own tables
            if next(self._written) % AT_ONCE == 0:
                self.look()

    def index(self) -> None:
        for table, column, _ in self.keys:
            self.connection.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")
            self.look()

    def complete(self, fetch: Callable[[str, Sequence[str]], Iterator[Row]]) -> None:
        """Adds what foreign keys name, and what that names in turn; a key that leads to nothing is emptied."""
        added = True
        while added:
            before = self.connection.total_changes
            for table, column, target in self.keys:
                if target in KINDS:
                    for ids in self._missing(table, column, target):
                        self.insert(fetch(target, ids))
            added = self.connection.total_changes > before
        for table, column, target in self.keys:
            leads_nowhere = f"{column} NOT IN (SELECT id FROM {target})"  # noqa: S608 - our own tables
            self.connection.execute(f"UPDATE {table} SET {column} = NULL WHERE {leads_nowhere}")  # noqa: S608

    def _missing(self, table: str, column: str, target: str) -> Iterator[list[str]]:
        """The ids in a column that are not in the file, some at a time."""
        statement = (
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} > ? AND {column} NOT IN (SELECT id FROM {target}) "  # noqa: S608
            f"ORDER BY {column} LIMIT {AT_ONCE}"
        )
        last = ""
        while ids := [one for (one,) in self.connection.execute(statement, (last,))]:
            yield ids
            last = ids[-1]

    def _pragma(self, name: str, table: str) -> list[tuple[str, ...]]:
        return self.connection.execute(f"PRAGMA {name}({table})").fetchall()
