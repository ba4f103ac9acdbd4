"""The whole record, and what follows from its parts together: hierarchies, lineage, and when evidence counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app.instants import parse_instant, seconds
from app.tables import LAST, OPEN
from seed.dates import parse_date
from seed.record import SUPPORTING, Actor, Citation, Event, Lineage, Location, Publisher, Source, Vocabulary
from seed.shelf import Records

KINDS = ("vocabulary", "publisher", "source", "actor", "location", "event")
"""In the order in which they are loaded: none before what it refers to, but for events among themselves."""
LAST_SECOND = time(23, 59, 59, fold=1)
"""Of a day; the later one where the clock is put back at midnight."""
MOST_REMEMBERED = 5_000
"""Answers of each kind: many are asked again and again, and memory must not grow with the record."""

A = TypeVar("A")
R = TypeVar("R")


def remembered(find: Callable[[Any, A], R]) -> "cached_property[Callable[[A], R]]":
    """A method of one argument that keeps its newest answers: nobody may change them."""
    return cached_property(lambda this: lru_cache(MOST_REMEMBERED)(partial(find, this)))


@dataclass
class Collection:
    """Every record by id. The methods expect a record that was checked: references resolve, nothing is in a cycle."""

    publisher: Mapping[str, Publisher] = field(default_factory=dict)
    source: Mapping[str, Source] = field(default_factory=dict)
    actor: Mapping[str, Actor] = field(default_factory=dict)
    location: Mapping[str, Location] = field(default_factory=dict)
    vocabulary: Mapping[str, Vocabulary] = field(default_factory=dict)
    event: Mapping[str, Event] = field(default_factory=dict)

    def written(self, kind: str, record_id: str) -> bytes:
        """A record as its curator wrote it."""
        records = getattr(self, kind)
        if isinstance(records, Records):
            return records.written(record_id)
        written: bytes = records[record_id].written()
        return written

    def in_order(self, kind: str) -> Iterable[str]:
        """The ids of a kind."""
        records = getattr(self, kind)
        return records if isinstance(records, Records) else sorted(records)

    @remembered
    def with_groups(self, actor_id: str) -> list[str]:
        """An actor and everything that it is a member of, at any depth."""
        return list(dict.fromkeys(_reach(actor_id, lambda one: self.actor[one].member_of)))

    @remembered
    def with_surroundings(self, location_id: str) -> list[str]:
        """A place and everything that it lies in."""
        return list(_reach(location_id, lambda one: [parent] if (parent := self.location[one].parent) else []))

    @remembered
    def available_at(self, source_id: str) -> int | None:
        """From when a source counts, in seconds since 1970; `None` where that is unknown."""
        source = self.source[source_id]
        text = source.updated or source.published or source.published_not_before
        if text is None:
            return None
        if "T" in text:
            return seconds(parse_instant(text))
        publisher = self.publisher.get(source.publisher or "")
        zone = ZoneInfo(publisher.timezone) if publisher and publisher.timezone else UTC
        last = parse_date(text).last or date.max
        return min(seconds(datetime.combine(last, LAST_SECOND, zone)), seconds(datetime.max.replace(tzinfo=UTC)))

    @remembered
    def roots(self, source_id: str) -> frozenset[str]:
        """The publishers at the roots of a source's lineage; to cite is no link of it."""
        found: dict[str, frozenset[str]] = {}
        waiting = [source_id]
        while waiting:  # iterative: a chain may have any length
            source = self.source[waiting[-1]]
            links = self._links(source.id)
            if fresh := [link.source for link in links if link.source and link.source not in found]:
                waiting.extend(fresh)
                continue
            roots = [found[link.source] if link.source else {link.publisher} for link in links] or [{source.publisher}]
            found[waiting.pop()] = frozenset(one for some in roots for one in some if one)
        return found[source_id]

    def lineage(self, source_id: str) -> list[str]:
        """The sources that a source was built from, at any depth; what one cites leads no further."""
        carried = list(_reach(source_id, lambda one: [link.source for link in self._links(one) if link.source]))
        built_on = (link.source for one in carried for link in self.source[one].derived_from)
        return list(dict.fromkeys(one for one in (*carried, *built_on) if one and one != source_id))

    def origin(self, citation: Citation) -> str | None:
        """The publisher whose reporting a citation carries."""
        if citation.origin:
            return citation.origin
        roots = self.roots(citation.source)
        return next(iter(roots)) if len(roots) == 1 else None

    def verification(self, citation: Citation) -> str:
        """What `dateline verify --write` recorded, while the text that it was recorded of is still the source's."""
        passage, source = citation.passage, self.source[citation.source]
        is_current = passage and passage.text_sha256 and passage.text_sha256 == source.text_sha256
        return citation.verification or "not_held" if is_current else "not_held"

    def counts_from(self, source_id: str) -> int:
        """When a source, and each citation of it, begins to count: now alone, when it has no date."""
        available = self.available_at(source_id)
        return LAST if available is None else available

    def exists_from(self, event: Event) -> int:
        """When an event is first supported; `OPEN`, which is never, for one that is withdrawn or merged."""
        supporting = (one.source for one in event.citations if one.stance in SUPPORTING)
        return min(map(self.counts_from, supporting), default=LAST) if event.is_published else OPEN

    def survivor(self, event_id: str) -> str:
        """The event that an event was merged into, at any depth; else itself."""
        while target := self.event[event_id].merged_into:
            event_id = target
        return event_id

    def _links(self, source_id: str) -> list[Lineage]:
        """What a source carries the reporting of: all that it builds on but what it cites."""
        return [link for link in self.source[source_id].derived_from if link.how != "cites"]


def _reach(start: str, onward: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """What can be reached from a record, itself first."""
    seen, waiting = {start}, [start]
    while waiting:
        one = waiting.pop(0)
        yield one
        fresh = [other for other in onward(one) if other not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
