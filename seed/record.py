"""The record as a curator writes it: one model a kind. See `docs/record.md` for the meaning of every key."""

import re
from typing import Annotated, Any, ClassVar, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.instants import parse_instant
from app.parameters import ID_PATTERN, Code, Id
from app.problems import nearest
from seed.dates import parse_date

Supported = Literal["date", "start_time", "locations", "actors", "quantities", "type", "modality", "summary"]
SUPPORTED_FIELDS: tuple[str, ...] = get_args(Supported)
ID = re.compile(ID_PATTERN)
SHA256_PATTERN = "^[0-9a-f]{64}$"
LANGUAGE_PATTERN = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
"""Of BCP 47: letters first; a question may name more than a record may have."""
SUPPORTING = frozenset({"supports", "corrects"})

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])")


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("expected one line")
    return text


def _plain(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise ValueError("expected text without control characters")
    if not text.strip():
        raise ValueError("expected text, not only spaces")
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        names = (parts.hostname or "").removesuffix(".").split(".")
        _ = parts.port  # raises ValueError when it is no port
        if parts.scheme not in ("http", "https") or "" in names or re.search(r"[\s<>\"{}|\\^`]", text):
            raise ValueError
    except ValueError:
        raise ValueError("expected an address such as https://example.org/page") from None
    return text


def _edtf(text: str) -> str:
    parse_date(text)
    return text


def _year(value: Any) -> Any:
    """A year that YAML reads as a number."""
    return str(value) if type(value) is int and 1000 <= value <= 9999 else value  # noqa: PLR2004


def _published(text: str) -> str:
    if "T" in text:
        parse_instant(text)
        if not re.search(r"T\d\d:\d\d:\d\d(Z|[+-])", text):
            raise ValueError("expected an instant to the second, such as 2021-12-30T13:12:00-05:00")
    elif parse_date(text).precision not in ("day", "month", "year"):
        raise ValueError("expected a day, a month, a year, or an instant with its zone")
    return text


def _earliest(text: str) -> str:
    if "T" in text or parse_date(text).precision not in ("day", "month", "year"):
        raise ValueError("expected a day, a month or a year, since the source counts from its end")
    return text


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("expected HH:MM and a zone, such as 15:30-05:00 or 08:00Z")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        guess = nearest(text, available_timezones())
        hint = f"; nearest: '{guess}'" if guess else ""
        raise ValueError(f"expected a time zone such as Europe/Kyiv{hint}") from None
    return text


Coded = Annotated[str, Field(max_length=100)]
"""A code in use: `check` looks it up in its list."""
Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)]
Line = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain), AfterValidator(_one_line)]
Prose = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_plain)]
Address = Annotated[str, Field(max_length=2_000), AfterValidator(_plain), AfterValidator(_address)]
Date = Annotated[str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_edtf)]
Published = Annotated[str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_published)]
Earliest = Annotated[str, Field(max_length=100), BeforeValidator(_year), AfterValidator(_earliest)]
Once = AfterValidator(lambda values: list(dict.fromkeys(values)))
"""A list in which an equal entry says nothing more, and is served once: bulk data repeats itself."""
Sha256 = Annotated[str, Field(pattern=SHA256_PATTERN)]
Number = Annotated[int | float, Field(ge=-(10**15), le=10**15, allow_inf_nan=False)]
Offset = Annotated[int, Field(ge=0, le=10**9)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Described(Entry):
    """What every record but an event has."""

    kind: ClassVar[str]
    id: Id


class Publisher(Described):
    kind = "publisher"
    name: Line
    homepage: Address | None = None
    country: Coded | None = None
    ownership: Coded | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
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
    language: Annotated[str, Field(pattern=LANGUAGE_PATTERN)] | None = None
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


class Event(Described):
    kind = "event"
    title: Line
    summary: Prose | None = None
    date: Date | None = None
    date_basis: Prose | None = None
    start_time: Annotated[str, AfterValidator(_time)] | None = None
    type: Coded | None = None
    modality: Coded | None = None
    locations: Annotated[list[Id], Once] = []
    quantities: list[Quantity] = []
    tags: Annotated[list[Id], Once] = []
    actors: Annotated[list[Participation], Once] = []
    citations: list[Citation] = []
    relations: Annotated[list[Relation], Once] = []


Anything = Publisher | Source | Actor | Location | Vocabulary | Event
MODELS: dict[str, type[Anything]] = {
    model.kind: model for model in (Publisher, Source, Actor, Location, Vocabulary, Event)
}
