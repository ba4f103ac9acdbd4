"""The states of the evidence: one version of an event for every instant at which something about it became known."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.instants import day_of, show_seconds
from app.keys import LONG_DAYS, event_key
from app.periods import periods_of
from app.schemas import (
    CitationPublic,
    EventPublic,
    Evidence,
    QuantityPublic,
    RelationPublic,
    ResourceLinks,
    TitledReference,
)
from app.tables import LAST, OPEN, Name
from app.words import split_words
from seed.collection import Collection
from seed.dates import UNKNOWN, Days, parse_date
from seed.record import SUPPORTED_FIELDS, SUPPORTING, Citation, Event
from seed.rendering import Renderer

_NO_REVISION = b'"revision":0'


@dataclass(frozen=True)
class Version:
    """One state of the evidence about an event, valid from one instant until another."""

    known_from: int
    known_until: int
    key: int
    days: Days
    reported_at: int
    text: str
    terms: frozenset[Name]
    document: bytes
    """The document served, of revision 0: the loader knows the revision."""

    def at_revision(self, revision: int) -> bytes:
        before, _, after = self.document.rpartition(_NO_REVISION)
        return b'%b"revision":%d%b' % (before, revision, after)


@dataclass(frozen=True)
class CitationRow:
    """A citation as a resource of its own."""

    id: str
    event: str
    source: str
    publisher: str | None
    available_at: int | None
    known_from: int
    terms: frozenset[Name]
    document: bytes


class Versions:
    """Makes the versions of the events of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.render = Renderer(collection)

    def of(self, event: Event) -> list[Version]:
        """Every state of the evidence, oldest first; the last is current."""
        instants = self._instants(event)
        ends = [*instants[1:], OPEN]
        versions: list[Version] = []
        for known_from, known_until in zip(instants, ends, strict=True):
            version = self._at(event, known_from, known_until)
            if versions and _same(versions[-1], version):
                version = replace(versions.pop(), known_until=known_until)
            versions.append(version)
        return versions

    def citations(self, event: Event) -> Iterator[CitationRow]:
        """The event's citations, each known from when it counts and the event exists."""
        exists = self.collection.exists_from[event.id]
        of_event = TitledReference(id=event.id, title=event.title)
        for citation in event.citations:
            shown = self.render.citation(event, citation)
            source = self.collection.source[citation.source]
            yield CitationRow(
                id=shown.id,
                event=event.id,
                source=source.id,
                publisher=source.publisher,
                available_at=self.collection.available[source.id],
                known_from=max(exists, self.collection.counts_from(citation)),
                terms=frozenset(self._citation_terms(event, citation, shown.verification)),
                document=CitationPublic(**dict(shown), event=of_event).document(),
            )

    def _instants(self, event: Event) -> list[int]:
        """From the first support on, every instant at which a citation begins to count or a related event to exist."""
        exists = self.collection.exists_from
        changes = {self.collection.counts_from(citation) for citation in event.citations}
        changes |= {exists[relation.event] for relation in event.relations}
        return sorted({exists[event.id], *(instant for instant in changes if instant > exists[event.id])})

    def _at(self, event: Event, instant: int, known_until: int) -> Version:
        counting = [one for one in event.citations if self.collection.counts_from(one) <= instant]
        backing = [one for one in counting if one.stance in SUPPORTING]
        standing = _standing_fields(event, backing)
        days = parse_date(event.date) if event.date and "date" in standing else UNKNOWN
        start_time = event.start_time if {"date", "start_time"} <= standing else None
        reported = [at for one in backing if (at := self.collection.available[one.source]) is not None]
        document = self._document(event, instant, standing, days, counting, backing)
        text = _searched(document)
        return Version(
            known_from=instant,
            known_until=known_until,
            key=event_key(days.sort_day, start_time, event.id),
            days=days,
            reported_at=min(reported, default=LAST),
            text=text,
            terms=frozenset(self._event_terms(event, days, counting, document, text)),
            document=document.document(),
        )

    def _document(
        self,
        event: Event,
        instant: int,
        standing: set[str],
        days: Days,
        counting: list[Citation],
        backing: list[Citation],
    ) -> EventPublic:
        def when(name: str) -> bool:
            return name in standing

        exists = self.collection.exists_from
        dated = when("date") and event.date is not None
        return EventPublic(
            id=event.id,
            title=event.title,
            summary=event.summary if when("summary") else None,
            type=event.type if when("type") else None,
            modality=event.modality if when("modality") else None,
            date_edtf=event.date if dated else None,
            start_date=days.first.isoformat() if days.first else None,
            end_date=days.last.isoformat() if days.last else None,
            date_precision=days.precision,
            date_basis=event.date_basis if dated else None,
            start_time=event.start_time if dated and when("start_time") else None,
            tags=event.tags,
            quantities=[QuantityPublic(**dict(one)) for one in event.quantities] if when("quantities") else [],
            locations=[self.render.event_location(one) for one in event.locations] if when("locations") else [],
            actors=[self.render.event_actor(one.actor, one.role) for one in event.actors] if when("actors") else [],
            citations=[self.render.citation(event, one) for one in counting],
            evidence=self._evidence(backing),
            relations=[
                RelationPublic(type=one.type, event=self._titled(one.event))
                for one in event.relations
                if exists[one.event] <= instant
            ],
            revision=0,
            links=ResourceLinks(canonical=f"/v1/events/{event.id}"),
        )

    def _evidence(self, backing: list[Citation]) -> Evidence:
        available = [at for one in backing if (at := self.collection.available[one.source]) is not None]
        return Evidence(
            sources=len({one.source for one in backing}),
            independent_origins=len({self.collection.origin(one) for one in backing} - {None}),
            first_reported_at=show_seconds(min(available)) if available else None,
        )

    def _titled(self, event_id: str) -> TitledReference:
        return TitledReference(id=event_id, title=self.collection.event[event_id].title)

    def _event_terms(
        self, event: Event, days: Days, counting: list[Citation], shown: EventPublic, text: str
    ) -> Iterator[Name]:
        yield "event", event.id
        for actor in shown.actors:
            yield "role", actor.role
            for group in self.collection.with_groups(actor.id):
                yield "actor", group
                yield "actor-role", f"{group} {actor.role}"
        for place in shown.locations:
            yield "place", place.id
            yield from (("location", outer) for outer in self.collection.with_surroundings(place.id))
        for citation in counting:
            yield "source", citation.source
            if publisher := self.collection.source[citation.source].publisher:
                yield "publisher", publisher
            if (available := self.collection.available[citation.source]) is not None:
                yield from (("reported", period) for period in periods_of(day_of(available)))
        yield from ((kind, code) for kind, code in (("type", shown.type), ("modality", shown.modality)) if code)
        yield from (("tag", tag) for tag in event.tags)
        yield from (("part-of", one.event.id) for one in shown.relations if one.type == "part_of")
        yield from (("word", word) for word in text.split())
        if days.first:
            yield "month", days.first.isoformat()[:7]
        if days.start_day and days.end_day and days.end_day - days.start_day > LONG_DAYS:
            yield "long", "long"

    def _citation_terms(self, event: Event, citation: Citation, verification: str) -> Iterator[Name]:
        yield "citation-event", event.id
        yield "citation-source", citation.source
        yield "stance", citation.stance
        yield "verification", verification
        if publisher := self.collection.source[citation.source].publisher:
            yield "citation-publisher", publisher
        if origin := self.collection.origin(citation):
            yield "citation-origin", origin
        if citation.attributed_to:
            groups = self.collection.with_groups(citation.attributed_to)
            yield from (("citation-speaker", group) for group in groups)


def _searched(shown: EventPublic) -> str:
    """Each text that `q` searches, as folded words between spaces, on a line of its own."""
    names = [one.name for one in (*shown.actors, *shown.locations)]
    return "\n".join(f" {' '.join(split_words(text))} " for text in (shown.title, shown.summary or "", *names))


def fingerprint(parts: list[bytes]) -> str:
    """SHA-256 over parts of any length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _standing_fields(event: Event, backing: list[Citation]) -> set[str]:
    """The fields that have their value: backed by a citation that counts, or by none ever."""
    named = {name for one in event.citations if one.stance in SUPPORTING for name in one.supports}
    backed = {name for one in backing for name in one.supports}
    return {name for name in SUPPORTED_FIELDS if name not in named or name in backed}


def _same(one: Version, other: Version) -> bool:
    return (one.key, one.document, one.terms) == (other.key, other.document, other.terms)
