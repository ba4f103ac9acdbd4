"""The desk's own report: how many records are weakly sourced, in which way."""

import json
from urllib.parse import urlencode

from sqlalchemy import Select, func, literal, select, union_all
from sqlmodel import col

from app.database import Database
from app.pagination import Page
from app.parameters import KnowledgeQuestion
from app.schemas import QualityLinks, QualityPublic
from app.tables import Entry, Link, Revision, Term, Vocabulary, kind_range, known, published

OF_SOURCES = ("no-text", "no-archive", "undated")
"""The other checks are of events."""


class QualityQuery(KnowledgeQuestion):
    """The desk's report."""


def fetch_quality(database: Database, question: QualityQuery, revision: Revision) -> Page:
    """Every check, how many records it finds, and the way to them."""
    at = (col(Vocabulary.id) == "quality", published(Vocabulary, revision.number))
    lists = database.fetch(select(col(Vocabulary.document)).where(*at))
    counts = (_select_counts(table, revision.number, question.instant) for table in (Link, Entry))
    found = {(kind, check): count for kind, check, count in database.fetch(union_all(*counts))}
    asked = urlencode(question.parameters())
    return Page(
        [
            _report(code["code"], code["meaning"], found, asked).served()
            for (document,) in lists
            for code in json.loads(document)["codes"]
        ]
    )


def _report(check: str, meaning: str, found: dict[tuple[str, str], int], asked: str) -> QualityPublic:
    kind = "source" if check in OF_SOURCES else "event"
    return QualityPublic(
        check=check,
        kind=kind,
        meaning=meaning,
        count=found.get((kind, check), 0),
        links=QualityLinks(records=f"/v1/{kind}s?quality={check}{'&' * bool(asked)}{asked}"),
    )


def _select_counts(table: type[Link] | type[Entry], revision: int, instant: int) -> Select[str, str, int]:
    """How many records of one table have each term of the list."""
    kind = literal("event" if table is Link else "source").label("kind")
    counts = select(kind, col(Term.value), func.count()).join_from(table, Term, col(Term.number) == col(table.term))
    at = (col(table.term).between(*kind_range("quality")), published(table, revision), known(table, instant))
    return counts.where(*at).group_by(col(Term.value))
