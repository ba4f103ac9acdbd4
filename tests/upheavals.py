"""Random histories of a record in which a desk also drops records from its files, and has some of them again."""

import random
from collections.abc import Iterator
from pathlib import Path

from seed.checking import check
from seed.loading import Outcome, publish
from tests.conftest import Store
from tests.generator import Record, write
from tests.history import histories
from tests.mentions import mentions

MOST = {"event": 2, "source": 1, "actor": 1, "location": 1, "publisher": 1}
"""How many of each kind are dropped at a time."""


def upheavals(seed: int, revisions: int, folder: Path, events: int = 14) -> Iterator[tuple[Record, Path]]:
    """Sound states of one record, and the folder with the files of each."""
    chance = random.Random(seed)
    for number, (record, _) in enumerate(histories(seed, revisions, folder, events)):
        left = _without_some(record, chance) if number else record
        place = folder / f"left-{number}"
        place.mkdir()
        yield left, write(left, place)


def load(store: Store, *places: Path) -> Outcome:
    """Publish what is under some paths, and withdraw what is not."""
    return publish(store.engine, check(places, allow_uncited=True), allow_removals=True)


def _without_some(record: Record, chance: random.Random) -> Record:
    """Without a few of the records that no other names."""
    named = {one for lines in record.values() for line in lines for one in mentions(line)}
    left = {}
    for kind, lines in record.items():
        free = [line["id"] for line in lines if (kind, line["id"]) not in named]
        gone = set(chance.sample(free, min(len(free), chance.randint(0, MOST[kind]))))
        left[kind] = [line for line in lines if line["id"] not in gone]
    return left
