"""Reading the store, through connections that cannot write."""

import math
import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import URL, Engine, Executable, QueuePool, Row, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.problems import UNAVAILABLE, Problem
from app.tables import Revision

POOL_SIZE = 8
POLL_SECONDS = 0.1
QUERY_SECONDS = 1.5
STEPS_BETWEEN_LOOKS = 10_000
"""SQLite looks at the clock every so many steps of its virtual machine."""
LARGEST_MEMORY = 100_000


class Reader(Protocol):
    """Whatever statements can be run on."""

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]: ...


class Database:
    """A store that is only read. Building one connects to nothing."""

    def __init__(self, url: URL) -> None:
        is_sqlite = url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if is_sqlite else _postgresql_engine(url)
        self._watch: _Watch = _SqliteWatch(self) if is_sqlite else _PollingWatch(self)
        self._memory: dict[str, dict[Any, Any]] = {}

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one statement. Raises a 503 `Problem` when the database does not answer within `QUERY_SECONDS`."""
        try:
            with self.engine.connect() as connection:
                return connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise _unavailable() from error

    def newest_revision(self) -> Revision | None:
        """The newest revision; none in an empty store. Costs no statement while nothing was published."""
        return self._watch.revision()

    def memory(self, revision: Revision) -> dict[Any, Any]:
        """What was looked up at a revision, and stays true of its digest; emptied when it grows too large."""
        if sum(map(len, list(self._memory.values()))) > LARGEST_MEMORY:
            self._memory = {}
        return self._memory.setdefault(revision.digest, {})

    def close(self) -> None:
        self._watch.close()
        self.engine.dispose()


class _Watch(Protocol):
    """Knows the newest revision."""

    def revision(self) -> Revision | None: ...

    def close(self) -> None: ...


class _PollingWatch:
    """Asks for the newest revision at most every `POLL_SECONDS`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._asked_at = -math.inf
        self._revision: Revision | None = None

    def revision(self) -> Revision | None:
        with self._lock:
            if time.monotonic() - self._asked_at > POLL_SECONDS:
                self._revision = _fetch_newest(self._database)
                self._asked_at = time.monotonic()
            return self._revision

    def close(self) -> None:
        """Nothing is held open."""


class _SqliteWatch:
    """Sees a commit at once: `PRAGMA data_version` changes when another connection has written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: Any = None
        self._version: int | None = None
        self._revision: Revision | None = None

    def revision(self) -> Revision | None:
        with self._lock:
            version = self._data_version()
            if version != self._version:
                self._revision = _fetch_newest(self._database)
                self._version = version
            return self._revision

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _data_version(self) -> int:
        try:
            if self._connection is None:
                self._connection = self._database.engine.raw_connection()
                self._connection.driver_connection.set_progress_handler(None, 0)
                self._connection.detach()
                self._version = None
            version: int = self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
        except (sqlite3.Error, SQLAlchemyError) as error:
            self.close()
            self._connection = None
            raise _unavailable() from error
        return version


def _fetch_newest(database: Database) -> Revision | None:
    newest = select(Revision.__table__).order_by(col(Revision.number).desc()).limit(1)  # type: ignore[attr-defined]
    rows = database.fetch(newest)
    return Revision(**rows[0]._mapping) if rows else None


def _unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The database does not answer in time.", headers={"Retry-After": "1"})


def _sqlite_engine(url: URL) -> Engine:
    path = quote(str(url.database))

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA query_only = 1")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=POOL_SIZE, max_overflow=0)

    @event.listens_for(engine, "connect")
    def bound(connection: sqlite3.Connection, record: Any) -> None:
        late = record.info.setdefault("late", [math.inf])
        connection.set_progress_handler(lambda: time.monotonic() > late[0], STEPS_BETWEEN_LOOKS)

    @event.listens_for(engine, "checkout")
    def start(_connection: Any, record: Any, _proxy: Any) -> None:
        record.info["late"][0] = time.monotonic() + QUERY_SECONDS

    return engine


def _postgresql_engine(url: URL) -> Engine:
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": round(QUERY_SECONDS * 1000),
        "join_collapse_limit": 1,  # joins as they are written: the rarest condition first
    }
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": 2,
        },
    )
