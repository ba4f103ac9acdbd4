"""Made-up records of a real one's shape, of any size: `python -m tests.benchmarks generate N FOLDER`.

The same seed gives the same bytes on every machine. Each line is made from its number alone, so that five million need
no more memory than five. Few actors, places and sources are in most events; sources come out some time after what they
report, a few in the end about everything; each state after the first touches every event.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.benchmarks.wording import name, rank, sentence, word

Line = dict[str, Any]

TYPES = (
    "x-statement", "consult", "mobilize", "assault", "accuse", "threaten", "cooperate", "request", "reject", "sanction",
    "support", "protest", "aid", "coerce", "agree", "x-assessment", "retreat", "x-publication", "x-appeal", "concede",
)  # fmt: skip
"""The last is rare: 3 in 10,000."""
MODALITIES = ("occurred", "ongoing", "alleged", "planned", "denied", "proposed", "predicted", "threatened", "cancelled")
ROLES = ("initiator", "target", "participant", "recipient", "host", "spokesperson", "mediator", "subject", "mentioned")
ACTOR_TYPES = ("organisation", "person", "government", "military", "media", "group")
TYPE_WEIGHTS = tuple(accumulate(0.7**place for place in range(len(TYPES))))
COUNTRIES = ("UA", "US", "RU", "FR", "DE", "NO", "PL", "TR", "IN", "JP", "BR", "EG", "KE", "AU", "CA", "FJ")
FIELDS = ("date", "locations", "actors", "type", "modality", "summary")
FIRST, LAST = date(2001, 1, 1), date(2025, 12, 31)
DAYS = (LAST - FIRST).days
CHRONICLES = 0.2
"""The share of citations of works that look back at everything; the rest is of reports of the days after."""


@dataclass(frozen=True)
class World:
    """How many records of each kind there are, for a number of events."""

    seed: int
    events: int
    revision: int = 1

    @property
    def actors(self) -> int:
        return 50 + self.events // 50

    @property
    def locations(self) -> int:
        return 50 + self.events // 100

    @property
    def publishers(self) -> int:
        return 10 + int(self.events**0.5)

    @property
    def sources(self) -> int:
        return 20 + self.events // 5

    def chance(self, kind: str, number: int) -> random.Random:
        return random.Random(f"{self.seed} {kind} {number}")

    def lines(self) -> Iterator[tuple[str, Iterator[Line]]]:
        """The lines of each file."""
        kinds = (_publisher, _source, _actor, _location, _event)
        counts = (self.publishers, self.sources, self.actors, self.locations, self.events)
        for make, count in zip(kinds, counts, strict=True):
            kind = make.__name__.removeprefix("_")
            yield kind, map(partial(_line, self, kind, make), range(count))


def write(world: World, folder: Path) -> Path:
    """A file a kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, lines in world.lines():
        with (folder / f"{kind}s.ndjson").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return folder


def _line(world: World, kind: str, make: Callable[[World, int], Line], number: int) -> Line:
    line = {"kind": kind, "id": identifier(kind, number), **make(world, number)}
    return {key: value for key, value in line.items() if value not in (None, [])}


def identifier(kind: str, number: int) -> str:
    """Permanent, and in no order of dates."""
    return f"{word(3 + number * 31 % 160)}-{kind}-{number}"


def _publisher(world: World, number: int) -> Line:
    chance = world.chance("publisher", number)
    return {
        "name": name(number, "Gazette"),
        "homepage": f"https://news-{number}.example/",
        "country": chance.choice(COUNTRIES),
        "ownership": chance.choice(("independent", "independent", "state", "public")),
    }


def _source(world: World, number: int) -> Line:
    """Numbered in the order in which they come out; some reprint one that came out before."""
    chance = world.chance("source", number)
    published = FIRST + timedelta(days=DAYS * number // world.sources)
    reprinted = number - 1 - rank(chance, number) if number and chance.random() < 0.2 else None
    return {
        "kind": "article",
        "title": sentence(chance, 4, 8),
        "publisher": identifier("publisher", rank(chance, world.publishers)),
        "url": f"https://news-{number % world.publishers}.example/{published:%Y/%m}/{word(number % 190)}-{number}",
        "archive_url": f"https://archive.example/{published:%Y%m%d}/{number}" if chance.random() < 0.3 else None,
        "language": chance.choice(("en", "en", "en", "uk", "fr")),
        "published": f"{published}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z",
        "derived_from": [{"source": identifier("source", reprinted), "how": "reprints"}]
        if reprinted is not None
        else [],
    }


def _actor(world: World, number: int) -> Line:
    """Twenty states; most others belong to something that is named more often."""
    chance = world.chance("actor", number)
    kind = "state" if number < 20 else chance.choice(ACTOR_TYPES)
    return {
        "name": name(number, kind.title()),
        "type": kind,
        "aliases": [name(number, "Alliance")] if chance.random() < 0.2 else [],
        "country": chance.choice(COUNTRIES),
        "member_of": [identifier("actor", rank(chance, number))] if number > 20 and chance.random() < 0.6 else [],
    }


def _location(world: World, number: int) -> Line:
    """Forty countries all over the globe, and in each regions, cities and sites, near to what they are in."""
    chance = world.chance("location", number)
    parent = rank(chance, number) if number >= 40 else None
    latitude, longitude = _spot(world, number)
    return {
        "name": name(number, "Country" if parent is None else "Town"),
        "type": "country" if parent is None else chance.choice(("city", "city", "region", "site", "district")),
        "parent": identifier("location", parent) if parent is not None else None,
        "country": chance.choice(COUNTRIES),
        "latitude": latitude,
        "longitude": longitude,
        "precision": chance.choice(("exact", "near", "district")),
    }


def _spot(world: World, number: int) -> tuple[float, float]:
    """Around the country that the number falls to; countries lie along a spiral from pole to pole."""
    chance = world.chance("spot", number)
    country = number % 40
    latitude = -57 + 120 * country / 40 + chance.gauss(0, 1.5)
    longitude = (country * 137.5 + chance.gauss(0, 2.5) + 180) % 360 - 180
    return round(latitude, 4), round(longitude, 4)


def _event(world: World, number: int) -> Line:
    chance = world.chance("event", number)
    day = FIRST + timedelta(days=int(DAYS * chance.random() ** 0.7))  # more is known of what is recent
    actors = dict.fromkeys(rank(chance, world.actors) for _ in range(_few(chance, 30, 35, 20, 9, 4, 2)))
    places = dict.fromkeys(rank(chance, world.locations) for _ in range(_few(chance, 75, 20, 5)))
    event = {
        "title": sentence(chance, 5, 8),
        "summary": sentence(chance, 8, 18) + ".",
        "date": _date(chance, day),
        "type": chance.choices(TYPES, cum_weights=TYPE_WEIGHTS)[0],
        "modality": MODALITIES[rank(chance, len(MODALITIES))],
        "locations": [identifier("location", one) for one in places],
        "quantities": [{"measure": "troops", "value": 10 * chance.randint(1, 9_000)}] if chance.random() < 0.1 else [],
        "tags": list(dict.fromkeys(word(3 + rank(chance, 180)) for _ in range(chance.randrange(3)))),
        "actors": [{"actor": identifier("actor", one), "role": ROLES[rank(chance, len(ROLES))]} for one in actors],
        "citations": [_citation(world, chance, day, n) for n in range(_few(chance, 50, 30, 12, 6, 2))],
        "relations": _relations(chance, number),
    }
    return event if world.revision == 1 else _revised(world, number, event)


def _few(chance: random.Random, *weights: int) -> int:
    """1, 2, 3 …, each as often as its weight says."""
    return chance.choices(range(1, len(weights) + 1), weights)[0]


def _date(chance: random.Random, day: date) -> str | None:
    """Mostly a day; every tenth uncertain, every tenth a range, one in fifty a long one."""
    form = chance.random()
    days, long = timedelta(days=chance.randint(1, 25)), timedelta(days=chance.randint(40, 900))
    forms = (
        (0.70, f"{day}"), (0.74, f"{day}~"), (0.77, f"{day}?"), (0.84, f"{day}/{day + days}"),
        (0.87, f"[{day}..{day + days}]"), (0.93, f"{day:%Y-%m}"), (0.95, f"{day:%Y}"), (0.97, f"{day}/{day + long}"),
        (0.98, f"{day:%Y-%m}~"), (0.985, f"{day}/.."), (0.99, f"[..{day}]"), (0.995, f"{day:%Y}-2{1 + day.month % 4}"),
    )  # fmt: skip
    return next((text for most, text in forms if form < most), None)


def _citation(world: World, chance: random.Random, day: date, number: int) -> Line:
    """Of a report that came out soon after, or of a chronicle; the first always supports the event."""
    if chance.random() < CHRONICLES:
        source = world.sources - 1 - rank(chance, world.sources)
    else:
        at = (day - FIRST).days * world.sources // DAYS
        source = min(world.sources - 1, at + rank(chance, 2 + world.sources // 500))
    starts = sentence(chance, 2, 4)
    return {
        "key": f"{word(number + 20)}-{number}",
        "source": identifier("source", source),
        "supports": chance.sample(FIELDS[1:], chance.randint(0, 2)),
        "stance": "disputes" if number and chance.random() < 0.06 else "supports",
    } | ({"passage": {"starts": starts, "ends": "told reporters."}} if chance.random() < 0.25 else {}) | (
        {"attributed_to": identifier("actor", rank(chance, world.actors))} if chance.random() < 0.3 else {}
    )  # fmt: skip


def _relations(chance: random.Random, number: int) -> list[Line]:
    """One in eight belongs to an earlier event, a few of which are large."""
    if not number or chance.random() > 0.12:
        return []
    return [
        {"type": chance.choice(("part_of", "part_of", "follows")), "event": identifier("event", rank(chance, number))}
    ]


def _revised(world: World, number: int, event: Line) -> Line:
    """The event in a later state: another summary each time, at times another date or actor, in the end withdrawn."""
    event = event | {"summary": f"{event['summary']} Edition {world.revision}."}
    for edition in range(2, world.revision + 1):
        chance = world.chance(f"edition {edition}", number)
        what = chance.random()
        if what < 0.02:
            event["date"] = str(FIRST + timedelta(days=chance.randrange(DAYS)))
        elif what < 0.04:
            event["actors"] = [{"actor": identifier("actor", rank(chance, world.actors)), "role": "initiator"}]
        elif what < 0.045:
            return event | {"status": "withdrawn", "reason": "It rested on one report, which was withdrawn."}
    return event
