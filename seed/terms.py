"""The terms of events and citations: every value under which a question finds them."""

from collections.abc import Iterator
from datetime import date

from app.event_schemas import EventPublic
from app.instants import day_of
from app.keys import LONG_DAYS
from app.periods import periods_of, spell
from app.tables import Name
from app.words import split_words
from seed.collection import Collection
from seed.dates import Days
from seed.quality import weak_points
from seed.record import Citation, Event


class Terms:
    """Lists the terms of the events of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def of_event(self, event: Event, days: Days, shown: EventPublic, text: str) -> Iterator[Name]:
        """Of an event as it is known at some instant: as a record, and as it is shown."""
        yield "event", event.id
        for actor in shown.actors:
            yield "role", actor.role
            for group in self.collection.with_groups(actor.id):
                yield "actor", group
                yield "actor-role", f"{group} {actor.role}"
        for place in shown.locations:
            yield "place", place.id
            yield from (("location", outer) for outer in self.collection.with_surroundings(place.id))
        for citation in event.citations:
            yield from self._of_cited(citation)
        yield from ((kind, code) for kind, code in (("type", shown.type), ("modality", shown.modality)) if code)
        yield from (("tag", tag) for tag in shown.tags)
        yield from (("part-of", one.event.id) for one in shown.relations if one.type == "part_of")
        yield from (("word", word) for word in text.split())
        if days.first:
            yield "month", days.first.isoformat()[:7]
        if days.start_day and days.end_day and days.end_day - days.start_day > LONG_DAYS:
            last = min(days.end_day, date.max.toordinal())
            yield from (("long", period) for period in spell(date.fromordinal(days.start_day), date.fromordinal(last)))
        yield "disputed", "true" if shown.evidence.disputed else "false"
        yield from (("min-origins", str(number + 1)) for number in range(shown.evidence.independent_origins))
        yield from (("quality", code) for code in weak_points(self.collection, event))

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

    def _of_cited(self, citation: Citation) -> Iterator[Name]:
        yield "source", citation.source
        if publisher := self.collection.source[citation.source].publisher:
            yield "publisher", publisher
        if origin := self.collection.origin(citation):
            yield "origin", origin
        if (available := self.collection.available[citation.source]) is not None:
            yield from (("reported", period) for period in periods_of(day_of(available)))


def searched(shown: EventPublic) -> str:
    """Each text that `q` searches, as folded words between spaces, on a line of its own."""
    names = [one.name for one in (*shown.actors, *shown.locations)]
    return "\n".join(f" {' '.join(split_words(text))} " for text in (shown.title, shown.summary or "", *names))
