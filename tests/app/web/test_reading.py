"""The reading pane and the slider: an event as it was known at an instant, its passages, rivals and lineage."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import RECORD, Client, Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.pages import Page, look, words

FLIGHT = "us-jstars-first-flight-over-eastern-ukraine"


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store]) -> Client:
    store = make_store("sqlite")
    store.load(RECORD)
    return store.client()


def test_an_event_is_read_with_every_passage_its_link_and_its_verification(client):
    event = client.get(f"/v1/events/{FLIGHT}").json()["data"]
    page = look(client, f"event={FLIGHT}")
    links = page.values("#event a", "href")
    assert [one["link"] for one in event["citations"] if one["link"] not in links] == []
    told = page.text("#event")
    assert event["title"] in told
    assert event["summary"] in told
    assert told.count("✓ matched") == len(event["citations"])
    for actor in event["actors"]:
        assert f"?actor={actor['id']}&event={FLIGHT}" in links
    for place in event["locations"]:
        assert f"?location={place['id']}&event={FLIGHT}" in links


def test_rival_claims_stand_side_by_side_with_rank_and_reason(client):
    claims = client.get(f"/v1/events/{FLIGHT}/claims").json()["data"]
    rivals = [one for one in claims if one["rank"] == "deprecated"]
    told = look(client, f"event={FLIGHT}").text(".disputes")
    assert rivals
    assert [one for one in rivals if one["note"] not in told or one["relation"] not in told] == []
    assert "preferred 27 December 2021" in told
    assert "deprecated garbles 29 December 2021" in told


def test_three_sources_of_one_origin_are_shown_as_that(client):
    page = look(client, f"event={FLIGHT}")
    assert page.text("#evidence-heading") == "Three sources, one origin"
    told = page.values(".lineage", "aria-label")
    assert told == ["Stylemagazine.com reprints CNN; knoxdemocrats.org paraphrases CNN; Republic World summarises CNN"]
    assert len(page.all(".lineage circle.origin")) == 1
    before = look(client, f"event={FLIGHT}&known_at=2021-12-30T18:12:00Z")
    assert before.text("#evidence-heading") == "One source, one origin"


def test_what_only_disputes_an_event_is_no_part_of_its_lineage(make_store, tmp_path):
    store = make_store("sqlite")
    cited = [
        {"key": "a", "source": "gazette-monday"},
        {"key": "b", "source": "post-tuesday", "stance": "disputes"},
    ]
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0, citations=cited)]))
    page = look(store.client(), "event=harbour-talks-0")
    assert page.values(".lineage", "aria-label") == ["Harbour Gazette reports itself"]


def test_what_was_planned_then_is_shown_as_planned_then(client):
    call = "event=biden-putin-phone-call"
    assert "planned" in look(client, f"{call}&known_at=2021-12-30T18:12:00Z").text(".kicker")
    assert "occurred" in look(client, f"{call}&known_at=2021-12-31").text(".kicker")


def test_the_stops_are_the_instants_at_which_sources_begin_to_count(client):
    stops = look(client).values(".stops a", "href")
    asked = [dict(parse_qsl(urlsplit(one).query)).get("known_at") for one in stops]
    assert asked == [*sorted({one["available_at"] for one in client.walk("/v1/sources")}), None]


@pytest.mark.parametrize(
    ("query", "current"),
    [
        ("", "Now"),
        ("known_at=2021-12-30T18:12:00Z", "30 Dec 2021 18:12 UTC"),
        ("known_at=2021-12-30T20:00:00Z", "30 Dec 2021 18:12 UTC"),
        ("known_at=2021-12-31", "31 Dec 2021"),
        ("known_at=2001-01-01", "24 Dec 2021"),
    ],
)
def test_the_slider_is_where_the_view_is(client, query, current):
    chosen = look(client, query).all(".stops a[aria-current]")
    assert len(chosen) == 1
    assert words(chosen[0]).startswith(current)


def test_the_scale_of_time_stays_where_it_is_while_the_instant_moves(client):
    views = [look(client, query) for query in ("", "known_at=2021-12-31", "known_at=2021-12-24")]
    shown = [{one.text(): one.attributes["x"] for one in view.all(".axis text.wide")} for view in views]
    assert shown[0]
    assert shown[0] == shown[1]
    assert shown[0] == shown[2]


def test_an_event_that_is_not_known_yet_is_a_view_of_its_own(client):
    page = look(client, f"event={FLIGHT}&known_at=2021-12-24")
    assert "known from 2021-12-30T18:12:00Z" in page.text("#event")


def test_what_does_not_exist_is_said_with_the_status_of_the_api(client):
    for event in ("no-such-event", "../sources/x", "%2e%2e", "a/claims", "é"):
        answer = client.get(f"/?event={event}&limit=1")
        assert answer.status_code in (400, 404), event
        assert Page(answer).text("#event-title") == "There is no such event"


def test_a_merged_event_is_read_where_it_went_and_a_withdrawn_one_is_told(make_store, tmp_path):
    store = make_store("sqlite")
    merged, withdrawn = event_line(1, relations=[]), event_line(2, relations=[])
    lines = invented_lines(events=1)
    store.load(write_lines(tmp_path, [*lines, merged, withdrawn]))
    merged |= {"merged_into": "harbour-talks-0"}
    withdrawn |= {"status": "withdrawn", "reason": "was never there"}
    store.load(write_lines(tmp_path, [*lines, merged, withdrawn]))
    client = store.client()
    assert look(client, f"event={merged['id']}").text("#event-title") == "Harbour talks, round 0"
    answer = client.get(f"/?event={withdrawn['id']}")
    assert answer.status_code == 410
    assert Page(answer).text("#event").count("was never there") == 1
    assert look(client, f"event={withdrawn['id']}&as_of=1").text("#event-title") == withdrawn["title"]


@pytest.mark.parametrize("public_url", ["", "https://chronology.example/dateline"])
def test_a_merged_event_is_read_as_the_one_that_it_was_merged_into(make_store, tmp_path, public_url):
    store, lines = make_store("sqlite"), invented_lines(3)
    lines[-1] = lines[-1] | {"merged_into": "harbour-talks-1"}
    store.load(write_lines(tmp_path, lines))
    page = look(store.client(public_url=public_url), "event=harbour-talks-2")
    assert "Harbour talks, round 1" in page.text("#event")


def test_a_source_that_is_not_known_by_then_leaves_no_event_unread(make_store, tmp_path):
    store, lines = make_store("sqlite"), invented_lines(2)
    late = {"kind": "source", "id": "late", "title": "Later", "publisher": "harbour-gazette", "published": "2021-01-01"}
    link = {"source": "late", "how": "reprints"}
    changed = [one | {"derived_from": [link]} if one["id"] == "post-tuesday" else one for one in lines]
    store.load(write_lines(tmp_path, [*changed, late]))
    page = look(store.client(), "event=harbour-talks-1&known_at=2020-06-01")
    assert page.text("#event-title") == "Harbour talks, round 1"
    assert page.all(".lineage")
