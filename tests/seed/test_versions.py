"""One version for every state of the evidence, against an evaluation written from the rules alone."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel, col

from app.keys import event_key
from app.tables import LAST, OPEN, Citation, Entry, Event, Link, Term
from tests.conftest import Store

Record = dict[str, Any]

INSTANTS = {
    "s1": "2021-12-01T08:00:00Z",
    "s2": "2021-12-01T08:00:01Z",
    "s3": "2021-12-05T23:00:00+02:00",
    "s4": "2021-12-05",
    "s5": "2022-01",
    "s6": None,
}
COUNTS = {
    "s1": datetime(2021, 12, 1, 8, 0, 0, tzinfo=UTC).timestamp(),
    "s2": datetime(2021, 12, 1, 8, 0, 1, tzinfo=UTC).timestamp(),
    "s3": datetime(2021, 12, 5, 21, 0, 0, tzinfo=UTC).timestamp(),
    "s4": datetime(2021, 12, 5, 21, 59, 59, tzinfo=UTC).timestamp(),  # in Kyiv
    "s5": datetime(2022, 1, 31, 21, 59, 59, tzinfo=UTC).timestamp(),
    "s6": LAST,
}
FIELDS: Record = {
    "date": "2021-12-27",
    "start_time": "15:30-05:00",
    "type": "mobilize",
    "modality": "occurred",
    "summary": "What a curator says of it.",
    "locations": ["kyiv"],
    "actors": [{"actor": "army", "role": "initiator"}],
    "quantities": [{"measure": "aircraft", "value": 1}],
}
BASIS: list[Record] = [
    {"kind": "publisher", "id": "agency", "name": "Agency", "timezone": "Europe/Kyiv"},
    {"kind": "publisher", "id": "radio", "name": "Radio", "timezone": "Europe/Kyiv"},
    {"kind": "actor", "id": "army", "name": "Army", "type": "military", "member_of": ["state"]},
    {"kind": "actor", "id": "state", "name": "State", "type": "state"},
    {"kind": "location", "id": "kyiv", "name": "Kyiv", "parent": "ukraine"},
    {"kind": "location", "id": "ukraine", "name": "Ukraine"},
    *(
        {"kind": "source", "id": one, "title": f"Text {one}", "publisher": "agency" if one in ("s1", "s4") else "radio"}
        | ({"published": text} if text else {})
        for one, text in INSTANTS.items()
    ),
]
SHOWN_FIELDS = ("date", "start_time", "locations", "actors", "quantities", "type", "modality", "summary")
NAMES = ("first", "second", "third")
ORIGINS = {one: "agency" if one in ("s1", "s4") else "radio" for one in INSTANTS}

CITATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(sorted(INSTANTS)),
            "stance": st.sampled_from(["supports", "supports", "corrects", "disputes", "mentions"]),
            "supports": st.lists(st.sampled_from(sorted(FIELDS)), max_size=3, unique=True),
        }
    ),
    max_size=5,
)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Three events, each with citations, fields and relations of its own."""
    events = []
    for name in NAMES:
        held = set(draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True)))
        held -= {"start_time"} if "date" not in held else set()
        citations = [
            one | {"key": f"c{n}", "supports": [field for field in one["supports"] if field in held]}
            for n, one in enumerate(draw(CITATIONS))
        ]
        related = [("follows", one) for one in NAMES if one != name] + [("part_of", one) for one in NAMES if one < name]
        chosen = draw(st.lists(st.sampled_from(related), max_size=2, unique=True))
        relations = [{"type": how, "event": one} for how, one in chosen]
        events.append(
            {"kind": "event", "id": name, "title": f"The {name}", "tags": ["drill"], "citations": citations}
            | {field: value for field, value in FIELDS.items() if field in held}
            | ({"date_basis": "said so"} if "date" in held else {})
            | {"relations": relations}
        )
    return events


def exists_from(event: Record) -> float:
    return min((COUNTS[one["source"]] for one in event["citations"] if supports(one)), default=LAST)


def supports(citation: Record) -> bool:
    return citation["stance"] in ("supports", "corrects")


def named_by(backing: list[Record], field: str) -> bool:
    return any(field in one["supports"] for one in backing)


def stands(event: Record, field: str, instant: float) -> bool:
    """A field stands as long as the event when no support names it, else from the first that does."""
    named = [COUNTS[one["source"]] for one in event["citations"] if supports(one) and field in one["supports"]]
    return field in event and (not named or min(named) <= instant)


def state(events: dict[str, Record], name: str, instant: float) -> Record | None:
    """What can be known of an event at an instant, by the rules; in the words of the API."""
    event = events[name]
    if instant < exists_from(event):
        return None
    counting = [one for one in event["citations"] if COUNTS[one["source"]] <= instant]
    backing = [one for one in counting if supports(one)]
    reported = [COUNTS[one["source"]] for one in backing if COUNTS[one["source"]] != LAST]
    dated = stands(event, "date", instant)
    shown = {field: event[field] for field in ("summary", "type", "modality") if stands(event, field, instant)}
    shown |= {"date_edtf": "2021-12-27", "start_date": "2021-12-27", "end_date": "2021-12-27"} if dated else {}
    shown |= {"date_basis": "said so"} if dated else {}
    shown |= {"start_time": event["start_time"]} if dated and stands(event, "start_time", instant) else {}
    uncited = [name for name in SHOWN_FIELDS if stands(event, name, instant) and not named_by(backing, name)]
    uncited = [name for name in uncited if name != "start_time" or dated]
    first = datetime.fromtimestamp(min(reported), UTC).isoformat().replace("+00:00", "Z") if reported else None
    return shown | {
        "id": name,
        "title": event["title"],
        "tags": ["drill"],
        "claims": [],
        "corrections": [],
        "date_precision": "day" if dated else "unknown",
        "locations": ["kyiv"] if stands(event, "locations", instant) else [],
        "actors": [("army", "initiator")] if stands(event, "actors", instant) else [],
        "quantities": [{"measure": "aircraft", "value": 1}] if stands(event, "quantities", instant) else [],
        "citations": [(f"{name}~{one['key']}", one["source"]) for one in counting],
        "evidence": {
            "sources": len({one["source"] for one in backing}),
            "independent_origins": len({ORIGINS[one["source"]] for one in backing}),
            "disputed": any(one["stance"] == "disputes" for one in counting),
            "uncited_fields": uncited,
        }
        | ({"first_reported_at": first} if first else {}),
        "relations": [
            (one["type"], one["event"], events[one["event"]]["title"])
            for one in event["relations"]
            if exists_from(events[one["event"]]) <= instant
        ],
    }


def terms(shown: Record) -> set[tuple[str, str]]:
    """Some of the questions that a state answers."""
    found = {(kind, shown[kind]) for kind in ("type", "modality") if kind in shown}
    found |= {("actor", "army"), ("actor", "state"), ("role", "initiator")} if shown["actors"] else set()
    found |= {("location", "kyiv"), ("location", "ukraine")} if shown["locations"] else set()
    found |= {("source", source) for _, source in shown["citations"]}
    found |= {("publisher", ORIGINS[source]) for _, source in shown["citations"]}
    found |= {("part-of", event) for kind, event, _ in shown["relations"] if kind == "part_of"}
    found |= {("month", "2021-12")} if "start_date" in shown else set()
    found |= {("word", "curator")} if "summary" in shown else set()
    return found | {("event", shown["id"]), ("tag", "drill")}


def key(shown: Record) -> int:
    day = datetime(2021, 12, 27, tzinfo=UTC).toordinal() if "start_date" in shown else 0
    return event_key(day, shown.get("start_time"), shown["id"])


def served(document: bytes) -> Record:
    """A stored document in the words of `state`."""
    shown = json.loads(document)
    assert shown.pop("revision") == 1
    address = f"/v1/events/{shown['id']}"
    links = {"canonical": address, "claims": f"{address}/claims", "history": f"{address}/history"}
    assert shown.pop("links") == links
    return shown | {
        "locations": [one["id"] for one in shown["locations"]],
        "actors": [(one["id"], one["role"]) for one in shown["actors"]],
        "citations": [(one["id"], one["source"]["id"]) for one in shown["citations"]],
        "relations": [(one["type"], one["event"]["id"], one["event"]["title"]) for one in shown["relations"]],
    }


def rows(store: Store, statement: Any) -> list[Any]:
    with store.engine.connect() as connection:
        return list(connection.execute(statement).all())


def load_alone(store: Store, path: Path) -> None:
    """Make the store hold one file's record, at revision 1."""
    with store.engine.begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            connection.execute(table.delete())
    assert store.load(path).revision == 1


def expected_runs(states: list[tuple[float, float, Record]]) -> set[tuple[str, str, int, float, float]]:
    """Each link once for each longest run of instants that have it."""
    runs: set[tuple[str, str, int, float, float]] = set()
    started: dict[tuple[str, str, int], float] = {}
    for known_from, _, shown in states:
        held = {(*term, key(shown)) for term in terms(shown)}
        for gone in started.keys() - held:
            runs.add((*gone, started.pop(gone), known_from))
        for new in held - started.keys():
            started[new] = known_from
    return runs | {(*link, known_from, OPEN) for link, known_from in started.items()}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=records())
def test_there_is_one_version_for_every_state_of_the_evidence(
    store: Store, write_record: Callable[..., Path], made: list[Record]
) -> None:
    load_alone(store, write_record(BASIS + made))
    events = {one["id"]: one for one in made}
    stored = rows(store, select(Event.__table__).order_by(col(Event.id), col(Event.known_from)))  # type: ignore[attr-defined]
    linked = {
        (row.kind, row.value, row.key, row.known_from, row.known_until)
        for row in rows(
            store, select(Link.__table__, Term.__table__).join_from(Link, Term, col(Link.term) == Term.number)
        )  # type: ignore[attr-defined]
    }
    kinds = {"actor", "role", "location", "source", "publisher", "part-of", "month", "type", "modality", "event", "tag"}
    runs = set()
    for name, event in events.items():
        states = [(row.known_from, row.known_until, row) for row in stored if row.id == name]
        instants = [
            *COUNTS.values(),
            0,
            *(at - 1 for at in COUNTS.values()),
            *(at + 1 for at in COUNTS.values() if at < LAST),
        ]
        for instant in instants:
            held = [served(row.document) for since, until, row in states if since <= instant < until]
            due = state(events, name, instant)
            assert held == ([due] if due else [])
        assert states[0][0] == exists_from(event)
        assert [until for _, until, _ in states] == [*(since for since, _, _ in states[1:]), OPEN]
        shown = [(since, until, served(row.document)) for since, until, row in states]
        assert all(one != other for (_, _, one), (_, _, other) in pairwise(shown))
        assert [row.key for _, _, row in states] == [key(one) for _, _, one in shown]
        runs |= expected_runs(shown)
    kept = {one for one in linked if one[0] in kinds or one[:2] == ("word", "curator")}
    assert kept == runs


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=records())
def test_a_citation_is_known_from_when_it_counts_and_its_event_exists(
    store: Store, write_record: Callable[..., Path], made: list[Record]
) -> None:
    load_alone(store, write_record(BASIS + made))
    events = {one["id"]: one for one in made}
    due = {
        f"{event['id']}~{one['key']}": (max(COUNTS[one["source"]], exists_from(event)), OPEN)
        for event in events.values()
        for one in event["citations"]
    }
    stored = rows(store, select(Citation.id, Citation.known_from, Citation.known_until))
    assert {row.id: (row.known_from, row.known_until) for row in stored} == due
    entries = select(Entry.id, Entry.known_from, Entry.known_until).join_from(
        Entry, Term, col(Entry.term) == Term.number
    )
    linked = rows(store, entries.where(col(Term.kind) == "citation-source"))
    assert {row.id: (row.known_from, row.known_until) for row in linked} == due
