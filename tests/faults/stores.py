"""Stores to break: each a copy of one that a test prepared, dropped afterwards; and what can be wrong with one."""

import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import URL, make_url, select
from sqlmodel import col

from app.database import Patient
from app.tables import OPEN, Event
from seed.migrating import migrate
from seed.writing import writing_engine
from tests.content import Content, content, timeless
from tests.faults.states import told

PATIENCE = 30


class Opened:
    """A store that is written to by this process."""

    def __init__(self, url: URL) -> None:
        self.engine = writing_engine(url)


class Stores(Protocol):
    """Stores on one database."""

    def nothing(self) -> URL:
        """Where there may be one."""

    def new(self) -> URL:
        """An empty one, with its tables."""

    def copy(self, url: URL) -> URL: ...

    def drop(self, url: URL) -> None: ...

    def flaws(self, url: URL) -> list[str]:
        """What the database itself finds wrong."""

    def leftovers(self, url: URL) -> list[str]:
        """What is there besides the store, with nobody at work on it."""


class SqliteStores:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self) -> URL:
        url = self.nothing()
        migrate(url)
        return url

    def copy(self, url: URL) -> URL:
        copy = self.nothing()
        shutil.copy(_path(url), _path(copy))
        return copy

    def drop(self, url: URL) -> None:
        shutil.rmtree(_path(url).parent)

    def flaws(self, url: URL) -> list[str]:
        with closing(sqlite3.connect(_path(url))) as connection:
            found = [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
            return found + [one for (one,) in connection.execute("PRAGMA integrity_check") if one != "ok"]

    def leftovers(self, url: URL) -> list[str]:
        return [one.name for one in _path(url).parent.iterdir() if one != _path(url)]

    def nothing(self) -> URL:
        folder = self.folder / secrets.token_hex(8)
        folder.mkdir()
        return make_url(f"sqlite:///{folder / 'dateline.db'}")


class PostgresStores:
    def __init__(self, create: Callable[[], str]) -> None:
        self._home = create()

    def nothing(self) -> URL:
        return self._create("TEMPLATE template0 ENCODING 'UTF8'")

    def new(self) -> URL:
        url = self.nothing()
        migrate(url)
        return url

    def copy(self, url: URL) -> URL:
        return self._create(f"TEMPLATE {url.database}")

    def drop(self, url: URL) -> None:
        self._execute(f"DROP DATABASE {url.database} WITH (FORCE)")

    def flaws(self, url: URL) -> list[str]:
        """As `pg_amcheck` does: every page of tables, and every row by every index."""
        with psycopg.connect(plain(url)) as connection:
            if connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'").fetchone() is None:
                return []
            connection.execute("CREATE EXTENSION amcheck")
            found = connection.execute(_HEAPS).fetchall()
            try:
                connection.execute(_INDICES)
            except psycopg.Error as error:
                found.append((str(error),))
            connection.rollback()
        return [str(row) for row in found]

    def leftovers(self, url: URL) -> list[str]:
        """Locks and sessions; a server may take a moment to see that a client has gone."""
        deadline = time.monotonic() + PATIENCE
        while (found := self._execute(_SESSIONS, url.database)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return [str(row) for row in found]

    def _create(self, how: str) -> URL:
        name = f"test_{secrets.token_hex(8)}"
        self._execute(f"CREATE DATABASE {name} {how}")
        return make_url(self._home).set(database=name, drivername="postgresql+psycopg")

    def _execute(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self._home, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


_HEAPS = """
SELECT relname, fault.* FROM pg_class, verify_heapam(oid) AS fault
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_INDICES = """
SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class ON oid = indexrelid
JOIN pg_am ON pg_am.oid = relam AND amname = 'btree' WHERE relnamespace = 'public'::regnamespace
"""
_SESSIONS = """
WITH asked AS (SELECT oid, datname FROM pg_database WHERE datname = %s)
SELECT pid::text, backend_type FROM pg_stat_activity JOIN asked ON datid = asked.oid
WHERE backend_type = 'client backend'
UNION ALL SELECT locktype, mode FROM pg_locks JOIN asked ON database = asked.oid WHERE locktype = 'advisory'
UNION ALL SELECT gid, 'prepared' FROM pg_prepared_xacts JOIN asked ON database = datname
"""


def plain(url: URL) -> str:
    """The address, for those who do not know of drivers."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)


@contextmanager
def opened(url: URL) -> Iterator[Opened]:
    store = Opened(url)
    try:
        yield store
    finally:
        store.engine.dispose()


def held(url: URL) -> Content:
    """Every row, but for when revisions were published."""
    with opened(url) as store:
        return timeless(content(store))


def seen(url: URL) -> tuple[int, set[int]]:
    """What a reader sees, of those who cannot write: the newest revision, and which states its events tell."""
    reader = Patient(url)
    try:
        newest = reader.newest_revision()
        documents = reader.fetch(select(col(Event.document)).where(col(Event.until) == OPEN))
        return newest.number if newest else 0, {state for (document,) in documents for state in told(document.decode())}
    finally:
        reader.close()


def _path(url: URL) -> Path:
    return Path(str(url.database))
