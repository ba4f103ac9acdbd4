"""Readers of a served store, while loads go on, see one revision in every answer and every walk."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, bindparam, select, update
from sqlmodel import col

from app.tables import Event
from tests.faults import READS, SEED
from tests.faults.loading import ENDED, PATIENCE, load, writing
from tests.faults.reading import read_meanwhile
from tests.faults.states import write
from tests.faults.stores import opened, plain

ROOT = Path(__file__).parent.parent.parent
SERVE = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0", "--workers", "2"]
BY_COMMAND = 10
"""Of so many loads, one is the command as it is typed."""
READERS = 4


@contextmanager
def served(store: URL, **settings: str) -> Iterator[str]:
    """The address of two processes that serve a store."""
    environment = {**os.environ, **settings, "DATABASE_URL": plain(store), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(SERVE, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(2)]
        address = told[1].split()[0].rstrip("/")
        try:
            _wait_for(f"{address}/health/ready")
            yield address
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def seed(first: URL, folder: Path) -> Callable[[int], None]:
    """Publishes a state."""

    def publish(number: int) -> None:
        path = write(folder, number)
        if number % BY_COMMAND == 0:
            command = [sys.executable, "-m", "seed", "--allow-uncited", str(path)]
            environment = {**os.environ, "DATABASE_URL": plain(first), "PYTHONPATH": str(ROOT)}
            done = subprocess.run(
                command, env=environment, capture_output=True, check=True, timeout=PATIENCE, text=True
            )
            assert done.stdout.startswith(f"Published revision {number}:")
        else:
            with writing(load, first, path) as writer:
                writer.reaches(ENDED)
        path.unlink()

    return publish


def test_every_answer_and_every_walk_is_of_one_revision(first: URL, seed: Callable[[int], None]) -> None:
    with served(first) as address:
        seen = read_meanwhile(address, READERS, READS, SEED, seed)
    told = f"{len(seen.mixed)} mixed, {len(seen.errors)} errors, {len(seen.revisions)} revisions seen"
    print(f"{seen.reads} reads with seed {SEED}: {told}")  # noqa: T201 - told by -rP
    assert seen.mixed == []
    assert seen.errors == []
    assert len(seen.revisions) > 3


def test_a_store_that_is_changed_without_revisions_is_caught(first: URL) -> None:
    """The negative control: what is checked above would not pass."""

    def overwrite(number: int) -> None:
        changed = update(Event).where(col(Event.key) == bindparam("at"))
        with opened(first) as one:
            with one.engine.connect() as connection:
                rows = connection.execute(select(col(Event.key), col(Event.document))).all()
            for key, document in rows:
                new = document.replace(b"State %d," % (number - 1), b"State %d," % number)
                with one.engine.begin() as connection:
                    connection.execute(changed.values(document=new), {"at": key})

    with served(first, DATELINE_CACHE_BYTES="0") as address:
        seen = read_meanwhile(address, READERS, 100, SEED, overwrite)
    assert len(seen.mixed) > 10
