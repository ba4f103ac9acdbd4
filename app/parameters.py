"""The parameters that questions are made of: their forms, and what every question may name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote_plus

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.instants import DAY, TIME, parse_day, parse_day_or_instant, seconds
from app.problems import refuse
from app.tables import LAST
from app.words import split_words

LONGEST_TEXT = 200
LONGEST_CURSOR = 1_000
LONGEST_ADDRESS = 4_000
MOST_VALUES = 50
"""So many values one parameter may have."""
MOST_WORDS = 20

TIMES = frozenset({"known_at", "as_of"})
PLACE_IN_LIST = frozenset({"limit", "cursor", "count"})
NOT_FILTERS = PLACE_IN_LIST | {"sort", "order"}
"""Parameters that keep every record, as do `TIMES` of the same knowledge."""

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CODE_PATTERN = r"^[a-z0-9]+([-_][a-z0-9]+)*$"
COUNTRY_PATTERN = "^[A-Z]{2}$"
LANGUAGE_PATTERN = "^[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*$"
IN_WORDS = {
    ID_PATTERN: "an id, such as black-sea",
    CODE_PATTERN: "a code, such as not_held",
    COUNTRY_PATTERN: "a country in two capital letters, such as UA",
    LANGUAGE_PATTERN: "a language, such as en or pt-BR",
}
"""What is expected, for people."""
UNHELD = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff"
"""Characters that no value holds, alike on both databases."""


def shown_as(form: str) -> dict[str, Any]:
    """A form that the contract tells. Our own checks are narrower, and say better what is wrong."""
    return {"pattern": f"^{form}$"}


def clean(text: str) -> str:
    """Refuses what is no text; lone surrogates too, which no pattern needs to tell."""
    if re.search(rf"[{UNHELD}\ud800-\udfff]", text):
        raise ValueError("expected text without control characters")
    return text


def _whole(value: Any) -> Any:
    """Whole numbers are digits: not `1_0`, `5.0` or ` 5 `."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError("expected a whole number, written in digits")
    return value


def _checked_day(text: str) -> str:
    parse_day(text)
    return text


def _checked_instant(text: str) -> str:
    parse_day_or_instant(text, "end")
    return text


def _checked_address(text: str) -> str:
    if re.search(r'[\s"<>]', clean(text)):
        raise ValueError("expected an address, without spaces, quotation marks or angle brackets")
    return text


def _checked_words(text: str) -> str:
    if text.count('"') % 2:
        raise ValueError('expected every " to be closed by another')
    if len(split_words(text)) > MOST_WORDS:
        raise ValueError(f"expected at most {MOST_WORDS} words")
    if not all(split_words(part) for part in re.findall('"([^"]*)"', text)) or not split_words(text):
        raise ValueError("expected at least one word, and one in every quoted phrase")
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=100)]
EventId = Annotated[Id, Field(description="The id of an event.")]
ActorId = Annotated[Id, Field(description="The id of an actor.")]
LocationId = Annotated[Id, Field(description="The id of a location.")]
SourceId = Annotated[Id, Field(description="The id of a source.")]
PublisherId = Annotated[Id, Field(description="The id of a publisher.")]
Code = Annotated[str, Field(pattern=CODE_PATTERN, max_length=100)]
Country = Annotated[str, Field(pattern=COUNTRY_PATTERN)]
Language = Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
Day = Annotated[str, Field(max_length=20, json_schema_extra={"format": "date"}), AfterValidator(_checked_day)]
When = Annotated[
    str, Field(max_length=40, json_schema_extra=shown_as(f"{DAY}({TIME})?")), AfterValidator(_checked_instant)
]
Ids = Annotated[tuple[Id, ...], Field(max_length=MOST_VALUES)]
Codes = Annotated[tuple[Code, ...], Field(max_length=MOST_VALUES)]
Countries = Annotated[tuple[Country, ...], Field(max_length=MOST_VALUES)]
Languages = Annotated[tuple[Language, ...], Field(max_length=MOST_VALUES)]
Text = Annotated[str, Field(json_schema_extra=shown_as(f"[^{UNHELD}]*")), AfterValidator(clean)]
CleanText = Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)]
AsOf = Annotated[CleanText, Field(json_schema_extra=shown_as(f"([0-9]+|{DAY}({TIME})?)"))]
Cursor = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_CURSOR, json_schema_extra=shown_as("[A-Za-z0-9_-]+")),
    AfterValidator(clean),
]
WebAddress = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_ADDRESS, json_schema_extra=shown_as(rf'[^\s"<>{UNHELD}]+')),
    AfterValidator(_checked_address),
]
Words = Annotated[CleanText, AfterValidator(_checked_words)]
Whole = Annotated[int, BeforeValidator(_whole)]
Pixels = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_whole)]
Truth = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
"""Written as in JSON, and nothing else; kept as written."""
Exactly = Annotated[Literal["exact"], WithJsonSchema({"type": "string", "enum": ["exact"]})]
Origins = Annotated[int, Field(ge=1, le=1_000), BeforeValidator(_whole)]
_PLAIN = re.compile("[A-Za-z0-9_.~-]*", re.ASCII).fullmatch


@dataclass(frozen=True)
class Known:
    """Marks a parameter whose values must be known terms of a kind: ids, codes and tags."""

    kind: str


def encode_parameter(name: str, value: str | int) -> str:
    """As it stands in an address; names need no encoding, nor do most values."""
    text = str(value)
    return f"{name}={text if _PLAIN(text) else quote_plus(text)}"


class Question(BaseModel):
    """What every question may name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unbound: ClassVar[frozenset[str]] = frozenset({"as_of"})
    """What a cursor is not bound to."""
    shows_when_published: ClassVar[bool] = False
    """Whether the answer says when its revision was published, which no digest covers."""

    as_of: AsOf | None = Field(
        None,
        description="What did we say then? A revision's number, a date (its end, UTC) or an instant with its zone.",
        examples=["1"],
    )

    @property
    def seen(self) -> int:
        """A revision that whoever asks has seen: this process may have yet to see it."""
        return 0

    @property
    def instant(self) -> int:
        """The instant asked, in seconds since 1970: what is known by then counts. The last, when none is named."""
        return LAST

    @cached_property
    def parameters(self) -> list[tuple[str, Any]]:
        """The question as parameters, defaults left out, in one order: equal questions are equal here."""
        asked, defaults = [], _defaults(type(self))
        for name in sorted(self.model_fields_set):
            values = getattr(self, name)
            if values != defaults[name]:
                asked += [(name, value) for value in (sorted(set(values)) if isinstance(values, tuple) else [values])]
        return asked

    @cached_property
    def _encoded(self) -> list[tuple[str, str]]:
        return [(name, encode_parameter(name, value)) for name, value in self.parameters]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Another question is written otherwise."""
        copy = super().model_copy(update=update, deep=deep)
        for written in ("parameters", "_encoded"):
            vars(copy).pop(written, None)
        return copy

    def query(self, without: frozenset[str] = frozenset()) -> str:
        """These parameters, but for some, as the query string of an address."""
        return "&".join([encoded for name, encoded in self._encoded if name not in without])


@cache
def _defaults(model: type[Question]) -> dict[str, Any]:
    return {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}


class KnowledgeQuestion(Question):
    """A question that may be asked at an earlier state of the evidence."""

    known_at: When | None = Field(
        None,
        description="What could be known then? A date (its end, UTC) or an instant with its zone.",
        examples=["2021-12-30T18:12:00Z"],
    )

    @property
    def instant(self) -> int:
        return seconds(parse_day_or_instant(self.known_at, "end")) if self.known_at else LAST


def refuse_reversed(first: str, start: str | None, last: str, end: str | None) -> None:
    """Raises `Problem` when a range of days ends before it starts."""
    if start and end and start > end:
        raise refuse(last, f"expected a day at or after {first}, {start}")
