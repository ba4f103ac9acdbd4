"""Taking a value out of a store: its history is read, and written again without it."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel, col

from app.problems import nearest
from app.queries.exports import stream_changes
from app.tables import Revision
from seed.record import MODELS, Citation
from seed.redactions import RedactionRefused, Target, sha256_of
from seed.restoring import Step, now, read_history, replay
from seed.writing import Inside, reclaim, sole_writer

STRUCTURE = frozenset({"id", "redacted", "citations", "claims", "earlier", "relations", "status", "merged_into"})
"""Properties that hold no value of their own; a citation's are `{event}~{key}`'s."""
STRUCTURE_OF_CITATION = frozenset({"key", "source", "supports", "stance", "verification"})


def redact(engine: Engine, kind: str, record_id: str, name: str) -> int:
    """Take a property out of every version of a record, and tell of it in a new revision, whose number is returned.

    The whole store is written anew, in one transaction. Raises `RedactionRefused`.
    """
    target = Target(kind, record_id, name)
    _refuse_structure(target)
    with sole_writer(engine) as connection:
        last = connection.execute(select(func.max(col(Revision.number)))).scalar() or 0
        steps = list(read_history(stream_changes(Inside(connection), last)))
        taken = sorted({sha256_of(value) for step in steps for value in _values(step, target)})
        if not taken:
            raise RedactionRefused(f"{kind} '{record_id}' has no {name} in any revision; expected one that it has")
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
        told = Step(last + 1, now(steps), redactions=list(_rows(target, taken, last + 1)))
        replay(connection, [*_without(steps, target), told])
    reclaim(engine)
    return last + 1


def _refuse_structure(target: Target) -> None:
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
    data = step.records.get((target.kind, target.record_id))
    return target.values(data) if data else []


def _without(steps: Iterable[Step], target: Target) -> Iterator[Step]:
    """The history as if the value had never been in it."""
    key = target.kind, target.record_id
    for step in steps:
        if data := step.records.get(key):
            step.records[key] = target.without(data)
        yield step


def _rows(target: Target, taken: list[str], since: int) -> Iterator[dict[str, Any]]:
    for value_sha256 in taken:
        place = {"kind": target.kind, "id": target.id, "property": target.name}
        yield place | {"value_sha256": value_sha256, "since": since}
