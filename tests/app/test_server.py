"""What a server tells its clients when it ends, and how little of it one client can hold."""

import gc
import json
import re
import resource
import signal
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app import answering, gate
from app import server as serving_process
from app.conversation import LARGEST_HEAD, MOST_PIPELINED
from app.server import Server
from tests.app.test_cli import PATIENCE, address
from tests.app.test_cli_serve import serving
from tests.app.test_logs import Lines
from tests.conftest import Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines

QUESTION = b"GET /v1 HTTP/1.1\r\nHost: dateline.test\r\n"
OK = b"HTTP/1.1 200 OK"
PLAIN = b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def database(make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    monkeypatch.setenv("DATABASE_URL", address(store))
    return address(store)


@pytest.fixture
def large(make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store whose export is more than what lies between two programs."""
    store = make_store("sqlite")
    events = [event_line(number, summary="word " * 3_900) for number in range(300)]
    store.load(write_lines(tmp_path, [*reference_lines(), *events]))
    monkeypatch.setenv("DATABASE_URL", address(store))


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
def test_whoever_has_connected_and_was_not_accepted_yet_when_it_ends_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though it was in the last moment before."""
    late: list[socket.socket] = []
    go_on = Server.on_tick

    async def connect_at_last(self: Server, counter: int) -> bool:
        if self.should_exit and not late:
            late.append(socket.create_connection(where, PATIENCE))  # by the system: the event loop accepts nobody now
            late[0].sendall(QUESTION + b"\r\n")
        return await go_on(self, counter)

    monkeypatch.setattr(Server, "on_tick", connect_at_last)
    with running() as (_, where):
        pass
    with late[0] as client:
        assert read_to_end(client).startswith(OK)


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
def test_a_client_that_asks_again_and_again_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is seen between two requests."""
    monkeypatch.setattr(serving_process, "LONGEST_WAIT", 2)
    with running() as (_, where), closing(HTTPConnection(*where, timeout=PATIENCE)) as client:
        client.connect()
        until = time.monotonic() + 2 * serving_process.LONGEST_WAIT + 0.5
        client.auto_open = False  # a connection that was closed is not opened again
        while time.monotonic() < until:
            assert asked(client, "/v1")[0] == 200
            time.sleep(0.1)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("unit", [b"a", b"X-Name: value\r\n"], ids=["one value", "many fields"])
def test_a_head_without_end_is_refused(unit: bytes) -> None:
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION + b"X-Long: " + unit * (LARGEST_HEAD // len(unit) + 1))
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.usefixtures("database")
def test_a_body_and_many_requests_at_once_are_no_head() -> None:
    with running() as (_, where):
        with socket.create_connection(where, PATIENCE) as client:
            body = b"a" * 4 * LARGEST_HEAD
            client.sendall(b"POST /v1 HTTP/1.1\r\nHost: dateline.test\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert client.recv(65536).startswith(b"HTTP/1.1 405 ")
        with socket.create_connection(where, PATIENCE) as client:
            one = QUESTION + b"X-Long: " + b"a" * (2 * LARGEST_HEAD // MOST_PIPELINED) + b"\r\n"
            client.sendall((one + b"\r\n") * MOST_PIPELINED + one + b"Connection: close\r\n\r\n")
            assert read_to_end(client).count(OK) == MOST_PIPELINED + 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("unit", [b"a", b"X-Name: value\r\n"], ids=["one value", "many fields"])
def test_a_whole_head_that_is_too_long_is_refused(unit: bytes) -> None:
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION + b"X-Long: " + unit * (LARGEST_HEAD // len(unit) + 1) + b"\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("behind", "answered"),
    [
        ((QUESTION + b"\r\n") * 2 * MOST_PIPELINED, MOST_PIPELINED + 1),
        (b"nothing that is HTTP\r\n\r\n", 1),
        (b"GET /v1 HTTP/1.1\r\n\r\n", 1),
        (QUESTION + b"X-Long: " + b"a" * LARGEST_HEAD + b"\r\n\r\n", 1),
        (QUESTION + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + QUESTION + b"\r\n", 2),
    ],
    ids=["too many", "no HTTP", "no host", "a long head", "an upgrade"],
)
def test_what_was_asked_before_is_answered_and_the_last_answer_says_that_it_is(behind: bytes, answered: int) -> None:
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(QUESTION + b"\r\n" + behind)
        told = read_to_end(client)
        assert (told.count(b"HTTP/1.1 "), told.count(OK)) == (answered, answered)
        assert told.count(b"connection: close") == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v1 HTTP/1.1\r\n", 400),
        (b"GET /v1 HTTP/1.1\r\nHost: a\r\nhost: b\r\n", 400),
        (b"GET /v1 HTTP/1.1\r\nHost:\r\n", 200),
        (b"GET /v1 HTTP/1.0\r\n", 200),
    ],
)
def test_a_request_names_one_host(head: bytes, status: int) -> None:
    with running() as (_, where), socket.create_connection(where, PATIENCE) as client:
        client.sendall(head + b"\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.usefixtures("database")
def test_the_server_takes_no_address_from_a_header_and_does_not_name_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """For whom a proxy asks is told by the proxies that are trusted alone: here there are none."""
    monkeypatch.setenv("DATELINE_RATE_LIMIT", "1/hour")
    with running() as (_, where), closing(HTTPConnection(*where, timeout=PATIENCE)) as client:
        for number, status in enumerate((200, 429)):
            client.request("GET", "/v1", headers={"X-Forwarded-For": f"203.0.113.{number}"})
            answer = client.getresponse()
            assert (answer.status, answer.getheader("server")) == (status, None)
            assert answer.read()


def test_it_holds_as_many_connections_as_the_machine_lets_it(database: str, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[1], 1_000), limits[1]))
    try:
        with serving(tmp_path / "working", DATABASE_URL=database) as server:
            assert server.get("/v1")
            assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (limits[1], limits[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.usefixtures("database")
def test_clients_that_vanish_leave_nothing_in_the_log() -> None:
    lines = Lines()
    asked = b"".join(
        b"GET /v1/events.csv?limit=%d HTTP/1.1\r\nHost: dateline.test\r\n\r\n" % (one + 1)
        for one in range(MOST_PIPELINED)
    )
    with running() as (server, where):
        lines.listen()
        for _ in range(5):
            with socket.create_connection(where, PATIENCE) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
                client.sendall(asked)
                assert client.recv(1)
        until_left(server)
    lines.leave()
    assert lines.text == ""


@pytest.mark.usefixtures("large")
def test_a_client_that_takes_nothing_of_an_export_is_left_and_leaves_nothing_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.files.LONGEST_PAUSE", 0.2)
    lines = Lines()
    with running() as (server, where), socket.socket() as client:
        lines.listen()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(where)
        client.sendall(b"GET /v1/exports/events.ndjson HTTP/1.1\r\nHost: dateline.test\r\n\r\n")
        assert client.recv(len(OK)) == OK
        until_left(server)
        assert not read_to_end(client).endswith(b"\r\n0\r\n\r\n")
    lines.leave()
    assert lines.text == ""


@pytest.mark.usefixtures("database")
def test_an_answer_that_a_fault_of_ours_cuts_is_seen_to_be_cut_and_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail_in_the_midst(_lines: Iterable[bytes]) -> Iterator[bytes]:
        yield b"{}\n"
        raise ArithmeticError

    monkeypatch.setattr("app.files._gather", fail_in_the_midst)
    lines = Lines()
    with running() as (server, where), socket.create_connection(where, PATIENCE) as client:
        lines.listen()
        client.sendall(b"GET /v1/exports/events.ndjson HTTP/1.1\r\nHost: dateline.test\r\n\r\n")
        told = read_to_end(client)
        until_left(server)
    lines.leave()
    assert told.startswith(OK)
    assert told.endswith(b"\r\n3\r\n{}\n\r\n")
    assert [(one["level"], "ArithmeticError" in one["traceback"]) for one in lines] == [("error", True)]


@pytest.mark.usefixtures("database")
def test_a_client_that_vanishes_is_forgotten_at_once() -> None:
    with running() as (server, where):
        with socket.create_connection(where, PATIENCE) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
            client.sendall(PLAIN)
            assert client.recv(1)
            (connection,) = map(weakref.ref, server.server_state.connections)
        until_left(server)
        deadline = time.monotonic() + PATIENCE
        while connection() is not None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            gc.collect()


def until_left(server: Server) -> None:
    """By everybody, with nothing under way."""
    deadline = time.monotonic() + PATIENCE
    while server.server_state.connections or server.server_state.tasks:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def insisting(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, HTTPConnection]]:
    """A connection whose questions are refused, since there is no room, and that goes on asking."""
    monkeypatch.setattr(gate, "MOST_REQUESTS", 0)
    with running() as (server, where), closing(HTTPConnection(*where, timeout=PATIENCE)) as client:
        client.connect()
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield server, client


def asked(client: HTTPConnection, path: str = "/v1/events", **headers: str) -> tuple[int, dict[str, str], bytes]:
    client.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = client.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def refusals(client: HTTPConnection) -> tuple[float, float]:
    """As the metrics count them: what was too much, and answers by their status."""
    told = dict(line.rsplit(" ", 1) for line in asked(client, "/metrics")[2].decode().splitlines())
    names = 'dateline_shed_total{of="requests"}', 'dateline_requests_total{path="unknown",status="503"}'
    return float(told[names[0]]), float(told[names[1]])


@pytest.mark.usefixtures("database")
def test_whoever_is_refused_and_asks_again_is_refused_in_the_same_words_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with insisting(monkeypatch) as (_, client):
        status, headers, body = asked(client)
        again = [asked(client, f"/v1/events?limit={number}") for number in range(1, 4)]
        ids = {headers.pop("x-request-id"), *(one.pop("x-request-id") for _, one, _ in again)}
        assert status == 503
        assert all(one.pop("date") for one in (headers, *(told for _, told, _ in again)))
        assert json.loads(body)["detail"] == "Too many requests are under way."
        assert again == [(503, headers, body)] * 3
        assert len(ids) == 4
        assert asked(client, x_request_id="mine")[1]["x-request-id"] == "mine"
        assert refusals(client) == (5, 5)


@pytest.mark.usefixtures("database")
def test_whoever_is_refused_is_answered_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with insisting(monkeypatch) as (_, client):
        monkeypatch.setattr(gate, "MOST_REQUESTS", 1)
        assert asked(client, "/v1")[0] == 200
        monkeypatch.setattr(gate, "MOST_REQUESTS", 0)
        assert asked(client, "/v1")[0] == 200
        assert [asked(client)[0] for _ in range(2)] == [503] * 2
        assert asked(client, "/v1")[0] == 200


@pytest.mark.usefixtures("database")
def test_whoever_was_refused_is_answered_as_soon_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with insisting(monkeypatch) as (_, client):
        assert [asked(client)[0] for _ in range(3)] == [503] * 3
        assert asked(client, "/health/live")[0] == 200
        monkeypatch.setattr(gate, "MOST_REQUESTS", 1)
        assert [asked(client)[0] for _ in range(3)] == [200] * 3


@pytest.mark.usefixtures("database")
def test_each_refusal_is_logged_and_counts_for_the_limit_of_its_client_where_there_are_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_ACCESS_LOG", "1")
    monkeypatch.setenv("DATELINE_RATE_LIMIT", "5/minute")
    lines = Lines()
    with insisting(monkeypatch) as (_, client):
        lines.listen()
        assert [asked(client)[0] for _ in range(7)] == [503] * 5 + [429] * 2
    lines.leave()
    assert [one["status"] for one in lines] == [503] * 5 + [429] * 2


@pytest.mark.usefixtures("database")
def test_whoever_is_refused_while_it_ends_is_told_that_it_is_the_last_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_process, "LAST_WAIT", PATIENCE)
    with insisting(monkeypatch) as (server, client):
        assert asked(client)[0] == 503
        server.should_exit = True
        deadline = time.monotonic() + PATIENCE
        while asked(client)[1].get("connection") != "close":
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.usefixtures("database")
def test_whoever_is_refused_and_takes_no_answer_makes_it_hold_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be cut, too, where the machine is too busy to read its questions as they come."""
    monkeypatch.setattr(answering, "RETRY_SECONDS", PATIENCE)

    def press() -> None:
        with suppress(OSError):
            for _ in range(2_000):
                client.sock.sendall(PLAIN * 10)
                time.sleep(0.001)

    with insisting(monkeypatch) as (server, client):
        assert asked(client)[0] == 503
        (connection,) = server.server_state.connections
        ours = connection.transport.get_extra_info("socket")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # so that what is not taken lies with the server
        pressing = threading.Thread(target=press)
        pressing.start()
        held = []
        for _ in range(200):
            held.append(connection.transport.get_write_buffer_size())
            time.sleep(0.01)
        assert max(held) < 128 * 1024
        with suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)
        pressing.join()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ([PLAIN[:17], PLAIN[17:]], 1),
        ([PLAIN + PLAIN], 2),
        ([PLAIN + b"GET /v1/actors HTTP/1.1\r\nX-Foo: ", PLAIN], 2),
        ([PLAIN[:-2] + b"Content-Length: %d\r\n\r\n" % len(PLAIN), PLAIN], 1),
        ([PLAIN[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"], 1),
        ([PLAIN.replace(b"GET", b"HEAD")], 1),
        ([PLAIN[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"], 0),
    ],
    ids=[
        "in pieces",
        "two at once",
        "one and a half",
        "a body that looks like a request",
        "in chunks",
        "HEAD",
        "an upgrade",
    ],
)
@pytest.mark.parametrize("before", [1, 2])
def test_requests_of_whoever_was_refused_are_told_apart_as_ever(
    before: int, pieces: list[bytes], answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last says that it is, so that there is an end; what asks for another protocol is the last."""
    with insisting(monkeypatch) as (_, client):
        for _ in range(before):
            assert asked(client)[0] == 503
        for piece in pieces:
            client.sock.sendall(piece)
            time.sleep(0.1)
        client.sock.sendall(PLAIN[:-2] + b"Connection: close\r\n\r\n")
        statuses = re.findall(rb"HTTP/1\.1 ([0-9]+)", read_to_end(client.sock))
        assert statuses == [b"503"] * (answers + 1)
