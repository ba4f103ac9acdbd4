"""What the names in a question refer to: terms, looked up once a revision and then remembered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlmodel import col

from app.database import Database
from app.parameters import Known, Question
from app.problems import Refused, nearest, refuse_all
from app.queries.shapes import REVISION
from app.statements import Template, one_of
from app.tables import Entry, Link, Name, Revision, Term, published

LARGEST_VOCABULARY = 1_000
"""At most so many terms are compared to find the one nearest to a wrong name."""
MOST_GUESSES = 2
"""For more unknown names than this in one question, the others are refused without their nearest."""
MOST_TERMS = 50_000
MOST_MISSED = 1_000
"""So many names are remembered as terms, and so few as none: whoever asks makes those up."""
FADING_KINDS = ("tag", "source-language")
"""Terms that are known while a record has them; ids and codes are known from their first revision on."""


@dataclass(frozen=True)
class Found:
    """A term: its number, and about how many links it has."""

    number: int
    rows: int


def fetch_terms(database: Database, names: Iterable[Name], revision: Revision) -> dict[Name, Found]:
    """The terms of some names, each a kind and a value, without those that the revision does not know."""
    memory = database.memory(revision)
    terms, missed = _part(memory, "terms", MOST_TERMS), _part(memory, "missed", MOST_MISSED)
    wanted = {*names}
    found: dict[Name, Found] = {name: terms[name] for name in wanted if name in terms}
    if asked := wanted - found.keys() - missed.keys():
        new = _look_up(database, asked, revision)
        terms.update(new)
        missed.update(dict.fromkeys(asked - new.keys()))
        found |= new
    return found


def _part(memory: dict[Any, Any], name: str, most: int) -> dict[Name, Any]:
    """Of what is remembered, a part that is emptied by itself when it grows too large."""
    part: dict[Name, Any] | None = memory.get(name)
    if part is None or len(part) > most:
        part = memory[name] = {}
    return part


def _look_up(database: Database, names: Iterable[Name], revision: Revision) -> dict[Name, Found]:
    """Kind by kind: each a search of the index."""
    by_kind = defaultdict(list)
    for kind, value in sorted(names):
        by_kind[kind].append(value)
    found: dict[Name, Found] = {}
    for kind, values in by_kind.items():
        asked = {"kind": kind, "revision": revision.number, "values": values}
        template = _terms_template(is_fading=kind in FADING_KINDS)
        found |= {(kind, value): Found(*term) for value, *term in database.ask(template, asked)}
    return found


@cache
def _terms_template(*, is_fading: bool) -> Template:
    fields = (col(Term.value), col(Term.number), col(Term.rows))
    known = (col(Term.since) <= REVISION, *([_is_held(REVISION)] if is_fading else []))
    of_kind = (col(Term.kind) == bindparam("kind"), one_of(col(Term.value), "values"))
    return Template(lambda: select(*fields).where(*of_kind, *known))


def known_names(question: Question) -> Iterator[tuple[str, Name]]:
    """Every value in a question that must be known, with its parameter."""
    asked = question.model_fields_set
    for parameter, kind in _known_kinds(type(question)):
        for name in dict.fromkeys(getattr(question, parameter) if parameter in asked else ()):
            yield parameter, (kind, name)


@cache
def _known_kinds(model: type[Question]) -> list[tuple[str, str]]:
    marks = ((parameter, mark) for parameter, field in model.model_fields.items() for mark in field.metadata)
    return [(parameter, mark.kind) for parameter, mark in marks if isinstance(mark, Known)]


def refuse_unknown(
    database: Database, known: Iterable[tuple[str, Name]], found: dict[Name, Found], revision: Revision
) -> None:
    """Raises a `Problem` that names every unknown id or code with the nearest valid one."""
    errors: list[Refused] = []
    for parameter, (kind, value) in known:
        if (kind, value) not in found:
            guess = (
                nearest(value, _fetch_alike(database, kind, value, revision)) if len(errors) < MOST_GUESSES else None
            )
            hint = f"; nearest: '{guess}'" if guess else ""
            expected = f"expected a known {kind.replace('-', ' ')}, not '{value}'{hint}"
            errors.append(Refused(parameter, expected, guess))
    if errors:
        raise refuse_all(errors)


def _known_at(revision: int) -> tuple[ColumnElement[bool], ...]:
    return col(Term.since) <= revision, or_(col(Term.kind).not_in(FADING_KINDS), _is_held(revision))


def _is_held(revision: int) -> ColumnElement[bool]:
    """Some record has the term."""
    return or_(
        *(exists().where(col(table.term) == col(Term.number), published(table, revision)) for table in (Link, Entry))
    )


def _fetch_alike(database: Database, kind: str, value: str, revision: Revision) -> list[str]:
    """Valid names to compare with: all of a small vocabulary; of a large one, those that begin alike."""
    names = select(col(Term.value)).where(col(Term.kind) == kind, *_known_at(revision.number)).order_by(col(Term.value))
    every = [row[0] for row in database.fetch(names.limit(LARGEST_VOCABULARY))]
    if len(every) == LARGEST_VOCABULARY:
        start = value[:3]
        alike = names.where(col(Term.value) >= start, col(Term.value) < start + "\U0010ffff")
        every = [row[0] for row in database.fetch(alike.limit(LARGEST_VOCABULARY))]
    return every
