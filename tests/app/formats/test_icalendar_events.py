"""iCalendar, as icalendar's own parser and vobject read it."""

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest

from tests.awkward import HOSTILE, LONG, PROSE, URL, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import write_lines

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of its own syntax when it is first compiled
    import vobject

PUBLIC = "https://chronology.example/dateline"


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client()


def calendar(client: Client, path: str = "/v1/events.ics?limit=500") -> icalendar.Calendar:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (read,) = icalendar.Calendar.from_ical(answer.content, multiple=True)
    return read


def entry(client: Client, event_id: str) -> Any:
    read = calendar(client, f"/v1/events/{event_id}.ics")
    assert len(read.subcomponents) == 1
    assert read.subcomponents[0].errors == []
    return read.subcomponents[0]


def text(client: Client, event_id: str) -> str:
    return str(entry(client, event_id)["DESCRIPTION"])


@pytest.mark.parametrize(
    ("event_id", "start", "end"),
    [
        ("nowhere", date(2020, 3, 1), date(2020, 3, 2)),
        ("about", date(2020, 3, 2), date(2020, 3, 3)),
        ("lasting", date(2020, 2, 1), date(2020, 4, 1)),
        ("within", date(2020, 3, 2), date(2020, 3, 5)),
        ("open-start", date(2020, 3, 2), date(2020, 3, 3)),
        ("open-end", date(2020, 3, 2), date(2020, 3, 3)),
        ("by-then", date(2020, 3, 2), date(2020, 3, 3)),
        ("or-later", date(2020, 3, 2), date(2020, 3, 3)),
        ("first-day", date(1, 1, 1), date(1, 1, 2)),
        ("last-day", date(9999, 12, 31), None),
        ("last-year", date(9999, 1, 1), date(9999, 12, 31)),
        ("all-time", date(1, 1, 1), date(9999, 12, 31)),
        ("timed", datetime(2020, 3, 3, 4, 30, tzinfo=UTC), None),
    ],
)
def test_days_are_all_day_events_that_end_before_the_next(client, event_id, start, end):
    found = entry(client, event_id)
    assert found.name == "VEVENT"
    assert found["DTSTART"].dt == start
    assert (found["DTEND"].dt if "DTEND" in found else None) == end
    assert found["TRANSP"] == "TRANSPARENT"


def test_the_time_of_a_source_is_told_as_stated_beside_the_instant(client):
    assert "Date: 2 March 2020, 23:30-05:00\n" in text(client, "timed")
    assert b"DTSTART:20200303T043000Z\r\n" in client.get("/v1/events/timed.ics").content


@pytest.mark.parametrize("event_id", ["undated", "unknown"])
def test_what_is_undated_is_a_journal_entry_with_the_same_words(client, event_id):
    found = entry(client, event_id)
    assert found.name == "VJOURNAL"
    assert not found.keys() & {"DTSTART", "LOCATION", "GEO", "TRANSP"}
    assert found.get("STATUS") == ("CANCELLED" if event_id == "unknown" else None)
    assert "Date: undated\n" in found["DESCRIPTION"]
    assert "Places: Old Harbour\n" in found["DESCRIPTION"]


@pytest.mark.parametrize(
    ("event_id", "status"),
    [(code, "TENTATIVE") for code in ("planned", "proposed", "predicted", "threatened")]
    + [("nowhere", "CONFIRMED"), ("called-off", "CANCELLED"), ("alleged", None)],
)
def test_what_is_not_certain_to_come_is_tentative(client, event_id, status):
    assert entry(client, event_id).get("STATUS") == status


def test_hostile_words_come_back_as_they_are(client):
    found = entry(client, "hostile")
    assert found["SUMMARY"] == HOSTILE
    assert PROSE.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n") in found["DESCRIPTION"]
    assert entry(client, "long-title")["SUMMARY"] == LONG[:300]
    assert found["CATEGORIES"].cats == ["consult", "occurred", "fishing", "disputed"]


def test_citations_have_their_stance_and_link_and_disputes_their_reason(client):
    document = client.get("/v1/events/hostile").json()["data"]
    told = text(client, "hostile").split("\n")
    for citation in document["citations"]:
        assert citation["link"] in told
        assert any(line.startswith(f"- {citation['stance']}: {HOSTILE}; ") for line in told)
    assert document["citations"][0]["link"].startswith(f"{URL}&gazette-monday#:~:text=")
    (claim,) = [line for line in told if line.startswith("- date: 2020-03-09 (deprecated, garbles), by ")]
    assert claim.endswith(f"The editor's reason: {HOSTILE}")
    assert told[-1] == "Dateline, CC-BY-4.0"


def test_what_was_not_known_then_is_not_told(client):
    known_at = client.get("/v1/events/hostile").json()["data"]["evidence"]["first_reported_at"]
    then = calendar(client, f"/v1/events/hostile.ics?known_at={known_at}").walk("VEVENT")[0]
    assert "- supports: " in then["DESCRIPTION"]
    assert "- disputes: " not in then["DESCRIPTION"]
    assert "Rival claims" not in then["DESCRIPTION"]
    assert "disputed" not in then["CATEGORIES"].cats


@pytest.mark.parametrize(
    ("event_id", "named", "spot"),
    [
        ("nowhere", None, None),
        ("timed", "Old Harbour", (60.5, 5.25)),
        ("two-places", f"Old Harbour; Pier {HOSTILE}", None),
        ("one-spot-of-two", f"North Coast; Pier {HOSTILE}", (-16.5, 179.9)),
    ],
)
def test_every_place_is_named_and_the_only_spot_is_shown(client, event_id, named, spot):
    found = entry(client, event_id)
    assert found.get("LOCATION") == named
    assert ((found["GEO"].latitude, found["GEO"].longitude) if "GEO" in found else None) == spot


def test_no_line_is_longer_than_75_octets_or_ends_within_a_character(client):
    lines = client.get("/v1/events.ics?limit=500").content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert max(len(line.decode()) for line in lines) <= 75
    assert not any(set("\n\r\u2028\u2029\x85") & set(line.decode()) for line in lines)


def test_vobject_reads_the_same(client):
    body = client.get("/v1/events.ics?limit=500").text
    own = icalendar.Calendar.from_ical(body)
    read = vobject.readOne(body)
    titles = {str(one["UID"]): str(one["SUMMARY"]) for one in own.walk("VEVENT")}
    assert {one.uid.value: one.summary.value for one in read.vevent_list} == titles
    texts = {str(one["UID"]): str(one["DESCRIPTION"]) for one in own.walk("VEVENT")}
    assert {one.uid.value: one.description.value for one in read.vevent_list} == texts
    starts = {str(one["UID"]): one["DTSTART"].dt for one in own.walk("VEVENT")}
    assert {one.uid.value: one.dtstart.value for one in read.vevent_list} == starts
    assert len(read.vjournal_list) == 2


def test_the_calendar_is_named_after_the_question_and_says_its_licence(store):
    path = "/v1/events.ics?tag=fishing&q=harbour%2C%20talks&limit=2"
    read = calendar(store.client(title="Harbours; and, talks", public_url=PUBLIC), path)
    name = "Harbours; and, talks (q: harbour, talks; tag: fishing)"
    named = vobject.readOne(read.to_ical().decode()).contents
    assert [named[key][0].value for key in ("name", "x-wr-calname")] == [name, name]
    assert read["VERSION"] == "2.0"
    assert "Dateline, CC-BY-4.0. Revision 1. More events follow: https://" in read.description
    assert read.refresh_interval.total_seconds() == 3600
    assert read["SOURCE"] == f"{PUBLIC}/v1/events.ics?limit=2&q=harbour%2C+talks&tag=fishing"
    for found in read.walk("VEVENT"):
        event_id = found["UID"].removesuffix(".dateline@chronology.example")
        assert found["URL"] == f"{PUBLIC}/v1/events/{event_id}"


def test_without_a_public_address_there_is_no_address_to_mistake(client):
    """The property takes no relative address, and the request's Host is never believed."""
    body = client.get("/v1/events.ics?limit=500", headers={"Host": "evil.example"}).text
    assert "evil.example" not in body
    assert "\r\nURL:" not in body
    assert {one["UID"].partition("@")[2] for one in calendar(client).walk("VEVENT")} == {"dateline.invalid"}


def test_a_correction_keeps_the_name_and_raises_the_sequence(make_store, tmp_path):
    store, lines = make_store("sqlite"), awkward_lines()
    store.load(write_lines(tmp_path, lines))
    before = {name: entry(store.client(), name) for name in ("within", "about")}
    changed = [line | {"date": "2020-03-03"} if line["id"] == "within" else line for line in lines]
    store.load(write_lines(tmp_path, changed))
    after = {name: entry(store.client(), name) for name in ("within", "about")}
    assert after["about"].to_ical() == before["about"].to_ical()
    old, new = before["within"], after["within"]
    assert (old["UID"], old["SEQUENCE"], new["UID"], new["SEQUENCE"]) == (new["UID"], 1, old["UID"], 2)
    assert new["DTSTART"].dt == date(2020, 3, 3)
    assert old["DTSTAMP"].dt <= new["DTSTAMP"].dt == new["LAST-MODIFIED"].dt
    published_at = store.client().get("/v1/revisions").json()["data"][0]["published_at"]
    assert new["DTSTAMP"].dt == datetime.fromisoformat(published_at).replace(microsecond=0)


def test_a_record_of_every_form_is_read_by_both_parsers(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write(generate(41, 300), tmp_path))
    client = store.client()
    documents = client.walk("/v1/events?limit=500")
    body = client.get("/v1/events.ics?limit=500").text
    own = icalendar.Calendar.from_ical(body)
    assert [one.errors for one in own.walk() if one.errors] == []
    titles = {f"{one['id']}@dateline.invalid": one["title"] for one in documents}
    assert {str(one["UID"]): str(one["SUMMARY"]) for one in own.walk() if "UID" in one} == titles
    read = vobject.readOne(body)
    assert {one.uid.value: one.summary.value for one in [*read.vevent_list, *read.vjournal_list]} == titles
    dated = sum("start_date" in one or "end_date" in one for one in documents)
    assert len(own.walk("VEVENT")) == dated
