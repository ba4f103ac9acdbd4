"""`/v1/events/{id}/claims`: each value that is asserted for a field, against a reading of the record as written."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from tests.conftest import RECORD
from tests.days import LAST, counts
from tests.generator import FIELDS, Line
from tests.invented import event_line, reference_lines, write_lines
from tests.notation import LISTS, as_held, flow
from tests.reduction import is_published, is_support, known_from, reduce

FLIGHT = "us-jstars-first-flight-over-eastern-ukraine"


def shown(field: str, value: Any) -> str:
    """In the record's notation; what a list says twice, it says once."""
    if field not in LISTS:
        return str(value)
    entries = as_held(field, value)
    return flow([one for n, one in enumerate(entries) if one not in entries[:n] or field == "quantities"])


def due(event: Line) -> list[Line]:
    """What is asserted of an event that is written as it is known."""
    return [one for field in FIELDS for one in _due(event, field)]


def _due(event: Line, field: str) -> Iterator[Line]:
    citations = event.get("citations", [])
    rivals = [one for one in event.get("claims", []) if one["field"] == field]
    found = []
    if event.get(field):
        backing = [one["key"] for one in citations if is_support(one) and field in one.get("supports", [])]
        own = {"value": event[field], "citations": backing, "rank": "preferred" if rivals else "normal"}
        basis = event.get("date_basis") if field == "date" else None
        found = [own | ({"note": basis} if basis else {})]
    for one in (*found, *rivals):
        keys = [f"{event['id']}~{key}" for key in one["citations"]]
        told = {"field": field, "value": shown(field, one["value"]), "rank": one.get("rank", "normal")}
        yield told | {"citations": keys} | {name: one[name] for name in ("relation", "note") if name in one}


def ask(client, event, **asked):
    """The claims of an event, and its document, which has its citations whole."""
    claims = client.get(f"/v1/events/{event}/claims", params=asked).json()["data"]
    return claims, client.get(f"/v1/events/{event}", params=asked).json()["data"]


def check(client, event, **asked):
    claims, document = ask(client, event["id"], **asked)
    passages = {one["id"]: one for one in document["citations"]}
    expected = due(event)
    assert claims == [one | {"passages": [passages[cited] for cited in one["citations"]]} for one in expected]
    return expected


def contested(oracle):
    """Some events, and those with a rival count, of which there are few."""
    counted = [
        one
        for one in oracle.record["event"]
        if "quantities" in one and any(claim["field"] == "quantities" for claim in one.get("claims", []))
    ]
    return [*oracle.record["event"][:70], *counted[:20]]


def test_every_value_that_is_asserted_is_told_in_its_place_with_its_rank_and_passages(generated, oracle):
    told = [one for event in contested(oracle) for one in check(generated, event)]
    assert {(one["field"], one["rank"]) for one in told} >= {
        (field, rank) for field in FIELDS for rank in ("normal", "preferred", "deprecated")
    }
    assert {one.get("relation") for one in told} > {"contradicts", "corrects", "refines", "garbles", "denies"}


def test_at_an_instant_only_what_was_asserted_by_then_is_told(generated, oracle):
    chance = random.Random(5)
    known = counts(oracle.written)
    instants = chance.sample(sorted({int(at) for at in known.values() if at != LAST}), 6)
    told = 0
    for at in instants:
        states = [one for one in reduce(oracle.written, at)["event"] if is_published(one)]
        for event in chance.sample(states, min(8, len(states))):
            check(generated, event, known_at=_written(at))
            told += 1
    assert told > 30


def test_an_event_has_no_claims_before_it_is_known(generated, oracle):
    known = counts(oracle.written)
    event, since = next(
        (one["id"], at)
        for one in oracle.written["event"]
        if is_published(one) and (at := known_from(one, known)) < LAST
    )
    for at, status in ((since - 1, 404), (since, 200)):
        answer = generated.get(f"/v1/events/{event}/claims?known_at={_written(at)}")
        assert answer.status_code == status


def _written(at):
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


OWN = [{"measure": "people", "value": 2}]
WRITTEN = {
    "locations": ["[north-coast]", "north-coast", ["north-coast"]],
    "actors": [
        "[{actor: anna-berg, role: target}]",
        {"actor": "anna-berg", "role": "target"},
        [{"actor": "anna-berg", "role": "target"}],
    ],
    "quantities": [
        '[{measure: money, low: 1.5, high: 20000, unit: "US dollars, 2020"}]',
        {"unit": "US dollars, 2020", "measure": "money", "low": 1.5, "high": 20000},
    ],
}


@pytest.mark.parametrize("field", LISTS)
def test_a_list_is_told_in_flow_style_however_it_is_written(store, tmp_path, field):
    events = [
        event_line(number, relations=[], quantities=OWN, claims=[{"field": field, "value": value, "citations": ["c"]}])
        for number, value in enumerate(WRITTEN[field])
    ]
    store.load(write_lines(tmp_path, [*reference_lines(), *events]))
    client, told = store.client(), []
    for event in events:
        claims, document = ask(client, event["id"])
        [_, rival] = [one for one in claims if one["field"] == field]
        assert document["claims"] == [{name: value for name, value in rival.items() if name != "passages"}]
        told.append(rival["value"])
    assert told == [WRITTEN[field][0]] * len(events)
    assert yaml.safe_load(told[0]) == as_held(field, WRITTEN[field][1])


def test_a_field_that_the_event_lacks_is_filled_by_its_best_claim(store, tmp_path):
    ranks = {"First.": "deprecated", "Second.": "normal", "Third.": "preferred"}
    claims = [{"field": "summary", "value": one, "rank": ranks[one], "citations": ["c"]} for one in ranks]
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0, claims=claims)]))
    found, document = ask(store.client(), "harbour-talks-0")
    assert document["summary"] == "Third."
    of_summary = [(one["value"], one["rank"], len(one["passages"])) for one in found if one["field"] == "summary"]
    assert of_summary == [("Third.", "preferred", 0), ("First.", "deprecated", 1), ("Second.", "normal", 1)]


def test_the_first_flight_of_the_shipped_record_shows_who_gave_another_day(client):
    files = sorted((RECORD / "events").glob("*.yaml"))
    every = [one for file in files for one in yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)]
    [written] = [one for one in every if one["id"] == FLIGHT]
    told = check(client, written)
    days = [(one["value"], one["rank"], one.get("relation")) for one in told if one["field"] == "date"]
    assert days[0] == ("2021-12-27", "preferred", None)
    assert ("2021-12-29", "deprecated", "garbles") in days[1:]
    claims, _ = ask(client, FLIGHT)
    assert all(one["passages"] and one["passages"][0]["passage"] for one in claims if one["field"] == "date")
    assert all(one["verification"] == "matched" for claim in claims for one in claim["passages"])


def test_a_missing_event_has_no_claims(client):
    assert client.get("/v1/events/nothing-like-it/claims").status_code == 404
