"""Statements over terms, each built once: what it looks like depends on its shape, and its values are named."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.statements import Column, Template, one_of
from app.tables import Citation, Entry, Event, Link, Record, Source, Term, known, published

MOST_SHAPES = 512
"""So many statements are kept."""

AnySelect = Select[*tuple[Any, ...]]

REVISION: Any = bindparam("revision", type_=BigInteger)
INSTANT: Any = bindparam("instant", type_=BigInteger)
_NOTHING: Any = literal_column("0", BigInteger)
"""Added to a column, it keeps it from being searched by."""


class Shape(NamedTuple):
    """All that a statement depends on: whether several terms drive it, or one, or none; and so for what is probed."""

    table: type[Event] | type[Record]
    several: bool | None
    probed: tuple[bool, ...]
    above: bool
    below: bool
    predicates: tuple[ColumnElement[bool], ...]


def key_of(table: type[Event] | type[Record]) -> Column:
    """What orders a resource."""
    return col(table.key) if issubclass(table, Event) else col(table.id)


def towards(key: Column, *, ascending: bool) -> Column:
    """Ordered by a key, up or down."""
    return key.asc() if ascending else key.desc()


@lru_cache(MOST_SHAPES)
def page_template(shape: Shape, *, ascending: bool) -> Template:
    """Keys and documents, so many, `limit`: in the order of keys, but of several terms in no order."""
    return Template(partial(_page, shape, ascending=ascending))


def _page(shape: Shape, *, ascending: bool) -> AnySelect:
    found, limit = (key_of(shape.table), col(shape.table.document)), bindparam("limit", type_=BigInteger)
    if shape.several:
        keys = _gathered(shape, limit, ascending=ascending).subquery()
        return select(*found).join_from(keys, shape.table, found[0] == keys.c.key).where(*_holds(shape))
    if shape.several is None:
        rows, order = _rows(shape, found), key_of(shape.table)
    else:
        link = _link(shape)
        order = _key(link)
        key = order + _NOTHING if issubclass(shape.table, Event) else order  # so that no link is searched by its event
        rows = _linked_rows(shape, link, key, found)
    return rows.order_by(towards(order, ascending=ascending)).limit(limit)


def _gathered(shape: Shape, limit: Any, *, ascending: bool) -> AnySelect:
    """The first keys that have one of several terms. All are found, and then sorted: the offset keeps the two apart."""
    link = _link(shape)
    links = _links(shape, link, [_key(link).label("key")]).offset(0).subquery()
    keys = select(links.c.key).distinct()
    if shape.predicates:
        keys = keys.where(looked_up(key_of(shape.table) == links.c.key, *_holds(shape)))
    return keys.order_by(towards(links.c.key, ascending=ascending)).limit(limit)


def select_every(shapes: Iterable[Shape], *columns: Column) -> Subquery:
    """All rows of several ways into the records, in no order."""
    return union_all(*(_every(shape, columns, mark_of(number)) for number, shape in enumerate(shapes))).subquery()


def mark_of(number: int) -> str:
    """What the names begin with that one of several ways alone has."""
    return f"of_{number}_"


def _every(shape: Shape, columns: Sequence[Column], mark: str) -> AnySelect:
    if shape.several is None:
        return _rows(shape, columns, mark)
    link = _link(shape)
    if not shape.several:
        return _linked_rows(shape, link, _key(link), columns, mark)
    return _rows(shape, columns, mark).where(key_of(shape.table).in_(_links(shape, link, [_key(link)], mark)))


def _rows(shape: Shape, columns: Sequence[Column], mark: str = "") -> AnySelect:
    """Records by themselves."""
    key = key_of(shape.table)
    return select(*columns).where(*_within(shape, key, mark), *_probes(shape, key, mark), *_holds(shape))


def _linked_rows(shape: Shape, link: Any, key: Column, columns: Sequence[Column], mark: str = "") -> AnySelect:
    """Records by the key of their links, those of one term in the order of keys."""
    rows = _links(shape, link, columns, mark).join_from(link, shape.table, key_of(shape.table) == key)
    return rows.where(*_holds(shape))


def _links(shape: Shape, link: Any, columns: Sequence[Column], mark: str = "") -> AnySelect:
    """The links of the driver's terms, of records that meet the other conditions."""
    key, name = _key(link), f"{mark}driver"
    has_one = one_of(link.term, name) if shape.several else link.term == bindparam(name)
    return select(*columns).where(has_one, *_valid(link), *_within(shape, key, mark), *_probes(shape, key, mark))


def _within(shape: Shape, key: Column, mark: str) -> list[ColumnElement[bool]]:
    above = [key > bindparam(f"{mark}above")] if shape.above else []
    return [*above, key < bindparam(f"{mark}below")] if shape.below else above


def _probes(shape: Shape, key: Column, mark: str) -> list[ColumnElement[bool]]:
    probed = enumerate(shape.probed)
    return [_probe(shape, key, f"{mark}probed_{number}", several=several) for number, several in probed]


def _probe(shape: Shape, key: Column, name: str, *, several: bool) -> ColumnElement[bool]:
    """Whether the record with this key has a term, or one of several: then its links of that kind are read."""
    link = _link(shape)
    if several:
        between = link.term.between(bindparam(f"{name}_least"), bindparam(f"{name}_most"))
        has_one = and_(between, one_of(link.term + _NOTHING, name))
    else:
        has_one = link.term == bindparam(name)
    return looked_up(has_one, _key(link) == key, *_valid(link))


def looked_up(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is a row, looked up for each record as it comes: the offset keeps PostgreSQL from a join."""
    return exists(select(literal(1)).where(*conditions).offset(0))


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
    """As `published` and `known` have it. Where PostgreSQL could search by all of these, it takes that for so dear that
    it would rather read all links.
    """
    since, known_from = link.since + _NOTHING <= REVISION, link.known_from + _NOTHING <= INSTANT
    return since, link.until > REVISION, known_from, link.known_until > INSTANT


@cache
def key_at(*, ascending: bool) -> Template:
    """The key of an event so many further on."""
    key, start = col(Event.key), bindparam("start", type_=BigInteger)
    further = key > start if ascending else key < start
    order = towards(key, ascending=ascending)
    return Template(lambda: select(key).where(further).order_by(order).limit(1).offset(bindparam("skip")))


@cache
def key_of_links(table: type[Event] | type[Record], *, ascending: bool) -> Template:
    """The nearest of the keys that each of some terms has so many links further on; none where all have fewer."""
    link: Any = Link if issubclass(table, Event) else Entry
    key, start = _key(link), bindparam("start", type_=BigInteger if link is Link else Text)
    further = (col(link.term) == col(Term.number), key > start if ascending else key < start)
    one = select(key).where(*further).order_by(towards(key, ascending=ascending)).limit(1).offset(bindparam("skip"))
    nearest = (func.min if ascending else func.max)(one.correlate(Term).scalar_subquery())
    return Template(lambda: select(nearest).where(one_of(col(Term.number), "terms")))
