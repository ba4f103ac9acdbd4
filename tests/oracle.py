"""What the questions of the API mean, by plain loops over the record as it is written: no SQL, nothing of the code.

A question is a list of parameters and values. Written from the design: sections 2 (order), 3 (dates, when a source
counts) and 4 (filters, facets). What is known at an instant is told by a record that `tests/reduction.py` has cut down.
"""

import math
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from tests.days import LAST, available, bounds, instant, second
from tests.generator import Line, Record
from tests.lineage import origin
from tests.reduction import is_published, is_support, reduce

Pairs = list[tuple[str, str]]
Asked = dict[str, list[str]]

FACETS = ("actor", "type", "modality", "location", "publisher", "month")

EARTH_KM = 6371.0088
NOW = datetime.max.replace(tzinfo=UTC)
"""When a source counts that has no date of any kind."""


def asked(pairs: Pairs) -> Asked:
    """The values of each parameter."""
    found: Asked = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@cache
def words(text: str) -> list[str]:
    """Runs of letters and digits, without case and marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (one for one in plain if not unicodedata.category(one).startswith("M"))
    runs = "".join(one if one.isalnum() else " " for one in kept).split()
    return [run[:100] for run in runs]


def holds_words(q: str, texts: list[str]) -> bool:
    """Every word somewhere in the texts, every quoted phrase within one of them."""
    every = [words(text) for text in texts]
    phrases = [words(part) for part in q.split('"')[1::2]]
    return {one for text in every for one in text} >= set(words(q)) and all(
        any(text[n : n + len(phrase)] == phrase for text in every for n in range(len(text))) for phrase in phrases
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Haversine."""
    (phi, lam), (psi, mu) = (tuple(map(math.radians, point)) for point in (one, other))
    chord = math.sin((phi - psi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin((lam - mu) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def in_box(spot: tuple[float, float], box: str) -> bool:
    west, south, east, north = map(float, box.split(","))
    across = spot[1] >= west or spot[1] <= east
    return south <= spot[0] <= north and (across if west > east else west <= spot[1] <= east)


class Oracle:
    """Answers questions about one record: `written` as it is, `record` as it stands now, with what is published."""

    def __init__(self, written: Record) -> None:
        self.written = written
        state = reduce(written, LAST)
        self.record = state | {"event": [one for one in state["event"] if is_published(one)]}
        self.by_id = {kind: {line["id"]: line for line in lines} for kind, lines in self.record.items()}
        self.groups = {one: self._reach("actor", one, "member_of") for one in self.by_id["actor"]}
        self.around = {one: self._reach("location", one, "parent") for one in self.by_id["location"]}
        self.available = available(self.record)
        self._into = {one["id"]: one["merged_into"] for one in state["event"] if "merged_into" in one}
        self._known: dict[int, Oracle] = {}

    def known(self, question: Asked) -> "Oracle":
        """Knows no more than the question allows."""
        if "known_at" not in question:
            return self
        at = second(question["known_at"][0])
        if at not in self._known:
            self._known[at] = Oracle(reduce(self.written, at))
        return self._known[at]

    def _reach(self, kind: str, start: str, key: str) -> set[str]:
        """A record and all that it is in, at any depth."""
        onward = self.by_id[kind][start].get(key) or []
        return {start}.union(
            *(self._reach(kind, one, key) for one in ([onward] if isinstance(onward, str) else onward))
        )

    def events(self, pairs: Pairs) -> list[Line]:
        """The events that every parameter keeps, in no order."""
        question = asked(pairs)
        known = self.known(question)
        return [event for event in known.record["event"] if known.keeps(event, question)]

    def keeps(self, event: Line, question: Asked) -> bool:
        for name in ("id", "location", "type", "modality", "tag", "part_of"):
            if name in question and not self.values(name, event) & set(question[name]):
                return False
        checks = {
            ("actor", "role"): self._by_actors,
            ("source", "publisher", "origin", "reported_from", "reported_to"): self._by_citation,
            ("min_origins", "disputed"): self._by_evidence,
            ("bbox",): self._in_box,
            ("near",): self._near,
            ("q",): self._by_words,
            ("date_from", "date_to"): self._by_date,
        }
        return all(check(event, question) for names, check in checks.items() if question.keys() & set(names))

    def values(self, name: str, event: Line) -> set[str]:
        """What an event has of what one parameter, or one facet, names."""
        match name:
            case "actor":
                found = {one for link in event.get("actors", []) for one in self.groups[link["actor"]]}
            case "location":
                found = {one for inner in event.get("locations", []) for one in self.around[inner]}
            case "publisher":
                found = {self.by_id["source"][one["source"]].get("publisher") for one in event.get("citations", [])}
            case "month":
                first = bounds(event.get("date"))[0]
                found = {first and first.isoformat()[:7]}
            case "part_of":
                wholes = (one["event"] for one in event.get("relations", []) if one["type"] == "part_of")
                found = {self._leads_to(one) for one in wholes} - {event["id"]}
            case "origin":
                found = {origin(self.by_id["source"], one) for one in event.get("citations", [])}
            case "tag":
                found = set(event.get("tags", []))
            case _:
                found = {event.get(name)}
        return found - {None}

    def _leads_to(self, event_id: str) -> str | None:
        """The event that it was merged into, at any depth; none where that was withdrawn."""
        while event_id in self._into:
            event_id = self._into[event_id]
        return event_id if event_id in self.by_id["event"] else None

    def place(self, event: Line, question: Asked) -> tuple[Any, ...]:
        """What the order of events depends on; events equal in this may come in any order."""
        first, last = bounds(event.get("date"))
        clock = event.get("start_time")
        quarter = 1 + int(clock[:2]) * 4 + int(clock[3:5]) // 15 if clock else 0
        day = ((first or last).toordinal() if first or last else 0, quarter)
        return (self.first_reported(event), *day) if question.get("sort") == ["reported"] else day

    def first_reported(self, event: Line) -> datetime:
        supporting = filter(is_support, event.get("citations", []))
        return min((at for one in supporting if (at := self.available[one["source"]])), default=NOW)

    def facets(self, pairs: Pairs) -> list[tuple[str, str, str, int]]:
        """Facet, value, label and count, as they are listed."""
        wanted = asked(pairs).get("facet", FACETS)
        kept = self.events([pair for pair in pairs if pair[0] != "facet"])
        listed = []
        for facet in (one for one in FACETS if one in wanted):
            counts = Counter(value for event in kept for value in self.values(facet, event))
            first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:50]
            names = self.by_id.get(facet, {})
            listed += [(facet, value, names.get(value, {"name": value})["name"], count) for value, count in first]
        return listed

    def _by_actors(self, event: Line, question: Asked) -> bool:
        """For any or all of the actors, one link has it, or a member of it, in one of the roles."""
        links = [link for link in event.get("actors", []) if link["role"] in question.get("role", [link["role"]])]
        every = all if question.get("actor_match") == ["all"] else any
        if "actor" not in question:
            return bool(links)
        return every(any(actor in self.groups[link["actor"]] for link in links) for actor in question["actor"])

    def _by_citation(self, event: Line, question: Asked) -> bool:
        """One and the same citation meets all that is asked of citations."""
        after = instant(question.get("reported_from", ["0001-01-01"])[0], time.min)
        before = instant(question.get("reported_to", ["9999-12-31"])[0], time.max)
        timed = question.keys() & {"reported_from", "reported_to"}
        for citation in event.get("citations", []):
            source, at = self.by_id["source"][citation["source"]], self.available[citation["source"]]
            told = {
                "source": source["id"],
                "publisher": source.get("publisher"),
                "origin": origin(self.by_id["source"], citation),
            }
            in_time = not timed or (at is not None and after <= at <= before)
            if in_time and all(value in question.get(name, [value]) for name, value in told.items()):
                return True
        return False

    def _by_evidence(self, event: Line, question: Asked) -> bool:
        """Whether enough origins support it, and whether it has a rival claim or is disputed."""
        citations = event.get("citations", [])
        origins = {origin(self.by_id["source"], one) for one in citations if is_support(one)}
        disputed = bool(event.get("claims")) or any(one.get("stance") == "disputes" for one in citations)
        return len(origins) >= int(question.get("min_origins", ["0"])[0]) and (
            "disputed" not in question or question["disputed"] == [str(disputed).lower()]
        )

    def texts(self, event: Line) -> list[str]:
        """The texts that `q` searches."""
        named = [self.by_id["actor"][one["actor"]] for one in event.get("actors", [])]
        named += [self.by_id["location"][one] for one in event.get("locations", [])]
        return [event["title"], *([event["summary"]] if "summary" in event else []), *(one["name"] for one in named)]

    def _by_words(self, event: Line, question: Asked) -> bool:
        return holds_words(question["q"][0], self.texts(event))

    def _by_date(self, event: Line, question: Asked) -> bool:
        first, last = bounds(event.get("date"))
        if first is None and last is None:
            return False
        start, end = first or last, (last or date.max, last is None)
        since = date.fromisoformat(question.get("date_from", ["0001-01-01"])[0])
        until = date.fromisoformat(question["date_to"][0]) if "date_to" in question else None
        if question.get("date_match") == ["within"]:
            return start >= since and (until is None or end <= (until, False))
        return end >= (since, False) and (until is None or start <= until)

    def spots(self, event: Line) -> list[tuple[float, float]]:
        places = [self.by_id["location"][one] for one in event.get("locations", [])]
        return [(one["latitude"], one["longitude"]) for one in places if "latitude" in one]

    def _in_box(self, event: Line, question: Asked) -> bool:
        return any(in_box(spot, question["bbox"][0]) for spot in self.spots(event))

    def _near(self, event: Line, question: Asked) -> bool:
        latitude, longitude = map(float, question["near"][0].split(","))
        radius = float(question["radius_km"][0])
        return any(kilometres((latitude, longitude), spot) <= radius for spot in self.spots(event))
