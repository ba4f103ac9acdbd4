"""Pressing a server as hard as it answers, from the other core, and what each answer costs it."""

import json
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.serving import LOAD_CORE, Server, pinned

SCRIPT = Path(__file__).with_name("press.lua")
FEW, LONGEST = 50, 16
"""So few answers say little, and so many seconds are enough, whatever comes."""


@dataclass(frozen=True)
class Load:
    """The same kind of question again and again: paths, or paths with the body of a POST behind a tab."""

    addresses: Sequence[str]
    headers: tuple[str, ...] = ()
    connections: int = 8
    may_be_refused: bool = False
    """Whether a 503 is an answer: only where rates do not matter."""


@dataclass(frozen=True)
class Pressed:
    """What came of it. `cpu_seconds` are the server's, its database's included; `load` is our share of our core."""

    requests: int
    seconds: float
    cpu_seconds: float
    bytes: int
    p50_ms: float
    p99_ms: float
    load: float

    @property
    def rate(self) -> float:
        """Answers per second of one core: steady however busy the machine is."""
        return self.requests / self.cpu_seconds

    @property
    def per_second(self) -> float:
        """Answers per second on the clock: the same, where nobody else wants the core."""
        return self.requests / self.seconds


def press(server: Server, load: Load, *, seconds: int, start: int = 0) -> Pressed:
    """Ask for a while, and longer where few answers come. Raises `RuntimeError` on a refusal: an error is no answer."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{address}\n" for address in load.addresses)
        file.flush()
        options = ["-t1", f"-c{load.connections}", f"-d{seconds}s", "--timeout", "30s", "-s", SCRIPT]
        headers = [part for header in load.headers for part in ("-H", header)]
        arguments = [*options, *headers, server.address, "--", file.name, str(start)]
        pressed = _run(server, arguments, may_be_refused=load.may_be_refused)
    if pressed.requests < FEW and seconds < LONGEST:
        return press(server, load, seconds=2 * seconds, start=start)
    return pressed


def _run(server: Server, arguments: Sequence[str | Path], *, may_be_refused: bool) -> Pressed:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk presses the servers: apt-get install wrk")
    before, own = server.clocks(), _own_seconds()
    run = subprocess.run(pinned(LOAD_CORE, [wrk, *arguments]), capture_output=True, text=True, check=True)
    after, own = server.clocks(), _own_seconds() - own
    cpu_seconds = sum(seconds - before.get(one, 0) for one, seconds in after.items())
    found = json.loads(run.stderr)
    if found.pop("failed") and not may_be_refused:
        raise RuntimeError(f"{server.name} refused some of {arguments}:\n{run.stdout}")
    return Pressed(**found, cpu_seconds=cpu_seconds, load=own / found["seconds"])


def ask(server: Server, address: str, headers: Sequence[str] = ()) -> httpx.Response:
    """One answer, to look at; as it is, unless a header asks for it compressed."""
    path, _, body = address.partition("\t")
    named = {"Accept-Encoding": "identity", **dict(header.split(": ", 1) for header in headers)}
    if not body:
        return httpx.get(server.address + path, headers=named, timeout=30)
    return httpx.post(
        server.address + path, content=body, headers=named | {"Content-Type": "application/json"}, timeout=30
    )


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
