"""What one load changes, record by record: found out before anything is written, and kept for `/v1/changes`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, select
from sqlmodel import col

from app.tables import OPEN, Change, Redaction
from seed.causes import Causes, Key, with_showing
from seed.collection import KINDS, Collection
from seed.shaping import Shape
from seed.standing import Standing, rendering
from seed.writing import BATCH, batches, collect_young

AnyShape = TypeVar("AnyShape", bound=Shape)
_HELD = (col(Change.status), col(Change.record), col(Change.documents), col(Change.links))


@dataclass(frozen=True)
class Held:
    """What the newest revision holds of one record."""

    status: str
    record: bytes
    documents: str
    links: str


@dataclass
class Changed(Generic[AnyShape]):
    """Of some records those that have other documents, those that have other links, and the rows that tell of both."""

    held: AbstractSet[str]
    """Those that a revision had: only of these there is anything to end."""
    documents: list[AnyShape] = field(default_factory=list)
    links: list[AnyShape] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


class Ledger:
    """The changes of one load."""

    def __init__(
        self, connection: Connection, revision: int, digest: str, rendered_by: str, collection: Collection
    ) -> None:
        self.connection = connection
        self.revision = revision
        self.collection = collection
        self.digest = hashlib.sha256(digest.encode())
        self.counts: Counter[str] = Counter()
        self.removed = {kind: list(self._missing(kind)) for kind in KINDS}
        edited, changed = self._find_edited() if revision > 1 else (set(), set())
        self._causes = Causes(collection, edited)
        told = select(col(Redaction.kind), col(Redaction.id)).where(col(Redaction.since) == revision)
        redacted = {(kind, one.partition("~")[0]) for kind, one in connection.execute(told)}
        self._redacted = redacted | self._showing(redacted) if redacted else redacted
        is_same_code = rendered_by == rendering() and not redacted
        self.standing = Standing(collection, edited, changed, is_same_code=is_same_code)

    def changed(self, kind: str, shapes: Sequence[AnyShape]) -> Changed[AnyShape]:
        """What is not as the newest revision has it."""
        held = self._held(kind, [shape.id for shape in shapes])
        changed: Changed[AnyShape] = Changed(held.keys())
        for shape in shapes:
            old = held.get(shape.id)
            digests = shape.documents_digest(), shape.postings_digest()
            is_told = old is None or digests[0] != old.documents or (kind, shape.id) in self._redacted
            is_linked = old is None or digests[1] != old.links
            if old and not is_told and not is_linked and shape.record == old.record:
                continue
            changed.documents += [shape] * is_told
            changed.links += [shape] * is_linked
            changed.rows.append(
                self._row(kind, shape, old, is_told=is_told) | dict(zip(_DIGESTS, digests, strict=True))
            )
            if is_told or is_linked:
                self.counts[kind] += 1
                self.digest.update(f"{kind} {shape.id} {digests[0]} {digests[1]}\n".encode())
        return changed

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

    def _missing(self, kind: str) -> Iterator[str]:
        """What is published, and not in the files; some at a time, since most are."""
        records, last = getattr(self.collection, kind), ""
        at = (col(Change.kind) == kind, col(Change.until) == OPEN, col(Change.status) == "published")
        published = select(col(Change.id)).where(*at).order_by(col(Change.id)).limit(BATCH)
        while some := self.connection.execute(published.where(col(Change.id) > last)).scalars().all():
            yield from (one for one in some if one not in records)
            last = some[-1]

    def _find_edited(self) -> tuple[set[Key], set[Key]]:
        """The records that their curators wrote otherwise before, or not at all; and the former alone."""
        edited, changed = set(), set()
        for kind in KINDS:
            for some in batches(self.collection.in_order(kind)):
                held = self._held(kind, some)
                for one in some:
                    if one not in held:
                        edited.add((kind, one))
                    elif held[one].record != self.collection.written(kind, one):
                        changed.add((kind, one))
                collect_young()
        return edited | changed, changed

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
