"""`dateline serve` as a stranger starts it: in an empty folder, over a store in any state, until it is told to stop."""

import json
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.readiness import SCHEMA
from tests.app.test_cli import DATELINE, PATIENCE, address, environment, new_role, status_of
from tests.conftest import Store
from tests.content import content
from tests.invented import invented_lines, write_lines

LOADING = "Published revision 1"


class Server:
    """A running `dateline serve`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log

    def address(self) -> str:
        """Where it serves, as it says itself."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"(http://\S+)/v1 ", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return found[1]

    def get(self, path: str) -> Any:
        """The answer, as soon as there is one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(self.address() + path, timeout=PATIENCE) as answer:
                    return json.load(answer)
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    folder.mkdir(exist_ok=True)
    log = folder.with_name(f"{folder.name}-{time.monotonic_ns()}.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [DATELINE, "serve", "--port", "0", *arguments],
            cwd=folder,
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield Server(process, log)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)


def test_in_an_empty_folder_it_loads_the_shipped_record_once_and_serves_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "working"
    with serving(folder) as server:
        first = server.get("/v1/events?limit=500&count=exact")
        assert first["meta"]["revision"] == 1
        assert first["meta"]["total"] > 0
        assert server.stop() in (0, -signal.SIGTERM)
        told = server.log.read_text()
    assert LOADING in told
    assert f"{re.search('http://127.0.0.1:[0-9]+', told)[0]}/docs   documentation" in told  # type: ignore[index]
    assert "Traceback" not in told
    assert (folder / "dateline.db").is_file()
    with serving(folder) as server:
        assert server.get("/v1/events?limit=500&count=exact")["data"] == first["data"]
        assert server.stop(signal.SIGINT) in (0, 1, 130, -signal.SIGINT)
        told = server.log.read_text()
    assert LOADING not in told
    assert "Traceback" not in told


def test_two_first_starts_in_one_folder_at_once_load_it_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path / "working")) for _ in range(2)]
        assert [server.get("/v1")["data"]["revision"]["number"] for server in servers] == [1, 1]
        told = "".join(server.log.read_text() for server in servers)
    assert told.count(LOADING) == 1
    assert "Traceback" not in told


def test_a_store_that_is_named_is_served_by_any_number_of_workers_and_never_written(
    store: Store, tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    before = content(store)
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=address(store)) as server:
        assert len(server.get("/v1/events")["data"]) == 3
        assert server.get("/health/ready")["revision"] == 1
        assert server.stop() in (0, -signal.SIGTERM)
    assert content(store) == before
    assert list((tmp_path / "working").iterdir()) == []


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """What `dateline serve` says as it stops over a store."""

    def refusal(url: str) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        assert status_of("serve", "--port", "0") == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        return told.err

    return refusal


def set_version(store: Store, version: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_an_empty_store_stops_it_and_names_the_command(store: Store, refusal: Callable[[str], str]) -> None:
    assert refusal(address(store)) == "The store of DATABASE_URL is empty. Run: dateline seed\n"
    assert set(map(len, content(store).values())) == {0}


def test_a_store_without_a_version_stops_it_and_names_the_command(
    store: Store, refusal: Callable[[str], str], tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    before = content(store)
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert refusal(address(store)) == "The store of DATABASE_URL is not of this version. Run: dateline migrate\n"
    assert content(store) == before


def test_a_store_from_before_the_first_release_stops_it_and_says_what_to_do(
    store: Store, refusal: Callable[[str], str], tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    before = content(store)
    set_version(store, "0001")
    told = "The store of DATABASE_URL was made before Dateline 0.1.0. Expected: a new store, loaded from the record\n"
    assert refusal(address(store)) == told
    assert content(store) == before


def test_a_store_without_one_of_its_tables_stops_it_and_names_the_table(
    store: Store, refusal: Callable[[str], str], tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE revision"))
    told = refusal(address(store))
    assert re.fullmatch("The database of DATABASE_URL cannot be read: [^()]*revision[^()]*\n", told)


def test_a_role_that_may_not_read_stops_it_and_is_told_how_it_may(
    make_store: Callable[[str], Store],
    refusal: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = make_store("postgresql")
    with new_role(store) as (role, reader):
        advice = f"may not read the store. Run, as the owner of the store: dateline migrate --grant-to {role}\n"
        assert refusal(reader).endswith(advice)
        with store.engine.begin() as connection:
            connection.execute(text(f'GRANT SELECT ON alembic_version TO "{role}"'))
        assert refusal(reader).endswith(advice)
        monkeypatch.setenv("DATABASE_URL", address(store))
        assert status_of("migrate", "--grant-to", role) == 0
        assert capsys.readouterr().out == "The store is up to date.\n"
        assert refusal(reader) == "The store of DATABASE_URL is empty. Run: dateline seed\n"


def test_a_store_of_a_newer_version_stops_it_and_every_command_that_writes(
    store: Store, refusal: Callable[[str], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    before = content(store)
    set_version(store, f"{int(SCHEMA) + 1:04}")
    assert "newer Dateline" in refusal(address(store))
    for command in ("migrate", "seed"):
        assert status_of(command) == 1
        assert "newer Dateline" in capsys.readouterr().err
    assert content(store) == before


def test_a_file_that_is_missing_stops_it_and_names_the_command(refusal: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    told = refusal(f"sqlite:///{path}")
    assert str(path) in told
    assert told.endswith("Run: dateline seed\n")
    assert not path.exists()


def test_a_file_that_is_no_database_stops_every_command(
    refusal: Callable[[str], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 1000)
    assert "file is not a database" in refusal(f"sqlite:///{path}")
    for command in ("migrate", "seed"):
        assert status_of(command) == 1
        assert "file is not a database" in capsys.readouterr().err.splitlines()[-1]
    assert path.read_text() == "Dear reader, " * 1000


@pytest.mark.parametrize("url", ["postgresql://nobody:secret@127.0.0.1:1/none", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_does_not_answer_stops_every_command_and_no_password_is_told(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for command in ("serve", "migrate", "seed"):
        assert status_of(command, *(["--port", "0"] if command == "serve" else [])) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert "DATABASE_URL" in told.err.splitlines()[-1]
        assert "secret" not in told.err


def test_a_port_that_is_taken_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert status_of("serve", "--port", str(port)) == 1
    assert re.fullmatch(f"Cannot serve on 127.0.0.1, port {port}: .*in use.*--port\n", capsys.readouterr().err)


def test_a_host_that_is_none_of_this_machine_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("serve", "--host", "no such host") == 1
    assert capsys.readouterr().err.startswith("Cannot serve on no such host, port 8000: ")
