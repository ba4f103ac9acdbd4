"""What a record names: every other record whose id stands in it, by the keys under which ids stand."""

from collections.abc import Iterator
from typing import Any

from tests.generator import Line, Record
from tests.lineage import roots
from tests.notation import as_held

Key = tuple[str, str]
"""A record's kind and id."""

UNDER = {
    "publisher": "publisher", "origin": "publisher", "source": "source", "before": "source", "actor": "actor",
    "attributed_to": "actor", "organisation": "actor", "member_of": "actor", "parent": "location",
    "locations": "location", "event": "event", "merged_into": "event",
}  # fmt: skip


def mentions(line: Line) -> set[Key]:
    """The records that a line names."""
    return set(_named(line))


def _named(part: Any) -> Iterator[Key]:
    if isinstance(part, list):
        for one in part:
            yield from _named(one)
    elif isinstance(part, dict) and "field" in part:
        yield from _named({part["field"]: as_held(part["field"], part["value"])})
    elif isinstance(part, dict):
        for name, value in part.items():
            ids = value if isinstance(value, list) else [value]
            yield from ((UNDER[name], one) for one in ids if name in UNDER and isinstance(one, str))
            yield from _named(value)


def lines_of(record: Record) -> dict[Key, Line]:
    return {(kind, line["id"]): line for kind, lines in record.items() for line in lines}


def nearest(lines: dict[Key, Line], key: Key, edited: set[Key]) -> set[Key]:
    """The edited records that one shows; else those that these name, and so on."""
    seen: set[Key] = {key}
    level = mentions(lines[key]) - seen
    level |= _publishers(lines, {key, *level})
    while level and not level & edited:
        seen |= level
        level = {other for one in level for other in mentions(lines[one])} - seen
    return level & edited


def _publishers(lines: dict[Key, Line], keys: set[Key]) -> set[Key]:
    """Whose sources, and whose reporting, are among some records."""
    sources = {one: line for (kind, one), line in lines.items() if kind == "source"}
    found = {
        one
        for kind, name in keys
        if kind == "source"
        for one in (sources[name].get("publisher"), *roots(sources, name))
    }
    return {("publisher", one) for one in found if one}
