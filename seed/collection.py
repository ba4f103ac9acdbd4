"""The whole record, and what follows from its parts together: hierarchies, lineage, and when evidence counts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from app.instants import parse_instant, seconds
from app.tables import LAST, OPEN
from seed.dates import parse_date
from seed.record import SUPPORTING, Actor, Citation, Event, Lineage, Location, Publisher, Source, Vocabulary

KINDS = ("vocabulary", "publisher", "source", "actor", "location", "event")
"""In the order in which they are loaded: none before what it refers to, but for events among themselves."""
LAST_SECOND = time(23, 59, 59, fold=1)
"""Of a day; the later one where the clock is put back at midnight."""


@dataclass
class Collection:
    """Every record by id. The methods expect a record that was checked: references resolve, nothing is in a cycle."""

    publisher: dict[str, Publisher] = field(default_factory=dict)
    source: dict[str, Source] = field(default_factory=dict)
    actor: dict[str, Actor] = field(default_factory=dict)
    location: dict[str, Location] = field(default_factory=dict)
    vocabulary: dict[str, Vocabulary] = field(default_factory=dict)
    event: dict[str, Event] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    """What is no fault, and a curator should look at."""

    def with_groups(self, actor_id: str) -> list[str]:
        """An actor and everything that it is a member of, at any depth."""
        return list(dict.fromkeys(_reach(actor_id, lambda one: self.actor[one].member_of)))

    def with_surroundings(self, location_id: str) -> list[str]:
        """A place and everything that it lies in."""
        return list(_reach(location_id, lambda one: [parent] if (parent := self.location[one].parent) else []))

    @cached_property
    def available(self) -> dict[str, int | None]:
        """From when each source counts, in seconds since 1970; `None` where that is unknown."""
        return {source.id: self._available_at(source) for source in self.source.values()}

    @cached_property
    def roots(self) -> dict[str, frozenset[str]]:
        """The publishers at the roots of each source's lineage; to cite is no link of it."""
        found: dict[str, frozenset[str]] = {}
        waiting = list(self.source)
        while waiting:  # iterative: a chain may have any length
            source = self.source[waiting[-1]]
            links = self._links(source.id)
            if fresh := [link.source for link in links if link.source and link.source not in found]:
                waiting.extend(fresh)
                continue
            roots = [found[link.source] if link.source else {link.publisher} for link in links] or [{source.publisher}]
            found[waiting.pop()] = frozenset(one for some in roots for one in some if one)
        return found

    def lineage(self, source_id: str) -> list[str]:
        """The sources that a source was built from, at any depth; what one cites leads no further."""
        carried = list(_reach(source_id, lambda one: [link.source for link in self._links(one) if link.source]))
        built_on = (link.source for one in carried for link in self.source[one].derived_from)
        return list(dict.fromkeys(one for one in (*carried, *built_on) if one and one != source_id))

    def origin(self, citation: Citation) -> str | None:
        """The publisher whose reporting a citation carries."""
        if citation.origin:
            return citation.origin
        roots = self.roots[citation.source]
        return next(iter(roots)) if len(roots) == 1 else None

    def verification(self, citation: Citation) -> str:
        """What `dateline verify --write` recorded, while the text that it was recorded of is still the source's."""
        passage, source = citation.passage, self.source[citation.source]
        is_current = passage and passage.text_sha256 and passage.text_sha256 == source.text_sha256
        return citation.verification or "not_held" if is_current else "not_held"

    def counts_from(self, source_id: str) -> int:
        """When a source, and each citation of it, begins to count: now alone, when it has no date."""
        available = self.available[source_id]
        return LAST if available is None else available

    @cached_property
    def exists_from(self) -> dict[str, int]:
        """When each event is first supported; `OPEN`, which is never, for one that is withdrawn or merged."""
        return {event.id: self._exists_from(event) if event.is_published else OPEN for event in self.event.values()}

    def survivor(self, event_id: str) -> str:
        """The event that an event was merged into, at any depth; else itself."""
        while target := self.event[event_id].merged_into:
            event_id = target
        return event_id

    def _links(self, source_id: str) -> list[Lineage]:
        """What a source carries the reporting of: all that it builds on but what it cites."""
        return [link for link in self.source[source_id].derived_from if link.how != "cites"]

    def _exists_from(self, event: Event) -> int:
        supporting = (one.source for one in event.citations if one.stance in SUPPORTING)
        return min(map(self.counts_from, supporting), default=LAST)

    def _available_at(self, source: Source) -> int | None:
        text = source.updated or source.published or source.published_not_before
        if text is None:
            return None
        if "T" in text:
            return seconds(parse_instant(text))
        publisher = self.publisher.get(source.publisher or "")
        zone = ZoneInfo(publisher.timezone) if publisher and publisher.timezone else UTC
        last = parse_date(text).last or date.max
        return min(seconds(datetime.combine(last, LAST_SECOND, zone)), seconds(datetime.max.replace(tzinfo=UTC)))


def _reach(start: str, onward: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """What can be reached from a record, itself first."""
    seen, waiting = {start}, [start]
    while waiting:
        one = waiting.pop(0)
        yield one
        fresh = [other for other in onward(one) if other not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
