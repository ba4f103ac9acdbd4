"""A small record in which one property of one record alone holds a secret, in all the forms that it can have."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.conftest import Store
from tests.content import content
from tests.invented import Line, event_line, reference_lines, write_lines
from tests.upheavals import load

SECRET = "Zyxwvut"
"""A word that nothing else holds."""
OLD = f"Old {SECRET} words"
TALK = "harbour-talks-1"
RIVAL = {"field": "summary", "value": f"A {SECRET} rival", "citations": ["c"]}
FIRST = {
    "title": f"Talks with {SECRET}", "summary": OLD, "claims": [RIVAL], "date_basis": f"{SECRET} says",
    "citations": [{"key": "c", "source": "post-tuesday", "note": f"{SECRET} noted", "attributed_to": "anna-berg"},
                  {"key": "d", "source": "gazette-monday", "note": "Kept."}],
    "earlier": [{"before": "post-tuesday", "title": f"{SECRET} plans", "summary": f"{SECRET} may talk"}],
}  # fmt: skip
SECOND = FIRST | {"summary": f"Newer {SECRET} words", "tags": ["boats"]}
CASES: dict[str, tuple[str, str, str]] = {
    "title": ("event", TALK, "title"),
    "summary": ("event", TALK, "summary"),
    "basis": ("event", TALK, "date_basis"),
    "citation": ("event", f"{TALK}~c", "note"),
    "actor": ("actor", "anna-berg", "name"),
    "place": ("location", "old-harbour", "name"),
    "alias": ("location", "old-harbour", "aliases"),
    "source": ("source", "post-tuesday", "title"),
    "publisher": ("publisher", "island-post", "name"),
}
SHOWING: dict[str, set[tuple[str, str]]] = {
    "title": {("event", "sequel")},
    "actor": {("event", TALK), ("event", "harbour-talks-0")},
    "place": {("event", TALK), ("event", "harbour-talks-0")},
    "source": {("event", TALK)},
    "publisher": {("event", TALK), ("source", "post-tuesday")},
}
"""What shows what is redacted, besides the record itself."""


def state(case: str, number: int) -> list[Line]:
    """A record in which one property alone, in all its forms, holds the secret."""
    kind, record_id, name = CASES[case]
    edited: Line = {}
    if record_id == TALK:
        written = (FIRST, SECOND)[number]
        edited = {name: written[name]} | ({"claims": [RIVAL]} if name == "summary" else {}) | {
            "citations": [{"key": one["key"], "source": one["source"]} for one in FIRST["citations"]],
            "earlier": [{"before": "post-tuesday", "tags": ["plans"]}],
        }  # fmt: skip
        if name in FIRST["earlier"][0]:
            edited["earlier"] = [{"before": "post-tuesday", "tags": ["plans"], name: FIRST["earlier"][0][name]}]
    elif kind == "event":
        edited = {"citations": FIRST["citations"]}
    else:
        edited = {name: [f"{SECRET} Bay"] if name == "aliases" else f"The {SECRET}"}
    edited |= {"tags": ["boats"]} if number and kind == "event" else {}
    talks = [event_line(one, relations=[]) for one in range(2)]
    sequel = event_line(2, id="sequel", actors=[], locations=[], citations=[{"key": "c", "source": "gazette-monday"}],
                        relations=[{"type": "follows", "event": TALK}], tags=["x"] * number)  # fmt: skip
    lines = [*reference_lines(), *talks, sequel]
    return [
        line | edited if (line["kind"], line["id"]) == (kind, record_id.partition("~")[0]) else line for line in lines
    ]


def cleared(lines: list[Line], case: str, left: Any = None) -> list[Line]:
    """The files once their curator has taken the value out too, with something else in its place or nothing."""
    kind, record_id, name = CASES[case]
    name_of, _, key = record_id.partition("~")
    listed = f"citations.{key}.{name}" if key else name
    lines = json.loads(json.dumps(lines))
    for line in (one for one in lines if (one["kind"], one["id"]) == (kind, name_of)):
        for part in (
            [one for one in line["citations"] if one["key"] == key] if key else [line, *line.get("earlier", [])]
        ):
            if name in part:
                del part[name]
                if left or name in ("title", "name"):
                    part[name] = left or "[redacted]"
        line["redacted"] = [listed]
        if name == "summary":
            line["claims"] = []
    return lines


def load_both(store: Store, case: str, folder: Path) -> Store:
    """Two revisions of a record with a secret."""
    for number in range(2):
        load(store, write_lines(folder, state(case, number)))
    return store


def held(store: Store) -> str:
    """Every value of every row of every table, and the planner's statistics of them."""
    every = [str(value) for rows in content(store).values() for row in rows.values() for value in row.values()]
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            every += [
                str(row) for row in connection.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'"))
            ]
    return "\n".join(every).lower()
