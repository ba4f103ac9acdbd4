"""Every id and code that a record uses: where it stands, and of what kind or list it is."""

from collections.abc import Iterator
from typing import Any

from seed.rules import Loc, claim_value, entries, values_at

FIELDS = {
    "type": "type", "modality": "modality", "locations.*": "location", "quantities.*.measure": "measure",
    "actors.*.actor": "actor", "actors.*.role": "role",
}  # fmt: skip
"""Of an event's fields, which its claims and its earlier states give other values."""
USES = {
    "publisher": {"country": "country", "ownership": "ownership"},
    "source": {
        "publisher": "publisher", "kind": "source-kind", "source_kind": "source-kind", "derived_from.*.how": "lineage",
        "derived_from.*.source": "source", "derived_from.*.publisher": "publisher",
    },
    "actor": {
        "type": "actor-type", "country": "country", "member_of.*": "actor", "positions.*.organisation": "actor",
    },
    "location": {"type": "location-type", "parent": "location", "country": "country", "precision": "precision"},
    "event": FIELDS | {f"earlier.*.{path}": kind for path, kind in FIELDS.items()} | {
        "citations.*.source": "source", "citations.*.stance": "stance", "citations.*.attributed_to": "actor",
        "citations.*.origin": "publisher", "citations.*.verification": "verification",
        "claims.*.relation": "claim-relation", "earlier.*.before": "source", "corrections.*.source": "source",
        "relations.*.type": "relation", "relations.*.event": "event", "merged_into": "event",
    },
}  # fmt: skip


RECORDS = frozenset({"publisher", "source", "actor", "location", "event"})
"""What ids refer to; everything else is a code of a list."""


def references(kind: str, data: dict[str, Any]) -> Iterator[tuple[Loc, str, Any]]:
    """The ids and codes of a record as a file has it: where each stands, of what kind or list it is, and the value."""
    for path, target in USES.get(kind, {}).items():
        yield from ((loc, target, value) for loc, value in values_at(data, path))
    for loc, claim in entries(data, "claims.*") if kind == "event" else ():
        stated = {claim["field"]: claim_value(claim)} if isinstance(claim.get("field"), str) else {}
        for path, target in FIELDS.items():
            yield from (((*loc, "value"), target, value) for _, value in values_at(stated, path))
