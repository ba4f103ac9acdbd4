"""Random histories of a record: what a desk does to it between two revisions."""

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from seed.checking import check
from seed.faults import RecordRefused
from tests.days import LAST, counts
from tests.generator import Line, Record, generate, write
from tests.reduction import is_published, reduce
from tests.rivals import contest


def histories(seed: int, revisions: int, folder: Path, events: int = 30) -> Iterator[tuple[Record, Path]]:
    """Sound states of one record, each a few edits after the one before, and the folder with its files.

    No two after one another are served alike: of what is not served, an edit publishes no revision.
    """
    chance, number, last = random.Random(seed), 0, {}
    record = contest(generate(seed, events), seed)
    while number < revisions:
        place = folder / f"state-{number}"
        place.mkdir(exist_ok=True)
        write(record, place)
        if not last or (_served(record) != _served(last) and _is_sound(place)):
            yield record, place
            last, number = record, number + 1
        record = copy.deepcopy(last)
        for edit in chance.sample(EDITS, chance.randint(1, 4)):
            edit(record, chance)


def _served(record: Record) -> list[Record]:
    """What a record says at every instant; events that are not published say no more than that."""
    events = [one if is_published(one) else one | {"title": "Gone"} for one in record["event"]]
    return [reduce(record | {"event": events}, at) for at in sorted({*counts(record).values(), LAST})]


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


def _withdraw(record: Record, chance: random.Random) -> None:
    event = chance.choice([one for one in record["event"] if is_published(one)])
    event |= {"status": "withdrawn", "reason": f"it was a mistake {chance.randrange(9)}"}


def _merge(record: Record, chance: random.Random) -> None:
    event, other = chance.sample([one for one in record["event"] if is_published(one)], 2)
    event["merged_into"] = other["id"]


def _publish_again(record: Record, chance: random.Random) -> None:
    gone = [one for one in record["event"] if not is_published(one)]
    for event in chance.sample(gone, min(1, len(gone))):
        for name in ("status", "reason", "merged_into"):
            event.pop(name, None)


def _claim_otherwise(record: Record, chance: random.Random) -> None:
    event = chance.choice([one for one in record["event"] if one.get("citations")])
    key, value = chance.choice(event["citations"])["key"], f"A rival {chance.randrange(10**6)}"
    event.setdefault("claims", []).append({"field": "summary", "value": value, "citations": [key]})


def _rank_anew(record: Record, chance: random.Random) -> None:
    claims = [claim for event in record["event"] for claim in event.get("claims", [])]
    for claim in chance.sample(claims, min(1, len(claims))):
        claim["rank"] = chance.choice(("preferred", "normal", "deprecated"))


def _tell_how_it_stood(record: Record, chance: random.Random) -> None:
    event, source = chance.choice(record["event"]), chance.choice(record["source"])["id"]
    event["earlier"] = [{"before": source, "title": f"Planned {chance.randrange(100)}", "modality": "planned"}]


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
    _withdraw,
    _merge,
    _publish_again,
    _claim_otherwise,
    _rank_anew,
    _tell_how_it_stood,
)
