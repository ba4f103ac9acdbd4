"""What was taken out of every version of a record, as the law may ask: where it may stand, and that it stays out."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from app.tables import Redaction
from seed.collection import Collection

REDACTED = "[redacted]"
NAMES = ("title", "name")
"""What a record cannot do without."""
Data = dict[str, Any]


class RedactionRefused(Exception):  # noqa: N818 - as `RecordRefused`
    """What was asked for cannot be taken out, or was taken out and is in the record again."""


@dataclass(frozen=True)
class Target:
    """A property of a record, or of a citation, whose id is `{event}~{key}`."""

    kind: str
    id: str
    name: str

    @property
    def record_id(self) -> str:
        return self.id.partition("~")[0]

    @property
    def listed(self) -> str:
        """What the record lists under `redacted`."""
        key = self.id.partition("~")[2]
        return f"citations.{key}.{self.name}" if key else self.name

    def holders(self, data: Data) -> list[Data]:
        """The parts of a record that may hold the value."""
        key = self.id.partition("~")[2]
        if key:
            return [one for one in data.get("citations", []) if one["key"] == key]
        return [data, *(data.get("earlier") or () if self.kind == "event" else ())]

    def values(self, data: Data) -> list[Any]:
        """Every value of the property that a record states: its own, earlier ones, and its rivals."""
        own = [one[self.name] for one in self.holders(data) if one.get(self.name, REDACTED) != REDACTED]
        return [*own, *(one["value"] for one in data.get("claims", []) if self._is_rival(one))]

    def without(self, data: Data) -> Data:
        """The record without these values."""
        data = json.loads(json.dumps(data))
        for one in self.holders(data):
            if self.name in NAMES and self.name in one:
                one[self.name] = REDACTED
            else:
                one.pop(self.name, None)
        if "claims" in data:
            data["claims"] = [one for one in data["claims"] if not self._is_rival(one)]
        return data | {"redacted": sorted({*data.get("redacted", []), self.listed})}

    def _is_rival(self, claim: Data) -> bool:
        return "~" not in self.id and claim["field"] == self.name


def refuse_redacted(connection: Connection, collection: Collection) -> None:
    """Raises `RedactionRefused` when a record states a value that was taken out of the store."""
    columns = (col(Redaction.kind), col(Redaction.id), col(Redaction.property), col(Redaction.value_sha256))
    for kind, record_id, name, value_sha256 in connection.execute(select(*columns)):
        target = Target(kind, record_id, name)
        record = getattr(collection, kind).get(target.record_id)
        values = target.values(json.loads(record.written())) if record else []
        if value_sha256 in map(sha256_of, values):
            raise RedactionRefused(
                f"{kind} '{record_id}': this {name} was redacted, and may not be published again; "
                f"expected another, or none and {target.listed} under `redacted`"
            )


def sha256_of(value: Any) -> str:
    """Of a value in JSON: the value itself is not kept."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
