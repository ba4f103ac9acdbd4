"""Made-up records in stores, on SQLite and on a PostgreSQL that shares the servers' core."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.generate import World, write
from tests.benchmarks.serving import PROGRAMS, SERVER_CORE, Server, serving
from tests.postgres import create_database, drop_database, postgres_server


@dataclass(frozen=True)
class Store:
    """A database's address, and the process that answers for it, if there is one."""

    name: str
    url: str
    database: psutil.Process | None = None

    def run(self, *arguments: str | Path) -> None:
        """One of Dateline's commands, on this store."""
        environment = os.environ | {"DATABASE_URL": self.url}
        command = [PROGRAMS / "dateline", *arguments]
        run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if run.returncode:
            raise RuntimeError(f"dateline {arguments[0]} failed: {run.stderr[-2000:]}")


def record(world: World, work: Path) -> Path:
    """The folder with the record; made once."""
    folder = work / f"record-{world.events}-{world.seed}-{world.revision}"
    return folder if folder.exists() else write(world, folder.with_suffix(".part")).rename(folder)


def sqlite_store(world: World, work: Path) -> Store:
    """A file that is loaded once."""
    path = work / f"dateline-{world.events}-{world.seed}.db"
    store = Store("SQLite", f"sqlite:///{path}")
    if not path.exists():
        Store("SQLite", f"sqlite:///{path}.part").run("seed", "--allow-uncited", record(world, work))
        Path(f"{path}.part").rename(path)
    return store


@contextmanager
def postgres() -> Iterator[tuple[str, psutil.Process | None]]:
    """A server on the servers' core: what it does counts as theirs."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        with postgres_server() as base_url:
            os.sched_setaffinity(0, cores)
            yield base_url, _server_process()
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def postgres_store(world: World | None, work: Path, base_url: str, process: psutil.Process | None) -> Iterator[Store]:
    """A database with the record; without a world, an empty one."""
    url = create_database(base_url)
    try:
        store = Store("PostgreSQL", url, process)
        if world:
            store.run("seed", "--allow-uncited", record(world, work))
        yield store
    finally:
        drop_database(base_url, url)


@contextmanager
def dateline(store: Store, port: int, *, name: str = "Dateline", workers: int = 1) -> Iterator[Server]:
    """Dateline as `dateline serve` runs it."""
    command = [PROGRAMS / "dateline", "serve", "--port", str(port), "--workers", str(workers)]
    environment = {"DATABASE_URL": store.url}
    name = f"{name}, {store.name}"
    with serving(name, command, port, "/health/ready", environment=environment, database=store.database) as server:
        yield server


def _server_process() -> psutil.Process | None:
    """Ours; of a server that was given (TEST_DATABASE_URL), the time cannot be told."""
    return next((one for one in psutil.Process().children() if one.name() == "postgres"), None)
