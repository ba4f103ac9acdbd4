"""Kept answers as the server sends them before it begins anything: the same to the byte as any other way."""

import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app import gate
from app import server as serving_process
from app.answering import CLOSE, MOST_AT_ONCE, _whole
from app.at_once import Ready
from app.conversation import MOST_PIPELINED, Conversation
from app.server import Server
from tests.app.test_cli import PATIENCE, address
from tests.app.test_logs import Lines
from tests.app.test_server import PLAIN, asked, read_to_end, running
from tests.conftest import Store
from tests.invented import event_line, invented_lines, write_lines
from tests.operations import FILES, OPERATIONS

KEPT = "/v1/events"
TCP_INFO, DATA_IN = 11, 152
"""Where Linux tells how many packets with data came to a socket: `tcpi_data_segs_in` (linux/tcp.h)."""
ENCODINGS = ("identity", "gzip", "br", "zstd")
UNLIKE = {one.path for one in FILES} | {"/metrics", "/health/live", "/health/ready"}
PATHS = [one.path for one in OPERATIONS if one.path not in UNLIKE]


@pytest.fixture
def store(make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines()))
    monkeypatch.setenv("DATABASE_URL", address(store))
    return store


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The requests for which the server began something."""
    begun: list[Any] = []
    begin = HttpToolsProtocol._start_asgi_task  # noqa: SLF001 - uvicorn's, that ours extends

    def noted(self: Conversation, cycle: Any, app: Any) -> None:
        begun.append(cycle.scope["path"])
        begin(self, cycle, app)

    monkeypatch.setattr(HttpToolsProtocol, "_start_asgi_task", noted)
    return begun


@contextmanager
def connected() -> Iterator[tuple[Server, HTTPConnection]]:
    with running() as (server, where), closing(HTTPConnection(*where, timeout=PATIENCE)) as client:
        client.connect()
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield server, client


def ask(client: HTTPConnection, method: str, path: str, headers: dict[str, str]) -> tuple[int, list[Any], bytes]:
    """The answer, its headers as they come; the time is seen to be there."""
    client.request(method, path, headers=headers)
    answer = client.getresponse()
    told = answer.getheaders()
    assert told.pop(0)[0] == "date"
    return answer.status, told, answer.read()


@pytest.mark.usefixtures("store")
def test_what_is_kept_is_sent_at_once_and_is_the_answer(begun: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = 0
    with connected() as (_, client):
        monkeypatch.setenv("DATELINE_CACHE_BYTES", "0")
        with connected() as (_, plain):
            for path in PATHS:
                for encoding in ENCODINGS:
                    usual = {"Accept-Encoding": encoding, "X-Request-ID": "one"}
                    ask(client, "GET", path, usual)
                    tag = dict(ask(plain, "GET", path, usual)[1]).get("etag", '"none"')
                    for more in ({}, {"If-None-Match": tag}, {"If-None-Match": '"other"'}):
                        ask(client, "GET", path, usual | more)
                        for method in ("GET", "HEAD"):
                            expected = ask(plain, method, path, usual | more)
                            begun.clear()
                            assert ask(client, method, path, usual | more) == expected, (method, path, more)
                            at_once += not begun
    assert at_once > 5 * len(PATHS) * len(ENCODINGS), "of six, most are kept"


@pytest.mark.usefixtures("store")
def test_it_is_counted_as_any_answer(begun: list[Any]) -> None:
    with connected() as (_, client):
        for _ in range(5):
            asked(client, KEPT)
        told = asked(client, "/metrics")[2].decode()
    assert begun == [KEPT, "/metrics"]
    for line in ("dateline_cache_hits_total 4.0", "dateline_cache_misses_total 2.0",
                 'dateline_requests_total{path="/v1/events",status="200"} 5.0'):  # fmt: skip
        assert line in told


def test_a_new_revision_is_seen_before_the_next_answer(store: Store, tmp_path: Path) -> None:
    with connected() as (_, client):
        before = [asked(client, KEPT) for _ in range(3)]
        store.load(write_lines(tmp_path, [*invented_lines()[:-1], event_line(11, title="Another title")]))
        after = asked(client, KEPT)
    assert [status for status, _, _ in (*before, after)] == [200] * 4
    assert before[0][2] == before[2][2]
    assert b"Another title" in after[2]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("setting", "value"), [("ACCESS_LOG", "1"), ("RATE_LIMIT", "3/minute")])
def test_nothing_is_where_each_request_is_logged_or_counts_for_the_limit_of_its_client(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DATELINE_{setting}", value)
    lines = Lines()
    with connected() as (_, client):
        lines.listen()
        statuses = [asked(client, KEPT)[0] for _ in range(4)]
    lines.leave()
    if setting == "ACCESS_LOG":
        assert [one["status"] for one in lines] == statuses == [200] * 4
    else:
        assert statuses == [200] * 3 + [429]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("head", "status", "ends"),
    [
        (PLAIN, 200, False),
        (PLAIN.replace(b"GET", b"HEAD"), 200, False),
        (PLAIN[:-2] + b"Connection: close\r\n\r\n", 200, True),
        (PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"), 200, True),
        (PLAIN.replace(b"GET", b"POST"), 405, False),
        (PLAIN.replace(b"GET", b"OPTIONS"), 204, False),
    ],
    ids=["GET", "HEAD", "close", "HTTP/1.0", "POST", "OPTIONS"],
)
def test_a_connection_ends_where_its_client_asks_for_that(head: bytes, status: int, ends: bool) -> None:
    with connected() as (_, client):
        asked(client, KEPT)
        client.sock.sendall(head)
        told, ended = client.sock.recv(65536), False
        client.sock.settimeout(PATIENCE if ends else 1)
        with suppress(TimeoutError):
            while piece := client.sock.recv(65536):
                told += piece
            ended = True
    assert told.startswith(b"HTTP/1.1 %d " % status)
    assert (ended, b"connection: close" in told) == (ends, ends)


@pytest.mark.usefixtures("store")
def test_whoever_asks_while_it_ends_is_told_that_it_is_the_last_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_process, "LAST_WAIT", PATIENCE)
    with connected() as (server, client):
        assert asked(client, KEPT)[0] == 200
        server.should_exit = True
        deadline, told = time.monotonic() + PATIENCE, b""
        while b"connection: close" not in told:
            assert time.monotonic() < deadline
            client.sock.sendall(PLAIN)
            told = client.sock.recv(1_000_000)
            time.sleep(0.02)
        client.sock.settimeout(PATIENCE / 4)
        read_to_end(client.sock)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ([PLAIN[:17], PLAIN[17:]], [200]),
        ([PLAIN * 3], [200] * 3),
        ([PLAIN + PLAIN.replace(KEPT.encode(), b"/v1/events?limit=1") + PLAIN], [200] * 3),
        ([PLAIN + PLAIN.replace(KEPT.encode(), b"/nothing") + PLAIN * 2], [200, 404, 200, 200]),
        ([PLAIN + b"GET /v1/actors HTTP/1.1\r\nX-Foo: ", PLAIN], [200, 200]),
        ([PLAIN[:-2] + b"Content-Length: %d\r\n\r\n" % len(PLAIN), PLAIN], [200]),
        ([PLAIN[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"], [200]),
    ],
    ids=["in pieces", "at once", "one is new", "one is wrong", "one and a half", "a body", "in chunks"],
)
def test_requests_are_told_apart_and_answered_in_their_order(pieces: list[bytes], answers: list[int]) -> None:
    """The last says that it is, so that there is an end."""
    with connected() as (_, client):
        asked(client, KEPT)
        for piece in pieces:
            client.sock.sendall(piece)
            time.sleep(0.1)
        client.sock.sendall(PLAIN[:-2] + b"Connection: close\r\n\r\n")
        told = read_to_end(client.sock)
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]+)", told)] == [*answers, 200]


@pytest.mark.usefixtures("store")
def test_whoever_takes_no_answer_makes_it_hold_little() -> None:
    def press() -> None:
        with suppress(OSError):
            for _ in range(2_000):
                client.sock.sendall(PLAIN * MOST_AT_ONCE)
                time.sleep(0.001)

    with connected() as (server, client):
        length = len(asked(client, KEPT)[2])
        pressing = threading.Thread(target=press)
        pressing.start()
        for _ in range(200):
            held = [one.transport.get_write_buffer_size() for one in server.server_state.connections]
            assert sum(held) < 128 * 1024 + length
            time.sleep(0.01)
        with suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)
        pressing.join()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("path", [KEPT, "/v1/events/harbour-talks-1", "/nothing"])
def test_an_answer_comes_in_one_packet_be_it_new_or_kept(path: str) -> None:
    with connected() as (_, client):
        for number in (1, 2):
            client.sock.sendall(PLAIN.replace(KEPT.encode(), path.encode()))
            head, _, body = client.sock.recv(1_000_000).partition(b"\r\n\r\n")
            assert f"content-length: {len(body)}".encode() in head
            assert body
            if sys.platform == "linux":
                (packets,) = struct.unpack_from("I", client.sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 192), DATA_IN)
                assert packets == number


HEADERS = [(b"etag", b'"a"'), (b"content-length", b"4")]


@pytest.mark.parametrize(
    ("headers", "message", "ready"),
    [
        (HEADERS, {"body": b"told"}, Ready(200, b'etag: "a"\r\ncontent-length: 4\r\n', b"told")),
        (HEADERS, {"body": b"told", "more_body": True}, None),
        (HEADERS, {"body": b"tol"}, None),
        (HEADERS, {}, None),
        (HEADERS[:1], {"body": b"told"}, None),
        *(([*HEADERS, (b"x", b"a%bb" % one)], {"body": b"told"}, None) for one in (b"\r\ny: ", b"\r", b"\n", b"\0")),
        *(([*HEADERS, (b"x%b" % one, b"a")], {"body": b"told"}, None) for one in (b"\r\n", b"\x7f", b"\x1f")),
    ],
)
def test_what_is_not_whole_or_not_sound_is_left_to_the_server_below(headers: Any, message: Any, ready: Any) -> None:
    assert _whole({"status": 200, "headers": headers}, message) == ready


@pytest.mark.usefixtures("store")
def test_it_is_sent_where_no_other_request_finds_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with connected() as (_, client):
        asked(client, KEPT)
        monkeypatch.setattr(gate, "MOST_REQUESTS", 0)
        assert [asked(client, path)[0] for path in (KEPT, "/v1", KEPT)] == [200, 503, 200]


@pytest.mark.usefixtures("store")
def test_a_stream_that_ends_where_it_begins_has_an_end_when_it_is_asked_for_again() -> None:
    with connected() as (_, client):
        for _ in range(3):
            assert asked(client, "/v1/exports/events.ndjson?date_to=0001-01-01")[::2] == (200, b"")


def test_a_fault_has_no_body_for_head(store: Store) -> None:
    """A label of `/v1/facets` is read from an actor's document: here one that is damaged."""
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE actor SET document = :damaged"), {"damaged": b"{"})
    with connected() as (_, client):
        client.sock.sendall(PLAIN.replace(b"GET /v1/events", b"HEAD /v1/facets?facet=actor"))
        head, _, body = read_to_end(client.sock).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 ")
    assert body == b""


@pytest.mark.usefixtures("store")
def test_a_fault_in_looking_for_it_is_told_as_any_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with connected() as (_, client):
        assert asked(client, KEPT)[0] == 200
        monkeypatch.delattr("app.remembering.asked_encoding")
        status, headers, _ = asked(client, KEPT)
    assert (status, headers["content-type"]) == (500, "application/problem+json")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("field", "body"), [(b"Transfer-Encoding: gzip", b"a"), (b"Transfer-Encoding: chunked", b"no length\r\n")]
)
def test_a_request_whose_body_is_wrong_is_not_answered_twice(field: bytes, body: bytes) -> None:
    with connected() as (_, client):
        asked(client, KEPT)
        client.sock.sendall(PLAIN[:-2] + field + b"\r\n\r\n" + body)
        assert read_to_end(client.sock).count(b"HTTP/1.1 ") == 1


@pytest.mark.usefixtures("store")
def test_who_asks_for_many_at_once_leaves_others_their_turn(begun: list[Any]) -> None:
    """Behind those that are answered at once, and those that wait, none is read: as where none is kept."""
    with connected() as (_, client):
        asked(client, KEPT)
        begun.clear()
        client.sock.sendall(PLAIN * 200 + PLAIN[:-2] + b"Connection: close\r\n\r\n")
        told = read_to_end(client.sock)
    assert told.count(b"HTTP/1.1 200 ") == MOST_AT_ONCE + 1 + MOST_PIPELINED
    assert told.count(b"connection: close") == 1
    assert begun


@pytest.mark.usefixtures("store")
def test_what_is_long_under_way_behind_it_is_sent_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which nothing comes is left after a while: not one on which an answer is sent."""

    def slowly(_lines: Iterable[bytes]) -> Iterator[bytes]:
        for number in range(4):
            yield b"%d\n" % number
            time.sleep(0.6)

    monkeypatch.setattr(serving_process, "LONGEST_WAIT", 1.5)
    monkeypatch.setattr("app.files._gather", slowly)
    with connected() as (_, client):
        asked(client, KEPT)
        export = PLAIN.replace(b"/v1/events", b"/v1/exports/events.ndjson")
        client.sock.sendall(PLAIN + export[:-2] + b"Connection: close\r\n\r\n")
        assert read_to_end(client.sock).endswith(b"2\r\n3\n\r\n0\r\n\r\n")


@pytest.mark.usefixtures("store")
def test_what_is_long_under_way_when_it_ends_says_that_it_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def when_told(_lines: Iterable[bytes]) -> Iterator[bytes]:
        assert going_on.wait(PATIENCE)
        yield b"{}\n"
        yield b""

    def until(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    monkeypatch.setattr("app.files._gather", when_told)
    with connected() as (server, client):
        client.sock.sendall(PLAIN.replace(b"/v1/events", b"/v1/exports/events.ndjson"))
        until(lambda: bool(server.server_state.tasks))
        before = server.server_state.default_headers
        until(lambda: server.server_state.default_headers is not before)  # once a second, for the time
        server.should_exit = True
        until(lambda: CLOSE in server.server_state.default_headers)
        going_on.set()
        assert read_to_end(client.sock).count(b"connection: close") == 1


def test_who_has_the_answer_is_not_told_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
            await send({"type": "http.response.body", "body": b"told"})
            assert (await receive())["type"] == "http.disconnect"

    monkeypatch.setattr("app.main.create_served_app", lambda: application)
    with connected() as (_, client):
        client.sock.sendall(PLAIN[:-2] + b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        assert client.sock.recv(65536).endswith(b"told")
        client.sock.sendall(b"a" + PLAIN[:-2] + b"Connection: close\r\n\r\n")
        assert read_to_end(client.sock).startswith(b"HTTP/1.1 200 ")
