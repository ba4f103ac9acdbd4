"""Statements that are built once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Dialect

Rows = Sequence[Any]
Values = Mapping[str, Any]


class Template:
    """A statement that is built once, with names in the place of values, and asked many times."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def told(self, dialect: Dialect, values: Values) -> tuple[str, dict[str, Any]]:
        """The statement in SQL, as the driver of a database takes it, and all its values."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            told = self._statement.compile(dialect=dialect)
            own = {name: value for name, value in told.params.items() if value is not None}
            compiled = self._compiled[dialect.name] = str(told), own
        words, own = compiled
        return words, {**own, **values}
