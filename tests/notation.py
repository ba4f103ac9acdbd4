"""A claim's value in the record's notation: as a list, as one entry of a list, or as text in YAML's flow style."""

import json
from typing import Any

import yaml

LISTS = ("locations", "actors", "quantities")
"""The fields that hold several values."""


def as_held(field: str, value: Any) -> Any:
    """A claim's value as an event holds it."""
    if field not in LISTS:
        return value
    read = yaml.safe_load(value) if isinstance(value, str) else value
    return read if isinstance(read, list) else [read]


def flow(entries: list[Any]) -> str:
    """Entries of a list as a person writes them on one line: `[kyiv]`, `[{actor: nato, role: target}]`."""
    return f"[{', '.join(_entry(one) for one in entries)}]"


def _entry(one: Any) -> str:
    if isinstance(one, dict):
        return "{" + ", ".join(f"{key}: {value}" for key, value in one.items()) + "}"
    return str(one)


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two values, however written, are one; the order of a list says nothing."""
    return _plain(field, one) == _plain(field, other)


def _plain(field: str, value: Any) -> Any:
    held = as_held(field, value)
    return sorted(json.dumps(one, sort_keys=True) for one in held) if field in LISTS else held
