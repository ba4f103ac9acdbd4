"""Connections that write: one at a time, whatever the database."""

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, Row, Table, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import SQLModel

BATCH = 500
WRITER_LOCK = 7_245_160_112_358_132
"""The key of PostgreSQL's advisory lock that a load holds."""

WAIT_SECONDS = 3600
"""How long a load waits for another."""

ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Who is no longer there is noticed within a minute, by PostgreSQL as by us: or its lock would stay for hours."""
BUSY, LOCK_NOT_AVAILABLE = "database is locked", "55P03"
"""What SQLite and PostgreSQL call it when a wait for a lock is over."""
LOOK_SECONDS = 0.05
WRITER = "another writer"

CACHE_KIB = 65_536
"""Of a writer's pages on SQLite: its default holds a thousandth of a large store's indices."""

T = TypeVar("T")


def writing_engine(url: URL) -> Engine:
    """An engine that may write, and waits a while for another writer. SQLite files are in WAL mode."""
    if url.get_backend_name() != "sqlite":
        settings = {f"tcp_{name}": value for name, value in ALIVE.items()} | {
            "lock_timeout": round(WAIT_SECONDS * 1000)
        }
        given = str(url.query.get("options", ""))
        options = " ".join([given, *(f"-c {name}={value}" for name, value in settings.items())])
        return create_engine(url, connect_args={"connect_timeout": 10, "options": options, **ALIVE})
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")

    return engine


class Inside:
    """Reads within a writer's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        return self._connection.execute(statement).all()


def insert_rows(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert many rows, of which each may have more than the table takes."""
    names = table.columns.keys()
    insert_values(connection, table.name, names, map(itemgetter(*names), rows))


def insert_values(connection: Connection, table: str, names: Sequence[str], values: Iterable[tuple[Any, ...]]) -> None:
    """Insert many rows in the database's fastest way: `COPY` on PostgreSQL, one prepared statement on SQLite."""
    into = f"{table} ({', '.join(names)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        cursor: Any = connection.connection.cursor()
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", values)  # noqa: S608 - names of our own tables
    else:
        with connection.connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
            for value in values:
                copy.write_row(value)


def refresh_statistics(connection: Connection) -> None:
    """Let PostgreSQL's planner know at once what was loaded; SQLite's needs no statistics for our questions."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(SQLModel.metadata.tables)}"))


def reclaim(engine: Engine) -> None:
    """Write the database's files anew, so that nothing of what was deleted is left in them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in SQLModel.metadata.tables:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as one statement takes."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


@contextmanager
def indexed_afterwards(connection: Connection, tables: Iterable[Table]) -> Iterator[None]:
    """Tables without the indices beside their primary keys meanwhile: to sort rows once is cheaper than to insert each.

    Only for a store that nobody reads yet: on PostgreSQL it locks the tables.
    """
    tables = list(tables)
    if connection.dialect.name == "postgresql":
        _lock(connection, tables)
    indices = [index for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name))]
    for index in indices:
        index.drop(connection)
    yield
    for index in indices:
        index.create(connection)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for cycles of objects again and again, which takes an eighth of a load's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def collect_young() -> None:
    """Forget the statements of a batch, each in a cycle of its own with all its values. Old objects are left alone."""
    gc.collect(0)


@contextmanager
def sole_writer(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; committed at its end, rolled back by an exception."""
    with engine.connect() as connection:
        try:
            _begin(connection)
        except OperationalError as error:
            if not _is_locked(error):
                raise
            told = f"another writer has held it for {WAIT_SECONDS} seconds; nothing was written. Try again later"
            raise DatabaseError("a load", None, TimeoutError(told)) from error
        try:
            yield connection
        except BaseException as error:
            connection.rollback()
            if isinstance(error, engine.dialect.loaded_dbapi.Error):  # from the driver itself: see `insert_rows`
                raise DatabaseError("a load", None, error) from error
            raise
        connection.commit()


def _begin(connection: Connection) -> None:
    """Holds the write lock from now on. Whoever has to wait is told so, and may interrupt it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        _insist(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), WRITER)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(WAIT_SECONDS * 1000)}")
    elif not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": WRITER_LOCK}):
        _tell_waiting(WRITER)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def _tell_waiting(whom: str) -> None:
    sys.stderr.write(f"Waiting for {whom}, {WAIT_SECONDS} seconds at most.\n")


def _lock(connection: Connection, tables: Iterable[Table]) -> None:
    """All tables or none at a time: who waits with some for others, may wait for a reader that waits for it."""
    every = text(f"LOCK TABLE {', '.join(table.name for table in tables)} IN ACCESS EXCLUSIVE MODE NOWAIT")

    def take() -> None:
        with connection.begin_nested():
            connection.execute(every)

    _insist(take, "those who read")


def _insist(take: Callable[[], object], whom: str) -> None:
    """Asks for a lock until it is free: SQLite's own wait for one hears no signal."""
    late = time.monotonic() + WAIT_SECONDS
    told = False
    while True:
        try:
            take()
        except OperationalError as error:
            if not _is_locked(error) or time.monotonic() > late:
                raise
            if not told:
                _tell_waiting(whom)
            told = True
            time.sleep(LOOK_SECONDS)
        else:
            return


def _is_locked(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE or str(error.orig) == BUSY
