"""What a server tells its clients when it ends, and how little of it one client can hold."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app import server as serving_process
from app.server import LARGEST_HEAD, Server
from tests.app.test_cli import PATIENCE, address
from tests.app.test_cli_serve import serving
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

QUESTION = b"GET /v1 HTTP/1.1\r\nHost: dateline.test\r\n"


@pytest.fixture
def database(make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    monkeypatch.setenv("DATABASE_URL", address(store))
    return address(store)


@contextmanager
def running() -> Iterator[tuple[Server, tuple[str, int]]]:
    """A server in a thread of this process, so that its bounds can be made short."""
    started = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = listening.getsockname()
        server = Server(started.set)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        assert started.wait(PATIENCE)
        try:
            yield server, where
        finally:
            server.should_exit = True
            thread.join()


def read_to_end(client: socket.socket) -> bytes:
    told = b""
    while piece := client.recv(65536):
        told += piece
    return told


@pytest.mark.usefixtures("database")
def test_whoever_asks_while_it_ends_is_answered_and_told_that_it_is_the_last_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving_process, "LAST_WAIT", PATIENCE)
    with running() as (server, where), closing(HTTPConnection(*where, timeout=PATIENCE)) as client:
        told = []
        while "close" not in told:
            client.request("GET", "/v1")
            answer = client.getresponse()
            assert answer.status == 200
            assert answer.read()
            told.append(answer.getheader("connection"))
            server.should_exit = True
        assert told[0] is None


@pytest.mark.usefixtures("database")
def test_a_connection_on_which_nothing_comes_does_not_keep_it_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_process, "LAST_WAIT", 0.1)
    with running() as (server, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION)
        server.should_exit = True
        assert read_to_end(client) == b""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_and_a_second_one_at_once(
    how: signal.Signals, database: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "working", DATABASE_URL=database) as server:
        assert server.get("/v1")
        assert server.stop(how) == 0
    with serving(tmp_path / "working", DATABASE_URL=database) as server:
        host, port = server.address().removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), PATIENCE):
            server.process.send_signal(how)
            time.sleep(0.5)
            assert server.stop(how) == -how
        assert "Traceback" not in server.log.read_text()


@pytest.mark.usefixtures("database")
def test_a_client_that_sends_a_request_byte_by_byte_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_process, "LONGEST_WAIT", 0.5)
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION + b"X-Slow: ")
        deadline, left = time.monotonic() + PATIENCE, False
        while not left:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            try:
                client.sendall(b"a")
            except OSError:
                left = True


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("unit", [b"a", b"X-Name: value\r\n"], ids=["one value", "many fields"])
def test_a_head_without_end_is_refused(unit: bytes) -> None:
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION + b"X-Long: ")
        time.sleep(0.2)  # in a read of its own: what comes with the first is not counted
        client.sendall(unit * (LARGEST_HEAD // len(unit) + 1))
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.usefixtures("database")
def test_a_body_and_many_requests_at_once_are_no_head() -> None:
    with running() as (_, where):
        with socket.create_connection(where, PATIENCE) as client:
            body = b"a" * 4 * LARGEST_HEAD
            client.sendall(b"POST /v1 HTTP/1.1\r\nHost: dateline.test\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert client.recv(65536).startswith(b"HTTP/1.1 405 ")
        with socket.create_connection(where, PATIENCE) as client:
            many = 3 * LARGEST_HEAD // len(QUESTION)
            client.sendall((QUESTION + b"\r\n") * many + QUESTION + b"Connection: close\r\n\r\n")
            assert read_to_end(client).count(b"HTTP/1.1 200 OK") == many + 1
