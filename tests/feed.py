"""What `/v1/changes` has to tell, by comparing states of the record, and what the API said of each record then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.conftest import Client, Store
from tests.days import LAST, counts
from tests.generator import Line, Record
from tests.mentions import Key, lines_of, nearest
from tests.reduction import is_published
from tests.upheavals import load

KINDS = ("actor", "event", "location", "publisher", "source")
Answer = tuple[int, Any]
"""The status, and the document, the tombstone or the address."""
Document = dict[str, Any]


@dataclass
class State:
    """One revision: the record as it was loaded, and what was answered of every record while it was the newest."""

    number: int
    record: Record
    answers: dict[Key, Answer]


@dataclass
class World:
    """A store with a history."""

    store: Store
    client: Client
    states: list[State] = field(default_factory=list)


def build(store: Store, history: Iterable[tuple[Record, Path]]) -> World:
    """Load state after state, and ask everything of each while it is new."""
    world, keys = World(store, store.client()), set[Key]()
    for record, place in history:
        outcome = load(store, place)
        if outcome.published:
            keys |= lines_of(record).keys()
            world.states.append(State(outcome.revision, record, ask(world.client, keys, outcome.revision)))
    return world


def ask(client: Client, keys: Iterable[Key], revision: int) -> dict[Key, Answer]:
    """What is answered at the address of each record; code lists stand in a list."""
    lists = client.walk(f"/v1/vocabularies?as_of={revision}")
    answers: dict[Key, Answer] = {("vocabulary", one["id"]): (200, one) for one in lists}
    for kind, name in keys:
        answer = client.get(f"/v1/{kind}s/{name}?as_of={revision}")
        match answer.status_code:
            case 200:
                answers[kind, name] = 200, answer.json()["data"]
            case 301:
                answers[kind, name] = 301, answer.headers["Location"]
            case 410:
                answers[kind, name] = 410, answer.json()["tombstone"]
            case status:
                assert status == 404
    return answers


def documents(state: State) -> dict[Key, Document]:
    """The published records of a revision."""
    return {key: content for key, (status, content) in state.answers.items() if status == 200}


def pasts(world: World) -> list[dict[str, list[Document]]]:
    """For each state, what was known of each event at every instant that any state knows of."""
    instants = sorted({int(at) for one in world.states for at in counts(one.record).values() if at != LAST})
    found = []
    for state in world.states:
        every: dict[str, list[Document]] = {}
        for at in instants:
            asked = {"known_at": _written(at), "as_of": state.number, "limit": 500}
            for event in world.client.walk("/v1/events", params=asked):
                every.setdefault(event["id"], []).append({"at": at, **without_revision(event)})
        found.append(every)
    return found


def without_revision(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "revision"}


def changed_properties(old: Document, new: Document) -> list[Document]:
    """Each property that differs, in the order of names, with its values; what there was not is left out."""
    found = []
    for name in sorted({*old, *new} - {"revision"}):
        if old.get(name) != new.get(name):
            sides = {"old": old.get(name), "new": new.get(name)}
            found.append({"field": name} | {side: value for side, value in sides.items() if value is not None})
    return found


def feed(world: World) -> list[Document]:
    """Everything that has to be told, in order."""
    desk, told, known = _Desk(), [], pasts(world)
    for number, state in enumerate(world.states):
        before = documents(world.states[number - 1]) if number else {}
        past = [known[number - 1] if number else {}, known[number]]
        told += [one | {"revision": state.number} for one in desk.publish(state, before, past)]
    return told


class _Desk:
    """Remembers each record as it was last in the files, or that it was removed."""

    def __init__(self) -> None:
        self.lines: dict[Key, Line | None] = {}

    def publish(
        self, state: State, before: dict[Key, Document], past: list[dict[str, list[Document]]]
    ) -> Iterator[Document]:
        lines, now = lines_of(state.record), documents(state)
        lines |= {key: one for key, one in now.items() if key[0] == "vocabulary"}
        edited = {key for key in lines if lines[key] != self.lines.get(key)}
        for key in sorted({*lines, *self.lines}):
            line, last = lines.get(key), self.lines.get(key)
            is_other = key[0] == "event" and past[0].get(key[1]) != past[1].get(key[1])
            told: Document = {"kind": key[0], "id": key[1], "changes": []}
            if line is None:
                if key in before:
                    yield told | {"action": "withdrawn", "cause": "removal"}
            elif not is_published(line):
                if last is None or _fate(line) != _fate(last):
                    yield told | {"cause": "record"} | _fate(line)
            elif key not in before:
                cause = "reinstatement" if key in self.lines else "record"
                yield told | {"action": "created", "cause": cause, "document": now[key]} | _reason(line, last)
            elif is_other or without_revision(now[key]) != without_revision(before[key]):
                found = ["/".join(one) for one in sorted(nearest(lines, key, edited))] if key not in edited else []
                cause = " ".join(found) or "record"
                told |= {"changes": changed_properties(before[key], now[key]), "document": now[key]}
                yield told | {"action": "updated", "cause": cause} | _reason(line, last)
        for key in {*lines, *self.lines}:
            if key in lines or key in before:
                self.lines[key] = lines.get(key)


def _fate(line: Line) -> Document:
    """What became of a record that is not published."""
    if is_published(line):
        return {}
    fate = (
        {"action": "merged", "merged_into": line["merged_into"]} if "merged_into" in line else {"action": "withdrawn"}
    )
    return fate | ({"reason": line["reason"]} if "reason" in line else {})


def _reason(line: Line, last: Line | None) -> Document:
    """Why the desk corrected an event, when it did."""
    before = (last or {}).get("corrections", []) if line.get("kind") == "event" else []
    fresh = [one for one in line.get("corrections", []) if one not in before] if line.get("kind") == "event" else []
    return {"reason": " ".join(one.get("why", one["what"]) for one in fresh)} if fresh else {}


def _written(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
