"""The answers about events: with their citations, claims and evidence."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from app.schemas import (
    Address,
    Count,
    Country,
    Day,
    Edtf,
    Hash,
    Id,
    Instant,
    Path,
    Public,
    Redacted,
    Reference,
    Title,
    TitledReference,
    code_of,
)

Number = Annotated[int | float, WithJsonSchema({"type": "number"})]
"""Served as it was written; to a schema an integer is a number."""


class EventLinks(Public):
    """Ways on."""

    canonical: Path = Field(description="Root-relative address of this event.")
    claims: Path = Field(description="Every value asserted for every field of it, side by side.")
    history: Path = Field(description="Every version of it that was ever served.")


class QuantityPublic(Public):
    """What was counted: one number, or a range with or without a best estimate."""

    measure: str = Field(description=code_of("measure", "What was counted"))
    value: Number | None = Field(None, description="The one number stated.")
    low: Number | None = Field(None, description="At least this many.")
    best: Number | None = Field(None, description="The best estimate.")
    high: Number | None = Field(None, description="At most this many.")
    unit: str | None = Field(None, description="`USD`, `km`, …; absent where things are counted.")


class EventLocation(Reference):
    """A place of an event."""

    country: Country | None = None
    latitude: float | None = Field(None, description="Degrees north, WGS 84.")
    longitude: float | None = Field(None, description="Degrees east, WGS 84.")
    precision: str | None = Field(None, description=code_of("precision", "How sharp the coordinates are"))


class EventActor(Reference):
    """An actor in a role."""

    type: str | None = Field(None, description=code_of("actor-type"))
    role: str = Field(description=code_of("role"))


class CitedSource(TitledReference):
    """The source of a citation, in short."""

    url: Address | None = Field(None, description="Where it stands, or stood.")
    archive_url: Address | None = Field(None, description="Where it is archived.")
    published_edtf: Edtf | None = Field(None, description="When it was published: EDTF, or an instant with its zone.")
    available_at: Instant | None = Field(None, description="From when its evidence counts.")
    paraphrase: bool | None = Field(
        None, description="True for a machine-paraphrased text: its wording is not quotable."
    )
    publisher: Reference | None = Field(None, description="Who put it out.")


class PassagePublic(Public):
    """Where the passage stands in the captured text; the text itself is not ours to publish."""

    first_words: str = Field(description="At most five words.", examples=["The first flight, on"])
    last_words: str = Field(description="At most five words.", examples=["told CNN."])
    start_offset: Count | None = Field(None, description="In Unicode code points, from 0.")
    end_offset: Count | None = Field(None, description="In Unicode code points, exclusive.")
    sha256: Hash | None = Field(None, description="SHA-256 of the passage in UTF-8, hexadecimal.")


class EventCitation(Public):
    """One passage of one source that bears on an event."""

    id: str = Field(description="`{event}~{key}`.", examples=["biden-putin-phone-call~fox-thursday"])
    source: CitedSource
    stance: str = Field(description=code_of("stance"))
    supports: list[str] = Field(description="The fields that the passage backs, besides the occurrence itself.")
    attributed_to: Reference | None = Field(None, description="The actor who is quoted or credited.")
    origin: Reference | None = Field(None, description="The publisher whose reporting the passage carries.")
    passage: PassagePublic | None = Field(None, description="Where it stands; absent where none is named.")
    link: Address | None = Field(None, description="The source, opened at the passage by a text fragment.")
    verification: str = Field(description=code_of("verification"))
    note: str | None = Field(None, description="What the desk has to say of this citation.")


class CitationPublic(EventCitation):
    """A citation, with its event."""

    event: TitledReference


class ClaimPublic(Public):
    """One value asserted for one field of an event."""

    field: str = Field(description="The field of the record: `date`, `locations`, `summary` …")
    value: str = Field(description="In the record's notation; a list in YAML's flow style.")
    rank: str = Field(description=code_of("rank"))
    relation: str | None = Field(None, description=code_of("claim-relation", "Of a rival to the event's own value"))
    note: str | None = Field(None, description="The editor's reason: why the event's own value is preferred.")
    citations: list[str] = Field(description="The ids of the citations that assert it.")


class AssertedClaim(ClaimPublic):
    """A claim, with the citations that assert it."""

    passages: list[EventCitation] = Field(description="These citations, whole.")


class CorrectionPublic(Public):
    """What the desk corrected in its own record."""

    what: str = Field(description="What was wrong.")
    corrected_edtf: Edtf = Field(description="When the desk corrected it.")
    why: str | None = Field(None, description="How the desk came to know.")
    source: TitledReference | None = Field(None, description="What showed it to be wrong.")


class Evidence(Public):
    """Counted over the citations that support the event."""

    sources: Count = Field(description="Distinct sources.")
    independent_origins: Count = Field(description="Distinct origins: five copies of one report are one.")
    disputed: bool = Field(description="Whether a citation asserts another value, or disputes the event.")
    first_reported_at: Instant | None = Field(None, description="When the first of them was available, in UTC.")
    uncited_fields: list[str] = Field(description="Fields that no citation is said to back.")


class RelationPublic(Public):
    """How an event relates to another."""

    type: str = Field(description=code_of("relation"))
    event: TitledReference


class EventPublic(Public):
    """Something that happened, is planned, or is claimed."""

    id: Id
    title: Title = Field(description="In the desk's own words.")
    summary: str | None = Field(None, description="In the desk's own words.")
    type: str | None = Field(None, description=code_of("type"))
    modality: str | None = Field(None, description=code_of("modality"))
    date_edtf: Edtf | None = None
    start_date: Day | None = Field(None, description="The first possible day; absent for an open start.")
    end_date: Day | None = Field(None, description="The last possible day; absent for an open end.")
    date_precision: str = Field(description=code_of("date-precision"))
    date_basis: str | None = Field(None, description="How the date follows from the sources.")
    start_time: str | None = Field(
        None, description="`HH:MM` with the zone in which it is stated.", examples=["15:30-05:00"]
    )
    tags: list[str] = Field(description="The desk's own words.")
    quantities: list[QuantityPublic] = Field(description="What was counted in it.")
    locations: list[EventLocation] = Field(description="Where.")
    actors: list[EventActor] = Field(description="Who, in which role.")
    citations: list[EventCitation] = Field(description="The passages that bear on it.")
    claims: list[ClaimPublic] = Field(description="The rivals of the event's own values.")
    evidence: Evidence
    relations: list[RelationPublic] = Field(description="To other events.")
    corrections: list[CorrectionPublic] = Field(description="What the desk corrected in its own record.")
    redacted: Redacted | None = None
    revision: Count = Field(description="The revision that published this version.")
    links: EventLinks
