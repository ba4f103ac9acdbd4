"""How a database reads what is asked: PostgreSQL's plans of prepared statements, and what reading takes, counted."""

import re
from typing import Any

import psycopg
from psycopg._queries import PostgresQuery
from sqlalchemy import Connection

from app.database import Patient
from app.statements import Rows, Template, Values

STEPS_AT_ONCE = 10


def planned(connection: Connection, words: str, named: dict[str, Any], options: str = "") -> dict[str, Any]:
    """The plan of a prepared statement, as the server's fifth and later questions have it."""
    cursor = psycopg.ClientCursor(connection.connection.driver_connection)
    query = PostgresQuery(psycopg.adapt.Transformer.from_context(cursor))
    query.convert(words, named)
    values = cursor.mogrify(", ".join(f"%({name})s" for name in _in_order(words)), named)
    cursor.execute(b"PREPARE planned AS " + query.query)
    try:
        (plan,) = cursor.execute(f"EXPLAIN ({options}FORMAT JSON) EXECUTE planned({values})").fetchone()
    finally:
        cursor.execute("DEALLOCATE planned")
    found: dict[str, Any] = plan[0]["Plan"]
    return found


def _in_order(words: str) -> list[str]:
    """The names of values in the order in which they are numbered."""
    return list(dict.fromkeys(re.findall(r"%\((\w+)\)s", words)))


class Counting:
    """Reads a store, and counts: the steps of SQLite's virtual machine, or the blocks that PostgreSQL touches.

    Neither knows of a clock, nor of who else is at work.
    """

    def __init__(self, database: Patient) -> None:
        self.database = database
        self.memory, self.fetch, self.newest_revision = database.memory, database.fetch, database.newest_revision
        self.count = 0

    def ask(self, template: Template, values: Values) -> Rows:
        words, named = template.told(self.database.engine.dialect, values)
        return self._steps(words, named) if self.database.hasty else self._blocks(words, named)

    def _steps(self, words: str, named: dict[str, Any]) -> Rows:
        with self.database.engine.connect() as pooled:
            connection: Any = pooled.connection.driver_connection
            connection.set_progress_handler(self._tick, STEPS_AT_ONCE)
            try:
                return connection.execute(words, named).fetchall()
            finally:
                connection.set_progress_handler(None, 0)

    def _tick(self) -> None:
        self.count += STEPS_AT_ONCE

    def _blocks(self, words: str, named: dict[str, Any]) -> Rows:
        with self.database.engine.connect() as connection:
            plan = planned(connection, words, named, "ANALYZE, BUFFERS, TIMING OFF, ")
            self.count += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            return connection.exec_driver_sql(words, named).all()
