"""A SQLite store: a file that is only read, and is the one that was there when it was first opened."""

import math
import sqlite3
import stat
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, QueuePool, create_engine, event, exc

from app.connections import POOL_SIZE, WAIT_SECONDS, is_damaged

STEPS_BETWEEN_LOOKS = 10_000
"""SQLite looks at the clock every so many steps of its virtual machine."""
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
CACHE_KIB = 512
"""Of each connection: the system keeps what is read often, for all of them."""
PRAGMAS = ("data_version", "read_uncommitted")
"""Those that we, and SQLAlchemy, ask; none of them lets anything be written."""
LIMITS = {
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LENGTH: 64 * 1024 * 1024,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 2_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
}


class File:
    """The file of a store: of one that takes its place, nothing is read."""

    def __init__(self, url: URL) -> None:
        self._path = Path(str(url.database))
        self._opened: tuple[int, int] | None = None
        self._opening = threading.Lock()

    def connect(self, lock_seconds: float = WAIT_SECONDS, cache_kib: int = CACHE_KIB) -> sqlite3.Connection:
        """One connection, which waits so long for a lock, holds so much of the file, and can only read it."""
        address = f"file:{quote(str(self._path))}?mode=ro"
        with self._opening:
            expected = self._opened or self._look()
            if expected is None:
                raise sqlite3.OperationalError("there is no store at its path")
            connection = sqlite3.connect(
                address, uri=True, check_same_thread=False, isolation_level=None, timeout=lock_seconds
            )
            if self._look() != expected:
                connection.close()
                raise sqlite3.OperationalError("another file has taken its place")
            self._opened = expected
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        _only_reading(connection)
        return connection

    def engine(self, seconds: float) -> Engine:
        """A pool of connections, for as many threads; a statement may take so long."""
        engine = create_engine(
            "sqlite://",
            creator=self.connect,
            paramstyle="named",
            poolclass=QueuePool,
            pool_size=POOL_SIZE,
            max_overflow=0,
            hide_parameters=True,  # a log holds no words of a question
            pool_timeout=WAIT_SECONDS,
        )

        @event.listens_for(engine, "connect")
        def bound(connection: sqlite3.Connection, record: Any) -> None:
            late = record.info.setdefault("late", [math.inf])
            connection.set_progress_handler(lambda: time.monotonic() > late[0], STEPS_BETWEEN_LOOKS)

        @event.listens_for(engine, "checkout")
        def start(_connection: Any, record: Any, _proxy: Any) -> None:
            record.info["late"][0] = time.monotonic() + seconds

        @event.listens_for(engine, "handle_error")
        def forget(context: Any) -> None:
            """Damaged pages are read anew when they are mended; an emptied file has no tables."""
            if self.is_replaced():
                raise exc.DisconnectionError
            context.is_disconnect = context.is_disconnect or is_damaged(context.original_exception)

        return engine

    def is_replaced(self) -> bool:
        """Whether its path leads to another file now, or to none."""
        return self._opened is not None and self._look() != self._opened

    def _look(self) -> tuple[int, int] | None:
        """What is at the path: nothing, where it is no file, or an empty one."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) and found.st_size else None


def _only_reading(connection: sqlite3.Connection) -> None:
    """Each of these alone would do for most statements; the last keeps the others from being undone in SQL."""
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    for pragma in ("query_only = 1", "trusted_schema = 0", "cell_size_check = 1"):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorise)


def _authorise(action: int, name: str | None, value: str | None, *_: str | None) -> int:
    """Allows what reads. `json_each` is declared as if `sqlite_master` were updated, which SQLite itself refuses."""
    reads = action in READING and value != "load_extension"
    asks = action == sqlite3.SQLITE_PRAGMA and name in PRAGMAS
    declares = action == sqlite3.SQLITE_UPDATE and name == "sqlite_master"
    return sqlite3.SQLITE_OK if reads or asks or declares else sqlite3.SQLITE_DENY
