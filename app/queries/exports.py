"""The whole history as NDJSON: every revision, with each record that it changed as the curator wrote it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Reader
from app.instants import show_microseconds
from app.parameters import Question
from app.tables import Change, Redaction, Revision

BATCH = 500


class ExportQuery(Question):
    """Everything up to a revision."""

    shows_when_published = True


def stream_changes(reader: Reader, last: Revision, *, hashes: bool = False) -> Iterator[bytes]:
    """The lines up to a revision, and one that ends them, with a SHA-256 over those before: one without it was cut.

    It is cut where the history was rewritten meanwhile, by a redaction. `hashes` adds those of the values that were
    taken out, by which `seed` knows them; they are no one else's business, since a date is soon guessed from its hash.
    """
    digest = hashlib.sha256()
    for line in _stream_revisions(reader, last.number, hashes=hashes):
        digest.update(line)
        yield line
    if _fetch_revision(reader, last.number).digest == last.digest:
        yield _line({"end": last.number, "sha256": digest.hexdigest()})


def _stream_revisions(reader: Reader, last: int, *, hashes: bool) -> Iterator[bytes]:
    redactions = reader.fetch(select(Redaction.__table__).order_by(*Redaction.__table__.primary_key))  # type: ignore[attr-defined]
    for number in range(1, last + 1):
        revision = _fetch_revision(reader, number)
        published_at = show_microseconds(revision.published_at)
        yield _line({"revision": number, "published_at": published_at, "digest": revision.digest})
        told = (dict(one._mapping) for one in redactions if one.since == number)
        lines = (_line({"redaction": one if hashes else one | {"value_sha256": ""}}) for one in told)
        yield from dict.fromkeys(lines)
        yield from _stream_records(reader, number)


def _fetch_revision(reader: Reader, number: int) -> Revision:
    rows = reader.fetch(select(Revision.__table__).where(col(Revision.number) == number))  # type: ignore[attr-defined]
    return Revision(**rows[0]._mapping)


def _stream_records(reader: Reader, revision: int) -> Iterator[bytes]:
    """The records that a revision's curators wrote otherwise, added or removed."""
    before = aliased(Change)
    pairs = ((before.kind, Change.kind), (before.id, Change.id), (before.until, Change.since))
    same = and_(*(col(one) == col(other) for one, other in pairs))
    place = (col(Change.kind), col(Change.id))
    is_fresh = or_(col(before.record).is_(None), col(before.record) != col(Change.record))
    changed = (
        select(*place, col(Change.record))
        .join_from(Change, before, same, isouter=True)
        .where(col(Change.since) == revision, is_fresh)
        .order_by(*place)
        .limit(BATCH)
    )
    rows = reader.fetch(changed)
    while rows:
        yield from (_written(*row) for row in rows)
        rows = reader.fetch(changed.where(tuple_(*place) > tuple(rows[-1][:2]))) if len(rows) == BATCH else []


def _written(kind: str, record_id: str, record: bytes) -> bytes:
    """A record as a line of the record's NDJSON."""
    if not record:
        return _line({"removed": kind, "id": record_id})
    data = json.loads(record)
    own = {"source_kind": data.pop("kind")} if "kind" in data else {}
    return _line({"kind": kind} | data | own)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
