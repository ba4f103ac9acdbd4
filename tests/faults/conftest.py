"""Stores to break, on each database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.stores import PostgresStores, SqliteStores, Stores


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
