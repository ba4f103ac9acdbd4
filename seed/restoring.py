"""Making a store anew from its history: every revision again, as `/v1/exports/changes.ndjson` tells of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, insert, select
from sqlmodel import col

from app.instants import microseconds, parse_instant
from app.tables import Redaction, Revision
from seed.checking import COMPLETE
from seed.collection import KINDS, Collection
from seed.loading import Outcome, write_revision
from seed.record import MODELS, Anything, Vocabulary
from seed.writing import sole_writer

Data = dict[str, Any]
Key = tuple[str, str]
"""A record's kind and id."""


class HistoryRefused(Exception):  # noqa: N818 - as `RecordRefused`
    """A history that was cut or damaged, or a store that has one already."""


@dataclass
class Step:
    """One revision: when it was published (microseconds since 1970), and what it changed; `None` for what is gone."""

    number: int
    published_at: int
    digest: str | None = None
    records: dict[Key, Data | None] = field(default_factory=dict)
    redactions: list[Data] = field(default_factory=list)


def restore(engine: Engine, lines: Iterable[bytes]) -> Outcome:
    """Write every revision of a history into an empty store, all or none. Raises `HistoryRefused`."""
    with sole_writer(engine) as connection:
        if connection.execute(select(col(Revision.number)).limit(1)).first():
            raise HistoryRefused("the store is not empty; expected a new one, since a history begins at revision 1")
        return replay(connection, read_history(lines))


def replay(connection: Connection, steps: Iterable[Step]) -> Outcome:
    """Write revision after revision. The outcome is that of the last. Raises `HistoryRefused`."""
    outcome = Outcome(0, published=False)
    records: dict[str, dict[str, Anything]] = {kind: {} for kind in KINDS}
    for step in steps:
        for (kind, record_id), data in step.records.items():
            if data is None:
                records[kind].pop(record_id, None)
            else:
                records[kind][record_id] = _record(kind, data, step.number)
        if step.redactions:
            connection.execute(insert(Redaction), step.redactions)
        try:
            collection = Collection(**records)  # type: ignore[arg-type]
            outcome = write_revision(connection, collection, allow_removals=True, published_at=step.published_at)
        except LookupError as error:
            raise HistoryRefused(f"revision {step.number} refers to {error}, which it does not have") from error
        outcome.is_as_before = step.digest in (None, outcome.digest)
    return outcome


def read_history(lines: Iterable[bytes]) -> Iterator[Step]:
    """The revisions of an export, in order. Raises `HistoryRefused` with the line that is not as exported."""
    digest, step, ended = hashlib.sha256(), None, False
    for number, line in enumerate(lines, 1):
        data = _decoded(line, number)
        if ended:
            raise HistoryRefused(f"line {number}: more after the end; expected nothing")
        if "revision" in data:
            if step:
                yield step
            step = _begun(data, number, step.number + 1 if step else 1)
        elif step is None:
            raise HistoryRefused(f"line {number}: expected a revision first, as /v1/exports/changes.ndjson gives it")
        elif "end" in data:
            if (data["end"], data.get("sha256")) != (step.number, digest.hexdigest()):
                raise HistoryRefused(f"line {number}: the export is damaged; expected it as it was exported")
            ended = True
            yield step
        elif "redaction" in data:
            step.redactions.append(data["redaction"])
        elif "removed" in data:
            step.records[str(data["removed"]), str(data.get("id"))] = None
        else:
            step.records[str(data.pop("kind", "")), str(data.get("id"))] = data
        digest.update(line)
    if not ended:
        raise HistoryRefused("the export was cut: its last line is missing; expected it to end with `end`")


def now(steps: Sequence[Step]) -> int:
    """An instant after that of every revision."""
    return max(microseconds(datetime.now(UTC)), *(step.published_at + 1 for step in steps))


def _decoded(line: bytes, number: int) -> Data:
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise HistoryRefused(f"line {number}: not a JSON object; expected a line of /v1/exports/changes.ndjson")
    return data


def _begun(data: Data, number: int, due: int) -> Step:
    try:
        published_at = microseconds(parse_instant(str(data.get("published_at"))))
    except ValueError as error:
        raise HistoryRefused(f"line {number}: {error}") from None
    if data["revision"] != due:
        raise HistoryRefused(f"line {number}: expected revision {due}, not {data['revision']}")
    return Step(due, published_at, data.get("digest"))


def _record(kind: str, data: Data, revision: int) -> Anything:
    """A record as it was checked when it was first published."""
    if kind == Vocabulary.kind and data.get("id") == COMPLETE:
        return Vocabulary.model_construct(**data)
    try:
        return MODELS[kind].model_validate(data)
    except (KeyError, ValidationError):
        told = f"{kind[:20] or 'record'} '{str(data.get('id'))[:100]}'"
        raise HistoryRefused(f"revision {revision}: {told} is not a record; expected it as exported") from None
