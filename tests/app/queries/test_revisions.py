"""`as_of`: by number, day and instant; and what exists at the revision that it names."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.conftest import Client, Store
from tests.invented import event_line, reference_lines, write_lines
from tests.operations import ENVELOPED, Operation

LATE = {
    "publisher": {"kind": "publisher", "id": "late-news", "name": "Late News", "country": "SE"},
    "source": {
        "kind": "source",
        "id": "late-report",
        "title": "Late",
        "publisher": "late-news",
        "published": "2020-03-09",
    },
    "actor": {"kind": "actor", "id": "late-league", "name": "Late League", "type": "organisation"},
    "location": {"kind": "location", "id": "late-cape", "name": "Late Cape", "type": "coast"},
}
LATE_EVENT = event_line(9, id="late-talks", tags=["lately"], locations=["late-cape"], relations=[],
                        actors=[{"actor": "late-league", "role": "mediator"}],
                        citations=[{"key": "c", "source": "late-report", "stance": "corrects"}])  # fmt: skip


@dataclass
class Told:
    """A store of three revisions, and when each was published."""

    client: Client
    published_at: list[datetime]


@pytest.fixture(scope="module")
def told(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Told:
    store, folder = make_store(database), tmp_path_factory.mktemp("record")
    first, second = [event_line(0), event_line(1)], [event_line(0, title="Renamed talks"), event_line(1)]
    for lines in ([*reference_lines(), *first], [*reference_lines(), *second],
                  [*reference_lines(), *LATE.values(), *second, LATE_EVENT]):  # fmt: skip
        before = datetime.now(UTC)
        assert store.load(write_lines(folder, lines)).published
        while datetime.now(UTC) - before < timedelta(milliseconds=2):
            time.sleep(0.001)
    client = store.client()
    found = client.get("/v1/revisions").json()["data"]
    return Told(client, [datetime.fromisoformat(one["published_at"]) for one in reversed(found)])


def title(told: Told, as_of: str | int) -> str:
    return str(told.client.get("/v1/events/harbour-talks-0", params={"as_of": as_of}).json()["data"]["title"])


def refused(told: Told, question: str, parameter: str = "as_of") -> str:
    answer = told.client.get(f"/v1/events?{question}")
    assert answer.status_code == 400, answer.text
    assert {error["parameter"] for error in answer.json()["errors"]} == {parameter}
    return str(answer.json()["detail"])


def test_revisions_are_numbered_from_one_and_published_one_after_the_other(told):
    assert [one["number"] for one in told.client.get("/v1/revisions").json()["data"]] == [3, 2, 1]
    assert told.published_at == sorted(set(told.published_at))


def test_a_number_asks_that_revision(told):
    assert [title(told, number) for number in (1, 2, 3)] == ["Harbour talks, round 0", "Renamed talks", "Renamed talks"]
    counts = [told.client.get("/v1", params={"as_of": n}).json()["data"]["counts"]["events"] for n in (1, 2, 3)]
    assert counts == [2, 2, 3]


@pytest.mark.parametrize("operation", ENVELOPED, ids=str)
def test_every_operation_answers_for_the_revision_asked(told, operation: Operation):
    for number in (1, 2, 3):
        assert told.client.get(operation.path, params={"as_of": number}).json()["meta"]["revision"] == number
    assert told.client.get(operation.path).json()["meta"]["revision"] == 3


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))])
def test_an_instant_asks_the_newest_revision_by_then(told, zone):
    for number, published_at in enumerate(told.published_at, 1):
        for instant, expected in ((published_at, number), (published_at - timedelta(microseconds=1), number - 1)):
            as_of = instant.astimezone(zone).isoformat(timespec="microseconds").replace("+00:00", "Z")
            answer = told.client.get("/v1/events", params={"as_of": as_of})
            if expected:
                assert answer.json()["meta"]["revision"] == expected
            else:
                assert answer.status_code == 400


def test_a_day_asks_the_newest_revision_by_its_end(told):
    last = told.published_at[-1].date()
    assert told.client.get("/v1/events", params={"as_of": last.isoformat()}).json()["meta"]["revision"] == 3
    assert told.client.get("/v1/events?as_of=9999-12-31").json()["meta"]["revision"] == 3
    before = told.published_at[0].date() - timedelta(days=1)
    assert "first revision" in refused(told, f"as_of={before.isoformat()}")


@pytest.mark.parametrize("instant", ["0001-01-01", "1999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01"])
def test_a_time_before_the_first_revision_is_refused(told, instant):
    assert "first revision" in refused(told, f"as_of={instant}")


@pytest.mark.parametrize("number", ["0", "4", "00", "99999999999999999999", str(2**63), str(2**31), "9" * 200])
def test_an_unknown_number_is_refused(told, number):
    assert "from 1 to 3" in refused(told, f"as_of={number}")


def test_a_plus_that_became_a_space_is_explained(told):
    for question in ("as_of=2030-01-01T00:00:00+02:00", "as_of=2030-01-01T00:00:00.5%2002:00"):
        detail = refused(told, question)
        assert "Z" in detail
        assert "%2B" in detail
    answer = told.client.get("/v1/events?as_of=2130-01-01T00:00:00%2B02:00")
    assert answer.json()["meta"]["revision"] == 3


@pytest.mark.parametrize(
    "as_of",
    ["", "latest", "-1", "1.0", "1e0", " 1", "2030-01-01T00:00:00", "2030-01-01 00:00:00Z", "2030-02-30", "2030-01",
     "2030-01-01T00:00:00+25:00", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "\u0661", "1,2", "r1"],
)  # fmt: skip
def test_what_is_no_revision_is_refused(told, as_of):
    refused(told, f"as_of={as_of}")


def test_a_list_is_as_it_was(told):
    ids = [{event["id"] for event in told.client.walk(f"/v1/events?as_of={n}&limit=1")} for n in (1, 2, 3)]
    assert ids == [{"harbour-talks-0", "harbour-talks-1"}] * 2 + [{"harbour-talks-0", "harbour-talks-1", "late-talks"}]
    assert [len(told.client.walk(f"/v1/citations?as_of={n}")) for n in (1, 2, 3)] == [2, 2, 3]
    assert [len(told.client.walk(f"/v1/revisions?as_of={n}")) for n in (1, 2, 3)] == [1, 2, 3]
    found = [told.client.get(f"/v1/events?q=renamed&as_of={n}&count=exact").json()["meta"]["total"] for n in (1, 2, 3)]
    assert found == [0, 1, 1]


@pytest.mark.parametrize("kind", [*LATE, "event"])
def test_a_record_created_later_did_not_exist(told, kind):
    name = LATE[kind]["id"] if kind in LATE else "late-talks"
    statuses = [told.client.get(f"/v1/{kind}s/{name}?as_of={n}").status_code for n in (1, 2, 3)]
    assert statuses == [404, 404, 200]
    listed = [name in {one["id"] for one in told.client.walk(f"/v1/{kind}s?as_of={n}")} for n in (1, 2, 3)]
    assert listed == [False, False, True]


@pytest.mark.parametrize(
    ("path", "parameter", "name"),
    [
        *(("events", kind, line["id"]) for kind, line in LATE.items()),
        *(("facets", kind, line["id"]) for kind, line in LATE.items()),
        ("events", "id", "late-talks"), ("events", "part_of", "late-talks"), ("events", "tag", "lately"),
        ("citations", "event", "late-talks"), ("citations", "source", "late-report"),
        ("citations", "publisher", "late-news"), ("citations", "speaker", "late-league"),
        ("sources", "publisher", "late-news"), ("actors", "member_of", "late-league"),
        ("locations", "parent", "late-cape"), ("locations", "within", "late-cape"),
    ],
)  # fmt: skip
def test_an_id_in_a_filter_is_judged_at_the_revision(told, path, parameter, name):
    """In both orders: what the process remembers of one revision must not answer for another."""
    statuses = [
        told.client.get(f"/v1/{path}", params={parameter: name, "as_of": n}).status_code for n in (1, 3, 2, 3, 1)
    ]
    assert statuses == [400, 200, 400, 200, 400]


def test_a_language_is_known_as_long_as_a_source_is_in_it(store, tmp_path):
    for language in ("fr", "nb"):
        lines = [line | {"language": language} if line["id"] == "post-tuesday" else line for line in reference_lines()]
        store.load(write_lines(tmp_path, [*lines, event_line(0)]))
    client = store.client()
    asked = [f"/v1/sources?language={language}&as_of={n}" for language in ("fr", "nb", "en") for n in (1, 2)]
    assert [client.get(one).status_code for one in asked] == [200, 400, 400, 200, 200, 200]


def test_the_nearest_name_is_one_of_the_revision(told):
    wrong = told.client.get("/v1/events?actor=late-leagu&as_of=1").json()["errors"][0]
    assert wrong.get("nearest") != "late-league"
    assert told.client.get("/v1/events?actor=late-leagu").json()["errors"][0]["nearest"] == "late-league"


def test_a_revision_not_yet_seen_by_this_process_is_answered(store, tmp_path, monkeypatch):
    """As when the page before came from another process."""
    monkeypatch.setattr("app.watching.POLL_SECONDS", 600)
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0), event_line(1)]))
    behind = store.client()
    behind.get("/v1/events")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0, title="New"), event_line(1), LATE_EVENT | {
        "locations": [], "actors": [], "citations": []}]))  # fmt: skip
    ahead = store.client()
    following = ahead.get("/v1/events?limit=1").json()["links"]["next"]
    for question in (following, "/v1/events?as_of=2", "/v1/changes?since=2"):
        answer = behind.get(question)
        assert (answer.status_code, answer.json()["meta"]["revision"]) == (200, 2)
