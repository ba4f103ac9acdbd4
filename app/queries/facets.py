"""How the events of a question are spread over actors, types, places and months."""

import json
from typing import Literal

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col

from app.database import Database
from app.pagination import Page
from app.queries.events import EventFilter, fetch_matching
from app.schemas import FacetCount
from app.tables import LAST, Actor, Event, Link, Location, Publisher, Record, Revision, Term, known, published

MOST_VALUES = 50

Facet = Literal["actor", "type", "modality", "location", "publisher", "month"]
FACETS: tuple[Facet, ...] = ("actor", "type", "modality", "location", "publisher", "month")
NAMED: dict[str, type[Record]] = {"actor": Actor, "location": Location, "publisher": Publisher}


class FacetQuery(EventFilter):
    """Counts, for any filter of events."""

    facet: list[Facet] = Field([], description="Which facets; all of them when left out.")


def fetch_facets(database: Database, question: FacetQuery, asked: Revision) -> Page:
    """The most frequent values of each facet: how many events of the question its filter would keep."""
    facets = [facet for facet in FACETS if facet in question.facet or not question.facet]
    keys = fetch_matching(database, question, asked).every(col(Event.key).label("key"))
    at = (published(Link, asked.number), known(Link, LAST))
    counted = (
        select(col(Term.kind), col(Term.value), func.count().label("count"))
        .join_from(Term, Link, col(Link.term) == col(Term.number))
        .where(col(Term.kind).in_(facets), col(Link.key).in_(select(keys.c.key)), *at)
        .group_by(col(Term.kind), col(Term.value))
        .subquery()
    )
    order = (counted.c.count.desc(), counted.c.value)
    rank = func.row_number().over(partition_by=counted.c.kind, order_by=order).label("rank")
    ranked = select(counted, rank).subquery()
    rows = database.fetch(select(ranked).where(ranked.c.rank <= MOST_VALUES))
    labels = _fetch_labels(database, {(row.kind, row.value) for row in rows}, asked)
    rows = sorted(rows, key=lambda row: (facets.index(row.kind), row.rank))
    return Page(
        [
            FacetCount(
                facet=row.kind, value=row.value, label=labels.get((row.kind, row.value), row.value), count=row.count
            ).document()
            for row in rows
        ]
    )


def _fetch_labels(database: Database, names: set[tuple[str, str]], asked: Revision) -> dict[tuple[str, str], str]:
    """The names of records; codes and months stand for themselves."""
    labels = {}
    for kind, table in NAMED.items():
        ids = sorted(value for facet, value in names if facet == kind)
        if ids:
            statement = select(col(table.id), col(table.document)).where(col(table.id).in_(ids))
            for record_id, document in database.fetch(statement.where(published(table, asked.number))):
                labels[kind, record_id] = json.loads(document)["name"]
    return labels
