"""The answers of the API. The loader renders stored documents with these models, and OpenAPI describes them.

What is unknown is absent, never null. Property names avoid words reserved in client languages.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Edtf = str
Instant = str
Address = str


class Public(BaseModel):
    """Every answer: properties may be added within `/v1`, none is renamed or removed."""

    model_config = ConfigDict(extra="allow")

    def document(self) -> bytes:
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


class QuantityPublic(Public):
    measure: str = Field(description="What was counted: a code of the `measure` list.")
    value: int | float | None = Field(None, description="The one number stated.")
    low: int | float | None = Field(None, description="At least this many.")
    best: int | float | None = Field(None, description="The best estimate.")
    high: int | float | None = Field(None, description="At most this many.")
    unit: str | None = Field(None, description="`USD`, `km`, …; absent where things are counted.")


class EventLocation(Reference):
    country: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    latitude: float | None = Field(None, description="Degrees north, WGS 84.")
    longitude: float | None = Field(None, description="Degrees east, WGS 84.")
    precision: str | None = Field(None, description="How sharp the coordinates are: a code of the `precision` list.")


class EventActor(Reference):
    type: str | None = Field(None, description="A code of the `actor-type` list.")
    role: str = Field(description="A code of the `role` list.")


class CitedSource(TitledReference):
    url: Address | None = None
    archive_url: Address | None = None
    published_edtf: Edtf | None = None
    available_at: Instant | None = Field(None, description="From when its evidence counts.")
    paraphrase: bool | None = Field(
        None, description="True for a machine-paraphrased text: its wording is not quotable."
    )
    publisher: Reference | None = None


class PassagePublic(Public):
    """Where the passage stands in the captured text; the text itself is not ours to publish."""

    first_words: str
    last_words: str
    start_offset: int | None = Field(None, description="In Unicode code points, from 0.")
    end_offset: int | None = Field(None, description="In Unicode code points, exclusive.")
    sha256: str | None = Field(None, description="Of the passage in UTF-8, hexadecimal.")


class EventCitation(Public):
    id: str = Field(description="`{event}~{key}`.")
    source: CitedSource
    stance: str = Field(description="A code of the `stance` list.")
    supports: list[str] = Field(description="The fields that the passage backs, besides the occurrence itself.")
    attributed_to: Reference | None = Field(None, description="The actor who is quoted or credited.")
    origin: Reference | None = Field(None, description="The publisher whose reporting the passage carries.")
    passage: PassagePublic | None = None
    link: Address | None = Field(None, description="The source, opened at the passage by a text fragment.")
    verification: str = Field(description="A code of the `verification` list.")
    note: str | None = Field(None, description="What the desk has to say of this citation.")


class CitationPublic(EventCitation):
    event: TitledReference


class Evidence(Public):
    """Counted over the citations that support the event."""

    sources: int
    independent_origins: int = Field(description="Distinct origins: five copies of one report are one.")
    first_reported_at: Instant | None = None


class RelationPublic(Public):
    type: str = Field(description="A code of the `relation` list.")
    event: TitledReference


class EventPublic(Public):
    id: str
    title: str
    summary: str | None = None
    type: str | None = Field(None, description="A code of the `type` list.")
    modality: str | None = Field(None, description="A code of the `modality` list.")
    date_edtf: Edtf | None = Field(None, description="Extended Date/Time Format, levels 0 and 1, and one-of-a-range.")
    start_date: str | None = Field(None, description="The first possible day; absent for an open start.")
    end_date: str | None = Field(None, description="The last possible day; absent for an open end.")
    date_precision: str = Field(description="A code of the `date-precision` list.")
    date_basis: str | None = Field(None, description="How the date follows from the sources.")
    start_time: str | None = Field(None, description="`HH:MM` with the zone in which it is stated.")
    tags: list[str]
    quantities: list[QuantityPublic]
    locations: list[EventLocation]
    actors: list[EventActor]
    citations: list[EventCitation]
    evidence: Evidence
    relations: list[RelationPublic]
    revision: int = Field(description="The revision that published this version.")
    links: ResourceLinks


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
    links: ResourceLinks


class PublisherPublic(Reference):
    homepage: Address | None = None
    country: str | None = Field(None, description="ISO 3166-1 alpha-2.")
    ownership: str | None = Field(None, description="A code of the `ownership` list.")
    timezone: str | None = Field(None, description="A name of the IANA time zone database.")
    same_as: list[Address]
    reference: str | None = None
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
    paraphrase: bool
    corrections: list[str]
    note: str | None = None
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


class ProblemError(Public):
    parameter: str | None = Field(None, description="The parameter that was refused.")
    detail: str = Field(description="What was expected.")
    nearest: str | None = Field(None, description="The valid name or id nearest to the one given.")


class ProblemPublic(Public):
    """RFC 9457."""

    type: Address = Field(description="Stable; opens on the meaning of the problem.")
    title: str
    status: int
    detail: str
    errors: list[ProblemError] | None = None


class ProblemKindPublic(Public):
    type: Address
    title: str
    status: int
    meaning: str


class HealthPublic(Public):
    status: str
    revision: int | None = None
