"""The questions that are measured: of each kind many, all different, each with a full page as its answer."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from urllib.parse import urlencode

from tests.benchmarks.generate import FIRST, TYPES, World, identifier
from tests.benchmarks.wording import word

Pairs = dict[str, str | int]
Question = Callable[[World, random.Random], Pairs]
COUNTRIES = 40
LATEST = FIRST.replace(year=2025)
LIMITS = (31, 69)
"""Pages of 50 events on the whole; another limit makes another question."""


def addresses(world: World, kind: str, count: int) -> list[str]:
    """As many different addresses of a kind as asked, or as there are."""
    if kind == "one event":
        numbers = random.Random(kind).sample(range(world.events), min(count, world.events))
        return [f"/v1/events/{identifier('event', number)}" for number in numbers]
    made = islice(_asked(world, kind), 4 * count)
    return list(dict.fromkeys(made))[:count]


def _asked(world: World, kind: str) -> Iterator[str]:
    chance = random.Random(kind)
    while True:
        pairs = {"limit": chance.randint(*LIMITS), "order": chance.choice(("asc", "desc"))}
        yield f"/v1/events?{urlencode(KINDS[kind](world, chance) | pairs)}"


def _one(kind: str, least: int, most: int, _: World, chance: random.Random) -> Pairs:
    """A record that is named often: its rank lies between two."""
    return {kind: identifier(kind, chance.randint(least, most))}


_actor = partial(_one, "actor", 2, 9)
_place = partial(_one, "location", 0, 12)


def _source(world: World, chance: random.Random) -> Pairs:
    return {"source": identifier("source", world.sources - 1 - chance.randint(0, 12))}


def _type(_: World, chance: random.Random) -> Pairs:
    return {"type": chance.choice(TYPES[:10])}


def _days(least: int, most: int, _: World, chance: random.Random) -> Pairs:
    length = chance.randint(least, most)
    first = FIRST + timedelta(days=chance.randrange((LATEST - FIRST).days - length))
    return {"date_from": str(first), "date_to": str(first + timedelta(days=length))}


def _box(_: World, chance: random.Random) -> Pairs:
    """Around one of the countries that lie along the spiral, all of it and more."""
    country = chance.randrange(COUNTRIES)
    latitude = -57 + 3 * country + chance.uniform(-1, 1)
    longitude = max(-173.0, min(173.0, (country * 137.5 + 180) % 360 - 180 + chance.uniform(-1, 1)))
    return {"bbox": f"{longitude - 6:.3f},{latitude - 5:.3f},{longitude + 6:.3f},{latitude + 5:.3f}"}


def _word(_: World, chance: random.Random) -> Pairs:
    return {"q": word(chance.randint(20, 120))}


def _known(_: World, chance: random.Random) -> Pairs:
    return {"known_at": f"{FIRST + timedelta(days=chance.randint(5000, 9000))}T{chance.randrange(24):02}:00:00Z"}


def _all(*some: Question) -> Question:
    """The filters of several kinds at once."""

    def asked(world: World, chance: random.Random) -> Pairs:
        return {name: value for one in some for name, value in one(world, chance).items()}

    return asked


def _always(**pairs: str | int) -> Question:
    return lambda _world, _chance: pairs


ACTOR, BOX, EVENT = "actor and dates", "box", "one event"
KINDS: dict[str, Question] = {
    ACTOR: _all(_actor, partial(_days, 5000, 7000)),
    BOX: _box,
    "source": _source,
    "place": _place,
    "type": _type,
    "actor and type": _all(_actor, _type),
    "place and actor": _all(partial(_one, "location", 0, 3), partial(_one, "actor", 0, 3)),
    "words": _word,
    "known_at, by actor": _all(_actor, _known),
    "as_of, by actor": _all(_actor, _always(as_of=1)),
    "min_origins, by actor": _all(_actor, _always(min_origins=2)),
    "a month, with long events": partial(_days, 28, 31),
    "members of an actor": _all(partial(_one, "actor", 0, 0), partial(_days, 3000, 7000)),
    "a place with many inside": _all(partial(_one, "location", 0, 0), partial(_days, 3000, 7000)),
}
