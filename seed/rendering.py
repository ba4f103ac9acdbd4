"""From the record to the documents that the API serves, rendered with the API's own response models."""

from typing import Any

from app.instants import show_seconds
from app.schemas import (
    ActorPublic,
    CitedSource,
    Code,
    EventActor,
    EventCitation,
    EventLocation,
    LineagePublic,
    LocationPublic,
    PassagePublic,
    PositionPublic,
    PublisherPublic,
    Reference,
    ResourceLinks,
    SourcePublic,
    TitledReference,
    VocabularyPublic,
)
from seed.collection import Collection
from seed.passages import Words, text_fragment
from seed.record import Actor, Citation, Event, Location, Passage, Publisher, Source, Vocabulary


class Renderer:
    """Renders the records of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def publisher(self, record: Publisher) -> PublisherPublic:
        return PublisherPublic(**_shared(record), links=_links("publishers", "publisher", record.id))

    def actor(self, record: Actor) -> ActorPublic:
        positions = [
            PositionPublic(
                title=one.title,
                organisation=self._named("actor", one.organisation),
                start_edtf=one.start,
                end_edtf=one.end,
            )
            for one in record.positions
        ]
        groups = [self._reference("actor", group) for group in record.member_of]
        links = _links("actors", "actor", record.id)
        shared = _shared(record, "positions", "member_of")
        return ActorPublic(**shared, positions=positions, member_of=groups, links=links)

    def location(self, record: Location) -> LocationPublic:
        parent = self._named("location", record.parent)
        return LocationPublic(
            **_shared(record, "parent"), parent=parent, links=_links("locations", "location", record.id)
        )

    def source(self, record: Source) -> SourcePublic:
        lineage = [
            LineagePublic(
                how=one.how, source=self._titled(one.source), publisher=self._named("publisher", one.publisher)
            )
            for one in record.derived_from
        ]
        available = self.collection.available[record.id]
        stated = record.updated or record.published
        return SourcePublic(
            **_shared(record, "publisher", "source_kind", "published", "updated", "derived_from"),
            publisher=self._named("publisher", record.publisher),
            kind=record.source_kind,
            published_edtf=record.published,
            updated_edtf=record.updated,
            available_at=None if available is None else show_seconds(available),
            timing="stated" if stated else "unknown" if available is None else "estimated",
            derived_from=lineage,
            links=_links("sources", "source", record.id),
        )

    def vocabulary(self, record: Vocabulary) -> VocabularyPublic:
        codes = sorted(record.codes.items()) if record.id == "country" else record.codes.items()
        return VocabularyPublic(id=record.id, codes=[Code(code=code, meaning=meaning) for code, meaning in codes])

    def event_actor(self, actor_id: str, role: str) -> EventActor:
        actor = self.collection.actor[actor_id]
        return EventActor(id=actor.id, name=actor.name, type=actor.type, role=role)

    def event_location(self, location_id: str) -> EventLocation:
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
            source=self._cited(source),
            stance=record.stance,
            supports=list(record.supports),
            attributed_to=self._named("actor", record.attributed_to),
            origin=self._named("publisher", self.collection.origin(record)),
            passage=_passage(record.passage) if record.passage else None,
            link=text_fragment(source.url, _words(record.passage)) if source.url and record.passage else source.url,
            verification=_verification(record, source),
            note=record.note,
        )

    def _cited(self, source: Source) -> CitedSource:
        available = self.collection.available[source.id]
        return CitedSource(
            id=source.id,
            title=source.title,
            url=source.url,
            archive_url=source.archive_url,
            published_edtf=source.published,
            available_at=None if available is None else show_seconds(available),
            paraphrase=source.paraphrase or None,
            publisher=self._named("publisher", source.publisher),
        )

    def _reference(self, kind: str, record_id: str) -> Reference:
        return Reference(id=record_id, name=getattr(self.collection, kind)[record_id].name)

    def _named(self, kind: str, record_id: str | None) -> Reference | None:
        return self._reference(kind, record_id) if record_id else None

    def _titled(self, source_id: str | None) -> TitledReference | None:
        return TitledReference(id=source_id, title=self.collection.source[source_id].title) if source_id else None


def _shared(record: Any, *otherwise: str) -> dict[str, Any]:
    """The fields that are served as they are written."""
    return {name: getattr(record, name) for name in type(record).model_fields if name not in otherwise}


def _links(path: str, parameter: str, record_id: str) -> ResourceLinks:
    return ResourceLinks(canonical=f"/v1/{path}/{record_id}", events=f"/v1/events?{parameter}={record_id}")


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


def _verification(record: Citation, source: Source) -> str:
    """What `dateline verify --write` recorded, while the text that it was recorded of is still the source's."""
    passage = record.passage
    if passage and passage.text_sha256 and passage.text_sha256 == source.text_sha256 and record.verification:
        return record.verification
    return "not_held"
