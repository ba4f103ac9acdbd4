"""Questions that are answered in pages, and the cursors that walk them.

A cursor is opaque. It carries the revision of the first page and the last position served, and is bound to the
question and to the revision's digest: used with another question or another store, it is refused.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.instants import parse_day, parse_day_or_instant
from app.problems import refuse
from app.tables import Revision
from app.words import split_words

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
LONGEST_TEXT = 200
LONGEST_CURSOR = 1_000

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _clean(text: str) -> str:
    """Refuses characters that no value holds, alike on both databases."""
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", text):
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


def _checked_words(text: str) -> str:
    if text.count('"') % 2:
        raise ValueError('expected every " to be closed by another')
    if not all(split_words(part) for part in re.findall('"([^"]*)"', text)) or not split_words(text):
        raise ValueError("expected at least one word, and one in every quoted phrase")
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=100)]
Ids = list[Id]
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=100)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Language = Annotated[str, Field(pattern="^[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*$")]
Day = Annotated[str, Field(max_length=20), AfterValidator(_checked_day)]
When = Annotated[str, Field(max_length=40), AfterValidator(_checked_instant)]
CleanText = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_clean)]
Cursor = Annotated[str, Field(min_length=1, max_length=LONGEST_CURSOR), AfterValidator(_clean)]
Words = Annotated[CleanText, AfterValidator(_checked_words)]
Whole = Annotated[int, BeforeValidator(_whole)]


@dataclass(frozen=True)
class Known:
    """Marks a parameter whose values must be known terms of a kind: ids, codes and tags."""

    kind: str


class Question(BaseModel):
    """What every question may name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unbound: ClassVar[frozenset[str]] = frozenset({"as_of"})

    as_of: CleanText | None = Field(
        None,
        description="What did we say then? A revision's number, a date (its end, UTC) or an instant with its zone.",
        examples=["1"],
    )

    def parameters(self, without: frozenset[str] = frozenset()) -> list[tuple[str, Any]]:
        """The question as parameters, defaults left out, in one order: equal questions are equal here."""
        asked = self.model_dump(exclude_defaults=True, exclude=set(without))
        return [
            (name, value)
            for name, values in sorted(asked.items())
            for value in (sorted(set(values)) if isinstance(values, list | tuple) else [values])
        ]


def refuse_reversed(first: str, start: str | None, last: str, end: str | None) -> None:
    """Raises `Problem` when a range of days ends before it starts."""
    if start and end and start > end:
        raise refuse(last, f"expected a day at or after {first}, {start}")


class PageQuestion(Question):
    unbound: ClassVar[frozenset[str]] = frozenset({"as_of", "limit", "cursor", "count"})

    limit: Whole = Field(DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Records a page.")
    cursor: Cursor | None = Field(
        None,
        description="Where to go on, as `links.next` gives it.",
        json_schema_extra={"examples": []},
    )
    count: Annotated[str, Field(pattern="^exact$")] | None = Field(
        None, description="`exact` adds the number of all records of the question to `meta.total`.", examples=["exact"]
    )


@dataclass(frozen=True)
class Position:
    """Where a page ends: the revision asked, and the sort key of the last record served."""

    revision: int
    last: tuple[int | str, ...]


@dataclass(frozen=True)
class Page:
    """Rows of a question, as documents; `last` is the sort key of the last, when more follow."""

    documents: Sequence[bytes]
    last: tuple[int | str, ...] | None = None
    total: int | None = None


def write_cursor(question: PageQuestion, revision: Revision, last: tuple[int | str, ...]) -> str:
    content = json.dumps([revision.number, *last], separators=(",", ":"))
    return _encode(f"{_seal(question, revision, content)}{content}".encode())


def read_cursor(cursor: str) -> tuple[str, Position]:
    """The seal and the position of a cursor. Raises `Problem` for what is not one."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        revision, *last = json.loads(text[16:])
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise refuse("cursor", "expected a cursor as `links.next` gives it") from None
    if (
        not last
        or type(revision) is not int
        or not all(isinstance(value, int | str) for value in last)
        or _encode(text.encode()) != cursor
    ):
        raise refuse("cursor", "expected a cursor as `links.next` gives it")
    return text[:16], Position(revision, tuple(last))


def check_cursor(question: PageQuestion, revision: Revision, seal: str, position: Position) -> None:
    """Raises `Problem` when a cursor belongs to another question or another store."""
    if seal != _seal(question, revision, json.dumps([revision.number, *position.last], separators=(",", ":"))):
        raise refuse("cursor", "expected a cursor of this very question and store; ask the first page again")


def _seal(question: PageQuestion, revision: Revision, content: str) -> str:
    bound = urlencode(question.parameters(without=question.unbound))
    sealed = f"{type(question).__name__}\n{bound}\n{revision.digest}\n{content}"
    return hashlib.sha256(sealed.encode()).hexdigest()[:16]


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
