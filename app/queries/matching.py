"""One way to ask, for every resource: conditions over terms, read in the order of a key, the rarest first.

Where the rarest condition is one term, its links are read in key order and the other conditions are probed; where
it is a few terms, each gives one ordered arm; where it is many, they are gathered if they have few rows, and otherwise
the records themselves are walked. The spans of a question are read one after the other, as far as the page needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, func, select, union_all
from sqlmodel import col

from app.database import Database
from app.kinds import ENTRY_KINDS, FACET_KINDS, kind_of, whole
from app.queries.shapes import (
    MOST_ARMS,
    MOST_SHAPES,
    Column,
    Shape,
    key_of,
    numbered,
    one_of,
    page_template,
    select_rows,
    size_of,
)
from app.queries.terms import Found
from app.tables import LAST, Event, Name, Record, Tally, published

FEW_ROWS = 5_000


class Condition(NamedTuple):
    """A record has at least one of these terms; `rows` is about how many records do."""

    terms: tuple[int, ...]
    rows: int


def any_of(names: Iterable[Name], found: Mapping[Name, Found]) -> Condition:
    """The condition that a record has one of some terms."""
    terms = [found[name] for name in dict.fromkeys(names) if name in found]
    return Condition(tuple(term.number for term in terms), sum(term.rows for term in terms))


class Predicate(NamedTuple):
    """What else must hold of a record's row: an expression that is built once, and the values that it names."""

    holds: ColumnElement[bool]
    values: Mapping[str, Any]


def has_one(column: Column, name: str, values: Sequence[Any]) -> Predicate:
    """The column has one of some values."""
    return Predicate(_one_of(column, name, size_of(len(values))), numbered(name, values))


_one_of = lru_cache(MOST_SHAPES)(one_of)


@dataclass(frozen=True)
class Span:
    """A range of keys, both ends exclusive, and what else must hold in it."""

    above: Any = None
    below: Any = None
    conditions: tuple[Condition, ...] = ()

    def after(self, last: Any, *, ascending: bool) -> "Span":
        """The part of this range that follows a key."""
        if last is None:
            return self
        if ascending:
            return replace(self, above=last if self.above is None else max(self.above, last))
        return replace(self, below=last if self.below is None else min(self.below, last))

    @property
    def is_empty(self) -> bool:
        return self.above is not None and self.below is not None and self.above >= self.below


class Arm(NamedTuple):
    """One way into the records of a span: by the links of its driver, or the records themselves without one."""

    span: Span
    driver: Condition | None
    probed: Sequence[Condition]
    each: bool = False
    """Whether each term of the driver is read in order by itself."""


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

    @property
    def key(self) -> Column:
        """What orders the resource."""
        return key_of(self.table)

    @property
    def everything(self) -> bool:
        """Whether every record of the revision matches."""
        return not self.conditions and not self.predicates and tuple(self.spans) == (Span(),)

    def page(self, database: Database, last: Any, limit: int, *, ascending: bool) -> list[Any]:
        """Keys and documents in the order of keys, after a key: a statement for each span, until the page is full."""
        rows: list[Any] = []
        for span in reversed(self.spans) if ascending else self.spans:
            rest = span.after(last, ascending=ascending)
            if not rest.is_empty and self._can_match(rest):
                arm = self._ordered(rest)
                template = page_template(self._shape(arm), ascending=ascending)
                rows += database.ask(template, self._values(arm) | {"limit": limit - len(rows)})
            if len(rows) == limit:
                break
        return rows

    def every(self, *columns: Column) -> Subquery:
        """All matching rows, in no order."""
        statements, values = [], dict[str, Any]()
        for number, span in enumerate(self.spans):
            arm, mark = self._gathering(span), f"of_{number}_"
            statements.append(select_rows(self._shape(arm), columns, mark)[0])
            values |= self._values(arm, mark)
        return union_all(*statements).params(values).subquery()

    def total(self) -> Select[int]:
        """How many there are: counted, unless the load did."""
        if (term := self._tallied) is None:
            return select(func.count()).select_from(self.every(self.key.label("key")))
        tally = col(Tally.term) == term, published(Tally, self.revision)
        return select(func.coalesce(func.max(col(Tally.count)), 0)).where(*tally)

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

    def _can_match(self, span: Span) -> bool:
        return all(condition.terms for condition in (*self.conditions, *span.conditions))

    def _ordered(self, span: Span) -> Arm:
        """The way that gives a page without reading much more than it."""
        arm = self._gathering(span)
        if arm.driver is None or len(arm.driver.terms) <= MOST_ARMS:
            return Arm(span, arm.driver, arm.probed, each=True)
        return arm if arm.driver.rows <= FEW_ROWS else Arm(span, None, (arm.driver, *arm.probed))

    def _gathering(self, span: Span) -> Arm:
        """The way that reads the fewest rows."""
        conditions = sorted((*self.conditions, *span.conditions), key=lambda condition: condition.rows)
        return Arm(span, conditions[0] if conditions else None, conditions[1:])

    def _shape(self, arm: Arm) -> Shape:
        return Shape(
            self.table,
            len(arm.driver.terms) if arm.driver else None,
            arm.each,
            tuple(len(condition.terms) for condition in arm.probed),
            arm.span.above is not None,
            arm.span.below is not None,
            tuple(predicate.holds for predicate in self.predicates),
        )

    def _values(self, arm: Arm, mark: str = "") -> dict[str, Any]:
        """What the names in a statement of this shape stand for."""
        values = {"revision": self.revision, "instant": self.instant}
        values |= {f"{mark}above": arm.span.above, f"{mark}below": arm.span.below}
        if arm.driver:
            values |= numbered(f"{mark}driver", arm.driver.terms)
        for number, condition in enumerate(arm.probed):
            name = f"{mark}probed_{number}"
            values |= numbered(name, condition.terms)
            if len(condition.terms) > MOST_ARMS:
                values |= {f"{name}_least": min(condition.terms), f"{name}_most": max(condition.terms)}
        for predicate in self.predicates:
            values |= predicate.values
        return values
