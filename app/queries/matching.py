"""One way to ask, for every resource: conditions over terms, read in the order of a key, the rarest first.

Where the rarest condition is one term, its links are read in key order and the other conditions are probed. Where it
is several terms, their links are gathered and sorted, a part of the keys at a time, since a page needs few of them; or
the events themselves are walked, where most of them match. The spans of a question, and the parts of a span, are read
one after the other, as far as the page needs.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlmodel import col

from app.database import Database
from app.kinds import ENTRY_KINDS, FACET_KINDS, kind_of, whole
from app.queries.shapes import MOST_SHAPES, REVISION, Shape, key_of, mark_of, page_template, select_every
from app.queries.spans import Condition, Parts, Span
from app.statements import Column, Template, one_of
from app.tables import LAST, Event, Record, Tally, published


class Predicate(NamedTuple):
    """What else must hold of a record's row: an expression that is built once, and the values that it names."""

    holds: ColumnElement[bool]
    values: Mapping[str, Any]


def has_one(column: Column, name: str, values: Sequence[Any]) -> Predicate:
    """The column has one of some values."""
    return Predicate(_one_of(column, name), {name: values})


_one_of = lru_cache(MOST_SHAPES)(one_of)
_KEY = itemgetter(0)


@lru_cache(MOST_SHAPES)
def _count(shapes: tuple[Shape, ...]) -> Template:
    return Template(
        lambda: select(func.count()).select_from(select_every(shapes, key_of(shapes[0].table).label("key")))
    )


_TALLY = Template(
    lambda: select(func.coalesce(func.max(col(Tally.count)), 0)).where(
        col(Tally.term) == bindparam("term"), published(Tally, REVISION)
    )
)


class Arm(NamedTuple):
    """One way into the records of a span: by the links of its driver, or the records themselves without one."""

    span: Span
    driver: Condition | None
    probed: Sequence[Condition]

    @property
    def gathers(self) -> bool:
        """Whether it finds records in no order."""
        return self.driver is not None and self.driver.several


@dataclass(frozen=True)
class Matching:
    """What a question asks of one resource at one revision and one instant."""

    table: type[Event] | type[Record]
    revision: int
    instant: int = LAST
    conditions: Sequence[Condition] = ()
    predicates: Sequence[Predicate] = ()
    spans: Sequence[Span] = (Span(),)
    """In the order of keys, the last first."""
    events: int = 0
    """About how many rows a condition would have that all events meet; 0 of another resource."""

    def page(self, database: Database, last: Any, limit: int, *, ascending: bool) -> list[Any]:
        """Keys and documents in the order of keys, after a key: a statement for each part, until the page is full."""
        rows: list[Any] = []
        for span in reversed(self.spans) if ascending else self.spans:
            for arm in self._arms(database, span.after(last, ascending=ascending), rows, limit, ascending=ascending):
                template = page_template(self._shape(arm), ascending=ascending)
                found = database.ask(template, self._values(arm) | {"limit": limit - len(rows)})
                rows += sorted(found, key=_KEY, reverse=not ascending) if arm.gathers else found
                if len(rows) == limit:
                    return rows
        return rows

    def every(self) -> tuple[tuple[Shape, ...], dict[str, Any]]:
        """All that matches: how it is read, a shape for each span, and the values of them all."""
        arms = [self._gathering(span) for span in self.spans]
        values = dict[str, Any]()
        for number, arm in enumerate(arms):
            values |= self._values(arm, mark_of(number))
        return tuple(self._shape(arm) for arm in arms), values

    def total(self, database: Database) -> int:
        """How many there are: counted, unless the load did."""
        if (term := self._tallied) is None:
            shapes, values = self.every()
            rows = database.ask(_count(shapes), values)
        else:
            rows = database.ask(_TALLY, {"term": term, "revision": self.revision})
        return int(rows[0][0])

    @property
    def _tallied(self) -> int | None:
        """The term whose tally is the total: of everything, or of what has one term of a facet."""
        if self.instant != LAST or self.predicates or tuple(self.spans) != (Span(),):
            return None
        match self.conditions:
            case []:
                kinds = ENTRY_KINDS | {"event": ("event",)}
                return whole(kinds[name][0]) if (name := str(self.table.__tablename__)) in kinds else None
            case [Condition(terms=(term,))] if self.table is Event and kind_of(term) in FACET_KINDS:
                return term
        return None

    def _arms(
        self, database: Database, span: Span, rows: Sequence[Any], limit: int, *, ascending: bool
    ) -> Iterator[Arm]:
        """What to read for a page, part by part, in the order of keys: `rows` is what was found so far."""
        arm = self._gathering(span)
        conditions = [*([arm.driver] if arm.driver else ()), *arm.probed]
        if span.is_empty or not all(condition.terms for condition in conditions):
            return
        if arm.driver is None or not arm.gathers:
            yield arm
            return
        shares = (min(1, max(one.rows, 1) / self.events) for one in arm.probed if self.events)
        links = (limit - len(rows)) / math.prod(shares)
        if self.events and links * self.events <= arm.driver.rows * len(arm.driver.terms):
            yield Arm(span, None, conditions)
        else:
            parts = Parts(self.table, arm.driver, self.events, ascending)
            for part in parts.of(database, span, 2 * links, rows, limit):
                yield Arm(part, arm.driver, arm.probed)

    def _gathering(self, span: Span) -> Arm:
        """The way that reads the fewest rows."""
        conditions = sorted((*self.conditions, *span.conditions), key=lambda condition: condition.rows)
        return Arm(span, conditions[0] if conditions else None, conditions[1:])

    def _shape(self, arm: Arm) -> Shape:
        return Shape(
            self.table,
            arm.driver.several if arm.driver else None,
            tuple(condition.several for condition in arm.probed),
            arm.span.above is not None,
            arm.span.below is not None,
            tuple(predicate.holds for predicate in self.predicates),
        )

    def _values(self, arm: Arm, mark: str = "") -> dict[str, Any]:
        """What the names in a statement of this shape stand for."""
        values = {"revision": self.revision, "instant": self.instant}
        values |= {f"{mark}above": arm.span.above, f"{mark}below": arm.span.below}
        if arm.driver:
            values |= arm.driver.values(f"{mark}driver")
        for number, condition in enumerate(arm.probed):
            values |= condition.values(f"{mark}probed_{number}")
        for predicate in self.predicates:
            values |= predicate.values
        return values
