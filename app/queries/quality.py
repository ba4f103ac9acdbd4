"""The desk's own report: how many records are weakly sourced, in which way."""

import json

from sqlalchemy import Select, func, select, union_all
from sqlmodel import col

from app.database import Database
from app.kinds import kind_range
from app.pagination import Page
from app.parameters import KnowledgeQuestion
from app.schemas import QualityLinks, QualityPublic
from app.tables import LAST, Entry, Link, Revision, Tally, Term, Vocabulary, known, published

OF_SOURCES = ("no-text", "no-archive", "undated")
"""The other checks are of events."""


class QualityQuery(KnowledgeQuestion):
    """The desk's report."""


def fetch_quality(database: Database, question: QualityQuery, revision: Revision) -> Page:
    """Every check, how many records it finds, and the way to them."""
    at = (col(Vocabulary.id) == "quality", published(Vocabulary, revision.number))
    lists = database.fetch(select(col(Vocabulary.document)).where(*at))
    if question.instant == LAST:
        found = dict(database.fetch(_select_tallies(revision)))
    else:
        counts = (_select_counts(table, revision.number, question.instant) for table in (Link, Entry))
        found = dict(database.fetch(union_all(*counts)))
    asked = question.query()
    return Page(
        [
            _report(code["code"], code["meaning"], found, asked).served()
            for (document,) in lists
            for code in json.loads(document)["codes"]
        ]
    )


def _report(check: str, meaning: str, found: dict[str, int], asked: str) -> QualityPublic:
    kind = "source" if check in OF_SOURCES else "event"
    return QualityPublic(
        check=check,
        kind=kind,
        meaning=meaning,
        count=found.get(check, 0),
        links=QualityLinks(records=f"/v1/{kind}s?quality={check}{'&' * bool(asked)}{asked}"),
    )


def _select_tallies(revision: Revision) -> Select[str, int]:
    """How many records have each term of the list, as the load counted them."""
    of_checks = select(col(Term.value), col(Tally.count)).join_from(Tally, Term, col(Term.number) == col(Tally.term))
    return of_checks.where(col(Tally.term).between(*kind_range("quality")), published(Tally, revision.number))


def _select_counts(table: type[Link] | type[Entry], revision: int, instant: int) -> Select[str, int]:
    """How many records of one table have each term of the list."""
    counts = select(col(Term.value), func.count()).join_from(table, Term, col(Term.number) == col(table.term))
    at = (col(table.term).between(*kind_range("quality")), published(table, revision), known(table, instant))
    return counts.where(*at).group_by(col(Term.value))
