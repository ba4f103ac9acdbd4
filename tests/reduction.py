"""The record as it would stand if nothing had been published after an instant: by rewriting it, rule by rule.

Written from the rules alone. A store that is loaded with a reduced record has no later evidence to hide: what it
answers now is what the store of the whole record has to answer for that instant. A reduced record says less than a desk
may write: a citation may support a field that its event does not have yet.
"""

from functools import cached_property
from typing import Any

from tests.days import LAST, counts, is_day
from tests.generator import FIELDS, Line, Record
from tests.lineage import by_id, roots
from tests.notation import as_held, same

RANKS = ("preferred", "normal", "deprecated")
WORDED = (*FIELDS, "title", "tags")
"""What `earlier` may tell, but for `date_basis`."""


def reduce(record: Record, known_at: float) -> Record:
    """The record at a second; at `LAST`, as it stands now."""
    at = Instant(record, known_at)
    return record | {"source": at.sources(), "event": at.events()}


def is_published(event: Line) -> bool:
    """Whether an event is served: neither withdrawn nor merged into another."""
    return event.get("status", "published") == "published" and "merged_into" not in event


def is_support(citation: Line) -> bool:
    return citation.get("stance", "supports") in ("supports", "corrects")


def known_from(event: Line, known: dict[str, float]) -> float:
    """From when an event can be known of."""
    return min((known[one["source"]] for one in event.get("citations", []) if is_support(one)), default=LAST)


class Instant:
    """A record, seen from one second."""

    def __init__(self, record: Record, known_at: float) -> None:
        self.record = record
        self.known_at = known_at
        self.counts = counts(record)

    def by_now(self, source: str) -> bool:
        return self.counts[source] <= self.known_at

    @cached_property
    def _events(self) -> dict[str, Line]:
        return {one["id"]: one for one in self.record["event"]}

    def sources(self) -> list[Line]:
        """Those that count, without the links to those that do not."""
        return [self._source(one) for one in self.record["source"] if self.by_now(one["id"])]

    def _source(self, source: Line) -> Line:
        links = [link for link in source.get("derived_from", []) if "publisher" in link or self.by_now(link["source"])]
        return _without(source, "derived_from") | ({"derived_from": links} if links else {})

    @cached_property
    def _lineages(self) -> tuple[dict[str, Line], dict[str, Line]]:
        """Sources as they are written, and as they are left."""
        return by_id(self.record), {one["id"]: one for one in self.sources()}

    def events(self) -> list[Line]:
        """Those that exist, and what is left of those that are not published."""
        kept = [one for one in self.record["event"] if self.exists(one["id"])]
        return [self._event(one) if is_published(one) else _bare(one) for one in kept]

    def exists(self, event_id: str) -> bool:
        """Whether there is an event, or one that it leads to; one that was withdrawn always was."""
        event = self._events[event_id]
        if "merged_into" in event:
            return self.exists(event["merged_into"])
        return not is_published(event) or known_from(event, self.counts) <= self.known_at

    def _event(self, event: Line) -> Line:
        state = State(event, self)
        left = _without(event, *WORDED, "date_basis", "claims", "earlier", "citations", "relations", "corrections")
        lists = {
            "citations": [self._citation(one) for one in state.citations],
            "claims": state.rivals(),
            "relations": [one for one in event.get("relations", []) if self.exists(one["event"])],
            "corrections": [
                one for one in event.get("corrections", []) if "source" not in one or self.by_now(one["source"])
            ],
        }
        return left | state.fields() | {name: lines for name, lines in lists.items() if lines}

    def _citation(self, citation: Line) -> Line:
        """With the origin that its source's lineage no longer tells."""
        whole, left = (roots(sources, citation["source"]) for sources in self._lineages)
        return citation if "origin" in citation or whole == left else citation | {"origin": whole.pop()}


class State:
    """What an event shows at an instant."""

    def __init__(self, event: Line, at: Instant) -> None:
        self.event = event
        self.at = at
        self.citations = [one for one in event.get("citations", []) if at.by_now(one["source"])]
        self.words = self._words()
        self.claims = [one for claim in event.get("claims", []) if (one := self._claim(claim))["citations"]]

    def _words(self) -> Line:
        """The earlier words that apply: those before the first source to count after the instant."""
        later = [one for one in self.event.get("earlier", []) if not self.at.by_now(one["before"])]
        return min(later, key=lambda one: self.at.counts[one["before"]], default={})

    def _claim(self, claim: Line) -> Line:
        """With its rank at the instant, and the citations that count."""
        keys = {one["key"] for one in self.citations}
        return claim | {
            "citations": [key for key in claim["citations"] if key in keys],
            "rank": "normal" if self._is_rehabilitated(claim) else claim.get("rank", "normal"),
        }

    def _is_rehabilitated(self, claim: Line) -> bool:
        """Whether what deprecates a claim is yet to come."""
        corrects = [
            one
            for one in self.event.get("citations", [])
            if one.get("stance") == "corrects" and claim["field"] in one.get("supports", [])
        ]
        deprecated = claim.get("rank") == "deprecated"
        return deprecated and bool(corrects) and not any(self.at.by_now(one["source"]) for one in corrects)

    def stands(self, name: str) -> bool:
        """Whether the event has a value of its own that no support names, or one that counts."""
        named = [one for one in self.event.get("citations", []) if is_support(one) and name in one.get("supports", [])]
        return name in self.event and (not named or any(self.at.by_now(one["source"]) for one in named))

    def _best(self, name: str) -> Line | None:
        every = [one for one in self.claims if one["field"] == name]
        return min(every, key=lambda one: RANKS.index(one["rank"]), default=None)

    def _value(self, name: str) -> Any:
        """What is told of a field, be it shown or not."""
        if name in self.words:
            return self.words[name]
        if name in ("title", "tags") or self.stands(name):
            return self.event.get(name)
        best = self._best(name)
        return best and as_held(name, best["value"])

    def fields(self) -> Line:
        """A time of day only beside a day; how a date follows only beside that date."""
        shown = {name: value for name in WORDED if (value := self._value(name)) is not None}
        if not is_day(shown.get("date")):
            shown.pop("start_time", None)
        basis = self._basis(shown.get("date"))
        return shown | ({"date_basis": basis} if basis else {})

    def _basis(self, date: str | None) -> str | None:
        if "date" in self.words:
            return self.words.get("date_basis")
        is_own = date is not None and date == self.event.get("date")
        return self.words.get("date_basis", self.event.get("date_basis")) if is_own else None

    def rivals(self) -> list[Line]:
        """The claims that are not what the event shows."""
        shown = self.fields()
        return [
            self._rival(one, shown)
            for one in self.claims
            if one["field"] not in shown or not same(one["field"], one["value"], shown[one["field"]])
        ]

    def _rival(self, claim: Line, shown: Line) -> Line:
        """What the desk says of a claim is said of the event's own value, and of the claim's rank today."""
        name = claim["field"]
        written = next(one for one in self.event["claims"] if one["value"] == claim["value"] and one["field"] == name)
        shows_own = name in shown and name not in self.words and self.stands(name)
        told = shows_own and written.get("rank", "normal") == claim["rank"]
        return claim if told else _without(claim, "relation", "note")


def _without(line: Line, *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}


def _bare(event: Line) -> Line:
    """What is served of an event that is not published."""
    return {name: event[name] for name in ("kind", "id", "title", "status", "reason", "merged_into") if name in event}
