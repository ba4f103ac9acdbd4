"""Published states of the record, and which of them a question is about."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database import Database
from app.instants import microseconds, parse_day_or_instant, show_microseconds
from app.pagination import Page, PageQuestion, Position, Types, check_cursor, foreign_cursor, read_cursor
from app.parameters import Question
from app.problems import UNAVAILABLE, Problem, refuse
from app.schemas import RevisionPublic
from app.statements import Template
from app.tables import OPEN, Revision

LONGEST_NUMBER = 18
"""Digits: a longer number is no revision, and cut to this it is still none."""
MOST_AHEAD = 1_000
"""So many revisions may be on their way to here; a cursor of a later one was made up."""


class RevisionQuery(PageQuestion):
    """Published states, newest first."""

    shows_when_published = True

    def key_types(self) -> Types:
        return (int,)


def fetch_asked(database: Database, question: Question) -> tuple[Revision, Position | None]:
    """The revision that a question is about, and where its page goes on."""
    newest = database.newest_revision()
    if newest is None:
        raise Problem(UNAVAILABLE, "No revision was published yet.", headers={"Retry-After": "10"})
    if not isinstance(question, PageQuestion) or question.cursor is None:
        return _fetch_named(database, question, newest), None
    seal, position = read_cursor(question, question.cursor)
    revision = _fetch_of_cursor(database, position.revision, newest)
    if question.as_of is not None:
        named = _fetch_as_of(database, question.as_of, newest).number
        if named != revision.number:
            raise refuse("cursor", f"expected a cursor of revision {named}, the one that 'as_of' names")
    check_cursor(revision, seal, position)
    return revision, position


def fetch_revisions(
    database: Database, question: RevisionQuery, revision: Revision, last: tuple[int | str, ...]
) -> Page:
    """Revisions up to the one asked for."""
    rows = select(col(Revision.number), col(Revision.published_at)).where(col(Revision.number) <= revision.number)
    if last:
        rows = rows.where(col(Revision.number) < last[0])
    found = database.fetch(rows.order_by(col(Revision.number).desc()).limit(question.limit + 1))
    documents = [
        RevisionPublic(number=number, published_at=show_microseconds(published_at)).served()
        for number, published_at in found[: question.limit]
    ]
    more = (found[question.limit - 1][0],) if len(found) > question.limit else None
    return Page(documents, more, revision.number if question.count else None)


def _fetch_named(database: Database, question: Question, newest: Revision) -> Revision:
    """The one that a question names; else the newest that this process, or whoever asks, has seen."""
    if question.as_of is not None:
        return _fetch_as_of(database, question.as_of, newest)
    if question.seen > newest.number:
        return _fetch_number(database, question.seen, newest) or newest
    return newest


def _fetch_as_of(database: Database, as_of: str, newest: Revision) -> Revision:
    if re.fullmatch(r"[0-9]+", as_of):
        revision = _fetch_number(database, int(as_of[:LONGEST_NUMBER]), newest)
        if revision is None:
            raise refuse("as_of", f"expected a revision from 1 to {newest.number}")
        return revision
    try:
        instant = parse_day_or_instant(as_of, "end")
    except ValueError as error:
        raise refuse("as_of", f"{error}, or a revision's number") from None
    rows = database.ask(_BY_THEN, {"published_at": microseconds(instant)})
    if not rows:
        raise refuse("as_of", "expected a time at or after the first revision was published")
    return _revision(rows[0])


def _fetch_of_cursor(database: Database, number: int, newest: Revision) -> Revision:
    """The revision of a cursor of this question. Whoever gave it may have seen one that is still on its way to here."""
    revision = _fetch_number(database, number, newest)
    if revision is None and newest.number < number <= newest.number + MOST_AHEAD:
        detail = f"The newest revision here is {newest.number}; the cursor is of revision {number}, which may follow."
        raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "1"})
    if revision is None:
        raise foreign_cursor()
    return revision


def _fetch_number(database: Database, number: int, newest: Revision) -> Revision | None:
    """A revision that exists, be it one that this process has not seen yet.

    It is remembered with the newest, since a redaction rewrites the older ones when it publishes another.
    """
    if number == newest.number:
        return newest
    remembered = database.memory(newest)
    revision: Revision | None = remembered.get(number)
    if revision is None and 1 <= number < OPEN:
        rows = database.ask(_OF_NUMBER, {"number": number})
        if rows:
            revision = remembered[number] = _revision(rows[0])
    return revision


def _revision(row: Sequence[Any]) -> Revision:
    number, published_at, digest = row
    return Revision(number=number, published_at=published_at, digest=digest)


_EVERY = select(col(Revision.number), col(Revision.published_at), col(Revision.digest))
_OF_NUMBER = Template(lambda: _EVERY.where(col(Revision.number) == bindparam("number")))
_BY_THEN = Template(
    lambda: (
        _EVERY.where(col(Revision.published_at) <= bindparam("published_at"))
        .order_by(col(Revision.number).desc())
        .limit(1)
    )
)
