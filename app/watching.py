"""Which revision is the newest: known without a statement while nothing is published."""

import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.connections import File, make_engine, unavailable
from app.problems import Problem
from app.tables import Revision

POLL_SECONDS = 0.1
NEWEST = "SELECT number, published_at, digest FROM revision ORDER BY number DESC LIMIT 1"


class Watch(Protocol):
    """Knows the newest revision."""

    def known(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""

    def revision(self) -> Revision | None: ...

    def close(self) -> None: ...


def watch(url: URL, file: File | None) -> Watch:
    """The way of the database that is asked."""
    return _SqliteWatch(file) if file else _PollingWatch(url)


class _PollingWatch:
    """Asks for the newest revision at most every `POLL_SECONDS`, through a connection that no question waits for."""

    def __init__(self, url: URL) -> None:
        self._engine = make_engine(url, None)
        self._lock = threading.Lock()
        self._seen: tuple[float, Revision | Problem | None] = -math.inf, None

    def known(self) -> Revision | None:
        asked_at, found = self._seen
        is_fresh = time.monotonic() - asked_at <= POLL_SECONDS
        return found if is_fresh and isinstance(found, Revision) else None

    def revision(self) -> Revision | None:
        with self._lock:
            if time.monotonic() - self._seen[0] > POLL_SECONDS:
                self._seen = self._look()
            found = self._seen[1]
        if isinstance(found, Problem):
            raise unavailable() from found.__cause__
        return found

    def close(self) -> None:
        self._engine.dispose()

    def _look(self) -> tuple[float, Revision | Problem | None]:
        """A failure counts for as long as a revision: those who wait for one look share it."""
        asked_at = time.monotonic()
        try:
            return asked_at, _fetch_newest(self._engine)
        except Problem as problem:
            return time.monotonic(), problem


class _SqliteWatch:
    """Sees a commit at once. Threads look through one connection, the event loop through another: it waits for none."""

    def __init__(self, file: File) -> None:
        self._lock = threading.Lock()
        self._in_threads = _Sight(file.connect)
        self._on_loop = _Sight(partial(file.connect, lock_seconds=0))

    def known(self) -> Revision | None:
        try:
            return self._on_loop.revision()
        except sqlite3.Error:
            return None

    def revision(self) -> Revision | None:
        with self._lock:
            try:
                return self._in_threads.revision()
            except sqlite3.Error as error:
                raise unavailable() from error

    def close(self) -> None:
        self._in_threads.close()
        self._on_loop.close()


class _Sight:
    """What one connection sees: `PRAGMA data_version` changes when another has written."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None
        self._revision: Revision | None = None

    def revision(self) -> Revision | None:
        try:
            if self._connection is None:
                self._connection = self._connect()
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version:
                self._revision = _read(self._connection.execute(NEWEST).fetchone())
                self._version = version
        except sqlite3.Error:
            self.close()
            raise
        return self._revision

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._version = None


def _fetch_newest(engine: Engine) -> Revision | None:
    try:
        with engine.connect() as connection:
            return _read(connection.execute(text(NEWEST)).first())
    except SQLAlchemyError as error:
        raise unavailable() from error


def _read(row: Sequence[Any] | None) -> Revision | None:
    if row is None:
        return None
    number, published_at, digest = row
    return Revision(number=number, published_at=published_at, digest=digest)
