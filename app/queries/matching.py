"""One way to ask, for every resource: conditions over terms, read in the order of a key, the rarest first.

A page is one statement. Where the rarest condition is one term, its links are read in key order and the other
conditions are probed; where it is a few terms, each gives one ordered arm; where it is many, they are gathered
if they are few rows, and otherwise the records themselves are walked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, false, func, select, union, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.queries.terms import Found, Name
from app.tables import LAST, Citation, Entry, Event, Link, Record, known, published

MOST_ARMS = 8
FEW_ROWS = 5_000


@dataclass(frozen=True)
class Condition:
    """A record has at least one of these terms; `rows` is about how many records do."""

    terms: tuple[int, ...]
    rows: int


def any_of(names: Iterable[Name], found: dict[Name, Found]) -> Condition:
    terms = [found[name] for name in dict.fromkeys(names) if name in found]
    return Condition(tuple(term.number for term in terms), sum(term.rows for term in terms))


@dataclass(frozen=True)
class Span:
    """A range of keys, both ends exclusive, and what else holds in it."""

    above: int | str | None = None
    below: int | str | None = None
    conditions: tuple[Condition, ...] = ()

    def holds(self, key: Any) -> Iterable[ColumnElement[bool]]:
        if self.above is not None:
            yield key > self.above
        if self.below is not None:
            yield key < self.below

    def after(self, last: Any, ascending: bool) -> "Span":
        """The part of this range that follows a key."""
        if ascending:
            return Span(last if self.above is None else max(self.above, last), self.below, self.conditions)
        return Span(self.above, last if self.below is None else min(self.below, last), self.conditions)


EVERYTHING = (Span(),)


@dataclass(frozen=True)
class Matching:
    """What a question asks of one resource at one revision."""

    table: type[Event] | type[Record]
    revision: int
    conditions: Sequence[Condition] = ()
    predicates: Sequence[ColumnElement[bool]] = ()
    spans: Sequence[Span] = field(default=EVERYTHING)

    @property
    def key(self) -> ColumnElement[Any]:
        return col(self.table.key) if issubclass(self.table, Event) else col(self.table.id)

    @property
    def links(self) -> type[Link] | type[Entry]:
        return Link if self.table is Event else Entry

    def page(self, ascending: bool, last: Any, limit: int) -> Select[Any]:
        """Keys and documents in key order, after a key."""
        spans = [span.after(last, ascending) for span in self.spans] if last is not None else self.spans
        arms = [arm for span in spans for arm in self._arms(span)]
        order = _direction(self.key, ascending)
        if len(arms) == 1:
            return arms[0]([self.key, col(self.table.document)]).order_by(order).limit(limit)
        ordered = [arm([self.key.label("key")]).order_by(order).limit(limit).subquery() for arm in arms]
        keys = union(*(select(arm.c.key) for arm in ordered)).subquery()
        return (
            self._of(select(self.key, col(self.table.document)).join_from(keys, self.table, self.key == keys.c.key))
            .order_by(order)
            .limit(limit)
        )

    def every(self, *columns: ColumnElement[Any]) -> Subquery:
        """All matching rows, in no order."""
        return union_all(*(self._gather(span)(columns) for span in self.spans)).subquery()

    def total(self) -> Select[Any]:
        """How many there are."""
        return select(func.count()).select_from(self.every(self.key.label("key")))

    def _arms(self, span: Span) -> "list[Arm]":
        conditions = _rarest_first([*self.conditions, *span.conditions])
        driver = conditions[0] if conditions else None
        if driver and 1 <= len(driver.terms) <= MOST_ARMS:
            return [
                lambda columns, term=term: self._drive(columns, span, term, conditions[1:]) for term in driver.terms
            ]  # type: ignore[misc]
        if driver and driver.rows > FEW_ROWS:
            return [lambda columns: self._walk(columns, span, conditions)]
        return [self._gather(span)]

    def _gather(self, span: Span) -> "Arm":
        conditions = _rarest_first([*self.conditions, *span.conditions])
        if not conditions:
            return lambda columns: self._walk(columns, span, [])
        driver, rest = conditions[0], conditions[1:]
        if len(driver.terms) == 1:
            return lambda columns: self._drive(columns, span, driver.terms[0], rest)
        return lambda columns: self._walk(columns, span, rest).where(self.key.in_(self._linked(span, driver)))

    def _drive(
        self, columns: Sequence[ColumnElement[Any]], span: Span, term: int, rest: Sequence[Condition]
    ) -> Select[Any]:
        """Read one term's links in order, and probe the rest."""
        link = aliased(self.links)
        key = _key(link)
        return self._of(
            select(*columns)
            .join_from(link, self.table, self.key == key)
            .where(col(link.term) == term, *self._at(link), *span.holds(key), *(self._probe(key, one) for one in rest))
        )

    def _walk(self, columns: Sequence[ColumnElement[Any]], span: Span, rest: Sequence[Condition]) -> Select[Any]:
        """Read the records themselves in order, and probe everything."""
        return self._of(select(*columns).where(*span.holds(self.key), *(self._probe(self.key, one) for one in rest)))

    def _linked(self, span: Span, condition: Condition) -> Select[Any]:
        link = aliased(self.links)
        key = _key(link)
        return select(key).where(col(link.term).in_(condition.terms), *self._at(link), *span.holds(key))

    def _probe(self, key: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
        if not condition.terms:
            return false()
        link = aliased(self.links)
        return exists().where(col(link.term).in_(condition.terms), _key(link) == key, *self._at(link))

    def _of(self, statement: Select[Any]) -> Select[Any]:
        at = [published(self.table, self.revision), *self.predicates]
        if issubclass(self.table, Event | Citation):
            at.append(known(self.table, LAST))
        return statement.where(*at)

    def _at(self, link: Any) -> tuple[ColumnElement[bool], ...]:
        return published(link, self.revision), known(link, LAST)


Arm = Callable[[Sequence[ColumnElement[Any]]], Select[Any]]


def _key(link: Any) -> ColumnElement[Any]:
    return link.key if hasattr(link, "key") else link.id  # type: ignore[no-any-return]


def _rarest_first(conditions: Sequence[Condition]) -> list[Condition]:
    return sorted(conditions, key=lambda condition: condition.rows)


def _direction(key: ColumnElement[Any], ascending: bool) -> ColumnElement[Any]:
    return key.asc() if ascending else key.desc()
