"""One way to ask, for every resource: conditions over terms, read in the order of a key, the rarest first.

A page is one statement. Where the rarest condition is one term, its links are read in key order and the other
conditions are probed; where it is a few terms, each gives one ordered arm; where it is many, they are gathered
if they have few rows, and otherwise the records themselves are walked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    exists,
    false,
    func,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.queries.terms import Found
from app.tables import LAST, Citation, Entry, Event, Link, Name, Record, Source, known, published

MOST_ARMS = 8
FEW_ROWS = 5_000

Column = SQLColumnExpression[Any]
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Condition:
    """A record has at least one of these terms; `rows` is about how many records do."""

    terms: tuple[int, ...]
    rows: int


def any_of(names: Iterable[Name], found: Mapping[Name, Found]) -> Condition:
    """The condition that a record has one of some terms."""
    terms = [found[name] for name in dict.fromkeys(names) if name in found]
    return Condition(tuple(term.number for term in terms), sum(term.rows for term in terms))


@dataclass(frozen=True)
class Span:
    """A range of keys, both ends exclusive, and what else must hold in it."""

    above: int | str | None = None
    below: int | str | None = None
    conditions: tuple[Condition, ...] = ()

    def holds(self, key: Column) -> Iterator[ColumnElement[bool]]:
        if self.above is not None:
            yield key > self.above
        if self.below is not None:
            yield key < self.below

    def after(self, last: Any, *, ascending: bool) -> "Span":
        """The part of this range that follows a key."""
        if ascending:
            return replace(self, above=last if self.above is None else max(self.above, last))
        return replace(self, below=last if self.below is None else min(self.below, last))


@dataclass(frozen=True)
class Arm:
    """One way into the records: from the links of `terms`, or from the records themselves when there are none."""

    span: Span
    terms: tuple[int, ...] | None
    probed: Sequence[Condition]


@dataclass(frozen=True)
class Matching:
    """What a question asks of one resource at one revision and one instant."""

    table: type[Event] | type[Record]
    revision: int
    instant: int = LAST
    conditions: Sequence[Condition] = ()
    predicates: Sequence[ColumnElement[bool]] = ()
    spans: Sequence[Span] = (Span(),)

    @property
    def key(self) -> Column:
        """What orders the resource."""
        return col(self.table.key) if issubclass(self.table, Event) else col(self.table.id)

    @property
    def _unindexed_key(self) -> Column:
        """The same order, but not that of an index: what was gathered is sorted, and the records are not walked."""
        return col(self.table.key) + 0 if issubclass(self.table, Event) else col(self.table.id).concat("")

    @property
    def everything(self) -> bool:
        """Whether every record of the revision matches."""
        return not self.conditions and not self.predicates and tuple(self.spans) == (Span(),)

    def page(self, last: Any, limit: int, *, ascending: bool) -> AnySelect:
        """Keys and documents in the order of keys, after a key."""
        spans = self.spans if last is None else [span.after(last, ascending=ascending) for span in self.spans]
        arms = [arm for span in spans for arm in self._arms(span)]
        found = (self.key, col(self.table.document))
        if len(arms) == 1:
            return self._page(arms[0], found, limit, ascending=ascending)
        pages = [self._page(arm, [self.key.label("key")], limit, ascending=ascending).subquery() for arm in arms]
        keys = union(*(select(page.c.key) for page in pages)).subquery()
        page = select(*found).join_from(keys, self.table, self.key == keys.c.key).where(*self._holds())
        return page.order_by(towards(keys.c.key, ascending=ascending)).limit(limit)

    def every(self, *columns: Column) -> Subquery:
        """All matching rows, in no order."""
        return union_all(*(self._select(self._gathering(span), columns)[0] for span in self.spans)).subquery()

    def total(self) -> Select[int]:
        """How many there are."""
        return select(func.count()).select_from(self.every(self.key.label("key")))

    def _arms(self, span: Span) -> list[Arm]:
        arm = self._gathering(span)
        if arm.terms is None or len(arm.terms) <= 1:
            return [arm]
        if len(arm.terms) <= MOST_ARMS:
            return [replace(arm, terms=(term,)) for term in arm.terms]
        driver, *_ = every = self._rarest_first(span)
        return [arm] if driver.rows <= FEW_ROWS else [Arm(span, None, every)]

    def _gathering(self, span: Span) -> Arm:
        conditions = self._rarest_first(span)
        return Arm(span, conditions[0].terms if conditions else None, conditions[1:])

    def _rarest_first(self, span: Span) -> list[Condition]:
        return sorted([*self.conditions, *span.conditions], key=lambda condition: condition.rows)

    def _page(self, arm: Arm, columns: Sequence[Column], limit: int, *, ascending: bool) -> AnySelect:
        """The first rows of one arm, in the order in which its index gives them."""
        statement, order = self._select(arm, columns)
        return statement.order_by(towards(order, ascending=ascending)).limit(limit)

    def _select(self, arm: Arm, columns: Sequence[Column]) -> tuple[AnySelect, Column]:
        """The rows of one arm, and what gives their order: its links are read, its other conditions are probed."""
        statement, key = select(*columns), self.key
        order = key
        if arm.terms is not None and len(arm.terms) == 1:
            link = self._link()
            statement = statement.join_from(link, self.table, self.key == _key(link))
            key = order = _key(link)
            statement = statement.where(link.term == arm.terms[0], *self._linked(link))
        elif arm.terms is not None:
            link = self._link()
            gathered = select(_key(link)).where(
                link.term.in_(arm.terms), *self._linked(link), *arm.span.holds(_key(link))
            )
            statement = statement.where(self.key.in_(gathered))
            order = self._unindexed_key
        probes = (self._probe(key, condition) for condition in arm.probed)
        return statement.where(*arm.span.holds(key), *probes, *self._holds()), order

    def _probe(self, key: Column, condition: Condition) -> ColumnElement[bool]:
        if not condition.terms:
            return false()
        link = self._link()
        one_of = link.term.in_(condition.terms)
        if len(condition.terms) > MOST_ARMS:
            one_of = (link.term + 0).in_(condition.terms)  # no index of terms: the few links of the key are read
        return exists().where(one_of, _key(link) == key, *self._linked(link))

    def _link(self) -> Any:
        return aliased(Link if issubclass(self.table, Event) else Entry)

    def _linked(self, link: Any) -> tuple[ColumnElement[bool], ...]:
        return published(link, self.revision), known(link, self.instant)

    def _holds(self) -> tuple[ColumnElement[bool], ...]:
        instant = [known(self.table, self.instant)] if issubclass(self.table, Event | Citation | Source) else []
        return published(self.table, self.revision), *instant, *self.predicates


def towards(key: Column, *, ascending: bool) -> Column:
    """Ordered by a key, up or down."""
    return key.asc() if ascending else key.desc()


def _key(link: Any) -> Column:
    column: Column = link.key if hasattr(link, "key") else link.id
    return column
