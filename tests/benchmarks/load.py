"""Loading: the first load, the same again, and what the database alone takes for the very same finished rows.

Times are of the CPU, the database's included. Each load is a command of its own, as a desk runs it.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url, select
from sqlmodel import SQLModel

from seed.migrating import migrate
from seed.writing import sole_writer, writing_engine
from tests.benchmarks.figures import Figure
from tests.benchmarks.generate import World
from tests.benchmarks.report import machine, number, publish, table
from tests.benchmarks.serving import PROGRAMS, cpu_seconds
from tests.benchmarks.stores import Store, postgres, postgres_store, record

AT_ONCE = 50_000
"""So many rows are in memory at a time, and inserted by one call."""


@dataclass(frozen=True)
class Took:
    store: str
    what: str
    cpu_seconds: float
    seconds: float
    peak_mib: float | None = None


def load(world: World, work: Path, *, document: bool) -> None:
    """Measure, print, and on demand write into the documentation."""
    record(world, work)
    with ExitStack() as stack:
        base_url, process = stack.enter_context(postgres())
        files = [_new_file(work / name) for name in ("full.db", "bare.db")]
        databases = [stack.enter_context(postgres_store(None, work, base_url, process)) for _ in range(2)]
        found = [took for full, bare in (files, databases) for took in _measure(world, work, full, bare)]
        sizes = {"the record": _record_bytes(world, work)}
        sizes |= {full.name: _stored_bytes(full) for full, _ in (files, databases)}
    on_disk = ", ".join(f"{name} {size / world.events / 1000:.3g}" for name, size in sizes.items())
    about = f"KB on disk an event: {on_disk}. {world.events:,} events, on {machine()}."
    ratios = [
        one for store in ("SQLite", "PostgreSQL") for one in _figures([took for took in found if took.store == store])
    ]
    rows = [
        (
            f"{one.store}: {one.what}",
            number(world.events / one.cpu_seconds),
            number(one.cpu_seconds),
            _mib(one.peak_mib),
        )
        for one in found
    ]
    parts = {
        "load": f"{table(('', 'events a second of CPU', 'seconds of CPU', 'peak MiB'), rows)}\n\n{about}",
        "load figures": table(("figure", "wanted", "got"), [one.row() for one in ratios]),
    }
    rest = {"loads": [asdict(one) for one in found], "bytes": sizes, "figures": [asdict(one) for one in ratios]}
    publish("load", {"about": about, **rest}, parts, document=document)


def _measure(world: World, work: Path, full: Store, bare: Store) -> Iterator[Took]:
    yield _seed(full, "first load", world, work)
    yield _seed(full, "the same again", world, work)
    yield _insert(full, bare)


def _figures(loads: Sequence[Took]) -> Iterator[Figure]:
    first, again, bare = (one.cpu_seconds for one in loads)
    store = loads[0].store
    yield Figure(f"first load, {store}, of the rate of the bare rows", 0.30, bare / first)
    yield Figure(f"the same again, {store}, of the first load's time", 0.35, again / first, at_most=True)


def _seed(store: Store, what: str, world: World, work: Path) -> Took:
    command = [PROGRAMS / "dateline", "seed", "--allow-uncited", record(world, work)]
    before, began = _database_seconds(store), time.monotonic()
    process = subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": store.url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise RuntimeError(f"{store.name}: {what} failed")
    spent = used.ru_utime + used.ru_stime + _database_seconds(store) - before
    return Took(store.name, what, spent, time.monotonic() - began, used.ru_maxrss / 1024)


def _insert(full: Store, bare: Store) -> Took:
    """The rows of every table into empty ones with the same indices, in one transaction; reading does not count."""
    urls = [make_url(store.url.replace("postgresql://", "postgresql+psycopg://")) for store in (full, bare)]
    migrate(urls[1])
    reading, writing = map(writing_engine, urls)
    cpu = clock = 0.0
    with reading.connect().execution_options(stream_results=True) as source, sole_writer(writing) as target:
        for one in SQLModel.metadata.sorted_tables:
            for rows in source.execute(select(one).execution_options(yield_per=AT_ONCE)).partitions(AT_ONCE):
                values = [tuple(row) for row in rows]
                cpu, clock = cpu - _all_seconds(bare), clock - time.monotonic()
                _put(target.connection.cursor(), target.dialect.name, one.name, one.columns.keys(), values)
                cpu, clock = cpu + _all_seconds(bare), clock + time.monotonic()
        cpu, clock = cpu - _all_seconds(bare), clock - time.monotonic()
    cpu, clock = cpu + _all_seconds(bare), clock + time.monotonic()
    reading.dispose()
    writing.dispose()
    return Took(bare.name, "the finished rows, bare", cpu, clock)


def _put(cursor: Any, database: str, name: str, columns: Sequence[str], values: list[tuple[Any, ...]]) -> None:
    into = f"{name} ({', '.join(columns)})"
    if database == "sqlite":
        cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join('?' * len(columns))})", values)
    else:
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for value in values:
                copy.write_row(value)


def _new_file(path: Path) -> Store:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    return Store("SQLite", f"sqlite:///{path}")


def _record_bytes(world: World, work: Path) -> int:
    return sum(path.stat().st_size for path in record(world, work).iterdir())


def _stored_bytes(store: Store) -> int:
    """Of a SQLite file, or of a database with its indices."""
    if store.name == "SQLite":
        return Path(str(make_url(store.url).database)).stat().st_size
    with psycopg.connect(store.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0


def _database_seconds(store: Store) -> float:
    return cpu_seconds([store.database]) if store.database else 0.0


def _all_seconds(store: Store) -> float:
    return time.process_time() + _database_seconds(store)


def _mib(value: float | None) -> str:
    return number(value) if value else ""
