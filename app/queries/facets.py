"""How the events of a question are spread over actors, types, places and months."""

import json
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache, partial
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import CTE, CompoundSelect, func, literal, select, union_all
from sqlmodel import col

from app.database import Database
from app.kinds import kind_range, whole
from app.pagination import Page
from app.queries.events import EventFilter, fetch_matching
from app.queries.shapes import INSTANT, MOST_SHAPES, REVISION, AnySelect, Shape, select_every
from app.schemas import FacetCount
from app.statements import Template, one_of
from app.tables import LAST, Actor, Event, Link, Location, Publisher, Record, Revision, Tally, Term, known, published

MOST_VALUES = 50

Facet = Literal["actor", "type", "modality", "location", "publisher", "month"]
FACETS: tuple[Facet, ...] = ("actor", "type", "modality", "location", "publisher", "month")
NAMED: dict[str, type[Record]] = {"actor": Actor, "location": Location, "publisher": Publisher}


class FacetQuery(EventFilter):
    """Counts, for any filter of events."""

    facet: tuple[Facet, ...] = Field((), description="Which facets; all of them when left out.")


def fetch_facets(database: Database, question: FacetQuery, revision: Revision) -> Page:
    """The most frequent values of each facet: how many events of the question its filter would keep."""
    facets = tuple(facet for facet in FACETS if facet in question.facet or not question.facet)
    matching = fetch_matching(database, question, revision)
    everything = not (matching.conditions or matching.predicates or question.date_from or question.date_to)
    if everything and question.instant == LAST:
        rows = database.ask(_tallied(facets), {"revision": revision.number})
    else:
        shapes, values = matching.every()
        rows = database.ask(_counted(facets, () if everything else shapes), values)
    counts = sorted(rows, key=lambda one: (facets.index(one[0]), -one[2], one[1]))
    labels = _fetch_labels(database, {(facet, value) for facet, value, _ in counts}, revision)
    return Page(
        [
            FacetCount(facet=facet, value=value, label=labels.get((facet, value), value), count=count).served()
            for facet, value, count in counts
        ]
    )


@lru_cache(MOST_SHAPES)
def _counted(facets: tuple[Facet, ...], shapes: tuple[Shape, ...]) -> Template:
    """Of the events of some shapes; of all without any."""
    return Template(partial(_select_counts, facets, shapes))


def _select_counts(facets: Iterable[Facet], shapes: Sequence[Shape]) -> CompoundSelect[*tuple[Any, ...]]:
    keys = select(select_every(shapes, col(Event.key).label("key")).c.key).cte("matching") if shapes else None
    return union_all(*(_ranked(facet, _select_counts_of(facet, keys)) for facet in facets))


def _select_counts_of(facet: Facet, keys: CTE | None) -> CTE:
    """How often each term of one kind is among the links of the events that match; of all events without keys."""
    counts = select(col(Link.term), func.count().label("count")).where(
        col(Link.term).between(*kind_range(facet)), published(Link, REVISION), known(Link, INSTANT)
    )
    if keys is not None:
        counts = counts.join_from(keys, Link, col(Link.key) == keys.c.key)
    return counts.group_by(col(Link.term)).cte()


@cache
def _tallied(facets: tuple[Facet, ...]) -> Template:
    """As the load counted them."""
    return Template(lambda: union_all(*(_ranked(facet, _select_tallies_of(facet)) for facet in facets)))


def _select_tallies_of(facet: Facet) -> CTE:
    of_kind = (col(Tally.term).between(*kind_range(facet)), col(Tally.term) != whole(facet))
    return select(col(Tally.term), col(Tally.count)).where(*of_kind, published(Tally, REVISION)).cte()


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
            for record_id, document in database.ask(_records(table), {"ids": ids, "revision": revision.number}):
                labels[kind, record_id] = json.loads(document)["name"]
    return labels


@cache
def _records(table: type[Record]) -> Template:
    some = (one_of(col(table.id), "ids"), published(table, REVISION))
    return Template(lambda: select(col(table.id), col(table.document)).where(*some))
