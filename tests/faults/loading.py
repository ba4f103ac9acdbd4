"""Writers in processes of their own, to be killed: forked from one that imported everything, so they start at once."""

import atexit
import multiprocessing
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, event, make_url

from seed.checking import check
from seed.loading import publish
from seed.migrating import migrate
from seed.redacting import redact
from seed.restoring import restore
from seed.writing import writing_engine

PATIENCE = 60
BEGUN, COMMITTING, COMMITTED, ENDED = MARKS = ("begun", "committing", "committed", "ended")
EXECUTED = "executed"
"""A statement, of which a writer tells between those marks."""
forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(["pytest", __name__])  # the former since each imports what runs the tests


def load(engine: Engine, path: Path) -> None:
    publish(engine, check([path], allow_uncited=True))


def redact_one(engine: Engine, _: Path) -> None:
    redact(engine, "event", "harbour-talks-3", "summary")


def restore_all(engine: Engine, path: Path) -> None:
    with path.open("rb") as lines:
        restore(engine, lines)


def migrate_it(engine: Engine, _: Path) -> None:
    migrate(engine.url)


def load_bit_by_bit(engine: Engine, path: Path) -> None:
    """What a load must not be: every statement a transaction."""

    @event.listens_for(engine, "after_cursor_execute")
    def commit(connection: Any, *_: Any) -> None:
        connection.connection.commit()

    load(engine, path)


@dataclass(frozen=True)
class Moment:
    """When a process is killed: so many seconds after it came to a mark, so many times."""

    mark: str
    seconds: float
    times: int = 1


@dataclass
class Writer:
    """A process that writes to a store."""

    process: Any
    marks: Connection
    executed: int = 0
    """Statements that were heard of."""

    def reaches(self, mark: str) -> float:
        """Waits until it is there, and tells the time."""
        assert self.comes_to(mark), f"the writer did not come to '{mark}'"
        return time.perf_counter()

    def comes_to(self, mark: str) -> bool:
        """Whether it does, or gives up before."""
        try:
            while self.marks.poll(PATIENCE):
                told = self.marks.recv()
                self.executed += told == EXECUTED
                if told == mark:
                    return True
        except EOFError:
            return False
        raise TimeoutError(mark)

    def kill(self, at: Moment) -> None:
        for _ in range(at.times):
            self.reaches(at.mark)
        time.sleep(at.seconds)
        self.process.kill()
        self.process.join(PATIENCE)
        assert self.process.exitcode == -signal.SIGKILL


@cache
def temporary_folder() -> Path:
    """Where the temporary files of all writers stand: SQLite asks for it once, as the first of them starts."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-faults-"))
    atexit.register(shutil.rmtree, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLITE_TMPDIR", str(folder))
        patch.setenv("TMPDIR", str(folder))
        forkserver.ensure_running()
    return folder


@contextmanager
def writing(work: Callable[[Engine, Path], None], url: URL, path: Path) -> Iterator[Writer]:
    """A process at some work, which lingers at its end."""
    temporary_folder()
    ours, theirs = forking.Pipe(duplex=False)
    address = url.render_as_string(hide_password=False)
    process = forking.Process(target=_write, args=(work, address, path, theirs))
    process.start()
    theirs.close()
    try:
        yield Writer(process, ours)
    finally:
        process.kill()
        process.join(PATIENCE)
        process.close()
        ours.close()


def _write(work: Callable[[Engine, Path], None], address: str, path: Path, marks: Connection) -> None:
    engine = writing_engine(make_url(address))
    event.listen(engine, "after_cursor_execute", lambda *_: marks.send(EXECUTED))
    event.listen(engine, "commit", lambda _: marks.send(COMMITTING))
    marks.send(BEGUN)
    work(engine, path)
    marks.send(COMMITTED)
    engine.dispose()
    marks.send(ENDED)
    time.sleep(PATIENCE)
