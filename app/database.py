"""Reading the store, through connections that cannot write."""

import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, Executable, QueuePool, Row, create_engine, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from app.problems import UNAVAILABLE, Problem
from app.tables import Revision

POOL_SIZE = 8
POLL_SECONDS = 0.1
QUERY_SECONDS = 1.5


class Database:
    """A store that is only read. Building one connects to nothing."""

    def __init__(self, url: URL) -> None:
        self.engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)
        self.remembered: dict[Any, Any] = {}
        """What was looked up and can never change: see `queries.terms`."""
        self.areas: dict[Any, Any] = {}
        """The same of boxes and circles: see `queries.events`."""
        self._watch = _SqliteWatch(self) if url.get_backend_name() == "sqlite" else _PollingWatch(self)

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one statement. Raises a 503 `Problem` when the database does not answer."""
        try:
            with self.engine.connect() as connection:
                return connection.execute(statement).all()
        except DatabaseError as error:
            raise Problem(UNAVAILABLE, "The database does not answer.", headers={"Retry-After": "1"}) from error

    def newest_revision(self) -> Revision | None:
        """The newest revision; none in an empty store. Costs no statement while nothing was published."""
        return self._watch.revision()

    def close(self) -> None:
        self._watch.close()
        self.engine.dispose()


def _select_newest() -> Executable:
    return select(Revision.__table__).order_by(col(Revision.number).desc()).limit(1)  # type: ignore[attr-defined]


class _PollingWatch:
    """Asks for the newest revision at most every `POLL_SECONDS`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked_at = float("-inf")
        self._revision: Revision | None = None

    def revision(self) -> Revision | None:
        now = time.monotonic()
        if now - self._asked_at > POLL_SECONDS:
            self._revision = self._read()
            self._asked_at = now
        return self._revision

    def _read(self) -> Revision | None:
        rows = self._database.fetch(_select_newest())
        return Revision(**rows[0]._mapping) if rows else None

    def close(self) -> None:
        """Nothing is held open."""


class _SqliteWatch(_PollingWatch):
    """Sees a commit at once: `PRAGMA data_version` changes when another connection has written."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._version: int | None = None

    def revision(self) -> Revision | None:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._database.engine.raw_connection()
                    self._connection.detach()
                version = self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
            except (sqlite3.Error, DatabaseError) as error:
                raise Problem(UNAVAILABLE, "The database does not answer.", headers={"Retry-After": "1"}) from error
            if version != self._version:
                self._revision = self._read()
                self._version = version
            return self._revision

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _sqlite_engine(url: URL) -> Engine:
    path = quote(str(url.database))

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA query_only = 1")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=POOL_SIZE, max_overflow=0)


def _postgresql_engine(url: URL) -> Engine:
    options = f"-c default_transaction_read_only=on -c statement_timeout={round(QUERY_SECONDS * 1000)}"
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        connect_args={"options": options, "connect_timeout": 2},
    )
