"""A small invented record, and a writer: for tests that must know every name in the store."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Line = dict[str, Any]

DAYS = ("2020-03-01", "2020-03-02", "2020-03-02", "2020-03-05", "2020-03", "2020-04-01/2020-06-30", "2020-02-28")


def reference_lines() -> list[Line]:
    """Everything but events."""
    return [
        {
            "kind": "publisher", "id": "harbour-gazette", "name": "Harbour Gazette", "country": "NO",
            "ownership": "state",
        },
        {"kind": "publisher", "id": "island-post", "name": "Island Post", "country": "FR"},
        {
            "kind": "source", "id": "gazette-monday", "title": "Talks in the harbour", "publisher": "harbour-gazette",
            "published": "2020-03-03", "language": "en",
        },
        {
            "kind": "source", "id": "post-tuesday", "title": "Island news", "publisher": "island-post",
            "published": "2020-03-04T10:00:00Z", "language": "fr",
        },
        {"kind": "actor", "id": "sea-league", "name": "Sea League", "type": "organisation", "country": "NO"},
        {
            "kind": "actor", "id": "anna-berg", "name": "Anna Berg", "type": "person", "country": "FR",
            "member_of": ["sea-league"],
        },
        {"kind": "location", "id": "north-coast", "name": "North Coast", "type": "coast", "country": "NO"},
        {
            "kind": "location", "id": "old-harbour", "name": "Old Harbour", "type": "site", "parent": "north-coast",
            "country": "NO", "latitude": 60.5, "longitude": 5.25, "precision": "exact",
        },
    ]  # fmt: skip


def event_line(number: int, **changed: Any) -> Line:
    """One event of a sort: neighbours share days, and every third is cited from another source."""
    source = "post-tuesday" if number % 3 else "gazette-monday"
    return {
        "kind": "event",
        "id": f"harbour-talks-{number}",
        "title": f"Harbour talks, round {number}",
        "date": DAYS[number % len(DAYS)],
        "type": "consult",
        "modality": "occurred",
        "actors": [{"actor": "anna-berg", "role": "initiator"}, {"actor": "sea-league", "role": "host"}],
        "locations": ["old-harbour"],
        "tags": ["fishing"],
        "citations": [{"key": "c", "source": source, "stance": "supports", "attributed_to": "anna-berg"}],
        "relations": [{"type": "part_of", "event": "harbour-talks-0"}] if number else [],
    } | changed


def invented_lines(events: int = 12) -> list[Line]:
    lines = reference_lines() + [event_line(number) for number in range(events)]
    return [{key: value for key, value in line.items() if value is not None} for line in lines]


def write_lines(folder: Path, lines: Iterable[Line]) -> Path:
    path = folder / "record.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
