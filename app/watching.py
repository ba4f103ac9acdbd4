"""Which revision is the newest: known without a statement while nothing is published."""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Engine, text

from app.connections import QUERY_SECONDS, WAIT_SECONDS, unavailable
from app.sqlite_file import File
from app.tables import Revision

if TYPE_CHECKING:
    from app.postgresql_server import Server

POLL_SECONDS = 0.1
FORSAKEN_SECONDS = 10.0
NEWEST = "SELECT number, published_at, digest FROM revision ORDER BY number DESC LIMIT 1"
FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""Of SQLite; the second, where what it has to say of a damaged file is itself damaged."""

log = logging.getLogger(__name__)


class Watch(Protocol):
    """Knows the newest revision. While the database is away, one looks for it, and nobody else waits for that."""

    def known(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""

    def revision(self) -> Revision | None:
        """Raises a 503 `Problem` after `WAIT_SECONDS`, or at once where others waited in vain."""

    def close(self) -> None: ...


def watch(source: "File | Server") -> Watch:
    """The way of the database that is asked."""
    return _SqliteWatch(source) if isinstance(source, File) else _PollingWatch(source)


class _Away:
    """Why the database is away, if it is: told in the log as it goes, and as it comes back."""

    def __init__(self) -> None:
        self.cause: BaseException | None = None

    def __bool__(self) -> bool:
        return self.cause is not None

    def begins(self, cause: BaseException) -> None:
        if self.cause is None:
            log.error("The database does not answer: %s", str(cause).partition("\n")[0])
        self.cause = cause

    def ends(self) -> None:
        if self.cause is not None:
            log.warning("The database answers again.")
        self.cause = None


class _PollingWatch:
    """Asks for the newest revision at most every `POLL_SECONDS`, in a thread and through a connection of its own.

    A look that failed is repeated until there is an answer, or nobody has asked for `FORSAKEN_SECONDS`.
    """

    def __init__(self, server: "Server") -> None:
        self._engine = server.engine(QUERY_SECONDS, finds=True)
        self._lock = threading.Lock()
        self._seen: tuple[float, Revision | None] = -math.inf, None
        self._asked_at = -math.inf
        self._look: Future[Revision | None] | None = None
        self._away = _Away()
        self._closed = threading.Event()

    def known(self) -> Revision | None:
        return self._seen[1] if self._is_fresh() else None

    def revision(self) -> Revision | None:
        with self._lock:
            self._asked_at = time.monotonic()
            if self._is_fresh():
                return self._seen[1]
            if self._look is None:
                self._look = Future()
                threading.Thread(target=self._find, args=(self._look, self._closed), daemon=True).start()
            elif self._away:
                raise unavailable() from self._away.cause
            look = self._look
        try:
            return look.result(WAIT_SECONDS)
        except TimeoutError as error:
            self._away.begins(TimeoutError(f"there was nothing within {WAIT_SECONDS} s"))
            raise unavailable() from error
        except Exception as error:
            raise unavailable() from error

    def close(self) -> None:
        """Ends a look that goes on. Whoever asks again opens it again, as SQLAlchemy has it of an engine."""
        self._closed.set()
        self._closed = threading.Event()
        self._engine.dispose()

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._seen[0] <= POLL_SECONDS

    def _find(self, look: "Future[Revision | None]", closed: threading.Event) -> None:
        while True:
            asked_at = time.monotonic()
            try:
                found = _fetch_newest(self._engine)
            except Exception as error:  # noqa: BLE001 - whatever it was, it may be over at the next look
                self._away.begins(error)
                if not look.done():
                    look.set_exception(error)
                closed.wait(POLL_SECONDS)
                with self._lock:
                    if closed.is_set() or time.monotonic() - self._asked_at > FORSAKEN_SECONDS:
                        self._look = None
                        return
            else:
                with self._lock:
                    self._seen, self._look = (asked_at, found), None
                self._away.ends()
                if not look.done():
                    look.set_result(found)
                return


class _SqliteWatch:
    """Sees a commit at once. Threads look through one connection, the event loop through another: it waits for none."""

    def __init__(self, file: File) -> None:
        self._lock = threading.Lock()
        self._in_threads = _Sight(file.connect)
        self._on_loop = _Sight(partial(file.connect, lock_seconds=0))
        self._away = _Away()
        self._failed_at = -math.inf

    def known(self) -> Revision | None:
        try:
            return self._on_loop.revision()
        except FAILURES:
            return None

    def revision(self) -> Revision | None:
        asked_at = time.monotonic()
        if not self._lock.acquire(blocking=not self._away):
            raise unavailable() from self._away.cause
        try:
            if self._failed_at >= asked_at:
                raise unavailable() from self._away.cause
            found = self._in_threads.revision()
            self._away.ends()
        except FAILURES as error:
            self._failed_at = time.monotonic()
            self._away.begins(error)
            raise unavailable() from error
        else:
            return found
        finally:
            self._lock.release()

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
        except FAILURES:
            self.close()
            raise
        return self._revision

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._version = None


def _fetch_newest(engine: Engine) -> Revision | None:
    with engine.connect() as connection:
        return _read(connection.execute(text(NEWEST)).first())


def _read(row: Sequence[Any] | None) -> Revision | None:
    if row is None:
        return None
    number, published_at, digest = row
    return Revision(number=number, published_at=published_at, digest=digest)
