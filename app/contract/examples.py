"""Examples, from the record that Dateline ships: of every parameter, and of every answer as it was recorded."""

import json
from functools import cache
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "examples.json"
"""By operation, a request and what it is answered. `uv run python -m tests.recording` records them anew."""
NOTE = "As answered from the shipped record; long lists and texts are cut."

PARAMETERS: dict[str, Any] = {
    "actor": ["nato"],
    "actor_match": "all",
    "as_of": "1",
    "bbox": "5,45,10,48",
    "count": "exact",
    "country": ["UA"],
    "cursor": "MjRhMjQ1ODQ5YzM1ZjYxNVsxLDcyOTAwNTI2ODE3MDRd",
    "date_from": "2021-12-27",
    "date_match": "within",
    "date_to": "2022-01-31",
    "derived_from": ["foxnews-putin-demands-assurances"],
    "disputed": True,
    "dnt": "true",
    "event": ["biden-putin-phone-call"],
    "events_id": "hypersonic-missile-test-confirmed-by-putin",
    "actors_id": "vladimir-putin",
    "facet": ["actor", "month"],
    "format": "json",
    "id": ["biden-putin-phone-call"],
    "kind": ["article"],
    "known_at": "2021-12-30T18:12:00Z",
    "language": ["en"],
    "limit": 10,
    "location": ["ukraine"],
    "locations_id": "geneva",
    "locations_type": ["city"],
    "actors_type": ["government"],
    "maxheight": 480,
    "maxwidth": 640,
    "member_of": ["us-european-command"],
    "min_origins": 2,
    "modality": ["planned"],
    "name": "not-found",
    "near": "46.2,6.1",
    "order": "asc",
    "origin": ["cnn"],
    "ownership": ["state"],
    "parent": ["switzerland"],
    "part_of": ["us-effort-to-track-russian-troop-movements"],
    "publisher": ["republic-world"],
    "publishers_id": "cnn",
    "published_from": "2022-01-01",
    "published_to": "2022-02-28",
    "publishers_country": ["US"],
    "q": '"hypersonic missile"',
    "actors_q": "air force",
    "locations_q": "black sea",
    "publishers_q": "world",
    "sources_q": "putin",
    "quality": ["one-origin"],
    "radius_km": 50,
    "reported_from": "2021-12-30",
    "reported_to": "2022-02-28T20:59:59Z",
    "role": ["host"],
    "since": 0,
    "sort": "reported",
    "source": ["sputnik-pentagon-backchannels"],
    "sources_id": "stylemagazine-biden-hopes-for-de-escalation",
    "sources_quality": ["no-archive"],
    "speaker": ["russ-wolfkiel"],
    "stance": ["disputes"],
    "tag": ["jstars"],
    "type": ["mobilize"],
    "url": "/v1/events/biden-putin-phone-call",
    "verification": ["matched"],
    "within": ["switzerland"],
}
"""By name; before it, where names have several meanings, the list that is asked."""


def example_of(parameter: str, of: str, *, in_path: bool = False) -> Any:
    """The example of a parameter of a list, such as `actors`."""
    own = PARAMETERS.get(f"{of}_{parameter}") if in_path or parameter != "id" else None
    return PARAMETERS.get(parameter) if own is None else own


@cache
def recorded() -> dict[str, dict[str, Any]]:
    examples: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return examples


def show_answer(operation: dict[str, Any]) -> None:
    """Puts what was recorded of an operation beside the schema of its answer."""
    example = recorded().get(operation["operationId"])
    if example:
        shown = {"summary": f"GET {example['request']}", "description": NOTE, "value": example["answer"]}
        for content in operation["responses"]["200"]["content"].values():
            content["examples"] = {"shipped": shown}
