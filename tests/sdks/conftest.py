"""Live services that generated clients ask: as released, and as a later release may be."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import pytest
import uvicorn

from tests.conftest import RECORD, Store
from tests.sdks.newer import Newer


class Service:
    """Where it is, and the questions about events that reached it."""

    def __init__(self, app: Any) -> None:
        self.address = ""
        self.asked: list[list[tuple[str, str]]] = []
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/v1/events":
            self.asked.append(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        await self._app(scope, receive, send)


@contextmanager
def _serving(app: Any) -> Iterator[Service]:
    service = Service(app)
    listening = socket.create_server(("127.0.0.1", 0))
    service.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(service, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield service
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def record(make_lasting_store: Callable[[str], Store]) -> Store:
    """A store with the record that Dateline ships."""
    store = make_lasting_store("sqlite")
    store.load(RECORD, allow_uncited=False)
    return store


@pytest.fixture(scope="session")
def service(record: Store) -> Iterator[Service]:
    with _serving(record.client().app) as service:
        yield service


@pytest.fixture(scope="session")
def newer_service(record: Store) -> Iterator[Service]:
    with _serving(Newer(record.client().app)) as service:
        yield service
