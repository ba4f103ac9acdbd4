"""Servers to measure: each on the first core, on a port of its own, as long as its context lasts."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

SERVER_CORE, LOAD_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
START_SECONDS = 120
STOP_SECONDS = 10
PROGRAMS = Path(sys.executable).parent
"""Where the environment's own programs are."""


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    processes: tuple[psutil.Process, ...]
    """The server, and the database that it asks."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """What it used so far, with its workers and its database."""
        return cpu_seconds(self.processes)

    def clocks(self) -> dict[int, float]:
        """The same by process: one that ends takes its seconds with it."""
        return clocks(self.processes)

    def memory(self) -> int:
        """Bytes of the server itself that nobody shares, and its part of those that others do."""
        return sum(one.memory_full_info().pss for one in _family(self.processes[0]))


@contextmanager
def serving(
    name: str,
    command: Sequence[str | Path],
    port: int,
    ready: str = "/",
    *,
    environment: Mapping[str, str] | None = None,
    database: psutil.Process | None = None,
    folder: Path | None = None,
) -> Iterator[Server]:
    """Run a server until it answers `ready` with anything but an error of its own."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            pinned(SERVER_CORE, command), stdout=output, stderr=subprocess.STDOUT, cwd=folder,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        try:
            server = Server(name, port, (psutil.Process(process.pid), *([database] if database else [])))
            if not _answers(process, f"{server.address}{ready}"):
                output.seek(0)
                raise RuntimeError(f"{name} did not start:\n{output.read().decode(errors='replace')[-2000:]}")
            yield server
        finally:
            _stop(process)


def uvicorn(application: str, port: int) -> list[str | Path]:
    """Every Python server runs like this: one process, uvloop and httptools, no log of requests."""
    options = ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--no-access-log"]
    return [PROGRAMS / "uvicorn", application, "--host", "127.0.0.1", "--port", str(port), *options]


def pinned(core: int, command: Sequence[str | Path]) -> list[str]:
    return ["taskset", "-c", str(core), *map(str, command)]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """What processes used so far, with their children."""
    return sum(clocks(processes).values())


def clocks(processes: Iterable[psutil.Process]) -> dict[int, float]:
    return {one: _seconds(one) for process in processes for one in _pids(process.pid)}


def _answers(process: subprocess.Popen[bytes], address: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            return httpx.get(address, timeout=30).status_code < 500
        time.sleep(0.05)
    return False


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _pids(pid: int) -> Iterator[int]:
    """A process and all below it, as Linux lists them: to go through every process takes longer than a page."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in listed.read_text(encoding="ascii").split():
                yield from _pids(int(child))


def _seconds(pid: int) -> float:
    """By the clock that Linux keeps of each process, to the nanosecond: `clock_getcpuclockid(3)`."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
