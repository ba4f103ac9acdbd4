"""The record as a curator writes it: one model a kind. See `docs/record.md` for the meaning of every key."""

from functools import cache
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from app.parameters import Code, Id
from seed.forms import (
    Address,
    Coded,
    Date,
    Earliest,
    Language,
    Line,
    Number,
    Offset,
    Once,
    Property,
    Prose,
    Published,
    Sha256,
    Time,
    Words,
    Zone,
)
from seed.reading_yaml import flow_list

Supported = Literal["date", "start_time", "locations", "actors", "quantities", "type", "modality", "summary"]
SUPPORTED_FIELDS: tuple[str, ...] = get_args(Supported)
LISTS = frozenset({"locations", "actors", "quantities"})
"""The supported fields that hold several values."""
SUPPORTING = frozenset({"supports", "corrects"})


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Described(Entry):
    """What every record but an event has."""

    kind: ClassVar[str]
    id: Id
    redacted: Annotated[list[Property], Once] = []

    def written(self) -> bytes:
        """The record as JSON, without what the curator left out: equal for records that say the same."""
        return self.model_dump_json(by_alias=True, exclude_unset=True).encode()


class Publisher(Described):
    kind = "publisher"
    name: Line
    homepage: Address | None = None
    country: Coded | None = None
    ownership: Coded | None = None
    timezone: Zone | None = None
    same_as: Annotated[list[Address], Once] = []
    reference: Line | None = None


class Lineage(Entry):
    source: Id | None = None
    publisher: Id | None = None
    how: Coded


class Source(Described):
    kind = "source"
    title: Line
    publisher: Id | None = None
    url: Address | None = None
    archive_url: Address | None = None
    authors: list[Line] = []
    language: Language | None = None
    source_kind: Coded | None = Field(None, alias="kind")
    published: Published | None = None
    updated: Published | None = None
    published_not_before: Earliest | None = None
    text_sha256: Sha256 | None = None
    text_length: Offset | None = None
    derived_from: list[Lineage] = []
    paraphrase: bool = False
    corrections: list[Prose] = []
    note: Prose | None = None


class Position(Entry):
    title: Line
    organisation: Id | None = None
    start: Date | None = Field(None, alias="from")
    end: Date | None = Field(None, alias="to")


class Actor(Described):
    kind = "actor"
    name: Line
    type: Coded | None = None
    aliases: Annotated[list[Line], Once] = []
    country: Coded | None = None
    positions: list[Position] = []
    member_of: Annotated[list[Id], Once] = []
    same_as: Annotated[list[Address], Once] = []
    reference: Line | None = None
    note: Prose | None = None


class Location(Described):
    kind = "location"
    name: Line
    type: Coded | None = None
    aliases: Annotated[list[Line], Once] = []
    parent: Id | None = None
    country: Coded | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    precision: Coded | None = None
    same_as: Annotated[list[Address], Once] = []
    reference: Line | None = None
    note: Prose | None = None


class Vocabulary(Described):
    """Codes that a desk adds to a list: each code with its meaning."""

    kind = "vocabulary"
    codes: dict[Code, Line]


class Quantity(Entry):
    measure: Coded
    value: Number | None = None
    low: Number | None = None
    best: Number | None = None
    high: Number | None = None
    unit: Annotated[Line, Field(max_length=40)] | None = None


class Participation(Entry):
    actor: Id
    role: Coded


class Passage(Entry):
    starts: Words
    ends: Words
    before: Words | None = None
    after: Words | None = None
    start: Offset | None = None
    end: Offset | None = None
    sha256: Sha256 | None = None
    text_sha256: Sha256 | None = None


class Citation(Entry):
    key: Id
    source: Id
    passage: Passage | None = None
    supports: Annotated[list[Supported], Once] = []
    stance: Coded = "supports"
    attributed_to: Id | None = None
    origin: Id | None = None
    verification: Coded | None = None
    note: Prose | None = None


class Relation(Entry):
    type: Coded
    event: Id


Locations = Annotated[list[Id], Once]
Quantities = list[Quantity]
Participations = Annotated[list[Participation], Once]
Tags = Annotated[list[Id], Once]


class Claim(Entry):
    """A value that a citation asserts and the event does not have: a rival of the event's own value."""

    field: Supported
    value: Any
    rank: Literal["preferred", "normal", "deprecated"] = "normal"
    citations: Annotated[list[Id], Once]
    relation: Coded | None = None
    note: Prose | None = None

    @field_validator("value")
    @classmethod
    def _is_of_the_field(cls, value: Any, info: ValidationInfo) -> Any:
        """As an event has it; a list may be written as one entry of it, or as text in YAML's flow style."""
        field = info.data.get("field")
        if field in LISTS and not isinstance(value, list):
            value = flow_list(value) if isinstance(value, str) else [value]
        return _valid(field, value) if field else value


class Earlier(Entry):
    """How the event stood before a source counted, where today's words would show hindsight."""

    before: Id
    title: Line | None = None
    summary: Prose | None = None
    date: Date | None = None
    date_basis: Prose | None = None
    start_time: Time | None = None
    type: Coded | None = None
    modality: Coded | None = None
    locations: Locations | None = None
    quantities: Quantities | None = None
    tags: Tags | None = None
    actors: Participations | None = None


class Correction(Entry):
    """What the desk corrected in its own record."""

    what: Line
    when: Date
    why: Prose | None = None
    source: Id | None = None


class Event(Described):
    kind = "event"
    title: Line
    summary: Prose | None = None
    date: Date | None = None
    date_basis: Prose | None = None
    start_time: Time | None = None
    type: Coded | None = None
    modality: Coded | None = None
    locations: Locations = []
    quantities: Quantities = []
    tags: Tags = []
    actors: Participations = []
    citations: list[Citation] = []
    claims: list[Claim] = []
    earlier: list[Earlier] | None = None
    relations: Annotated[list[Relation], Once] = []
    status: Literal["published", "withdrawn"] = "published"
    reason: Prose | None = None
    merged_into: Id | None = None
    corrections: list[Correction] = []

    @property
    def is_published(self) -> bool:
        """Whether it is served: neither withdrawn nor merged into another."""
        return self.status == "published" and self.merged_into is None


@cache
def _adapter(field: str) -> TypeAdapter[Any]:
    info = Event.model_fields[field]
    form: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(form)


def _valid(field: str, value: Any) -> Any:
    """The value of an event's field. Raises `ValueError` saying what was expected."""
    try:
        if value is None:
            raise ValueError("expected a value, not nothing")
        return _adapter(field).validate_python(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        told = first.get("ctx", {}).get("error")
        raise ValueError(str(told) if told else f"expected a value as an event has it in `{field}`") from None


Anything = Publisher | Source | Actor | Location | Vocabulary | Event
MODELS: dict[str, type[Anything]] = {
    model.kind: model for model in (Publisher, Source, Actor, Location, Vocabulary, Event)
}
