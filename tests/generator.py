"""Made-up records of any size, in the NDJSON form: the same number gives the same record on every machine.

Few actors, places and sources are in most events, as in real records; names are in many scripts; dates are in every
form that the record allows; places lie on both sides of the date line and at the poles; ids are up to 100 characters.
"""

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

Line = dict[str, Any]
Record = dict[str, list[Line]]
"""The lines of each kind."""

TAGS = ("x", "sea", "surveillance", "e-8c", "rare")

VOCABULARY = """
    harbour Harbor HARBOUR treaty Treaty talks Talks drill border Border grain O'Neill Łódź Straße STRASSE strasse
    Élan élan elan E\u0301lan naïve co-operation E-8C e_8c 50% 5% A_b C++ ﬁre fire Ångström İzmir Київ київ Ёлка елка
    北京 東京 القاهرة Ελλάς ΕΛΛΆΣ किताब कतब कब תל־אביב Đakovo smørrebrød don’t don't 1,200 ① 𝒳ray \\ back\\slash
    the the of of in in
"""
WORDS = VOCABULARY.split()
LONG_WORD = "z" * 100
ZONES = (None, None, "Europe/Kyiv", "America/New_York", "Asia/Tokyo", "Pacific/Apia")
COUNTRIES = (None, "UA", "US", "FR", "FJ", "NO")
ROLES = ("initiator", "initiator", "participant", "target", "host", "claimant")
TYPES = (None, "mobilize", "mobilize", "consult", "x-statement", "assault")
MODALITIES = (None, "occurred", "occurred", "planned", "alleged", "denied")
STANCES = ("supports", "supports", "supports", "supports", "corrects", "disputes", "mentions")
RELATIONS = ("part_of", "part_of", "follows", "responds_to")
FIELDS = ("date", "start_time", "locations", "actors", "quantities", "type", "modality", "summary")
SPOTS = (
    (90, 0), (-90, 45.5), (0, 0), (52, 180), (52, -180), (51.5, 179.9), (51.5, -179.9), (-17.7, 178), (-16.5, -179.5),
    (66.5, -179), (71.2, 179.3), (50.45, 30.52), (48.85, 2.35), (38.9, -77), (46.48, 30.72), (89.9, -120), (-33.9, 151),
)  # fmt: skip
FIRST_DAY = date(2021, 11, 1)
DATES = (
    "{year}", "{month}", "{month}", "{day}", "{day}", "{day}", "{day}", "{day}", "{day}~", "{day}?", "{day}%",
    "{day}/{later}", "{day}/{far}", "{month}/{later_month}", "{day}~/{later}?", "{day}/..", "{month}/", "../{day}",
    "/{month}", "[{day}..{later}]", "[..{day}]", "[{month}..]", "[{day}..{far}]", "{year}-2{season}", "{month}-XX",
    "{year}-XX", "{year}-XX-XX", "{month}~", "202X", "20XX", "XXXX", None,
)  # fmt: skip
EXTREMES = ("0001-01-01", "9999-12-31", "9999", "0001", "0001-01-01/9999-12-31", "../0001-01-01", "9999-12-31/..")


def generate(seed: int, events: int = 400) -> Record:
    """A whole record, made of as many events and of fewer records of every other kind."""
    maker = _Maker(random.Random(seed))
    counts = {
        "publisher": 5 + events // 40,
        "source": 10 + events // 5,
        "actor": 10 + events // 8,
        "location": len(SPOTS) + events // 10,
        "event": events,
    }
    return {kind: [maker.line(kind, number) for number in range(count)] for kind, count in counts.items()}


def write(record: Record, folder: Path) -> Path:
    """A file a kind: only in a file of sources may a line say which kind of source it is."""
    for kind, lines in record.items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{kind}s.ndjson").write_text(text, encoding="utf-8")
    return folder


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made: dict[str, list[str]] = {kind: [] for kind in ("publisher", "source", "actor", "location", "event")}

    def line(self, kind: str, number: int) -> Line:
        makers = {
            "publisher": self._publisher,
            "source": self._source,
            "actor": self._actor,
            "location": self._location,
            "event": self._event,
        }
        line = {"kind": kind, "id": self._id(kind, number), **makers[kind](number)}
        self.made[kind].append(line["id"])
        return {key: value for key, value in line.items() if value not in (None, [])}

    def _id(self, kind: str, number: int) -> str:
        """Every tenth is as long as an id can be; ids are not in the order in which records are made."""
        start = f"{self.chance.choice('abcxyz059')}-{kind}-{number}"
        return f"{start}-{'l' * (99 - len(start))}" if number % 10 == 9 else start

    def _one(self, kind: str) -> str:
        """One of the records made so far; the first of them more often than the last."""
        made = self.made[kind]
        return made[int(len(made) * self.chance.random() ** 2.5)]

    def _some(self, kind: str, most: int) -> list[str]:
        wanted = range(self.chance.randint(0, most)) if self.made[kind] else ()
        return list(dict.fromkeys(self._one(kind) for _ in wanted))

    def _perhaps(self, value: Any, probability: float = 0.5) -> Any:
        return value if self.chance.random() < probability else None

    def _text(self, most: int) -> str:
        text = " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, most)))
        return text + self.chance.choice(("", "", "", ".", "?!", " — end", f" {LONG_WORD}{LONG_WORD[:9]}"))

    def _moment(self) -> datetime:
        return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(seconds=self.chance.randrange(2**23))

    def _publisher(self, _: int) -> Line:
        return {
            "name": self._text(3),
            "country": self.chance.choice(COUNTRIES),
            "ownership": self.chance.choice((None, "state", "independent", "public")),
            "timezone": self.chance.choice(ZONES),
        }

    def _source(self, number: int) -> Line:
        moment = self._moment()
        day, later = moment.date(), moment.date() + timedelta(days=self.chance.randint(0, 40))
        instant = moment.strftime("%Y-%m-%dT%H:%M:%S") + self.chance.choice(("Z", "-05:00", "+13:00"))
        timing = self.chance.choice(
            (
                {"published": instant},
                {"published": str(day)},
                {"published": str(day), "updated": str(later)},
                {"published": instant, "updated": f"{later + timedelta(days=1)}T01:30:00-05:00"},
                {"published": f"{day:%Y-%m}"},
                {"published": f"{day:%Y}"},
                {"published_not_before": str(day)},
                {"published_not_before": f"{day:%Y-%m}"},
                {},
            )
        )
        links = [{"source": one, "how": self.chance.choice(("reprints", "cites"))} for one in self._some("source", 1)]
        links += [{"publisher": self._one("publisher"), "how": "summarises"}] if self.chance.random() < 0.2 else []
        return timing | {
            "title": self._text(6),
            "publisher": self._perhaps(self._one("publisher"), 0.85),
            "url": self._perhaps(f"https://example.org/{number}?a=1"),
            "language": self.chance.choice((None, "en", "uk", "pt-BR", "zh-Hant")),
            "kind": self.chance.choice(("source", "article", "post", "document")),
            "derived_from": links,
        }

    def _actor(self, number: int) -> Line:
        deep = self.made["actor"][-1:] if number < 6 else self._some("actor", 2)
        return {
            "name": self._text(3),
            "type": self.chance.choice((None, "person", "state", "military")),
            "aliases": [self._text(3) for _ in range(self.chance.randint(0, 2))],
            "country": self.chance.choice(COUNTRIES),
            "member_of": deep,
        }

    def _location(self, number: int) -> Line:
        deep = self.made["location"][-1:] if number < 6 else self._some("location", 1)
        spot = SPOTS[number] if number < len(SPOTS) else self._spot()
        return {
            "name": self._text(2),
            "type": self.chance.choice((None, "country", "city", "sea")),
            "aliases": [self._text(2) for _ in range(self.chance.randint(0, 2))],
            "country": self.chance.choice(COUNTRIES),
            "parent": deep[0] if deep else None,
        } | ({"latitude": spot[0], "longitude": spot[1]} if spot else {})

    def _spot(self) -> tuple[float, float] | None:
        latitude, longitude = self.chance.choice(SPOTS)
        latitude = max(-90, min(90, latitude + self.chance.uniform(-3, 3)))
        longitude = (longitude + self.chance.uniform(-3, 3) + 180) % 360 - 180
        return self._perhaps((round(latitude, 4), round(longitude, 4)), 0.8)

    def _date(self) -> str | None:
        if self.chance.random() < 0.04:
            return self.chance.choice(EXTREMES)
        day = FIRST_DAY + timedelta(days=int(120 * self.chance.random() ** 2))
        later = day + timedelta(days=self.chance.choice((0, 1, 5, 30, 31, 32, 33)))
        form = self.chance.choice(DATES)
        return form and form.format(
            day=day,
            later=later,
            far=day + timedelta(days=self.chance.randint(40, 4000)),
            month=f"{day:%Y-%m}",
            later_month=f"{later:%Y-%m}",
            year=day.year,
            season=self.chance.randint(1, 4),
        )

    def _event(self, _: int) -> Line:
        when = self._date()
        timed = when and len(when.rstrip("~?%")) == 10 and not set(when) & set("/.X")
        event = {
            "title": self._text(6),
            "summary": self._perhaps(self._text(20)),
            "date": when,
            "start_time": self._perhaps(self._time(), 0.6) if timed else None,
            "type": self.chance.choice(TYPES),
            "modality": self.chance.choice(MODALITIES),
            "locations": self._some("location", 3),
            "quantities": [{"measure": "troops", "value": 5}] if self.chance.random() < 0.1 else None,
            "tags": sorted(set(self.chance.choices(TAGS, (9, 5, 3, 2, 1), k=2))),
            "actors": [{"actor": one, "role": self.chance.choice(ROLES)} for one in self._participants()],
            "relations": [{"type": self.chance.choice(RELATIONS), "event": one} for one in self._some("event", 2)],
        }
        return event | {"citations": [self._citation(event, n) for n in range(self.chance.choice((0, 1, 1, 2, 3, 5)))]}

    def _participants(self) -> list[str]:
        """At times one actor in two roles."""
        actors = self._some("actor", 3)
        return actors + (actors[:1] if self.chance.random() < 0.2 else [])

    def _time(self) -> str:
        minute = self.chance.choice((0, 14, 15, 29, 30, 45, 59))
        return f"{self.chance.choice((0, 0, 9, 9, 23)):02}:{minute:02}{self.chance.choice(('Z', '+02:00', '-05:00'))}"

    def _citation(self, event: Line, number: int) -> Line:
        held = [name for name in FIELDS if event[name] not in (None, [])]
        citation = {
            "key": f"key-{number}" if number else "k" * self.chance.choice((1, 100)),
            "source": self._one("source"),
            "stance": self.chance.choice(STANCES),
            "supports": sorted(self.chance.sample(held, min(len(held), self.chance.randint(0, 3)))),
            "attributed_to": self._perhaps(self._one("actor"), 0.4),
            "origin": self._one("publisher"),
            "passage": self._perhaps({"starts": "Early on", "ends": "it said."}, 0.3),
        }
        return {key: value for key, value in citation.items() if value is not None}
