"""What a load would change, told before it is made: the load itself, undone."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlmodel import col

from app.queries.changes import ChangeQuery, fetch_changes
from app.tables import Revision
from seed.collection import Collection
from seed.loading import write_revision
from seed.writing import Inside, sole_writer

LONGEST = 160


def differences(engine: Engine, collection: Collection) -> list[str]:
    """A line for each record that a load would change, and one for each of its properties; the store stays as it is.

    A record that is missing from the files is told as withdrawn. Raises `RedactionRefused`.
    """
    with sole_writer(engine) as connection:
        outcome = write_revision(connection, collection, allow_removals=True)
        lines = list(_lines(connection, outcome.revision)) if outcome.published else []
        connection.rollback()
    return lines


def _lines(connection: Connection, number: int) -> Iterator[str]:
    newest = connection.execute(select(Revision.__table__).where(col(Revision.number) == number)).one()  # type: ignore[attr-defined]
    revision, last = Revision(**newest._mapping), None
    while last != ():
        page = fetch_changes(Inside(connection), ChangeQuery(since=number - 1, limit=500), revision, last or ())
        for document in page.documents:
            yield from _told(json.loads(document))
        last = page.last or ()


def _told(change: dict[str, Any]) -> Iterator[str]:
    why = ", ".join([change["cause"], *filter(None, [change.get("reason")])])
    target = f" into {change['merged_into']}" if "merged_into" in change else ""
    yield f"{change['action']} {change['kind']} {change['id']}{target} ({why})"
    for one in change["changes"]:
        yield f"    {one['field']}: {_shown(one.get('old'))} -> {_shown(one.get('new'))}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
