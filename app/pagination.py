"""Questions that are answered in pages, and the cursors that walk them.

A cursor is opaque. It carries the revision of the first page and the last position served, and is sealed twice: with
the question, and with the revision's digest. Used with another question or another store, it is refused.
"""

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar

from pydantic import Field

from app.parameters import Cursor, Exactly, Question, Whole, clean
from app.problems import Problem, refuse
from app.tables import OPEN, Revision

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
LARGEST_PAGE = 4 * 1024 * 1024
"""Bytes of documents: a page ends before the first that it has no room for."""
SEAL = 8
"""Digits of each of the two seals of a cursor."""

Types = tuple[type, ...]


class PageQuestion(Question):
    """A question about a list."""

    unbound: ClassVar[frozenset[str]] = frozenset({"as_of", "limit", "cursor", "count"})

    limit: Whole = Field(DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Records a page.")
    cursor: Cursor | None = Field(
        None, description="Where to go on, as `meta.next_cursor` or the link `next` of this question gives it."
    )
    count: Exactly | None = Field(
        None, description="`exact` adds the number of all records of the question to `meta.total`.", examples=["exact"]
    )

    def key_types(self) -> Types:
        """What the sort key of a record consists of."""
        return (str,)


@dataclass(frozen=True)
class Position:
    """Where a page ends: the revision asked, and the sort key of the last record served."""

    revision: int
    last: tuple[int | str, ...]

    @cached_property
    def written(self) -> str:
        return json.dumps([self.revision, *self.last], separators=(",", ":"))


@dataclass(frozen=True)
class Page:
    """Rows of a question, as documents; `last` is the sort key of the last, when more follow."""

    documents: Sequence[bytes]
    last: tuple[int | str, ...] | None = None
    total: int | None = None


def page_of(rows: Sequence[Any], limit: int, total: int | None = None) -> Page:
    """Of rows of a sort key and a document: as many as are asked for and have room, and one at least."""
    documents = [row[-1] for row in rows[:limit]]
    count = max(1, bisect_right([*accumulate(map(len, documents))], LARGEST_PAGE))
    last = (*rows[count - 1][:-1],) if len(rows) > count else None
    return Page(documents[:count], last, total)


def write_cursor(question: PageQuestion, revision: Revision, last: tuple[int | str, ...]) -> str:
    position = Position(revision.number, last)
    seals = _seal_of_question(question, position) + _seal_of_revision(revision, position)
    return _encode(f"{seals}{position.written}".encode())


def read_cursor(question: PageQuestion, cursor: str) -> tuple[str, Position]:
    """The seal of the revision, and the position. Raises `Problem` for what is no cursor of this question."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        revision, *last = json.loads(text[2 * SEAL :])
        for value in last:
            clean(str(value))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        raise refuse("cursor", "expected a cursor as `links.next` gives it") from None
    numbers = [value for value in (revision, *last) if type(value) is int]
    if type(revision) is not int or any(abs(number) > OPEN for number in numbers) or _encode(text.encode()) != cursor:
        raise refuse("cursor", "expected a cursor as `links.next` gives it")
    position = Position(revision, tuple(last))
    is_of_question = tuple(map(type, position.last)) == question.key_types()
    if not is_of_question or text[:SEAL] != _seal_of_question(question, position):
        raise foreign_cursor()
    return text[SEAL : 2 * SEAL], position


def check_cursor(revision: Revision, seal: str, position: Position) -> None:
    """Raises `Problem` when a cursor belongs to another store."""
    if seal != _seal_of_revision(revision, position):
        raise foreign_cursor()


def foreign_cursor() -> Problem:
    return refuse("cursor", "expected a cursor of this very question and store; ask the first page again")


def _seal_of_question(question: PageQuestion, position: Position) -> str:
    """Known by whoever is asked, even where the revision is not."""
    return _seal(type(question).__name__, question.query(without=question.unbound), position.written)


def _seal_of_revision(revision: Revision, position: Position) -> str:
    return _seal(revision.digest, position.written)


def _seal(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:SEAL]


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
