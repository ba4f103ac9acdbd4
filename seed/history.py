"""A store's history as text, as `/v1/exports/changes.ndjson` tells it, read line by line and strictly."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from app.instants import microseconds, parse_instant
from app.parameters import Id
from seed.forms import Line, Property, Sha256
from seed.record import MODELS, Anything, Entry, Vocabulary
from seed.vocabularies import COMPLETE

Kind = Literal["vocabulary", "publisher", "source", "actor", "location", "event"]
Key = tuple[str, str]
"""A record's kind and id."""
AHEAD = timedelta(days=1)
"""How far the clock of another machine may be ahead."""


class HistoryRefused(Exception):  # noqa: N818 - as `RecordRefused`
    """A history that was cut or damaged, or a store that has one already."""


class RedactionLine(Entry):
    kind: Kind
    id: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*(~[a-z0-9-]+)?$")]
    property: Property
    value_sha256: Sha256 | Literal[""]
    """Nothing where the export was public: the value is then not known, and may come back."""
    since: int


class RemovedLine(Entry):
    removed: Kind
    id: Id


class Countries(Vocabulary):
    """The one list whose codes are not ours."""

    codes: dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], Line]


@dataclass
class Step:
    """One revision: when it was published (microseconds since 1970), and what it changed; `None` for what is gone."""

    number: int
    published_at: int
    digest: str | None = None
    records: dict[Key, Anything | None] = field(default_factory=dict)
    redactions: list[RedactionLine] = field(default_factory=list)


def read_history(lines: Iterable[bytes]) -> Iterator[Step]:
    """The revisions of an export, in order. Raises `HistoryRefused` with the line that is not as exported."""
    digest, step, ended = hashlib.sha256(), None, False
    for number, line in enumerate(lines, 1):
        data = _decoded(line, number)
        if ended:
            raise HistoryRefused(f"line {number}: more after the end; expected nothing")
        if "revision" in data:
            following = _begun(data, number, step)
            if step:
                yield step
            step = following
        elif step is None:
            raise HistoryRefused(f"line {number}: expected a revision first, as /v1/exports/changes.ndjson gives it")
        elif "end" in data:
            if (data["end"], data.get("sha256")) != (step.number, digest.hexdigest()):
                raise HistoryRefused(f"line {number}: the export is damaged; expected it as it was exported")
            ended = True
            yield step
        else:
            _add(step, data, number)
        digest.update(line)
    if not ended:
        raise HistoryRefused("the export was cut: its last line is missing; expected it to end with `end`")


def _decoded(line: bytes, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise HistoryRefused(f"line {number}: not a JSON object; expected a line of /v1/exports/changes.ndjson")
    return data


def _begun(data: dict[str, Any], number: int, before: Step | None) -> Step:
    due = before.number + 1 if before else 1
    if data["revision"] != due:
        raise HistoryRefused(f"line {number}: expected revision {due}")
    try:
        published_at = parse_instant(str(data.get("published_at")))
    except ValueError as error:
        raise HistoryRefused(f"line {number}: {error}") from None
    step = Step(due, microseconds(published_at), str(data.get("digest")))
    if (before and step.published_at <= before.published_at) or published_at > datetime.now(UTC) + AHEAD:
        raise HistoryRefused(f"line {number}: expected an instant after that of the revision before, and none to come")
    return step


def _add(step: Step, data: dict[str, Any], number: int) -> None:
    """What a line tells of a revision: a value taken out, a record removed, or a record."""
    try:
        if "redaction" in data:
            step.redactions.append(RedactionLine.model_validate(data["redaction"]))
        elif "removed" in data:
            gone = RemovedLine.model_validate(data)
            step.records[gone.removed, gone.id] = None
        else:
            kind = str(data.pop("kind", ""))
            model = Countries if (kind, data.get("id")) == (Vocabulary.kind, COMPLETE) else MODELS[kind]
            record = model.model_validate(data)
            step.records[kind, record.id] = record
    except (LookupError, ValidationError):
        raise HistoryRefused(f"line {number}: not a record; expected a line as it was exported") from None
