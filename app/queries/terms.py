"""What the names in a question refer to: terms, looked up once and then remembered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlmodel import col

from app.database import Database
from app.parameters import Known, Question
from app.problems import Refused, nearest, refuse_all
from app.tables import Term

LARGEST_MEMORY = 100_000
LARGEST_VOCABULARY = 20_000
"""At most so many terms are compared to find the one nearest to a wrong name."""
MOST_GUESSES = 10
"""For more unknown names than this in one question, the others are refused without their nearest."""

Name = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A term: its number, the revision that first knew it, and about how many links it has."""

    number: int
    since: int
    rows: int


def fetch_terms(database: Database, names: Iterable[Name], revision: int) -> dict[Name, Found]:
    """The terms of some names, each a kind and a value, without those that the revision does not know."""
    wanted = set(names)
    found: dict[Name, Found] = {name: term for name in wanted if (term := database.remembered.get(name))}
    if missing := sorted(wanted - found.keys()):
        fields = (col(Term.kind), col(Term.value), col(Term.number), col(Term.since), col(Term.rows))
        for kind, value, *rest in database.fetch(select(*fields).where(tuple_(*fields[:2]).in_(missing))):
            found[kind, value] = Found(*rest)
        if len(database.remembered) > LARGEST_MEMORY:
            database.remembered.clear()
        database.remembered.update(found)
    return {name: term for name, term in found.items() if term.since <= revision}


def known_names(question: Question) -> Iterator[tuple[str, Name]]:
    """Every value in a question that must be known, with its parameter."""
    for parameter, field in type(question).model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Known):
                value = getattr(question, parameter)
                values = value if isinstance(value, list | tuple) else [value] if value is not None else []
                yield from ((parameter, (mark.kind, name)) for name in values)


def refuse_unknown(database: Database, question: Question, found: dict[Name, Found], revision: int) -> None:
    """Raises a `Problem` that names every unknown id or code with the nearest valid one."""
    errors: list[Refused] = []
    for parameter, (kind, value) in known_names(question):
        if (kind, value) not in found:
            guess = nearest(value, _alike(database, kind, value, revision)) if len(errors) < MOST_GUESSES else None
            hint = f"; nearest: '{guess}'" if guess else ""
            what = "id" if parameter == "id" else f"'{parameter}'"
            errors.append(Refused(parameter, f"expected a known {what}, not '{value}'{hint}", guess))
    if errors:
        raise refuse_all(errors)


def _alike(database: Database, kind: str, value: str, revision: int) -> list[str]:
    """Valid names to compare with: all of a small vocabulary; of a large one, those that begin alike."""
    names = select(col(Term.value)).where(col(Term.kind) == kind, col(Term.since) <= revision).order_by(col(Term.value))
    every = [row[0] for row in database.fetch(names.limit(LARGEST_VOCABULARY))]
    if len(every) == LARGEST_VOCABULARY:
        start = value[:3]
        alike = names.where(col(Term.value) >= start, col(Term.value) < start + "\U0010ffff")
        every = [row[0] for row in database.fetch(alike.limit(LARGEST_VOCABULARY))]
    return every
