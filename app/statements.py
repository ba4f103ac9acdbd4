"""Statements that are built once."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ClauseElement,
    ColumnElement,
    Dialect,
    SQLColumnExpression,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Column = SQLColumnExpression[Any]
Rows = Sequence[Any]
Values = Mapping[str, Any]


class Template:
    """A statement that is built once, with names in the place of values, and asked many times."""

    stops = stops_in_a_row = passes = 0
    """How often it was asked in haste, and stopped; and how many times more it is not."""

    def __init__(self, build: Callable[[], ClauseElement]) -> None:
        self._build = build
        self._told: dict[str, _Told] = {}

    def is_told(self, dialect: Dialect) -> bool:
        """Whether it was built before: that takes milliseconds."""
        return dialect.name in self._told

    def told(self, dialect: Dialect, values: Values) -> tuple[str, dict[str, Any]]:
        """The statement in SQL and all its values, as the driver of a database takes them."""
        told = self._told.get(dialect.name)
        if told is None:
            told = self._told[dialect.name] = _Told(self._build().compile(dialect=dialect), dialect)
        return told.words, told.values(values)


class _Told:
    """A statement in the words of one database."""

    def __init__(self, compiled: Any, dialect: Dialect) -> None:
        self.words = str(compiled)
        self._own = {name: value for name, value in compiled.params.items() if value is not None}
        self._dialect = dialect
        self._lists = [(name, bind.type) for name, bind in compiled.binds.items() if isinstance(bind.type, _List)]

    def values(self, values: Values) -> dict[str, Any]:
        every = {**self._own, **values}
        for name, kind in self._lists:
            every[name] = kind.process_bind_param(every[name], self._dialect)
        return every


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """The column has one of some values: a list that is one value, so that the statement is the same for any."""
    return _OneOf(column, bindparam(name, type_=_List(column.type)))


class _List(TypeDecorator[Sequence[Any]]):
    """A list of values: an array, and in SQLite a text in JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if dialect.name == "sqlite" else dialect.type_descriptor(ARRAY(self.of))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(value) if dialect.name == "sqlite" else list(value or ())


class _OneOf(FunctionElement[bool]):
    """Of no type: what SQLAlchemy knows for a truth value, it compares with 1 for SQLite, which then uses no index."""

    inherit_cache = True


@compiles(_OneOf)
def _tell(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY({values})"


@compiles(_OneOf, "sqlite")
def _tell_sqlite(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are in SQL already
