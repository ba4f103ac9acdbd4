"""Events, their citations and claims as documents: an event as it is known at some instant."""

from collections.abc import Mapping
from functools import lru_cache

from app.event_schemas import (
    CitationPublic,
    CitedSource,
    ClaimPublic,
    CorrectionPublic,
    EventActor,
    EventCitation,
    EventLinks,
    EventLocation,
    EventPublic,
    Evidence,
    PassagePublic,
    QuantityPublic,
    RelationPublic,
)
from app.instants import show_seconds
from app.notation import notation
from app.schemas import TitledReference
from seed.collection import MOST_REMEMBERED, Collection
from seed.dates import UNKNOWN, parse_date
from seed.knowledge import Knowledge
from seed.passages import Words, text_fragment
from seed.quality import uncited_fields
from seed.record import SUPPORTING, Citation, Claim, Correction, Event, Passage
from seed.rendering import Renderer


class EventRenderer:
    """Renders the events of one collection."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.collection: Collection = knowledge.collection
        self.knowledge = knowledge
        self.render = Renderer(self.collection)
        self.actor = lru_cache(MOST_REMEMBERED)(self._actor)
        self.location = lru_cache(MOST_REMEMBERED)(self._location)
        self.cited = lru_cache(MOST_REMEMBERED)(self._cited)

    def event(self, event: Event, instant: int, cited: Mapping[str, EventCitation]) -> EventPublic:
        """An event as `Knowledge.at` tells it, with its citations by their keys; its revision is 0: see `Version`."""
        days = parse_date(event.date) if event.date else UNKNOWN
        return EventPublic(
            id=event.id,
            title=event.title,
            summary=event.summary,
            type=event.type,
            modality=event.modality,
            date_edtf=event.date,
            start_date=days.first.isoformat() if days.first else None,
            end_date=days.last.isoformat() if days.last else None,
            date_precision=days.precision,
            date_basis=event.date_basis,
            start_time=event.start_time,
            tags=event.tags,
            quantities=[QuantityPublic(**dict(one)) for one in event.quantities],
            locations=[self.location(one) for one in event.locations],
            actors=[self.actor(one.actor, one.role) for one in event.actors],
            citations=[cited[one.key] for one in event.citations],
            claims=[_claim(event.id, one) for one in event.claims],
            evidence=self._evidence(event),
            relations=[
                RelationPublic(type=one.type, event=self.titled(self.collection.event[one.event], instant))
                for one in event.relations
            ],
            corrections=[self._correction(one) for one in event.corrections],
            redacted=event.redacted or None,
            revision=0,
            links=_links(event.id),
        )

    def titled(self, event: Event, instant: int) -> TitledReference:
        return TitledReference(id=event.id, title=self.knowledge.title(event, instant))

    def citation_of(self, event: TitledReference, shown: EventCitation) -> CitationPublic:
        """A citation as a resource of its own."""
        return CitationPublic(**dict(shown), event=event)

    def _actor(self, actor_id: str, role: str) -> EventActor:
        actor = self.collection.actor[actor_id]
        return EventActor(id=actor.id, name=actor.name, type=actor.type, role=role)

    def _location(self, location_id: str) -> EventLocation:
        place = self.collection.location[location_id]
        return EventLocation(
            id=place.id,
            name=place.name,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            precision=place.precision,
        )

    def citation(self, event: Event, record: Citation) -> EventCitation:
        source = self.collection.source[record.source]
        return EventCitation(
            id=f"{event.id}~{record.key}",
            source=self.cited(source.id),
            stance=record.stance,
            supports=list(record.supports),
            attributed_to=self.render.named("actor", record.attributed_to),
            origin=self.render.named("publisher", self.collection.origin(record)),
            passage=_passage(record.passage) if record.passage else None,
            link=text_fragment(source.url, _words(record.passage)) if source.url and record.passage else source.url,
            verification=self.collection.verification(record),
            note=record.note,
        )

    def _cited(self, source_id: str) -> CitedSource:
        source = self.collection.source[source_id]
        available = self.collection.available_at(source.id)
        return CitedSource(
            id=source.id,
            title=source.title,
            url=source.url,
            archive_url=source.archive_url,
            published_edtf=source.published,
            available_at=None if available is None else show_seconds(available),
            paraphrase=source.paraphrase or None,
            publisher=self.render.named("publisher", source.publisher),
        )

    def _evidence(self, event: Event) -> Evidence:
        backing = [one for one in event.citations if one.stance in SUPPORTING]
        available = [at for one in backing if (at := self.collection.available_at(one.source)) is not None]
        return Evidence(
            sources=len({one.source for one in backing}),
            independent_origins=len({self.collection.origin(one) for one in backing} - {None}),
            disputed=bool(event.claims) or any(one.stance == "disputes" for one in event.citations),
            first_reported_at=show_seconds(min(available)) if available else None,
            uncited_fields=uncited_fields(event),
        )

    def _correction(self, one: Correction) -> CorrectionPublic:
        return CorrectionPublic(
            what=one.what, corrected_edtf=one.when, why=one.why, source=self.render.titled(one.source)
        )


def _claim(event_id: str, one: Claim) -> ClaimPublic:
    return ClaimPublic(
        field=one.field,
        value=notation(one.value),
        rank=one.rank,
        relation=one.relation,
        note=one.note,
        citations=[f"{event_id}~{key}" for key in one.citations],
    )


def _links(event_id: str) -> EventLinks:
    canonical = f"/v1/events/{event_id}"
    return EventLinks(canonical=canonical, claims=f"{canonical}/claims", history=f"{canonical}/history")


def _words(passage: Passage) -> Words:
    return Words(passage.starts, passage.ends, passage.before, passage.after)


def _passage(passage: Passage) -> PassagePublic:
    return PassagePublic(
        first_words=passage.starts,
        last_words=passage.ends,
        start_offset=passage.start,
        end_offset=passage.end,
        sha256=passage.sha256,
    )
