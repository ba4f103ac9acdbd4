"""The envelope of every answer, as OpenAPI describes it: `data`, `meta` and `links`."""

from pydantic import Field

from app.change_schemas import ChangePublic, VersionPublic
from app.event_schemas import AssertedClaim, CitationPublic, EventPublic
from app.schemas import (
    ActorPublic,
    Count,
    DatasetPublic,
    FacetCount,
    Instant,
    LocationPublic,
    Path,
    Public,
    PublisherPublic,
    QualityPublic,
    RevisionPublic,
    SourcePublic,
    VocabularyPublic,
)


class Meta(Public):
    """Of which state the answer is, and how to credit it."""

    revision: Count = Field(description="The revision that was asked.")
    as_of: str | None = Field(None, description="The `as_of` of the question, as asked.")
    known_at: Instant | None = Field(None, description="The instant of the question's `known_at`.")
    license: str = Field(description="The licence of the record: an SPDX identifier.")
    attribution: str = Field(description="Whom to credit.")
    total: Count | None = Field(None, description="All records of the question; with `count=exact`.")
    next_cursor: str | None = Field(
        None, description="The `cursor` of the next page, for the same question; absent on the last."
    )


class Links(Public):
    """The same links stand in the `Link` header."""

    canonical: Path = Field(description="The question, as it is best written.")
    next: Path | None = Field(None, description="The next page, at the same revision; absent on the last.")


class Envelope(Public):
    """What every answer has beside `data`."""

    meta: Meta
    links: Links


class EventPage(Envelope):
    data: list[EventPublic] = Field(description="The records of this page.")


class EventAnswer(Envelope):
    data: EventPublic = Field(description="The record.")


class ActorPage(Envelope):
    data: list[ActorPublic] = Field(description="The records of this page.")


class ActorAnswer(Envelope):
    data: ActorPublic = Field(description="The record.")


class LocationPage(Envelope):
    data: list[LocationPublic] = Field(description="The records of this page.")


class LocationAnswer(Envelope):
    data: LocationPublic = Field(description="The record.")


class SourcePage(Envelope):
    data: list[SourcePublic] = Field(description="The records of this page.")


class SourceAnswer(Envelope):
    data: SourcePublic = Field(description="The record.")


class PublisherPage(Envelope):
    data: list[PublisherPublic] = Field(description="The records of this page.")


class PublisherAnswer(Envelope):
    data: PublisherPublic = Field(description="The record.")


class CitationPage(Envelope):
    data: list[CitationPublic] = Field(description="The records of this page.")


class FacetList(Envelope):
    data: list[FacetCount] = Field(description="All records: this list has no pages.")


class ClaimList(Envelope):
    data: list[AssertedClaim] = Field(description="All records: this list has no pages.")


class HistoryPage(Envelope):
    data: list[VersionPublic] = Field(description="The records of this page.")


class ChangePage(Envelope):
    data: list[ChangePublic] = Field(description="The records of this page.")


class QualityList(Envelope):
    data: list[QualityPublic] = Field(description="All records: this list has no pages.")


class RevisionPage(Envelope):
    data: list[RevisionPublic] = Field(description="The records of this page.")


class VocabularyList(Envelope):
    data: list[VocabularyPublic] = Field(description="All records: this list has no pages.")


class DatasetAnswer(Envelope):
    data: DatasetPublic = Field(description="The record.")
