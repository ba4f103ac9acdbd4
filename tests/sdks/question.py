"""Questions about events, as raw requests ask them and as programs of each language write them."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx

SHOWN: dict[str, Any] = {"actor": ["nato"], "date_from": date(2021, 12, 1), "limit": 5}
"""What the programs of docs/sdks.md ask."""

EVERY_FILTER: dict[str, Any] = {
    "id": ["us-drones-loiter-over-black-sea", "ukrainian-gunboats-attack-russian-warships"],
    "actor": ["rq-4-global-hawk", "russian-warships"],
    "actor_match": "any",
    "role": ["instrument", "target"],
    "location": ["black-sea"],
    "bbox": "27.5,40.5,42,47",
    "near": "44,34.5",
    "radius_km": 250.5,
    "source": ["sputnik-pentagon-backchannels"],
    "publisher": ["sputnik"],
    "origin": ["sputnik"],
    "reported_from": "2022-02-28",
    "reported_to": "2022-02-28T23:59:59Z",
    "type": ["mobilize", "assault"],
    "modality": ["alleged"],
    "tag": ["drones", "zmiinyi-island"],
    "part_of": ["ukrainian-gunboats-attack-russian-warships", "conflict-in-ukraine-continues"],
    "q": "black sea",
    "date_from": date(2022, 2, 1),
    "date_to": date(2022, 2, 28),
    "date_match": "within",
    "disputed": True,
    "min_origins": 1,
    "quality": ["one-origin"],
    "known_at": "2022-03-01",
    "as_of": "1",
    "sort": "reported",
    "order": "asc",
    "limit": 1,
    "count": "exact",
}
"""Every parameter of `list_events` at once, but the cursor; two events, a page each."""


def pairs(question: dict[str, Any]) -> list[tuple[str, str]]:
    """The question as it is sent: a list is a repeated parameter."""
    values = {name: value if isinstance(value, list) else [value] for name, value in question.items()}
    return [
        (name, one if isinstance(one, str) else _literal(one).strip('"')) for name in values for one in values[name]
    ]


def in_python(question: dict[str, Any]) -> str:
    """As arguments by name."""
    return ", ".join(f"{name}={_in_python(value)}" for name, value in question.items())


def in_attrs(question: dict[str, Any]) -> str:
    """As arguments by name, where `type` is taken."""
    return in_python({"type_" if name == "type" else name: value for name, value in question.items()})


def _in_python(value: Any) -> str:
    match value:
        case date():
            return f"date({value.year}, {value.month}, {value.day})"
        case bool():
            return str(value)
    return _literal(value)


def in_typescript(question: dict[str, Any]) -> str:
    """As members of an object."""
    return ", ".join(f"{name}: {_literal(value)}" for name, value in question.items())


def in_go(question: dict[str, Any]) -> str:
    """As a chain of calls."""
    return "".join(f".{_go_name(name)}({_in_go(value)})" for name, value in question.items())


def _go_name(name: str) -> str:
    return "Type_" if name == "type" else "".join(part.capitalize() for part in name.split("_"))


def _in_go(value: Any) -> str:
    return f"[]string{{{_literal(value)[1:-1]}}}" if isinstance(value, list) else _literal(value)


def _literal(value: Any) -> str:
    """As all these languages write it; a date is text."""
    return json.dumps(value, default=str)


def told(address: str, question: dict[str, Any]) -> str:
    """What a program has to print for a question, by raw requests."""
    lines = [line for event in _walk(address, question) for line in _lines(event)]
    refused = httpx.get(f"{address}/v1/events", params={"actor": "natto"}).json()
    return "\n".join([*lines, f"{refused['title']} {refused['errors'][0]['nearest']}", ""])


def _walk(address: str, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    answer = httpx.get(f"{address}/v1/events", params=httpx.QueryParams(pairs(question)))
    while answer.raise_for_status():
        yield from answer.json()["data"]
        following = answer.json()["links"].get("next")
        if following is None:
            return
        answer = httpx.get(f"{address}{following}")


def _lines(event: dict[str, Any]) -> Iterator[str]:
    yield f"{event['type']} {event['title']}"
    for one in event["citations"]:
        yield f"  {one['stance']} {one['source']['title']} {one['link']}"
