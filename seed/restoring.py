"""Making a store anew from a history: every revision again, through the function that publishes."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import col

from app.tables import Redaction, Revision
from seed.building import Spot
from seed.collection import KINDS, Collection
from seed.faults import Faults
from seed.hierarchies import HIERARCHIES, cycles, onward, shown
from seed.history import HistoryRefused, Key, Step, read_history
from seed.loading import Outcome, write_revision
from seed.reading import Item
from seed.record import Anything
from seed.references import RECORDS, references
from seed.writing import refresh_statistics, sole_writer

Items = dict[Key, Item]


def restore(engine: Engine, lines: Iterable[bytes]) -> Outcome:
    """Write every revision of a history into an empty store, all or none. Raises `HistoryRefused`."""
    steps = list(read_history(lines))  # to its end: what is damaged may refer in circles
    with sole_writer(engine) as connection:
        if connection.execute(select(col(Revision.number)).limit(1)).first():
            raise HistoryRefused("the store is not empty; expected a new one, since a history begins at revision 1")
        return replay(connection, steps)


def replay(connection: Connection, steps: Iterable[Step], *, keeps_indices: bool = False) -> Outcome:
    """Write revision after revision. The outcome is that of the last. Raises `HistoryRefused`."""
    outcome = Outcome(0, published=False)
    records: dict[str, dict[str, Anything]] = {kind: {} for kind in KINDS}
    items: Items = {}
    for step in steps:
        for (kind, record_id), record in step.records.items():
            records[kind].pop(record_id, None)
            items.pop((kind, record_id), None)
            if record:
                records[kind][record_id] = record
                items[kind, record_id] = _item(kind, record, step.number)
        _refuse_unsound(items)
        if step.redactions:
            connection.execute(insert(Redaction), [one.model_dump() for one in step.redactions])
        collection = Collection(**records)  # type: ignore[arg-type]
        try:
            outcome = write_revision(
                connection, collection, allow_removals=True, published_at=step.published_at, keeps_indices=keeps_indices
            )
        except (DataError, IntegrityError) as error:
            raise HistoryRefused(f"revision {step.number} states something twice; expected it as exported") from error
        outcome.is_as_before = step.digest in (None, outcome.digest)
    refresh_statistics(connection)
    return outcome


def _item(kind: str, record: Anything, revision: int) -> Item:
    return Item(kind, json.loads(record.written()), f"revision {revision}", Spot((1, 1)))


def _refuse_unsound(items: Items) -> None:
    """What would keep the loader from ending: circles, and references to nothing of what is published.

    An event that is not published may have left the files, and what it referred to after it.
    """
    faults = Faults()
    for kind, path in HIERARCHIES:
        below = {one: dict(onward(item.data, path)) for (other, one), item in items.items() if other == kind}
        for cycle in cycles(below):
            faults.add(items[kind, cycle[0]].place(), f"a cycle: {shown(cycle)}; expected a hierarchy")
    for item in items.values():
        is_gone = item.data.get("status") == "withdrawn" or "merged_into" in item.data
        for _, kind, value in () if is_gone else references(item.kind, item.data):
            if kind in RECORDS and (kind, value) not in items:
                faults.add(
                    item.place(), f"{item.kind} '{item.data['id']}' refers to {kind} '{value}', which is not there"
                )
    for fault in faults:
        raise HistoryRefused(f"{fault.place.path}: {fault.message}")
