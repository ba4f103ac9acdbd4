"""Random histories of a record: what a desk does to it between two revisions."""

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from seed.checking import check
from seed.faults import RecordRefused
from tests.generator import Line, Record, generate, write


def histories(seed: int, revisions: int, folder: Path, events: int = 30) -> Iterator[tuple[Record, Path]]:
    """Sound states of one record, each a few edits after the one before, and the folder with its files."""
    chance, number = random.Random(seed), 0
    record = generate(seed, events)
    while number < revisions:
        place = folder / f"state-{number}"
        place.mkdir(exist_ok=True)
        write(record, place)
        if number == 0 or _is_sound(place):
            yield record, place
            last, number = record, number + 1
        record = copy.deepcopy(last)
        for edit in chance.sample(EDITS, chance.randint(1, 4)):
            edit(record, chance)


def _is_sound(place: Path) -> bool:
    try:
        check([place], allow_uncited=True)
    except RecordRefused:
        return False
    return True


def _rename_an_actor(record: Record, chance: random.Random) -> None:
    chance.choice(record["actor"])["name"] = f"Renamed {chance.randrange(100)}"


def _change_a_group(record: Record, chance: random.Random) -> None:
    chance.choice(record["actor"][1:])["member_of"] = [record["actor"][0]["id"]]


def _move_a_place(record: Record, chance: random.Random) -> None:
    place = chance.choice(record["location"][1:])
    place |= {"parent": record["location"][0]["id"], "latitude": 10.5, "longitude": chance.randrange(180)}


def _correct_a_date(record: Record, chance: random.Random) -> None:
    event = chance.choice([one for one in record["event"] if "start_time" not in one])
    event["date"] = f"2021-12-{chance.randint(10, 31)}"


def _redate_a_source(record: Record, chance: random.Random) -> None:
    source = chance.choice(record["source"])
    source.pop("updated", None)
    source["published"] = f"2022-01-{chance.randint(10, 31)}T08:00:00Z"


def _rename_a_publisher(record: Record, chance: random.Random) -> None:
    chance.choice(record["publisher"])["name"] = f"New owner {chance.randrange(100)}"


def _drop_a_citation(record: Record, chance: random.Random) -> None:
    cited = chance.choice([one for one in record["event"] if one.get("citations")])
    cited["citations"].pop()


def _cite_again(record: Record, chance: random.Random) -> None:
    source, origin = chance.choice(record["source"])["id"], record["publisher"][0]["id"]
    citation: Line = {"key": f"again-{chance.randrange(10**6)}", "source": source, "origin": origin}
    chance.choice(record["event"]).setdefault("citations", []).append(citation)


def _retell(record: Record, chance: random.Random) -> None:
    chance.choice(record["event"]).update(title=f"Told anew {chance.randrange(100)}", tags=["rare", "sea", "x"])


def _add_an_event(record: Record, chance: random.Random) -> None:
    event = copy.deepcopy(chance.choice(record["event"]))
    record["event"].append(event | {"id": f"added-{chance.randrange(10**6)}", "title": "Added"})


EDITS: tuple[Callable[[Record, random.Random], None], ...] = (
    _rename_an_actor,
    _change_a_group,
    _move_a_place,
    _correct_a_date,
    _redate_a_source,
    _rename_a_publisher,
    _drop_a_citation,
    _cite_again,
    _retell,
    _add_an_event,
)
