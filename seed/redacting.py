"""Taking a value out of a store: its history is read, and written again without it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import SQLModel, col

from app.instants import microseconds
from app.problems import nearest
from app.queries.exports import stream_changes
from app.tables import Revision
from seed.history import RedactionLine, Step, read_history
from seed.record import MODELS, Anything, Citation
from seed.redactions import RedactionRefused, Target, sha256_of
from seed.references import RECORDS
from seed.restoring import replay
from seed.writing import Inside, reclaim, sole_writer

STRUCTURE = frozenset({"id", "redacted", "citations", "claims", "earlier", "relations", "status", "merged_into"})
"""Properties that hold no value of their own; a citation's are `{event}~{key}`'s."""
STRUCTURE_OF_CITATION = frozenset({"key", "source", "supports", "stance", "verification"})


def redact(engine: Engine, kind: str, record_id: str, name: str) -> int:
    """Take a property out of every version of a record, and tell of it in a new revision, whose number is returned.

    The whole store is written anew, in one transaction. Again, it only makes sure that nothing is left in the files of
    the database. Raises `RedactionRefused`.
    """
    target = Target(kind, record_id, name)
    _refuse_structure(target)
    with sole_writer(engine) as connection:
        newest = connection.execute(select(Revision.__table__).order_by(col(Revision.number).desc()).limit(1)).first()  # type: ignore[attr-defined]
        if newest is None:
            raise RedactionRefused("the store is empty; expected one that a record was published to")
        last = Revision(**newest._mapping)
        steps = list(read_history(stream_changes(Inside(connection), last, hashes=True)))
        taken = sorted({sha256_of(value) for step in steps for value in _values(step, target)})
        if not taken and not _redacted_at(steps, target):
            raise RedactionRefused(f"{kind} '{record_id}' has no {name} in any revision; expected one that it has")
        if taken:
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(table.delete())
            told = Step(last.number + 1, _now(steps), redactions=_rows(target, taken, last.number + 1))
            replay(connection, [*_without(steps, target), told], keeps_indices=True)
    reclaim(engine)  # also where it was redacted before: that command may not have come to this
    return last.number + 1 if taken else _redacted_at(steps, target)


def _refuse_structure(target: Target) -> None:
    if target.kind not in RECORDS:
        raise RedactionRefused(f"no kind '{target.kind}'; expected one of {', '.join(sorted(RECORDS))}")
    is_citation = "~" in target.id
    if is_citation and target.kind != "event":
        raise RedactionRefused("only events have citations; expected --kind event")
    model: Any = Citation if is_citation else MODELS[target.kind]
    names = {one.alias or name for name, one in model.model_fields.items()}
    names -= STRUCTURE_OF_CITATION if is_citation else STRUCTURE
    if target.name not in names:
        guess = nearest(target.name, names)
        right = f"nearest: '{guess}'" if guess else f"expected one of {', '.join(sorted(names))}"
        raise RedactionRefused(f"'{target.name}' cannot be redacted; {right}")


def _values(step: Step, target: Target) -> list[Any]:
    record = step.records.get((target.kind, target.record_id))
    return target.values(json.loads(record.written())) if record else []


def _redacted_at(steps: Iterable[Step], target: Target) -> int:
    """The revision that first told so; 0 where none did."""
    place = target.kind, target.id, target.name
    told = (one for step in steps for one in step.redactions)
    return min((one.since for one in told if (one.kind, one.id, one.property) == place), default=0)


def _without(steps: Iterable[Step], target: Target) -> Iterator[Step]:
    """The history as if the value had never been in it."""
    key = target.kind, target.record_id
    for step in steps:
        if record := step.records.get(key):
            data = target.without(json.loads(record.written()))
            changed: Anything = MODELS[target.kind].model_validate(data)
            step.records[key] = changed
        yield step


def _rows(target: Target, taken: list[str], since: int) -> list[RedactionLine]:
    place = {"kind": target.kind, "id": target.id, "property": target.name, "since": since}
    return [RedactionLine.model_validate(place | {"value_sha256": one}) for one in taken]


def _now(steps: Sequence[Step]) -> int:
    """An instant after that of every revision."""
    return max(microseconds(datetime.now(UTC)), *(step.published_at + 1 for step in steps))
