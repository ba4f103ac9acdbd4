"""When evidence counts, in examples; `test_versions.py` has the rules."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.tables import LAST, OPEN, Event
from tests.conftest import Store

Record = dict[str, Any]

BASIS: list[Record] = [
    {"kind": "publisher", "id": "agency", "name": "Agency", "timezone": "Europe/Kyiv"},
    {"kind": "source", "id": "wire", "title": "Wire", "publisher": "agency", "published": "2021-12-01T08:00:00Z"},
    {"kind": "source", "id": "daily", "title": "Daily", "publisher": "agency", "published": "2021-12-05"},
    {"kind": "source", "id": "review", "title": "Review", "publisher": "agency", "published": "2022-01"},
    {"kind": "source", "id": "leaflet", "title": "Leaflet", "publisher": "agency"},
]
WIRE, DAILY, REVIEW = (
    round(datetime.fromisoformat(text).timestamp())
    for text in ("2021-12-01T08:00:00+00:00", "2021-12-05T23:59:59+02:00", "2022-01-31T23:59:59+02:00")
)


def cited(*citations: Record, **fields: Any) -> Record:
    every = [{"key": f"c{n}", **one} for n, one in enumerate(citations)]
    return {"kind": "event", "id": "first", "title": "The first", "citations": every, **fields}


def versions(store: Store, name: str = "first") -> list[tuple[int, int, Record]]:
    at = select(Event.known_from, Event.known_until, Event.document).where(col(Event.id) == name)
    with store.engine.connect() as connection:
        found = connection.execute(at.where(col(Event.until) == OPEN).order_by(col(Event.known_from))).all()
    return [(row.known_from, row.known_until, json.loads(row.document)) for row in found]


def test_an_event_cited_in_sources_of_two_dates_has_two_versions_and_the_later_is_current(
    store: Store, write_record: Callable[..., Path]
) -> None:
    event = cited({"source": "wire"}, {"source": "daily", "supports": ["date"]}, date="2021-12-27")
    store.load(write_record([*BASIS, event]))
    early, late = versions(store)
    assert early[:2] == (WIRE, DAILY)
    assert late[:2] == (DAILY, OPEN)
    assert early[2]["date_precision"] == "unknown"
    assert "start_date" not in early[2]
    assert late[2]["start_date"] == "2021-12-27"
    assert [early[2]["evidence"]["sources"], late[2]["evidence"]["sources"]] == [1, 2]
    shown = store.client().get("/v1/events/first").json()["data"]
    assert shown == late[2]


def test_evidence_without_any_date_exists_now_and_at_no_earlier_instant(
    store: Store, write_record: Callable[..., Path]
) -> None:
    store.load(write_record([*BASIS, cited({"source": "leaflet"})]))
    assert [(since, until) for since, until, _ in versions(store)] == [(LAST, OPEN)]
    assert "first_reported_at" not in versions(store)[0][2]["evidence"]
    assert store.client().get("/v1/events/first").status_code == 200


def test_when_only_the_instant_of_a_related_event_changes_its_relations_are_known_from_the_new_instant(
    store: Store, write_record: Callable[..., Path]
) -> None:
    first = cited({"source": "wire"}, relations=[{"type": "follows", "event": "second"}])
    second = cited({"source": "daily"}) | {"id": "second"}
    store.load(write_record([*BASIS, first, second]))
    assert [since for since, _, _ in versions(store)] == [WIRE, DAILY]
    store.load(write_record([*BASIS, first, second | {"citations": [{"key": "c0", "source": "review"}]}]))
    assert [since for since, _, _ in versions(store)] == [WIRE, REVIEW]
    assert [len(document["relations"]) for _, _, document in versions(store)] == [0, 1]
