"""From the record to the documents that the API serves, rendered with the API's own response models.

Events stand in `seed.rendering_events`."""

from functools import lru_cache
from typing import Any

from app.instants import show_seconds
from app.schemas import (
    ActorPublic,
    Code,
    LineagePublic,
    LocationPublic,
    PositionPublic,
    PublisherPublic,
    Reference,
    ResourceLinks,
    SourcePublic,
    TitledReference,
    VocabularyPublic,
)
from seed.collection import MOST_REMEMBERED, Collection
from seed.record import Actor, Location, Publisher, Source, Vocabulary


class Renderer:
    """Renders the records of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.reference = lru_cache(MOST_REMEMBERED)(self._reference)

    def publisher(self, record: Publisher) -> PublisherPublic:
        return PublisherPublic(**_shared(record), links=_links("publishers", "publisher", record.id))

    def actor(self, record: Actor) -> ActorPublic:
        positions = [
            PositionPublic(
                title=one.title,
                organisation=self.named("actor", one.organisation),
                start_edtf=one.start,
                end_edtf=one.end,
            )
            for one in record.positions
        ]
        groups = [self.reference("actor", group) for group in record.member_of]
        links = _links("actors", "actor", record.id)
        shared = _shared(record, "positions", "member_of")
        return ActorPublic(**shared, positions=positions, member_of=groups, links=links)

    def location(self, record: Location) -> LocationPublic:
        parent = self.named("location", record.parent)
        return LocationPublic(
            **_shared(record, "parent"), parent=parent, links=_links("locations", "location", record.id)
        )

    def source(self, record: Source) -> SourcePublic:
        lineage = [
            LineagePublic(how=one.how, source=self.titled(one.source), publisher=self.named("publisher", one.publisher))
            for one in record.derived_from
        ]
        available = self.collection.available_at(record.id)
        stated = record.updated or record.published
        return SourcePublic(
            **_shared(record, "publisher", "source_kind", "published", "updated", "derived_from"),
            publisher=self.named("publisher", record.publisher),
            kind=record.source_kind,
            published_edtf=record.published,
            updated_edtf=record.updated,
            available_at=None if available is None else show_seconds(available),
            timing="stated" if stated else "unknown" if available is None else "estimated",
            derived_from=lineage,
            origins=[self.reference("publisher", one) for one in sorted(self.collection.roots(record.id))],
            links=_links("sources", "source", record.id, derived=f"/v1/sources?derived_from={record.id}"),
        )

    def vocabulary(self, record: Vocabulary) -> VocabularyPublic:
        codes = sorted(record.codes.items()) if record.id == "country" else record.codes.items()
        return VocabularyPublic(id=record.id, codes=[Code(code=code, meaning=meaning) for code, meaning in codes])

    def _reference(self, kind: str, record_id: str) -> Reference:
        return Reference(id=record_id, name=getattr(self.collection, kind)[record_id].name)

    def named(self, kind: str, record_id: str | None) -> Reference | None:
        return self.reference(kind, record_id) if record_id else None

    def titled(self, source_id: str | None) -> TitledReference | None:
        return TitledReference(id=source_id, title=self.collection.source[source_id].title) if source_id else None


def _shared(record: Any, *otherwise: str) -> dict[str, Any]:
    """The fields that are served as they are written."""
    names = (name for name in type(record).model_fields if name not in otherwise)
    return {name: getattr(record, name) for name in names} | {"redacted": record.redacted or None}


def _links(path: str, parameter: str, record_id: str, **others: str) -> ResourceLinks:
    return ResourceLinks(canonical=f"/v1/{path}/{record_id}", events=f"/v1/events?{parameter}={record_id}", **others)
