"""The terms of events and citations: every value under which a question finds them."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import repeat

from app.event_schemas import EventPublic
from app.instants import day_of
from app.keys import FORESEEN_DAYS, LONG_DAYS
from app.periods import periods_of, spell
from app.tables import Name
from app.words import split_words
from seed.collection import MOST_REMEMBERED, Collection, remembered
from seed.dates import Days
from seed.quality import weak_points
from seed.record import Citation, Event


class Terms:
    """Lists the terms of the events of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def of_event(self, event: Event, days: Days, shown: EventPublic, text: str) -> set[Name]:
        """Of an event as it is known at some instant: as a record, and as it is shown."""
        terms = {("event", event.id), *self._of_time(days), *self._of_evidence(event, shown)}
        terms.update(self._of_foresight(event, days))
        for actor in shown.actors:
            terms.update(self._of_actor((actor.id, actor.role)))
        for place in shown.locations:
            terms.update(self._of_place(place.id))
        for citation in event.citations:
            terms.update(self._of_cited((citation.source, self.collection.origin(citation))))
        terms.update((kind, code) for kind, code in (("type", shown.type), ("modality", shown.modality)) if code)
        terms.update(("tag", tag) for tag in shown.tags)
        terms.update(("part-of", one.event.id) for one in shown.relations if one.type == "part_of")
        terms.update(zip(repeat("word"), text.split()))
        return terms

    def of_citation(self, event: Event, citation: Citation) -> Iterator[Name]:
        yield "citation-event", event.id
        yield "citation-source", citation.source
        yield "stance", citation.stance
        yield "verification", self.collection.verification(citation)
        if publisher := self.collection.source[citation.source].publisher:
            yield "citation-publisher", publisher
        if origin := self.collection.origin(citation):
            yield "citation-origin", origin
        if citation.attributed_to:
            groups = self.collection.with_groups(citation.attributed_to)
            yield from (("citation-speaker", group) for group in groups)

    @remembered
    def _of_actor(self, part: tuple[str, str]) -> list[Name]:
        actor, role = part
        groups = self.collection.with_groups(actor)
        as_roles = (("actor-role", f"{group} {role}") for group in groups)
        return [("role", role), *as_roles, *(("actor", group) for group in groups)]

    @remembered
    def _of_place(self, place: str) -> list[Name]:
        return [("place", place), *(("location", outer) for outer in self.collection.with_surroundings(place))]

    @remembered
    def _of_cited(self, cited: tuple[str, str | None]) -> list[Name]:
        source, origin = cited
        terms = [("source", source)]
        if publisher := self.collection.source[source].publisher:
            terms.append(("publisher", publisher))
        if origin:
            terms.append(("origin", origin))
        if (available := self.collection.available_at(source)) is not None:
            terms += [("reported", period) for period in periods_of(day_of(available))]
        return terms

    @remembered
    def _of_time(self, days: Days) -> list[Name]:
        terms = [("month", days.first.isoformat()[:7])] if days.first else []
        if days.start_day and days.end_day and days.end_day - days.start_day > LONG_DAYS:
            last = min(days.end_day, date.max.toordinal())
            terms += [("long", period) for period in spell(date.fromordinal(days.start_day), date.fromordinal(last))]
        return terms

    def _of_foresight(self, event: Event, days: Days) -> Iterator[Name]:
        """The time between the first citation, of any stance, and the event."""
        last = days.sort_day - FORESEEN_DAYS - 1
        cited = (self.collection.available_at(one.source) for one in event.citations)
        first = min((day_of(at) for at in cited if at is not None), default=date.max)
        if first.toordinal() <= last:
            yield from (("foreseen", period) for period in spell(first, date.fromordinal(last)))

    def _of_evidence(self, event: Event, shown: EventPublic) -> Iterator[Name]:
        yield "disputed", "true" if shown.evidence.disputed else "false"
        yield from (("min-origins", str(number + 1)) for number in range(shown.evidence.independent_origins))
        yield from (("quality", code) for code in weak_points(self.collection, event))


def searched(shown: EventPublic) -> str:
    """Each text that `q` searches, as folded words between spaces, on a line of its own."""
    names = [one.name for one in (*shown.actors, *shown.locations)]
    return "\n".join(map(_folded, (shown.title, shown.summary or "", *names)))


@lru_cache(maxsize=MOST_REMEMBERED)
def _folded(text: str) -> str:
    return f" {' '.join(split_words(text))} "
