"""Processes that serve the same sockets: one that dies or hangs is replaced, and all are, one by one, on SIGHUP.

uvicorn's own supervisor takes a worker whose event loop hangs for alive; ends them all when one cannot start, with
status 0; leaves workers behind when it is killed; and hears no signal while it restarts: see
docs/decisions/0019-own-supervisor.md.
"""

import logging
import logging.config
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from app.logs import CONFIG
from app.server import GRACE, Worker

TURN = 0.2
LONGEST_START = 120
LONGEST_SILENCE = 10
LONGEST_END = GRACE + 5
"""In seconds: what a worker may take until it is killed."""
MOST_FAILURES = 3
"""Workers in a row that ended before they served, while no other did."""
SHORT_LIFE = 10
PAUSE = 3
"""In seconds: a worker that ended untold so soon after it was started, or first served, is replaced only after a pause,
lest replacing takes the processor.
"""
processes = multiprocessing.get_context("spawn")
log = logging.getLogger("dateline")


@dataclass(eq=False)
class WorkerProcess:
    """A worker, as its supervisor sees it."""

    process: SpawnProcess
    beats: Connection
    generation: int
    since: float = field(default_factory=time.monotonic)
    """When it was started; then, when it first served."""
    silence: float = 0
    ready: bool = False
    retired: bool = False

    def listen(self, passed: float) -> None:
        """Notes whether the worker was heard since the last time."""
        self.silence += passed
        try:
            while self.beats.poll():
                self.beats.recv_bytes()
                if not self.ready:
                    self.ready, self.since = True, time.monotonic()
                    log.info("Worker %s serves.", self.process.pid)
                self.silence = self.silence if self.retired else 0
        except (EOFError, OSError):
            pass  # it ended, which the process tells

    @property
    def hangs(self) -> bool:
        longest = LONGEST_END if self.retired else LONGEST_SILENCE if self.ready else LONGEST_START
        return self.silence > longest

    def retire(self) -> None:
        self.retired, self.silence = True, 0
        self.process.terminate()


class Supervisor:
    def __init__(self, sockets: list[socket.socket], count: int, started: Callable[[], None]) -> None:
        self.sockets, self.count, self.tell_started = sockets, count, started
        self.workers: list[WorkerProcess] = []
        self.generation = self.failures = self.asked_to_stop = 0
        self.not_before = 0.0
        self.told = self.stopping = self.failed = False

    def run(self) -> bool:
        """Until told to stop, or no worker can start; whether they could."""
        logging.config.dictConfig(CONFIG)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGHUP, self._ask_to_restart)
        before = time.monotonic()
        while self.workers or not self.stopping:
            self._tend()
            wait([one.process.sentinel for one in self.workers], TURN)
            now = time.monotonic()
            for worker in tuple(self.workers):
                worker.listen(min(now - before, 2 * TURN))  # not what passed while all were stopped
                self._look_after(worker)
            before = now
        return not self.failed

    def _ask_to_stop(self, *_: object) -> None:
        self.asked_to_stop += 1

    def _ask_to_restart(self, *_: object) -> None:
        self.generation += 1

    def _tend(self) -> None:
        """One step towards as many workers of this generation as there should be, and no other."""
        if self.asked_to_stop or self.failed:
            self._stop()
            return
        living = [one for one in self.workers if not one.retired]
        old = [one for one in living if one.generation < self.generation]
        if len(living) < self.count or (old and len(living) == self.count):
            if time.monotonic() >= self.not_before:
                self._start()
        elif old and all(one.ready for one in living):
            old[0].retire()

    def _start(self) -> None:
        """A terminal's signals go to all its processes; workers have them blocked, and are told by their supervisor."""
        ours, beats = processes.Pipe(duplex=False)
        process = processes.Process(target=work, args=(self.sockets, beats), daemon=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        process.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})
        beats.close()
        self.workers.append(WorkerProcess(process, ours, self.generation))

    def _look_after(self, worker: WorkerProcess) -> None:
        if worker.ready and not self.told:
            self.told = True
            self.tell_started()
        if worker.ready and not worker.retired:
            self.failures = 0
        if worker.hangs:
            log.warning("Worker %s hangs, and is killed.", worker.process.pid)
            worker.process.kill()
            worker.process.join()
        if (code := worker.process.exitcode) is not None:
            self.workers.remove(worker)
            worker.beats.close()
            if not worker.retired and not self.stopping:
                self._mourn(worker, code)

    def _mourn(self, worker: WorkerProcess, code: int) -> None:
        """A worker ended untold: another is started, at once or after a pause, unless none serves and it is in vain."""
        log.warning("Worker %s ended with status %s.", worker.process.pid, code)
        if (now := time.monotonic()) < worker.since + SHORT_LIFE:
            self.not_before = now + PAUSE
        if worker.ready:
            return
        self.failures += 1
        if old := [one for one in self.workers if one.generation < self.generation]:
            log.error("The new worker cannot start: the old ones go on.")
            for one in old:
                one.generation = self.generation
        elif any(one.ready and not one.retired for one in self.workers):
            log.error("A worker cannot start: the others go on, and it is tried again.")
        elif code > 0 or self.failures >= MOST_FAILURES:
            self.failed = True

    def _stop(self) -> None:
        if not self.stopping:
            self.stopping = True
            for one in self.sockets:
                one.close()
        for worker in self.workers:
            if not worker.retired:
                worker.retire()
            elif self.asked_to_stop > 1:
                worker.process.kill()


def work(sockets: list[socket.socket], beats: Connection) -> None:
    """What a worker's process does."""
    os.set_blocking(beats.fileno(), False)
    Worker(beats).run(sockets)
