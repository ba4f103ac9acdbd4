"""Statements over terms, each built once: what it looks like depends on its shape, and its values are named."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    select,
    union,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.statements import Template
from app.tables import Citation, Entry, Event, Link, Record, Source, known, published

MOST_ARMS = 8
MOST_SHAPES = 512
"""So many statements are kept."""

Column = SQLColumnExpression[Any]
AnySelect = Select[*tuple[Any, ...]]

REVISION: Any = bindparam("revision", type_=BigInteger)
INSTANT: Any = bindparam("instant", type_=BigInteger)


class Shape(NamedTuple):
    """All that a statement depends on: how many terms drive it, and how many are probed for each other condition."""

    table: type[Event] | type[Record]
    driven: int | None
    each: bool
    probed: tuple[int, ...]
    above: bool
    below: bool
    predicates: tuple[ColumnElement[bool], ...]


def size_of(count: int) -> int:
    """So many names stand for a number of values: of many, as many as the next power of two."""
    return count if count <= MOST_ARMS else 1 << (count - 1).bit_length()


def names_of(name: str, count: int) -> list[str]:
    return [f"{name}_{number}" for number in range(size_of(count))]


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Values by their names; the last one stands in for those that are missing."""
    names = names_of(name, len(values))
    return {one: values[min(number, len(values) - 1)] for number, one in enumerate(names)}


def one_of(column: Column, name: str, count: int) -> ColumnElement[bool]:
    """The column has one of so many values; without any, none."""
    names: list[Any] = [bindparam(one) for one in names_of(name, count)]
    if len(names) <= 1:
        return column == names[0] if names else false()
    return column.in_(names)


def key_of(table: type[Event] | type[Record]) -> Column:
    """What orders a resource."""
    return col(table.key) if issubclass(table, Event) else col(table.id)


def towards(key: Column, *, ascending: bool) -> Column:
    """Ordered by a key, up or down."""
    return key.asc() if ascending else key.desc()


@lru_cache(MOST_SHAPES)
def page_template(shape: Shape, *, ascending: bool) -> Template:
    """Keys and documents, in the order of keys: so many, `limit`."""
    table, key = shape.table, key_of(shape.table)
    limit: Any = bindparam("limit")
    found = (key, col(table.document))
    if not shape.each or (shape.driven or 0) <= 1:
        statement, order = select_rows(shape, found)
        return Template(statement.order_by(towards(order, ascending=ascending)).limit(limit))
    arms = []
    for name in names_of("driver", shape.driven or 0):
        link = _link(shape)
        arm = _linked_rows(shape, link, [key.label("key")], "").where(link.term == bindparam(name))
        arms.append(arm.order_by(towards(_key(link), ascending=ascending)).limit(limit).subquery())
    keys = union(*(select(arm.c.key) for arm in arms)).subquery()
    page = select(*found).join_from(keys, table, key == keys.c.key).where(*_holds(shape))
    return Template(page.order_by(towards(keys.c.key, ascending=ascending)).limit(limit))


def select_rows(shape: Shape, columns: Sequence[Column], mark: str = "") -> tuple[AnySelect, Column]:
    """The rows of one way into the records, and what gives their order. Names that it alone has begin with a mark."""
    key, link = key_of(shape.table), _link(shape)
    if shape.driven == 1:
        return _linked_rows(shape, link, columns, mark).where(link.term == bindparam(f"{mark}driver_0")), _key(link)
    statement = select(*columns).where(*_within(shape, key, mark), *_probes(shape, key, mark), *_holds(shape))
    if shape.driven is None:
        return statement, key
    has_one = one_of(link.term, f"{mark}driver", shape.driven)
    gathered = select(_key(link)).where(has_one, *_valid(link), *_within(shape, _key(link), mark))
    return statement.where(key.in_(gathered)), _unindexed(shape.table)


def _linked_rows(shape: Shape, link: Any, columns: Sequence[Column], mark: str) -> AnySelect:
    """Records by their links, which are read in the order of keys."""
    key = _key(link)
    rows = select(*columns).join_from(link, shape.table, key_of(shape.table) == key).where(*_valid(link))
    return rows.where(*_within(shape, key, mark), *_probes(shape, key, mark), *_holds(shape))


def _within(shape: Shape, key: Column, mark: str) -> list[ColumnElement[bool]]:
    above = [key > bindparam(f"{mark}above")] if shape.above else []
    return [*above, key < bindparam(f"{mark}below")] if shape.below else above


def _probes(shape: Shape, key: Column, mark: str) -> list[ColumnElement[bool]]:
    return [_probe(shape, key, f"{mark}probed_{number}", count) for number, count in enumerate(shape.probed)]


def _probe(shape: Shape, key: Column, name: str, count: int) -> ColumnElement[bool]:
    """Whether the record with this key has one of so many terms."""
    link = _link(shape)
    has_one = one_of(link.term, name, count)
    if count > MOST_ARMS:  # not each by itself: the few links of the key are read, of the kinds that come into question
        has_one = link.term.between(bindparam(f"{name}_least"), bindparam(f"{name}_most"))
        has_one = and_(has_one, one_of(link.term + 0, name, count))
    return exists().where(has_one, _key(link) == key, *_valid(link))


def _holds(shape: Shape) -> tuple[ColumnElement[bool], ...]:
    table = shape.table
    instant = [known(table, INSTANT)] if issubclass(table, Event | Citation | Source) else []
    return published(table, REVISION), *instant, *shape.predicates


def _link(shape: Shape) -> Any:
    return aliased(Link if issubclass(shape.table, Event) else Entry)


def _key(link: Any) -> Column:
    column: Column = link.key if hasattr(link, "key") else link.id
    return column


def _valid(link: Any) -> tuple[ColumnElement[bool], ...]:
    return published(link, REVISION), known(link, INSTANT)


def _unindexed(table: type[Event] | type[Record]) -> Column:
    """The same order, but not that of an index: what was gathered is sorted, and the records are not walked."""
    return col(table.key) + 0 if issubclass(table, Event) else col(table.id).concat("")
