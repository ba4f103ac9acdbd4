"""Writers at once: each waits for the others or refuses clearly; the store is what they make of it in some order."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

from sqlalchemy import URL, Engine

from seed.history import HistoryRefused
from tests.content import Content
from tests.faults.killing import history
from tests.faults.loading import ENDED, load, migrate_it, redact_one, restore_all, writing
from tests.faults.states import write
from tests.faults.stores import Stores, held, opened, plain, seen

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120
Work = Callable[[Engine, Path], None]


def one_after_another(stores: Stores, store: URL, works: list[tuple[Work, Path]]) -> list[Content]:
    """What writers leave in every order."""
    left = []
    for order in permutations(works):
        copy = stores.copy(store)
        for work, path in order:
            with opened(copy) as one:
                try:
                    work(one.engine, path)
                except HistoryRefused:
                    continue  # the store is not empty any more
        left.append(held(copy))
        stores.drop(copy)
    return left


def at_once(stores: Stores, store: URL, works: list[tuple[Work, Path]]) -> Content:
    """What they leave together."""
    copy = stores.copy(store)
    with ExitStack() as started:
        writers = [started.enter_context(writing(work, copy, path)) for work, path in works]
        for (work, _), writer in zip(works, writers, strict=True):
            if not writer.comes_to(ENDED):
                assert work is restore_all
    left = held(copy)
    assert stores.flaws(copy) == []
    assert stores.leftovers(copy) == []
    stores.drop(copy)
    return left


def test_writers_at_once_leave_what_they_leave_one_after_another(stores: Stores, first: URL, folder: Path) -> None:
    one, other = (load, write(folder, 2)), (load, write(folder, 3))
    for works in (
        [one, other],
        [one, (redact_one, folder)],
        [one, (migrate_it, folder)],
        [one, other, (redact_one, folder)],
    ):
        assert at_once(stores, first, works) in one_after_another(stores, first, works)
    lines = folder / "history.ndjson"
    lines.write_bytes(b"".join(history(first)))
    empty = stores.new()
    works = [(restore_all, lines), one]
    assert at_once(stores, empty, works) in one_after_another(stores, empty, works)


def test_commands_at_once_make_a_store_of_nothing(stores: Stores, folder: Path) -> None:
    url = stores.nothing()
    environment = {**os.environ, "DATABASE_URL": plain(url), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "seed", "--allow-uncited"]
    commands = [
        subprocess.Popen(
            [*command, str(write(folder, n))], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for n in (1, 2, 3)
    ]
    told = [one.communicate(timeout=PATIENCE) for one in commands]
    assert [one.returncode for one in commands] == [0, 0, 0], told
    number, states = seen(url)
    assert (number, len(states)) == (3, 1)
    stores.drop(url)
