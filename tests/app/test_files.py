"""Answers that are made as a file: how many at once, how large, how they end, and that nothing of them stays."""

import http.client
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app import files, lanes
from tests.app.test_cli_serve import serving
from tests.conftest import Client, Store
from tests.generator import generate, write

PATH = "/v1/exports/dateline.sqlite"
PATIENCE = 20


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    record = generate(5, events=300)
    for event in record["event"]:
        event["summary"] = "word " * 3_900  # more than what lies between two programs
    store.load(write(record, tmp_path_factory.mktemp("record")))
    return store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of this process are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def client(store: Store, folder: Path) -> Client:
    return store.client()


def held(process: int) -> list[str]:
    """The files of ours that a process has open, gone from their folder."""
    targets = [str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir() if one.is_symlink()]
    return [one for one in targets if "dateline-" in one and one.endswith("(deleted)")]


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_stays_of_a_file_that_was_sent(client, folder):
    for _ in range(lanes.MOST_EXPORTS + 1):
        assert client.get(PATH).status_code == 200
    assert list(folder.iterdir()) == []
    assert held(os.getpid()) == []


def test_head_makes_no_file_and_tells_no_length(client, folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "nowhere"))
    answer = client.request("HEAD", PATH)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/vnd.sqlite3")
    assert "Content-Length" not in answer.headers


def test_a_file_is_not_made_for_a_client_that_holds_it(client, folder, monkeypatch):
    tag = client.get(PATH).headers["ETag"]
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "nowhere"))
    for held_tag in (tag, "*"):
        assert client.get(PATH, headers={"If-None-Match": held_tag}).status_code == 304


def test_a_file_that_grows_too_large_is_refused_with_what_to_do(client, folder, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_BYTES", 1024**2)
    for _ in range(lanes.MOST_EXPORTS + 1):
        answer = client.get(PATH)
        assert answer.status_code == 400
        assert "at most 1 MiB" in answer.json()["detail"]
        assert "events.ndjson" in answer.json()["detail"]
    assert client.get(f"{PATH}?known_at=2021-11-03").status_code == 200
    assert (list(folder.iterdir()), held(os.getpid())) == ([], [])


def test_a_file_may_be_as_large_as_the_limit_and_no_byte_larger(client, folder, monkeypatch):
    size = len(client.get(PATH).content)
    for most, status in ((size, 200), (size - 1, 400)):
        monkeypatch.setattr(files, "LARGEST_BYTES", most)
        assert client.get(PATH).status_code == status


def test_a_folder_that_cannot_be_written_is_told_as_such_each_time(client, folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "nowhere"))
    for _ in range(lanes.MOST_EXPORTS + 1):
        answer = client.get(PATH)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert "nowhere" not in answer.text
        assert answer.headers["Retry-After"] == "30"
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert client.get(PATH).status_code == 200


def test_a_question_that_is_refused_takes_no_place(client, folder):
    for _ in range(lanes.MOST_EXPORTS + 1):
        assert client.get(f"{PATH}?actor=nothing-like-it").status_code == 400
    assert client.get(PATH).status_code == 200


def test_no_file_is_made_on_for_a_client_that_has_gone(client, portal, folder):
    """As a server tells it: the request, and then that nobody is there."""
    seen: list[Any] = []

    async def leaving(scope: Any, _: Any, send: Any) -> None:
        told = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            return told.pop() if told else {"type": "http.disconnect"}

        async def note(message: Any) -> None:
            seen.append(message)
            await send(message)

        await client.app(scope, receive, note)

    for _ in range(lanes.MOST_EXPORTS + 1):
        assert Client(portal, leaving).get(PATH).status_code == files.GONE_STATUS
    assert not any(message.get("body") for message in seen)
    assert (list(folder.iterdir()), held(os.getpid())) == ([], [])
    assert client.get(PATH).status_code == 200


def ask(address: str) -> http.client.HTTPResponse:
    """Asks, and takes no more than the first bytes of the answer."""
    host, port = address.removeprefix("http://").split(":")
    plug = socket.socket()
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.settimeout(PATIENCE)
    plug.connect((host, int(port)))
    plug.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = http.client.HTTPResponse(plug)
    plug.close()  # the answer holds it on
    answer.begin()
    return answer


def test_files_are_few_at_once_and_end_with_their_client(store, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    database = store.url.render_as_string()
    with serving(tmp_path / "working", DATABASE_URL=database, TMPDIR=str(temporary)) as server, ExitStack() as closing:
        server.get("/v1")
        process = server.process.pid
        answers = [closing.enter_context(ask(server.address())) for _ in range(lanes.MOST_EXPORTS)]
        assert [answer.status for answer in answers] == [200] * lanes.MOST_EXPORTS
        assert len(held(process)) == lanes.MOST_EXPORTS
        assert list(temporary.iterdir()) == []
        refused = closing.enter_context(ask(server.address()))
        assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
        assert server.get("/v1/events?limit=1")["data"], "other questions are answered meanwhile"
        for answer in answers:
            answer.close()
        wait(lambda: held(process) == [])
        again = closing.enter_context(ask(server.address()))
        assert len(again.read()) == int(again.headers["Content-Length"])


def test_a_cut_answer_is_noticed_and_a_killed_server_leaves_nothing(store, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    database = store.url.render_as_string()
    with serving(tmp_path / "working", DATABASE_URL=database, TMPDIR=str(temporary)) as server:
        server.get("/v1")
        with ask(server.address()) as answer:
            assert answer.read(1000).startswith(b"SQLite format 3\0")
            server.stop(signal.SIGKILL)
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
    assert list(temporary.iterdir()) == []
