"""Programs that a test starts, each in a group of its own, and ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds until a program has to answer, on a machine that is busy."""


class Program:
    """One that can be ended and started again, with a log of all its runs."""

    def __init__(self, log: Path, *command: str | Path, **options: Any) -> None:
        self.log, self.command, self.options = log, command, options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                **{"stdin": subprocess.DEVNULL, "start_new_session": True, **self.options},
            )

    def until(self, is_there: Callable[[], bool]) -> None:
        """Waits for what the program brings about."""
        until(is_there, lambda: self.is_running, self.log)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def send(self, number: int) -> None:
        """To it and to what it started."""
        assert self._process
        os.killpg(self._process.pid, number)

    def ask_to_end(self) -> None:
        """As a supervisor does, and waits for it."""
        assert self._process
        self._process.terminate()
        self._process.wait(PATIENCE)

    def kill(self) -> None:
        """Without a word; what it started, too."""
        if self._process is not None and self.is_running:
            self.send(signal.SIGKILL)
            self._process.wait()


def until(is_there: Callable[[], bool], goes_on: Callable[[], bool] = lambda: True, log: Path | None = None) -> None:
    """Waits for something to come about, patiently."""
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        told = log.read_text(errors="replace")[-3000:] if log else ""
        assert goes_on(), f"it ended:\n{told}"
        assert time.monotonic() < deadline, f"it did not come about:\n{told}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
