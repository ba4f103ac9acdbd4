"""The answers of the API. The loader renders stored documents with these models, and OpenAPI describes them.

What is unknown is absent, never null. Property names avoid words reserved in client languages.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Edtf = str
Instant = str
Address = str
Redacted = list[str] | None
REDACTED = "Properties whose value was taken out of every version."


class Public(BaseModel):
    """Every answer: properties may be added within `/v1`, none is renamed or removed."""

    model_config = ConfigDict(extra="allow")

    def served(self) -> bytes:
        """The JSON served, in UTF-8."""
        return self.model_dump_json(exclude_none=True).encode()


class Reference(Public):
    id: str
    name: str


class TitledReference(Public):
    id: str
    title: str


class ResourceLinks(Public):
    canonical: Address = Field(description="Root-relative address of this record.")
    events: Address | None = Field(None, description="The events that concern it.")
    derived: Address | None = Field(None, description="The sources that were built from it.")


class PositionPublic(Public):
    title: str
    organisation: Reference | None = None
    start_edtf: Edtf | None = None
    end_edtf: Edtf | None = None


class ActorPublic(Reference):
    type: str | None = Field(None, description="A code of the `actor-type` list.")
    aliases: list[str]
    country: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    positions: list[PositionPublic]
    member_of: list[Reference]
    same_as: list[Address]
    reference: str | None = Field(None, description="The register that the reference data comes from.")
    note: str | None = None
    redacted: Redacted = Field(None, description=REDACTED)
    links: ResourceLinks


class LocationPublic(Reference):
    type: str | None = Field(None, description="A code of the `location-type` list.")
    aliases: list[str]
    parent: Reference | None = None
    country: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    latitude: float | None = None
    longitude: float | None = None
    precision: str | None = None
    same_as: list[Address]
    reference: str | None = None
    note: str | None = None
    redacted: Redacted = Field(None, description=REDACTED)
    links: ResourceLinks


class PublisherPublic(Reference):
    homepage: Address | None = None
    country: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    ownership: str | None = Field(None, description="A code of the `ownership` list.")
    timezone: str | None = Field(None, description="A name of the IANA time zone database.")
    same_as: list[Address]
    reference: str | None = None
    redacted: Redacted = Field(None, description=REDACTED)
    links: ResourceLinks


class LineagePublic(Public):
    """What a source builds on: a source, or a publisher whose item is not known."""

    how: str = Field(description="A code of the `lineage` list.")
    source: TitledReference | None = None
    publisher: Reference | None = None


class SourcePublic(TitledReference):
    publisher: Reference | None = None
    url: Address | None = None
    archive_url: Address | None = None
    authors: list[str]
    language: str | None = Field(None, description="A BCP 47 tag.")
    kind: str | None = Field(None, description="A code of the `source-kind` list.")
    published_edtf: Edtf | None = None
    updated_edtf: Edtf | None = None
    published_not_before: Edtf | None = None
    available_at: Instant | None = Field(None, description="From when its evidence counts.")
    timing: Literal["stated", "estimated", "unknown"] = Field(description="How `available_at` is known.")
    text_sha256: str | None = Field(None, description="Of the text as captured, in UTF-8.")
    text_length: int | None = Field(None, description="In Unicode code points.")
    derived_from: list[LineagePublic]
    origins: list[Reference] = Field(description="The publishers at the roots of its lineage.")
    paraphrase: bool
    corrections: list[str]
    note: str | None = None
    redacted: Redacted = Field(None, description=REDACTED)
    links: ResourceLinks


class Code(Public):
    code: str
    meaning: str


class VocabularyPublic(Public):
    id: str
    codes: list[Code]


class RevisionPublic(Public):
    number: int
    published_at: Instant


class FacetCount(Public):
    facet: str
    value: str
    label: str
    count: int


class QualityLinks(Public):
    records: Address = Field(description="The records that the check finds.")


class QualityPublic(Public):
    """One check of the desk's report."""

    check: str = Field(description="A code of the `quality` list.")
    kind: str = Field(description="What it is a check of: `event` or `source`.")
    meaning: str
    count: int
    links: QualityLinks


class DatasetCounts(Public):
    events: int
    actors: int
    locations: int
    sources: int
    publishers: int
    citations: int


class DatasetPublic(Public):
    title: str
    license: str
    attribution: str
    revision: RevisionPublic
    counts: DatasetCounts
