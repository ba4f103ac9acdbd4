"""Everything that a store holds, table by table: to tell what a load left as it was."""

from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from tests.conftest import Store

Row = dict[str, Any]
Content = dict[str, dict[tuple[Any, ...], Row]]
"""The rows of each table, by their primary key."""


def content(store: Store) -> Content:
    """Every row of every table."""
    with store.engine.connect() as connection:
        return {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
            for table in SQLModel.metadata.sorted_tables
        }


def timeless(held: Content) -> Content:
    """The same without the times of publication, in which two loads of one record differ."""
    revisions = {key: {**row, "published_at": 0} for key, row in held["revision"].items()}
    return held | {"revision": revisions}


def number_of_rows(held: Content) -> dict[str, int]:
    return {table: len(rows) for table, rows in held.items()}
