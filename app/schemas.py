"""The answers of the API. The loader renders stored documents with these models, and OpenAPI describes them.

What is unknown is absent, never null. Property names avoid words reserved in client languages.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def _text(description: str, *examples: str, **more: str) -> Any:
    return Field(description=description, examples=[*examples] or None, json_schema_extra=dict(more))


Id = Annotated[str, _text("Given by the curator; permanent, and never reused.")]
Name = Annotated[str, _text("As the desk writes it, in English.")]
Title = Annotated[str, _text("In the desk's own words, or of the source itself.", "Biden and Putin speak by telephone")]
Edtf = Annotated[str, _text("Extended Date/Time Format, levels 0 and 1, and one-of-a-range.", "2021-12-23~")]
Day = Annotated[str, _text("A day of the Gregorian calendar.", "2021-12-27", format="date")]
Instant = Annotated[str, _text("RFC 3339, in UTC.", "2021-12-30T18:12:00Z", format="date-time")]
Address = Annotated[str, _text("A web address.", format="uri")]
Path = Annotated[str, _text("Root-relative, or under the public address.", format="uri-reference")]
Country = Annotated[str, _text("ISO 3166-1 alpha-2.", "UA")]
Hash = Annotated[str, _text("SHA-256 in hexadecimal digits.")]
Count = Annotated[int, Field(ge=0)]
SameAs = Annotated[list[Address], Field(description="The same elsewhere (Wikidata, GeoNames), where that is certain.")]
Aliases = Annotated[list[str], Field(description="Other names that sources use.")]
Register = Annotated[str, Field(description="The register that the reference data comes from.")]
Note = Annotated[str, Field(description="What the desk has to say of it.")]
Redacted = Annotated[list[str], Field(description="Properties whose value was taken out of every version.")]


def code_of(name: str, told: str = "") -> str:
    """The description of a code: what it says, and where its list is."""
    return f"{told}{': a' if told else 'A'} code of the `{name}` list of `/v1/vocabularies`, which may grow."


class Public(BaseModel):
    """Every answer: properties may be added within `/v1`, none is renamed or removed."""

    model_config = ConfigDict(extra="allow")

    def served(self) -> bytes:
        """The JSON served, in UTF-8."""
        return self.model_dump_json(exclude_none=True).encode()


class Reference(Public):
    """A record that has a name, in short."""

    id: Id
    name: Name


class TitledReference(Public):
    """A record that has a title, in short."""

    id: Id
    title: Title


class ResourceLinks(Public):
    """Ways on."""

    canonical: Path = Field(description="Root-relative address of this record.")
    events: Path | None = Field(None, description="The events that concern it.")
    derived: Path | None = Field(None, description="The sources that were built from it.")


class PositionPublic(Public):
    """An office that an actor held."""

    title: str = Field(description="Of the office.", examples=["Spokesman"])
    organisation: Reference | None = Field(None, description="Where.")
    start_edtf: Edtf | None = Field(None, description="Since when, in EDTF.")
    end_edtf: Edtf | None = Field(None, description="Until when, in EDTF.")


class ActorPublic(Reference):
    """A person, state, body, force, organisation, outlet or group."""

    type: str | None = Field(None, description=code_of("actor-type"))
    aliases: Aliases
    country: Country | None = None
    positions: list[PositionPublic] = Field(description="Offices held.")
    member_of: list[Reference] = Field(description="The actors that it is directly a member or a part of.")
    same_as: SameAs
    reference: Register | None = None
    note: Note | None = None
    redacted: Redacted | None = None
    links: ResourceLinks


class LocationPublic(Reference):
    """A place, with its parent place."""

    type: str | None = Field(None, description=code_of("location-type"))
    aliases: Aliases
    parent: Reference | None = Field(None, description="The place that it lies in.")
    country: Country | None = None
    latitude: float | None = Field(None, description="Degrees north, WGS 84.", examples=[46.20222])
    longitude: float | None = Field(None, description="Degrees east, WGS 84.", examples=[6.14569])
    precision: str | None = Field(None, description=code_of("precision", "How sharp the coordinates are"))
    same_as: SameAs
    reference: Register | None = None
    note: Note | None = None
    redacted: Redacted | None = None
    links: ResourceLinks


class PublisherPublic(Reference):
    """Who put a source out: an outlet, an agency, a ministry."""

    homepage: Address | None = None
    country: Country | None = None
    ownership: str | None = Field(None, description=code_of("ownership"))
    timezone: str | None = Field(None, description="A name of the IANA time zone database.", examples=["Europe/Kyiv"])
    same_as: SameAs
    reference: Register | None = None
    redacted: Redacted | None = None
    links: ResourceLinks


class LineagePublic(Public):
    """What a source builds on: a source, or a publisher whose item is not known."""

    how: str = Field(description=code_of("lineage"))
    source: TitledReference | None = Field(None, description="The item, where it is known.")
    publisher: Reference | None = Field(None, description="Whose item it is, where the item is not known.")


class SourcePublic(TitledReference):
    """One published item."""

    publisher: Reference | None = Field(None, description="Who put it out.")
    url: Address | None = Field(None, description="Where it stands, or stood.")
    archive_url: Address | None = Field(None, description="Where it is archived.")
    authors: list[str] = Field(description="As the source names them.")
    language: str | None = Field(None, description="A BCP 47 tag.", examples=["en"])
    kind: str | None = Field(None, description=code_of("source-kind"))
    published_edtf: Edtf | None = Field(None, description="When it was published: EDTF, or an instant with its zone.")
    updated_edtf: Edtf | None = Field(None, description="When this version was updated, likewise.")
    published_not_before: Edtf | None = Field(None, description="Of an undated source: its earliest day.")
    available_at: Instant | None = Field(None, description="From when its evidence counts, in UTC.")
    timing: str = Field(
        description="How `available_at` is known: `stated`, `estimated` or `unknown`; the list may grow.",
        examples=["stated"],
    )
    text_sha256: Hash | None = Field(None, description="SHA-256 of the text as captured, in UTF-8.")
    text_length: Count | None = Field(None, description="Of the text as captured, in Unicode code points.")
    derived_from: list[LineagePublic] = Field(description="What it was built from.")
    origins: list[Reference] = Field(description="The publishers at the roots of its lineage.")
    paraphrase: bool = Field(description="Whether it is a machine paraphrase: its wording is not quotable.")
    corrections: list[str] = Field(description="Corrections that the source itself has published.")
    note: Note | None = None
    redacted: Redacted | None = None
    links: ResourceLinks


class Code(Public):
    """One code of a list."""

    code: str = Field(description="As it stands in answers and questions.", examples=["occurred"])
    meaning: str = Field(description="In a sentence.")


class VocabularyPublic(Public):
    """A code list. Lists grow: accept codes that you do not know."""

    id: str = Field(description="The name of the list.", examples=["modality"])
    codes: list[Code] = Field(description="In the order that suits readers.")


class RevisionPublic(Public):
    """One published state of the whole data set."""

    number: Count = Field(description="1, 2, 3 …; what `as_of` takes.", examples=[1])
    published_at: Instant = Field(description="When it was published, in UTC.")


class FacetCount(Public):
    """How many events of the question a value's filter would keep."""

    facet: str = Field(description="One of those that the parameter `facet` offers.", examples=["actor"])
    value: str = Field(description="An id, a code or a month, as the filter takes it.", examples=["nato"])
    label: str = Field(description="The name of what has that id; else the value again.", examples=["NATO"])
    count: Count = Field(description="Events.")


class QualityLinks(Public):
    """The way to what a check finds."""

    records: Path = Field(description="The records that the check finds.")


class QualityPublic(Public):
    """One check of the desk's report."""

    check: str = Field(description=code_of("quality"), examples=["one-origin"])
    kind: str = Field(description="What it is a check of: `event` or `source`.", examples=["event"])
    meaning: str = Field(description="What it finds, in a sentence.")
    count: Count = Field(description="Records that it finds.")
    links: QualityLinks


class DatasetCounts(Public):
    """How many records of each kind the revision has."""

    events: Count = Field(description="Events, as they are known now.")
    actors: Count = Field(description="Actors.")
    locations: Count = Field(description="Locations.")
    sources: Count = Field(description="Sources.")
    publishers: Count = Field(description="Publishers.")
    citations: Count = Field(description="Citations, as they are known now.")


class DatasetPublic(Public):
    """The data set as a whole."""

    title: str = Field(description="Its title.")
    license: str = Field(description="The licence of the record: an SPDX identifier.", examples=["CC-BY-4.0"])
    attribution: str = Field(description="Whom to credit.", examples=["Dateline"])
    revision: RevisionPublic
    counts: DatasetCounts
