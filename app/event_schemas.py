"""The answers about events: with their citations, claims and evidence."""

from pydantic import Field

from app.schemas import REDACTED, Address, Edtf, Instant, Public, Redacted, Reference, TitledReference


class EventLinks(Public):
    canonical: Address = Field(description="Root-relative address of this event.")
    claims: Address = Field(description="Every value asserted for every field of it, side by side.")
    history: Address = Field(description="Every version of it that was ever served.")


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


class ClaimPublic(Public):
    """One value asserted for one field of an event."""

    field: str = Field(description="The field of the record: `date`, `locations`, `summary` …")
    value: str = Field(description="In the record's notation; a list in YAML's flow style.")
    rank: str = Field(description="A code of the `rank` list.")
    relation: str | None = Field(
        None, description="Of a rival to the event's own value: a code of the `claim-relation` list."
    )
    note: str | None = Field(None, description="The editor's reason: why the event's own value is preferred.")
    citations: list[str] = Field(description="The ids of the citations that assert it.")


class AssertedClaim(ClaimPublic):
    passages: list[EventCitation] = Field(description="These citations, whole.")


class CorrectionPublic(Public):
    """What the desk corrected in its own record."""

    what: str
    corrected_edtf: Edtf = Field(description="When the desk corrected it.")
    why: str | None = None
    source: TitledReference | None = Field(None, description="What showed it to be wrong.")


class Evidence(Public):
    """Counted over the citations that support the event."""

    sources: int
    independent_origins: int = Field(description="Distinct origins: five copies of one report are one.")
    disputed: bool = Field(description="Whether a citation asserts another value, or disputes the event.")
    first_reported_at: Instant | None = None
    uncited_fields: list[str] = Field(description="Fields that no citation is said to back.")


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
    claims: list[ClaimPublic] = Field(description="The rivals of the event's own values.")
    evidence: Evidence
    relations: list[RelationPublic]
    corrections: list[CorrectionPublic]
    redacted: Redacted = Field(None, description=REDACTED)
    revision: int = Field(description="The revision that published this version.")
    links: EventLinks
