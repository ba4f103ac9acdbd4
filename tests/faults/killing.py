"""Campaigns of kills on one database, and what is wrong with what they leave."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DatabaseError

from app.database import Patient
from app.queries.exports import stream_changes
from tests.content import Content
from tests.faults.loading import (
    BEGUN,
    COMMITTED,
    COMMITTING,
    ENDED,
    EXECUTED,
    MARKS,
    Moment,
    load,
    redact_one,
    restore_all,
    temporary_folder,
    writing,
)
from tests.faults.states import write
from tests.faults.stores import Stores, held, opened, seen

ALL_OF_A_KIND = 21
"""After so many kills every writer was killed, some more often than others; its next turn is at another moment."""
TRIALS = 3
Durations = dict[str, float]
"""How long a writer takes from each of its marks to the next."""


@dataclass
class Case:
    """A writer, the store that it finds, and what it may leave: the old, the new, and each after another load."""

    work: Callable[[Engine, Path], None]
    store: URL
    path: Path
    old: Content
    new: Content
    old_and_next: Content
    new_and_next: Content
    durations: Durations
    statements: int
    """How many it executes until it commits."""


@dataclass
class Tally:
    """What a campaign has seen."""

    left: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Campaign:
    """Writers on one database, and what they leave."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        self.stores, self.folder = stores, folder
        self.paths = {number: write(folder, number) for number in (1, 2, 3)}
        self.empty = stores.new()
        self.first = self._after(self.empty, load, self.paths[1])
        self.second = self._after(self.first, load, self.paths[2])
        lines = folder / "history.ndjson"
        lines.write_bytes(b"".join(history(self.second)))
        found = (
            (load, self.empty, self.paths[1]),
            (load, self.first, self.paths[2]),
            (redact_one, self.second, self.paths[2]),
            (restore_all, self.empty, lines),
        )
        self.first_load, self.next_load, self.redaction, self.restoration = (self.case(*one) for one in found)

    def case(self, work: Callable[[Engine, Path], None], store: URL, path: Path) -> Case:
        after = self._after(store, work, path)
        nexts = [held(self._after(one, load, self.paths[3])) for one in (store, after)]
        return Case(work, store, path, held(store), held(after), *nexts, *self._course(work, store, path))

    def drawn(self, number: int, chance: random.Random) -> tuple[Case, Moment]:
        """Who is killed, and when: anywhere, around the commit, after it, or at a statement before it.

        The last is no matter of time, since none can tell how fast the next writer is.
        """
        place = number % ALL_OF_A_KIND
        case = [self.next_load, self.first_load, self.restoration, self.redaction][
            (place < 7) + (place < 4) + (place < 2)
        ]
        takes = case.durations
        match number % 4:
            case 0:
                return case, Moment(BEGUN, chance.uniform(0, sum(takes.values())))
            case 1:
                return case, Moment(COMMITTING, chance.uniform(0, 2 * takes[COMMITTING]))
            case 2:
                return case, Moment(COMMITTED, chance.uniform(0, 2 * takes[COMMITTED]))
            case _:
                return case, Moment(EXECUTED, 0, times=chance.randrange(1, case.statements))

    def kill(self, case: Case, moment: Moment, tally: Tally) -> None:
        """One kill, and whatever is wrong with what it left."""
        store = self.stores.copy(case.store)
        with writing(case.work, store, case.path) as writer:
            writer.kill(moment)
        self.judge(case, store, tally)
        self.stores.drop(store)

    def judge(self, case: Case, store: URL, tally: Tally) -> None:
        number, states = seen(store)
        left = held(store)
        is_new = left == case.new
        tally.left["new" if is_new else "old" if left == case.old else "neither"] += 1
        if not is_new and left != case.old:
            tally.faults.append(f"a mix of two revisions, of which {number} is the newest")
        if len(states) > 1:
            tally.faults.append(f"a reader saw {states}")
        tally.faults += self.stores.flaws(store)
        tally.faults += self._load_next(store, case.new_and_next if is_new else case.old_and_next)
        tally.faults += self.stores.leftovers(store)
        tally.faults += [f"temporary file {one.name}" for one in temporary_folder().iterdir()]

    def _load_next(self, store: URL, expected: Content) -> list[str]:
        try:
            with opened(store) as again:
                load(again.engine, self.paths[3])
        except DatabaseError as error:
            return [f"the next load failed: {error}"]
        return ["the next load ended otherwise than without a kill"] * (held(store) != expected)

    def _after(self, store: URL, work: Callable[[Engine, Path], None], path: Path) -> URL:
        copy = self.stores.copy(store)
        with opened(copy) as opened_store:
            work(opened_store.engine, path)
        return copy

    def _course(self, work: Callable[[Engine, Path], None], store: URL, path: Path) -> tuple[Durations, int]:
        """The longest of some trials, from each mark to the next, and the statements until the commit."""
        longest: Durations = dict.fromkeys(MARKS[:-1], 0.0)
        for _ in range(TRIALS):
            copy = self.stores.copy(store)
            with writing(work, copy, path) as writer:
                times = [writer.reaches(mark) for mark in (BEGUN, COMMITTING)]
                statements = writer.executed
                times += [writer.reaches(mark) for mark in (COMMITTED, ENDED)]
            for mark, begins, ends in zip(MARKS, times, times[1:], strict=False):
                longest[mark] = max(longest[mark], ends - begins)
            self.stores.drop(copy)
        return longest, statements


def history(store: URL) -> Iterator[bytes]:
    """Every revision, for `restore`."""
    reader = Patient(store)
    newest = reader.newest_revision()
    assert newest is not None
    yield from stream_changes(reader, newest, hashes=True)
    reader.close()
