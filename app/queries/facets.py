"""How the events of a question are spread over actors, types, places and months."""

import json
from typing import Literal

from pydantic import Field
from sqlalchemy import CTE, func, literal, select, union_all
from sqlmodel import col

from app.database import Database
from app.kinds import kind_range, whole
from app.pagination import Page
from app.queries.events import EventFilter, fetch_matching
from app.queries.shapes import AnySelect
from app.schemas import FacetCount
from app.tables import LAST, Actor, Link, Location, Publisher, Record, Revision, Tally, Term, known, published

MOST_VALUES = 50

Facet = Literal["actor", "type", "modality", "location", "publisher", "month"]
FACETS: tuple[Facet, ...] = ("actor", "type", "modality", "location", "publisher", "month")
NAMED: dict[str, type[Record]] = {"actor": Actor, "location": Location, "publisher": Publisher}


class FacetQuery(EventFilter):
    """Counts, for any filter of events."""

    facet: tuple[Facet, ...] = Field((), description="Which facets; all of them when left out.")


def fetch_facets(database: Database, question: FacetQuery, revision: Revision) -> Page:
    """The most frequent values of each facet: how many events of the question its filter would keep."""
    facets = [facet for facet in FACETS if facet in question.facet or not question.facet]
    matching = fetch_matching(database, question, revision)
    everything = not (matching.conditions or matching.predicates or question.date_from or question.date_to)
    if everything and question.instant == LAST:
        counts = [_select_tallies(facet, revision) for facet in facets]
    else:
        every = matching.every(matching.key.label("key"))
        keys = None if everything else select(every.c.key).cte("matching")
        counts = [_select_counts(facet, keys, revision, question.instant) for facet in facets]
    rows = database.fetch(union_all(*counts))
    labels = _fetch_labels(database, {(row.kind, row.value) for row in rows}, revision)
    rows = sorted(rows, key=lambda row: (facets.index(row.kind), -row[2], row.value))
    return Page(
        [
            FacetCount(
                facet=row.kind, value=row.value, label=labels.get((row.kind, row.value), row.value), count=row[2]
            ).served()
            for row in rows
        ]
    )


def _select_counts(facet: Facet, keys: CTE | None, revision: Revision, instant: int) -> AnySelect:
    """The most frequent terms of one kind among the links of the events that match; of all events without keys."""
    counts = select(col(Link.term), func.count().label("count")).where(
        col(Link.term).between(*kind_range(facet)), published(Link, revision.number), known(Link, instant)
    )
    if keys is not None:
        counts = counts.join_from(keys, Link, col(Link.key) == keys.c.key)
    return _ranked(facet, counts.group_by(col(Link.term)).cte())


def _select_tallies(facet: Facet, revision: Revision) -> AnySelect:
    """The most frequent terms of one kind, as the load counted them."""
    of_kind = (col(Tally.term).between(*kind_range(facet)), col(Tally.term) != whole(facet))
    tallies = select(col(Tally.term), col(Tally.count)).where(*of_kind, published(Tally, revision.number))
    return _ranked(facet, tallies.cte())


def _ranked(facet: Facet, counts: CTE) -> AnySelect:
    """The most frequent terms by their values: only of those that may be among them are the values looked up."""
    count = counts.c.count
    least = select(count).order_by(count.desc()).limit(1).offset(MOST_VALUES - 1).scalar_subquery()
    value = select(col(Term.value)).where(col(Term.number) == counts.c.term).scalar_subquery().label("value")
    frequent = select(literal(facet).label("kind"), value, count).where(count >= func.coalesce(least, 0))
    return select(frequent.order_by(count.desc(), value).limit(MOST_VALUES).subquery())


def _fetch_labels(database: Database, names: set[tuple[str, str]], revision: Revision) -> dict[tuple[str, str], str]:
    """The names of records; codes and months stand for themselves."""
    labels = {}
    for kind, table in NAMED.items():
        ids = sorted(value for facet, value in names if facet == kind)
        if ids:
            statement = select(col(table.id), col(table.document)).where(col(table.id).in_(ids))
            for record_id, document in database.fetch(statement.where(published(table, revision.number))):
                labels[kind, record_id] = json.loads(document)["name"]
    return labels
