"""What one load changes, record by record: found out before anything is written, and kept for `/v1/changes`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, select
from sqlmodel import col

from app.tables import OPEN, Change, Redaction
from seed.causes import Causes, Key, with_showing
from seed.collection import KINDS, Collection
from seed.shaping import Shape
from seed.writing import batches

AnyShape = TypeVar("AnyShape", bound=Shape)
_HELD = (col(Change.status), col(Change.record), col(Change.documents), col(Change.links))


@dataclass(frozen=True)
class Held:
    """What the newest revision holds of one record."""

    status: str
    record: bytes
    documents: str
    links: str


class Ledger:
    """The changes of one load."""

    def __init__(self, connection: Connection, revision: int, digest: str, collection: Collection) -> None:
        self.connection = connection
        self.revision = revision
        self.collection = collection
        self.digest = hashlib.sha256(digest.encode())
        self.counts: Counter[str] = Counter()
        self.removed = {kind: sorted(self._published(kind) - getattr(collection, kind).keys()) for kind in KINDS}
        self._causes = Causes(collection, self._find_edited() if revision > 1 else set())
        told = select(col(Redaction.kind), col(Redaction.id)).where(col(Redaction.since) == revision)
        redacted = {(kind, one.partition("~")[0]) for kind, one in connection.execute(told)}
        self._redacted = redacted | self._showing(redacted) if redacted else redacted

    def changed(
        self, kind: str, shapes: Sequence[AnyShape]
    ) -> tuple[list[AnyShape], list[AnyShape], list[dict[str, Any]]]:
        """Which records have other documents, which have other links, and the rows that tell of both."""
        held = self._held(kind, [shape.id for shape in shapes])
        documents, links, rows = [], [], []
        for shape in shapes:
            old = held.get(shape.id)
            digests = shape.documents_digest(), shape.postings_digest()
            is_told = old is None or digests[0] != old.documents or (kind, shape.id) in self._redacted
            is_linked = old is None or digests[1] != old.links
            if old and not is_told and not is_linked and shape.record == old.record:
                continue
            documents += [shape] * is_told
            links += [shape] * is_linked
            rows.append(self._row(kind, shape, old, is_told=is_told) | dict(zip(_DIGESTS, digests, strict=True)))
            if is_told or is_linked:
                self.counts[kind] += 1
                self.digest.update(f"{kind} {shape.id} {digests[0]} {digests[1]}\n".encode())
        return documents, links, rows

    def _row(self, kind: str, shape: Shape, old: Held | None, *, is_told: bool) -> dict[str, Any]:
        action = _action(shape, old) if is_told else ""
        return {
            "kind": kind,
            "id": shape.id,
            "action": action,
            "cause": self._cause((kind, shape.id), shape, old, action) if action else "",
            "status": shape.status,
            "reason": _reason(kind, shape, old),
            "merged_into": shape.merged_into,
            "record": shape.record,
        }

    def _cause(self, key: Key, shape: Shape, old: Held | None, action: str) -> str:
        if key in self._redacted:
            return "redaction"
        if not shape.record:
            return "removal"
        if old and action == "created":
            return "reinstatement"
        if old is None or shape.record != old.record:
            return "record"
        return " ".join("/".join(one) for one in self._causes.of(key)) or "rendering"

    def _showing(self, redacted: set[Key]) -> set[Key]:
        """What is published and shows something of what was redacted."""
        gone = {("event", one.id) for one in self.collection.event.values() if not one.is_published}
        return with_showing(self.collection, redacted) - gone

    def _published(self, kind: str) -> set[str]:
        at = (col(Change.kind) == kind, col(Change.until) == OPEN, col(Change.status) == "published")
        return {row[0] for row in self.connection.execute(select(col(Change.id)).where(*at))}

    def _find_edited(self) -> set[Key]:
        """The records that their curators wrote otherwise before."""
        edited: set[Key] = set()
        for kind in KINDS:
            records = getattr(self.collection, kind)
            for some in batches(sorted(records)):
                held = self._held(kind, some)
                edited |= {(kind, one) for one in some if one not in held or held[one].record != records[one].written()}
        return edited

    def _held(self, kind: str, ids: Iterable[str]) -> dict[str, Held]:
        at = (col(Change.kind) == kind, col(Change.id).in_(list(ids)), col(Change.until) == OPEN)
        rows = self.connection.execute(select(col(Change.id), *_HELD).where(*at))
        return {row[0]: Held(row[1], row[2], row[3], row[4]) for row in rows}


_DIGESTS = ("documents", "links")


def _action(shape: Shape, old: Held | None) -> str:
    if shape.status != "published":
        return shape.status
    return "updated" if old and old.status == "published" else "created"


def _reason(kind: str, shape: Shape, old: Held | None) -> str | None:
    """Of what is gone, the record's; of a change of an event, that of the corrections that came with it."""
    if shape.status != "published" or kind != "event" or not shape.record:
        return shape.reason
    before = json.loads(old.record).get("corrections", []) if old and old.record else []
    fresh = [one for one in json.loads(shape.record).get("corrections", []) if one not in before]
    return " ".join(one.get("why") or one["what"] for one in fresh) or None
