"""Questions about events, made up from the record: most values hold for an event that is picked first."""

import random
import unicodedata
from datetime import date, time, timedelta, timezone

from tests.days import bounds, instant
from tests.generator import Line
from tests.oracle import FACETS, Oracle, Pairs, asked, kilometres, words

FILTERS = (
    "id", "actor", "role", "location", "bbox", "near", "source", "publisher", "reported_from", "reported_to", "type",
    "modality", "tag", "part_of", "q", "date_from", "date_to",
    "origin", "min_origins", "disputed", "known_at",
)  # fmt: skip
RADII = ("0.5", "10", "290.5", "1111", "5000", "10010", "20015.2", "20038")
DAYS = ("0001-01-01", "2021-11-01", "2021-12-01", "2021-12-31", "2022-01-31", "9999-12-31")
STRAY = "treaty"
"""A word to ask for where the event has none."""


class Questions:
    """Makes questions; the same seed makes the same ones."""

    def __init__(self, seed: int, oracle: Oracle) -> None:
        self.chance = random.Random(seed)
        self.oracle = oracle

    def about(self, *filters: str) -> Pairs:
        """A question with these filters, at times with what goes with them."""
        event = self.chance.choice(self.oracle.record["event"])
        pairs = [pair for name in filters for pair in self._values(name, event)]
        if "actor" in filters and self.chance.random() < 0.4:
            pairs.append(("actor_match", self.chance.choice(("all", "any"))))
        if {"date_from", "date_to"} & set(filters) and self.chance.random() < 0.4:
            pairs.append(("date_match", self.chance.choice(("within", "overlaps"))))
        return _in_order(pairs)

    def any(self, filters: tuple[str, ...] = FILTERS) -> Pairs:
        """A question with up to four of these filters, an order and a size of page."""
        pairs = self.about(*self.chance.sample(filters, self.chance.choice((0, 1, 1, 2, 2, 3, 4))))
        for name, values in (
            ("sort", ("date", "reported")),
            ("order", ("asc", "desc")),
            ("limit", ("1", "3", "17", "500")),
            ("count", ("exact",)),
        ):
            pairs += [(name, self.chance.choice(values))] if self.chance.random() < 0.4 else []
        return pairs

    def facets(self, filters: tuple[str, ...] = FILTERS) -> Pairs:
        """A question for facets, some or all."""
        pairs = self.about(*self.chance.sample(filters, self.chance.choice((0, 1, 1, 2))))
        return pairs + [("facet", one) for one in self.chance.sample(FACETS, self.chance.choice((0, 0, 1, 3)))]

    def _values(self, name: str, event: Line) -> Pairs:
        match name:
            case "bbox":
                return [("bbox", self._box(event))]
            case "near":
                return self._circle(event)
            case "q":
                return [("q", self._words(event))]
            case "date_from" | "date_to":
                return [(name, self._day(event))]
            case "min_origins":
                return [(name, self.chance.choice(("1", "2", "2", "3")))]
            case "disputed":
                return [(name, self.chance.choice(("true", "false")))]
            case "reported_from" | "reported_to" | "known_at":
                return [(name, self._moment(event))]
        return [(name, value) for value in self._codes(name, event)]

    def _codes(self, name: str, event: Line) -> list[str]:
        """One to three ids or codes, the first of which often holds for the event."""
        match name:
            case "source":
                own = [one["source"] for one in event.get("citations", [])]
            case "role":
                own = [one["role"] for one in event.get("actors", [])]
            case _:
                own = sorted(self.oracle.values(name, event))
        others = self._others(name)
        held = self.chance.sample(own, 1) if own and self.chance.random() < 0.8 else []
        more = self.chance.choice((0, 0, 1, 2)) + (not held)
        return [*held, *self.chance.choices(others, k=more)] if others else held

    def _others(self, name: str) -> list[str]:
        """Values that are known, held by an event or not; a tag is known while something has it."""
        every = {"id": "event", "part_of": "event", "origin": "publisher"}.get(name, name)
        if every in self.oracle.by_id:
            return sorted(self.oracle.by_id[every])
        held = {tag for event in self.oracle.record["event"] for tag in event.get("tags", [])}
        return [code for code in _CODES[name] if name != "tag" or code in held]

    def _spot(self, event: Line) -> tuple[float, float]:
        spots = self.oracle.spots(event)
        if spots and self.chance.random() < 0.8:
            return self.chance.choice(spots)
        return round(self.chance.uniform(-90, 90), 3), round(self.chance.uniform(-180, 180), 3)

    def _box(self, event: Line) -> str:
        """At times the spot is a corner, at times the box is the spot; many cross the date line."""
        latitude, longitude = self._spot(event)
        wide, high = self.chance.choice((0, 0.5, 10, 100, 179)), self.chance.choice((0, 0.5, 10, 90))
        west, east = longitude - wide * self.chance.choice((0, 1)), longitude + wide * self.chance.choice((0, 1))
        west, east = west + 360 * (west < -180), east - 360 * (east > 180)
        return ",".join(f"{one:.10g}" for one in (west, max(-90, latitude - high), east, min(90, latitude + high)))

    def _circle(self, event: Line) -> Pairs:
        """No place of the record lies so close to the edge that rounding would decide."""
        while True:
            latitude, longitude = self._spot(event)
            longitude = max(-180, min(180, longitude + self.chance.choice((0, 0, 0.001, 1))))
            radius = self.chance.choice(RADII)
            point = f"{latitude:.10g}", f"{longitude:.10g}"
            away = [
                kilometres((float(point[0]), float(point[1])), spot)
                for one in self.oracle.record["event"]
                for spot in self.oracle.spots(one)
            ]
            if all(abs(one - float(radius)) > 1e-6 for one in away):
                return [("near", ",".join(point)), ("radius_km", radius)]

    def _day(self, event: Line) -> str:
        days = [day for day in bounds(event.get("date")) if day and date(2, 1, 1) < day < date(9999, 1, 1)]
        if days and self.chance.random() < 0.8:
            return str(self.chance.choice(days) + timedelta(days=self.chance.choice((-40, -1, 0, 0, 0, 1, 31, 32))))
        return self.chance.choice(DAYS)

    def _moment(self, event: Line) -> str:
        """Often the very second in which a source of the event began to count, in some zone."""
        times = [at for one in event.get("citations", []) if (at := self.oracle.available[one["source"]])]
        if not times or self.chance.random() < 0.2:
            return self.chance.choice(DAYS)
        moment = self.chance.choice(times) + timedelta(seconds=self.chance.choice((-1, 0, 0, 0, 1)))
        moment = moment.astimezone(timezone(timedelta(hours=self.chance.choice((-5, 0, 2, 13)))))
        return str(moment.date()) if self.chance.random() < 0.3 else moment.isoformat()

    def _words(self, event: Line) -> str:
        """Words of the event, at times a phrase of one of its texts or over the edge of two, in other letters."""
        texts = self.oracle.texts(event)
        parts = [self._part(texts) for _ in range(self.chance.choice((1, 1, 2)))]
        return " ".join(part for part in parts if words(part.strip('"'))) or STRAY

    def _part(self, texts: list[str]) -> str:
        source = self.chance.choice([*texts, " ".join(texts)]).split()
        start = self.chance.randrange(len(source))
        run = " ".join(source[start : start + self.chance.randint(1, 3)])[:60]
        run = self.chance.choice((str, str.upper, str.lower, str.swapcase, _decomposed))(run)
        return f'"{run}"' if self.chance.random() < 0.6 else run


_CODES = {
    "role": ["initiator", "participant", "target", "host", "claimant", "mediator"],
    "type": ["mobilize", "consult", "x-statement", "assault", "aid"],
    "modality": ["occurred", "planned", "alleged", "denied", "cancelled"],
    "tag": ["x", "sea", "surveillance", "e-8c"],
}


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _in_order(pairs: Pairs) -> Pairs:
    """The question with ranges the right way round."""
    question, swapped = asked(pairs), {}
    for first, last in (("date_from", "date_to"), ("reported_from", "reported_to")):
        if {first, last} <= question.keys():
            start, end = question[first][0], question[last][0]
            if instant(start, time.min) > instant(end, time.max):
                swapped |= {first: end, last: start}
    return [(name, swapped.get(name, value)) for name, value in pairs]
