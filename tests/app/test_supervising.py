"""`dateline serve --workers`: what becomes of workers that die, hang, cannot start, or have lost their supervisor."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.supervising import LONGEST_END, LONGEST_SILENCE, PAUSE, WorkerProcess, processes
from tests.app.test_cli import ROOT, address
from tests.app.test_cli_serve import Server, serving
from tests.app.test_restarts import until, workers
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

BROKEN = "raise RuntimeError('this worker cannot start')"
DYING = """
import os
from asyncio import new_event_loop
from app.server import Worker

beat = Worker._beat
Worker._beat = lambda worker: (beat(worker), os._exit(1))
"""


@pytest.fixture
def database(make_store: Callable[[str], Store], tmp_path: Path) -> str:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    return address(store)


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_dies_or_hangs_is_replaced_and_the_others_go_on(
    fate: signal.Signals, database: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database) as server:
        before = started(server, 2)
        unlucky, other = before
        os.kill(unlucky, fate)
        until(lambda: len(workers(server) - before) == 1 and unlucky not in workers(server))
        assert other in workers(server)
        assert server.get("/v1")["meta"]["revision"] == 1
        assert server.stop() == 0
        assert f"Worker {unlucky} ended" in server.log.read_text()


def test_workers_that_cannot_start_end_the_command(database: str, tmp_path: Path) -> None:
    (tmp_path / "uvloop.py").write_text(BROKEN)
    path = f"{tmp_path}:{ROOT}"
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database, PYTHONPATH=path) as server:
        assert server.process.wait(60) == 1
        told = server.log.read_text()
    assert told.splitlines()[-1].startswith("No worker can start")
    assert "Serving" not in told


def test_a_worker_that_cannot_start_is_tried_again_after_a_pause_while_another_serves(
    database: str, tmp_path: Path
) -> None:
    """As where a package is upgraded in place."""
    path = f"{tmp_path}:{ROOT}"
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database, PYTHONPATH=path) as server:
        unlucky, other = started(server, 2)
        (tmp_path / "uvloop.py").write_text(BROKEN)
        os.kill(unlucky, signal.SIGKILL)
        until(lambda: len(ends(server)) >= 3)
        assert server.get("/v1")["meta"]["revision"] == 1
        _, first, second = ends(server)[:3]
        assert second - first >= timedelta(seconds=PAUSE)
        (tmp_path / "uvloop.py").unlink()
        until(lambda: len(workers(server)) == 2)
        assert other in workers(server)
        os.kill(other, signal.SIGKILL)
        until(lambda: len(workers(server) - {other}) == 2)
        assert server.get("/v1")["meta"]["revision"] == 1
        assert server.stop() == 0
    assert server.log.read_text().count("it is tried again") >= 2


def test_workers_that_end_once_they_serve_are_replaced_with_a_pause_between(database: str, tmp_path: Path) -> None:
    (tmp_path / "uvloop.py").write_text(DYING)
    path = f"{tmp_path}:{ROOT}"
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database, PYTHONPATH=path) as server:
        server.address()
        until(lambda: len(ends(server)) >= 5)
        told = ends(server)
        assert told[2] - told[1] >= timedelta(seconds=PAUSE)
        assert told[4] - told[3] >= timedelta(seconds=PAUSE)
        assert server.stop() == 0


def test_a_single_process_goes_on_when_it_is_told_to_reload(database: str, tmp_path: Path) -> None:
    with serving(tmp_path / "working", DATABASE_URL=database) as server:
        server.address()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "Nothing is reloaded" in server.log.read_text())
        assert server.get("/v1")["meta"]["revision"] == 1
        assert server.stop() == 0


def test_a_reload_whose_workers_cannot_start_leaves_the_old_ones(database: str, tmp_path: Path) -> None:
    path = f"{tmp_path}:{ROOT}"
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database, PYTHONPATH=path) as server:
        before = started(server, 2)
        (tmp_path / "uvloop.py").write_text(BROKEN)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "the old ones go on" in server.log.read_text())
        until(lambda: workers(server) == before)
        assert server.get("/v1")["meta"]["revision"] == 1
        assert server.stop() == 0


def test_workers_whose_supervisor_is_killed_end(database: str, tmp_path: Path) -> None:
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database) as server:
        orphans = started(server, 2)
        server.stop(signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))


def test_a_machine_that_stands_still_for_a_while_has_no_worker_taken_for_one_that_hangs(
    database: str, tmp_path: Path
) -> None:
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database) as server:
        before = started(server, 2)
        for pid in (*before, server.process.pid):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(LONGEST_SILENCE + 1)
        server.process.send_signal(signal.SIGCONT)
        time.sleep(1)
        for pid in before:
            os.kill(pid, signal.SIGCONT)
        assert server.get("/v1")["meta"]["revision"] == 1
        assert workers(server) == before
        assert server.stop() == 0
        assert "hangs" not in server.log.read_text()


def test_a_second_signal_ends_workers_that_do_not_end_by_themselves(database: str, tmp_path: Path) -> None:
    with serving(tmp_path / "working", "--workers", "2", DATABASE_URL=database) as server:
        stuck, _ = started(server, 2)
        os.kill(stuck, signal.SIGSTOP)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: workers(server) == {stuck})
        assert server.stop() == 0
        assert "hangs" not in server.log.read_text()


def test_a_worker_that_was_told_to_end_and_does_not_hangs_although_it_is_heard() -> None:
    ours, beats = processes.Pipe(duplex=False)
    process = processes.Process(target=time.sleep, args=(LONGEST_END,))
    process.start()
    worker = WorkerProcess(process, ours, 0)

    def hear(seconds: int) -> None:
        for _ in range(seconds):
            beats.send_bytes(b".")
            worker.listen(1)

    hear(2 * LONGEST_END)
    assert not worker.hangs
    worker.retire()
    hear(LONGEST_END)
    assert not worker.hangs
    hear(1)
    assert worker.hangs
    process.join()


def started(server: Server, count: int) -> set[int]:
    """The workers, once each serves: one that still starts may yet find what a test breaks for later ones."""
    until(lambda: server.log.read_text().count(" serves.") == count)
    return workers(server)


def ends(server: Server) -> list[datetime]:
    """When workers ended untold."""
    lines = [line for line in server.log.read_text().splitlines() if "ended with status" in line]
    return [datetime.fromisoformat(json.loads(line)["time"]) for line in lines]
