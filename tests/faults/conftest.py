"""Stores to break, on each database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from app.cli import main
from tests.faults.loading import load
from tests.faults.states import write
from tests.faults.stores import PostgresStores, SqliteStores, Stores, opened, plain

Seed = Callable[[URL, Path], tuple[int, str]]


@pytest.fixture(scope="module")
def make_stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stores]:
    def make(database: str) -> Stores:
        if database == "sqlite":
            return SqliteStores(tmp_path_factory.mktemp("stores"))
        return PostgresStores(request.getfixturevalue("new_postgres_database"))

    return make


@pytest.fixture(scope="module")
def stores(database: str, make_stores: Callable[[str], Stores]) -> Stores:
    return make_stores(database)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of records are."""
    return tmp_path_factory.mktemp("records")


@pytest.fixture
def first(stores: Stores, folder: Path) -> Iterator[URL]:
    """A store with the first state."""
    url = stores.new()
    with opened(url) as one:
        load(one.engine, write(folder, 1))
    yield url
    stores.drop(url)


@pytest.fixture
def seed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Seed:
    """`dateline seed`: its exit status, and what it tells on standard error, but for the progress."""

    def run(url: URL, path: Path) -> tuple[int, str]:
        monkeypatch.setenv("DATABASE_URL", plain(url))
        with pytest.raises(SystemExit) as stopped:
            main(["seed", "--allow-uncited", str(path)])
        told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("Loading the record")]
        return int(str(stopped.value.code or 0)), "\n".join(told).strip()

    return run
