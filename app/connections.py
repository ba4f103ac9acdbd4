"""Connections that cannot write, and are not waited for longer than a limit."""

import math
import sqlite3
import time
from functools import partial
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.pq import Format
from sqlalchemy import URL, Engine, QueuePool, create_engine, event

from app.problems import UNAVAILABLE, Problem

POOL_SIZE = 8
QUERY_SECONDS = 1.5
STEPS_BETWEEN_LOOKS = 10_000
"""SQLite looks at the clock every so many steps of its virtual machine."""
LOCK_SECONDS = 5.0


def make_engine(url: URL) -> Engine:
    """A pool of connections, for as many threads."""
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)


def connect_sqlite(url: URL, lock_seconds: float = LOCK_SECONDS) -> sqlite3.Connection:
    """One connection to a SQLite file, which waits so long for a lock."""
    address = f"file:{quote(str(url.database))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None, timeout=lock_seconds)
    connection.execute("PRAGMA query_only = 1")
    return connection


def unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The database does not answer in time.", headers={"Retry-After": "1"})


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=partial(connect_sqlite, url),
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
