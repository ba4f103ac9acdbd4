"""Connections that cannot write, and are not waited for longer than a limit."""

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.pq import Format
from sqlalchemy import URL, Engine, QueuePool, create_engine, event, exc

from app.problems import UNAVAILABLE, Problem

POOL_SIZE = 8
QUERY_SECONDS = 1.5
STEPS_BETWEEN_LOOKS = 10_000
"""SQLite looks at the clock every so many steps of its virtual machine."""
LOCK_SECONDS = 5.0


class File:
    """The file of a SQLite store: the one that was at its path when it was first opened."""

    def __init__(self, url: URL) -> None:
        self._path = Path(str(url.database))
        self._opened: tuple[int, int] | None = None
        self._opening = threading.Lock()

    def connect(self, lock_seconds: float = LOCK_SECONDS) -> sqlite3.Connection:
        """One connection, which waits so long for a lock."""
        address = f"file:{quote(str(self._path))}?mode=ro"
        with self._opening:
            expected = self._opened or self._look()
            connection = sqlite3.connect(
                address, uri=True, check_same_thread=False, isolation_level=None, timeout=lock_seconds
            )
            if self._look() != expected:
                connection.close()
                raise sqlite3.OperationalError("another file has taken its place")
            self._opened = expected
        connection.execute("PRAGMA query_only = 1")
        return connection

    def is_replaced(self) -> bool:
        """Whether its path leads to another file now, or to none."""
        return self._opened is not None and self._look() != self._opened

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def make_engine(url: URL, file: File | None) -> Engine:
    """A pool of connections, for as many threads."""
    return _sqlite_engine(file) if file else _postgresql_engine(url)


def unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The database does not answer in time.", headers={"Retry-After": "1"})


@contextmanager
def answering() -> Iterator[None]:
    """Raises a 503 `Problem` where a database is not available. A fault of ours stays what it is, to be logged."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        if isinstance(error, exc.TimeoutError) or (isinstance(error, exc.DBAPIError) and is_unavailable(error.orig)):
            raise unavailable() from error
        raise


def is_unavailable(error: BaseException | None) -> bool:
    """Whether a driver says that its database cannot answer now: not that there is no such table, or no such word."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))


def _sqlite_engine(file: File) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=file.connect,
        paramstyle="named",
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def bound(connection: sqlite3.Connection, record: Any) -> None:
        late = record.info.setdefault("late", [math.inf])
        connection.set_progress_handler(lambda: time.monotonic() > late[0], STEPS_BETWEEN_LOOKS)

    @event.listens_for(engine, "checkout")
    def start(_connection: Any, record: Any, _proxy: Any) -> None:
        record.info["late"][0] = time.monotonic() + QUERY_SECONDS

    return engine


class _Cursor(psycopg.Cursor[Any]):
    """Takes rows as the server has them: documents as bytes, and not spelt out in hexadecimal digits."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.format = Format.BINARY


def _postgresql_engine(url: URL) -> Engine:
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": round(QUERY_SECONDS * 1000),
        "join_collapse_limit": 1,  # joins as they are written: the rarest condition first
        "jit": "off",  # takes longer than any of our questions
        "enable_memoize": "off",  # no key comes twice
        "max_parallel_workers_per_gather": 0,  # a question takes one core
        "enable_sort": "off",  # where an index has the order, it is read in that order, however few rows are expected
        "enable_bitmapscan": "off",
        "enable_mergejoin": "off",  # walks all events beside the links of a few days
    }
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=POOL_SIZE,
        max_overflow=0,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": 2,
            "cursor_factory": _Cursor,
        },
    )
