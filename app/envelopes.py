"""The envelope of every answer, as OpenAPI describes it: `data`, `meta` and `links`."""

from pydantic import Field

from app.change_schemas import ChangePublic, VersionPublic
from app.event_schemas import AssertedClaim, CitationPublic, EventPublic
from app.schemas import (
    ActorPublic,
    Address,
    DatasetPublic,
    FacetCount,
    Instant,
    LocationPublic,
    Public,
    PublisherPublic,
    QualityPublic,
    RevisionPublic,
    SourcePublic,
    VocabularyPublic,
)


class Meta(Public):
    revision: int = Field(description="The revision that was asked.")
    as_of: str | None = Field(None, description="The `as_of` of the question, as asked.")
    known_at: Instant | None = Field(None, description="The instant of the question's `known_at`.")
    license: str = Field(description="The licence of the record: an SPDX identifier.")
    attribution: str = Field(description="Whom to credit.")
    total: int | None = Field(None, description="All records of the question; with `count=exact`.")


class Links(Public):
    canonical: Address = Field(description="The question, as it is best written.")
    next: Address | None = Field(None, description="The next page, at the same revision; absent on the last.")


class Envelope(Public):
    meta: Meta
    links: Links


class EventPage(Envelope):
    data: list[EventPublic]


class EventAnswer(Envelope):
    data: EventPublic


class ActorPage(Envelope):
    data: list[ActorPublic]


class ActorAnswer(Envelope):
    data: ActorPublic


class LocationPage(Envelope):
    data: list[LocationPublic]


class LocationAnswer(Envelope):
    data: LocationPublic


class SourcePage(Envelope):
    data: list[SourcePublic]


class SourceAnswer(Envelope):
    data: SourcePublic


class PublisherPage(Envelope):
    data: list[PublisherPublic]


class PublisherAnswer(Envelope):
    data: PublisherPublic


class CitationPage(Envelope):
    data: list[CitationPublic]


class FacetList(Envelope):
    data: list[FacetCount]


class ClaimList(Envelope):
    data: list[AssertedClaim]


class HistoryPage(Envelope):
    data: list[VersionPublic]


class ChangePage(Envelope):
    data: list[ChangePublic]


class QualityList(Envelope):
    data: list[QualityPublic]


class RevisionPage(Envelope):
    data: list[RevisionPublic]


class VocabularyList(Envelope):
    data: list[VocabularyPublic]


class DatasetAnswer(Envelope):
    data: DatasetPublic
