"""Real stores, on SQLite and on a real PostgreSQL, and clients of the real application."""

import gc
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import settings
from sqlalchemy import URL, make_url

from app.main import create_app
from app.settings import Settings
from seed.checking import check
from seed.loading import Outcome, publish
from seed.migrating import migrate
from seed.writing import writing_engine
from tests.postgres import create_database, drop_database, postgres_server

RECORD = Path(__file__).parent.parent / "seed" / "data"

settings.register_profile("patient", deadline=None)  # a machine at work on other things takes its time
settings.load_profile("patient")


class Client:
    """Asks the real application in this process, on an event loop of its own."""

    def __init__(self, portal: BlockingPortal, app: Any) -> None:
        self.app = app
        self._portal = portal
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://dateline.test")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            return await self._client.request(method, path, **options)

        return self._portal.call(ask)

    def walk(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """The records of every page, following `links.next`."""
        records, following = [], path
        while following:
            answer = self.get(following, **options)
            assert answer.status_code == 200, answer.text
            records += answer.json()["data"]
            following, options = answer.json()["links"].get("next"), {}
        return records


class Store:
    """A migrated, empty store, and ways to load and to ask it."""

    def __init__(self, url: URL, portal: BlockingPortal) -> None:
        self.url = url
        migrate(url)
        self.engine = writing_engine(url)
        self._portal = portal
        self._apps: list[Any] = []

    def load(self, *paths: Path, allow_uncited: bool = True) -> Outcome:
        """Publish the record under some paths."""
        return publish(self.engine, check(paths, allow_uncited=allow_uncited))

    def client(self, **settings: Any) -> Client:
        """A client of a new application over this store."""
        address = self.url.render_as_string(hide_password=False)
        app = create_app(Settings(DATABASE_URL=address, **settings))
        self._apps.append(app)
        return Client(self._portal, app)

    def close(self) -> None:
        for app in self._apps:
            app.state.database.close()
        self.engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def _collected() -> Iterator[None]:
    """What outlives a file of tests is looked through no more: of much, it takes a second, while a question waits."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def new_postgres_database() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a real PostgreSQL server, which starts when the first is asked for."""
    with postgres_server() as server, ExitStack() as dropping:

        def create() -> str:
            address = create_database(server)
            dropping.callback(drop_database, server, address)
            return address

        yield create


@pytest.fixture
def owner_and_reader(new_postgres_database: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """An empty database, and a new name for a role that may read it; both are dropped in the end."""
    owner, role = new_postgres_database(), f"reader_{secrets.token_hex(4)}"
    yield owner, role
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


@pytest.fixture(scope="session")
def make_lasting_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal
) -> Iterator[Callable[[str], Store]]:
    """As `make_store`, of stores that several files of tests read."""
    with _stores(request, tmp_path_factory, portal) as make:
        yield make


@pytest.fixture(scope="module")
def make_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal
) -> Iterator[Callable[[str], Store]]:
    """Makes empty stores on either database: `make_store("sqlite")`, `make_store("postgresql")`.

    They last as long as a file of tests does: each holds connections, of which a server has only so many.
    """
    with _stores(request, tmp_path_factory, portal) as make:
        yield make


@contextmanager
def _stores(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, portal: BlockingPortal
) -> Iterator[Callable[[str], Store]]:
    with ExitStack() as closing:

        def make(database: str) -> Store:
            if database == "sqlite":
                url = make_url(f"sqlite:///{folders.mktemp('store') / 'dateline.db'}")
            else:
                create = request.getfixturevalue("new_postgres_database")
                url = make_url(create()).set(drivername="postgresql+psycopg")
            store = Store(url, portal)
            closing.callback(store.close)
            return store

        yield make


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


@pytest.fixture
def store(database: str, make_store: Callable[[str], Store]) -> Iterator[Store]:
    """An empty store of its own for one test, on each database."""
    store = make_store(database)
    yield store
    store.close()


@pytest.fixture(scope="session")
def shipped(database: str, make_lasting_store: Callable[[str], Store]) -> Store:
    """A store with the record that Dateline ships, on each database; only to be read."""
    store = make_lasting_store(database)
    store.load(RECORD, allow_uncited=False)
    return store


@pytest.fixture(scope="session")
def client(shipped: Store) -> Client:
    """Asks the record that Dateline ships, on each database."""
    return shipped.client()


@pytest.fixture
def write_record(tmp_path: Path) -> Callable[..., Path]:
    """Writes records, each `{"kind": …}`, as an NDJSON file and returns its path."""

    def write(records: Iterable[dict[str, Any]], name: str = "record.ndjson") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
        return path

    return write
