"""A disk that is full leaves the old revision, is told in a line, and is forgotten as soon as there is room."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from seed.migrating import migrate
from tests.conftest import Store
from tests.faults.conftest import Seed
from tests.faults.loading import load
from tests.faults.states import write
from tests.faults.stores import SqliteStores, held, opened, seen
from tests.postgres import postgres_server

ROOMY = "64m"
MORE = 400
"""Events of which there is no room for a state."""


class Disk:
    """A small file system in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "dateline", path], check=True)

    def fill(self, spare: int) -> None:
        """Leaves room for so many bytes."""
        used = shutil.disk_usage(self.path).used
        self._resize(str(used + spare))

    def make_room(self) -> None:
        self._resize(ROOMY)

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.path], check=True)


@pytest.fixture
def disk() -> Iterator[Disk]:
    """One where a server's user may go."""
    if os.geteuid() != 0:
        pytest.skip("a full disk takes a small file system, which root alone may mount")
    path = Path(tempfile.mkdtemp(prefix="dateline-disk-"))
    path.chmod(0o755)
    yield Disk(path)
    subprocess.run(["umount", "--lazy", path], check=True)
    path.rmdir()


@pytest.fixture
def on_postgresql(disk: Disk) -> Iterator[URL]:
    """A store of a server of its own, whose tables are on the disk."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the given server cannot be told to store tables elsewhere")
    shutil.chown(disk.path, "nobody")
    with postgres_server() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk.path}'")
            connection.execute("CREATE DATABASE small TEMPLATE template0 ENCODING 'UTF8' TABLESPACE small")
        yield make_url(server).set(database="small", drivername="postgresql+psycopg")


@pytest.fixture
def store(request: pytest.FixtureRequest, database: str, disk: Disk, tmp_path: Path) -> URL:
    """A store on the disk, with the first state."""
    url = SqliteStores(disk.path).new() if database == "sqlite" else request.getfixturevalue("on_postgresql")
    migrate(url)
    with opened(url) as one:
        load(one.engine, write(tmp_path, 1))
    return url


def test_a_full_disk_leaves_the_old_revision(store: URL, disk: Disk, seed: Seed, tmp_path: Path) -> None:
    before, path = held(store), write(tmp_path, 2, MORE)
    disk.fill(64 * 1024)
    status, told = seed(store, path)
    assert (status, told.count("\n")) == (1, 0), told
    assert told.startswith("The database of DATABASE_URL says: ")
    assert "disk is full" in told or "No space left on device" in told
    assert seen(store) == (1, {1})
    disk.fill(0)
    assert seen(store) == (1, {1})
    disk.make_room()
    assert held(store) == before
    assert seed(store, path)[0] == 0
    assert seen(store) == (2, {2})


def test_a_folder_for_temporary_files_that_is_full_stops_one_export_and_no_answer(
    make_store: Callable[[str], Store], disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store("sqlite")
    store.load(write(tmp_path, 1))
    monkeypatch.setattr(tempfile, "tempdir", str(disk.path))
    client = store.client()
    disk.fill(16 * 1024)
    answer = client.get("/v1/exports/dateline.sqlite")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    assert client.get("/v1/exports/events.ndjson").status_code == 200
    assert list(disk.path.iterdir()) == []
    disk.make_room()
    assert client.get("/v1/exports/dateline.sqlite").status_code == 200
