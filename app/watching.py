"""Which revision is the newest: known without a statement while nothing is published."""

import math
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.connections import connect_sqlite, make_engine, unavailable
from app.problems import Problem
from app.tables import Revision

if TYPE_CHECKING:
    from app.database import Patient

POLL_SECONDS = 0.1


class Watch(Protocol):
    """Knows the newest revision."""

    def known(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""

    def revision(self) -> Revision | None: ...

    def close(self) -> None: ...


def watch(patient: "Patient", url: URL) -> Watch:
    """The way of the database that is asked."""
    if url.get_backend_name() == "sqlite":
        return SqliteWatch(patient, partial(connect_sqlite, url))
    return _PollingWatch(url)


class _PollingWatch:
    """Asks for the newest revision at most every `POLL_SECONDS`, through a connection that no question waits for."""

    def __init__(self, url: URL) -> None:
        self._engine = make_engine(url)
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
            raise found
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


class SqliteWatch:
    """Sees a commit at once: `PRAGMA data_version` changes when another connection has written."""

    def __init__(self, patient: "Patient", connect: Callable[[], sqlite3.Connection]) -> None:
        self._engine = patient.engine
        self._connect = connect
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int | None, Revision | None] = None, None

    def known(self) -> Revision | None:
        """SQLite itself serialises what several threads ask of one connection."""
        connection, (version, revision) = self._connection, self._seen
        try:
            is_current = connection is not None and _data_version(connection) == version
        except sqlite3.Error:
            is_current = False
        return revision if is_current else None

    def revision(self) -> Revision | None:
        with self._lock:
            version = self._version()
            if version != self._seen[0]:
                self._seen = version, _fetch_newest(self._engine)
            return self._seen[1]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _version(self) -> int:
        try:
            if self._connection is None:
                self._seen = None, None  # what one connection counts says nothing of another's
                self._connection = self._connect()
            return _data_version(self._connection)
        except sqlite3.Error as error:
            self.close()
            raise unavailable() from error


def _data_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def _fetch_newest(engine: Engine) -> Revision | None:
    newest = select(Revision.__table__).order_by(col(Revision.number).desc()).limit(1)  # type: ignore[attr-defined]
    try:
        with engine.connect() as connection:
            row = connection.execute(newest).first()
    except SQLAlchemyError as error:
        raise unavailable() from error
    return Revision(**row._mapping) if row else None
