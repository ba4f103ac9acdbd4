"""A running service for the examples to ask, and what it has."""

import importlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from tests.conftest import Client, Store

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
KINDS = ("actor", "event", "location", "publisher", "source", "vocabulary")
dateline = importlib.import_module("dateline")
Document = dict[str, Any]


@contextmanager
def service_of(store: Store) -> Iterator[Any]:
    """A client of a running service over a store."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(store.client().app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    service = dateline.Dateline(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        with service.client:
            yield service
    finally:
        server.should_exit = True
        thread.join()


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """An example as a newsroom runs it: a program of its own, in another folder."""
    command = [sys.executable, EXAMPLES / name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def without_revision(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "revision"}


def documents(client: Client, **asked: Any) -> dict[tuple[str, str], Document]:
    """Every record that the service has."""
    path = {kind: f"/v1/{kind}s" for kind in KINDS} | {"vocabulary": "/v1/vocabularies"}
    walked = {kind: client.walk(path[kind], params=asked) for kind in KINDS}
    return {(kind, one["id"]): one for kind, found in walked.items() for one in found}
