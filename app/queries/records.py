"""What the lists of actors, locations, publishers, sources and citations have in common: pages in the order of ids."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database import Database
from app.pagination import Page, PageQuestion, page_of
from app.parameters import Question
from app.queries.absences import fetch_absence
from app.queries.matching import Matching, Predicate
from app.queries.shapes import REVISION
from app.queries.spans import any_of
from app.queries.terms import fetch_terms, known_names, refuse_unknown
from app.statements import Template
from app.tables import Name, Record, Revision, published
from app.words import split_words


def words(kind: str, q: str | None) -> Iterator[list[Name]]:
    """A term for each word of a search."""
    yield from ([(kind, word)] for word in dict.fromkeys(split_words(q or "")))


def one_of(kind: str, values: Sequence[str]) -> Iterator[list[Name]]:
    """One term of several, when any is asked for."""
    if values:
        yield [(kind, value) for value in values]


def fetch_records(
    database: Database,
    table: type[Record],
    question: PageQuestion,
    names: Iterable[list[Name]],
    predicates: Iterable[Predicate],
    revision: Revision,
    last: tuple[int | str, ...],
) -> Page:
    """One page of records, as documents. Raises `Problem` for an id or code that is not known."""
    matching = match_records(database, table, question, names, predicates, revision)
    rows = matching.page(database, last[0] if last else None, question.limit + 1, ascending=True)
    total = matching.total(database) if question.count else None
    return page_of(rows, question.limit, total)


def match_records(
    database: Database,
    table: type[Record],
    question: Question,
    names: Iterable[list[Name]],
    predicates: Iterable[Predicate],
    revision: Revision,
) -> Matching:
    """What a question asks of a table. Raises `Problem` for an id or code that is not known."""
    terms = list(names)
    named = list(known_names(question))
    found = fetch_terms(database, {name for _, name in named}.union(*terms), revision)
    refuse_unknown(database, named, found, revision)
    conditions = [any_of(some, found) for some in terms]
    return Matching(table, revision.number, question.instant, conditions, list(predicates))


def fetch_record(database: Database, table: type[Record], record_id: str, revision: Revision) -> bytes:
    """One record's document. Raises `Problem` when the revision does not have it."""
    rows = database.ask(_record_template(table), {"id": record_id, "revision": revision.number})
    if not rows:
        raise fetch_absence(database, str(table.__tablename__), record_id, revision)
    document: bytes = rows[0][0]
    return document


@cache
def _record_template(table: type[Record]) -> Template:
    at = (col(table.id) == bindparam("id"), published(table, REVISION))
    return Template(lambda: select(col(table.document)).where(*at))
