"""Restarts under load, of each kind that the documentation names: not one request is dropped.

So many of each kind: RESTARTS.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.app.test_cli import DATELINE, address, environment
from tests.app.test_cli_serve import Server, serving
from tests.asking import Asking
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

RESTARTS = int(os.environ.get("RESTARTS", "3"))
PATIENCE = 180
ASKED_BETWEEN = 50
PATHS = (
    "/v1/events?limit=100", "/v1/exports/events.ndjson", "/v1/events?date_from=2020-01-01&count=exact", "/v1/actors",
    "/v1/events/harbour-talks-3", "/v1/exports/citations.csv", "/v1/facets", "/health/ready",
)  # fmt: skip


@pytest.fixture
def database(make_store: Callable[[str], Store], tmp_path: Path) -> str:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(60)))
    return address(store)


def test_a_reload_replaces_every_worker_and_drops_no_request(database: str, tmp_path: Path) -> None:
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database) as server:
        asking = Asking(server.address(), PATHS)
        with asking.clients():
            for _ in range(RESTARTS):
                asking.wait(ASKED_BETWEEN)
                before = workers(server)
                server.process.send_signal(signal.SIGHUP)
                until(lambda: len(workers(server)) == 2 and not workers(server) & before)  # noqa: B023
            asking.wait(ASKED_BETWEEN)
        assert asking.dropped == []
        assert server.stop() == 0


def test_a_successor_on_the_same_socket_drops_no_request(database: str, tmp_path: Path) -> None:
    with inherited(tmp_path, database) as (fd, start):
        server = start("--fd", str(fd))
        asking = Asking(server.address(), PATHS)
        with asking.clients():
            for _ in range(RESTARTS):
                asking.wait(ASKED_BETWEEN)
                successor = start("--fd", str(fd))
                successor.address()
                assert server.stop() == 0
                server = successor
            asking.wait(ASKED_BETWEEN)
        assert asking.dropped == []


def test_a_stop_and_a_start_on_a_socket_of_systemd_drop_no_request(database: str, tmp_path: Path) -> None:
    with inherited(tmp_path, database) as (_, start):
        server = start()
        asking = Asking(server.address(), PATHS)
        with asking.clients():
            for _ in range(RESTARTS):
                asking.wait(ASKED_BETWEEN)
                assert server.stop() == 0
                server = start()
            asking.wait(ASKED_BETWEEN)
        assert asking.dropped == []


@contextmanager
def inherited(folder: Path, database: str) -> Iterator[tuple[int, Callable[..., Server]]]:
    """A socket that outlives every server, and how one is started on it: as systemd does it where no option says so."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))

        def start(*arguments: str) -> Server:
            log = folder / f"{time.monotonic_ns()}.log"
            script = f'exec 3<&{listening.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"'
            shell = [] if arguments else ["bash", "-c", script]
            with log.open("w") as output:
                process = subprocess.Popen(
                    [*shell, DATELINE, "serve", *arguments],
                    env=environment(DATABASE_URL=database), pass_fds=[listening.fileno()],
                    stdout=output, stderr=subprocess.STDOUT, text=True,
                )  # fmt: skip
            stack.callback(process.wait, PATIENCE)
            stack.callback(process.terminate)
            return Server(process, log)

        yield listening.fileno(), start


def workers(server: Server) -> set[int]:
    """The processes that a supervisor started to serve."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return {int(pid) for pid in children if "spawn_main" in command_of(pid)}


def command_of(pid: str) -> str:
    """Nothing of a process that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
