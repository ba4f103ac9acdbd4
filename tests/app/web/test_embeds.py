"""The pages for an article's frame: whole, harmless, and open to every frame."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import RECORD, Client, Store
from tests.invented import invented_lines, write_lines
from tests.pages import Page

FLIGHT = "us-jstars-first-flight-over-eastern-ukraine"
PUBLIC = "https://dateline.example/news"
AS_A_FRAME = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store]) -> Client:
    store = make_store("sqlite")
    store.load(RECORD, allow_uncited=False)
    return store.client(public_url=PUBLIC)


@pytest.fixture(scope="module")
def awkward(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store.client()


def page(client: Client, path: str, status: int = 200) -> Page:
    answer = client.get(path, headers=AS_A_FRAME)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return Page(answer)


@pytest.mark.parametrize(
    "question",
    ["", "tag=geneva-talks&order=asc", "q=call&limit=5", "known_at=2021-12-30T18:12:00Z", "disputed=true&as_of=1"],
)
def test_a_timeline_has_the_events_of_the_question_in_its_order(client, question):
    asked = client.get(f"/v1/events?{question}").json()["data"]
    shown = page(client, f"/embed/timeline?{question}")
    assert shown.values(".events > li", "data-key") == [one["id"] for one in asked]
    assert [one.text() for one in shown.all(".events h2")] == [one["title"] for one in asked]


@pytest.mark.parametrize("path", ["/embed/timeline?limit=5&", f"/embed/event/{FLIGHT}?"])
def test_the_explorer_is_led_to_at_the_times_of_the_frame(client, path):
    times = {"as_of": ["1"], "known_at": ["2021-12-31"]}
    shown = page(client, path + "as_of=1&known_at=2021-12-31")
    asked = [parse_qs(urlsplit(one).query) for one in shown.links if one.startswith(f"{PUBLIC}/?")]
    assert len(asked) == len(shown.all(".events > li")) + 1
    assert [one for one in asked if times.items() <= one.items()] == asked


def test_a_timeline_says_how_many_events_it_does_not_show(client):
    total = client.get("/v1/events?count=exact&limit=1").json()["meta"]["total"]
    shown = page(client, "/embed/timeline?limit=7")
    assert shown.text(".shown") == f"7 of {total} events."
    assert f"All {total} events" in shown.text("footer a")
    assert not page(client, "/embed/timeline?limit=500").all(".shown")


def test_a_timeline_without_events_says_so(client):
    assert "No event answers" in page(client, "/embed/timeline?date_to=0005-01-01").text(".nothing")


def test_an_event_has_its_date_its_evidence_and_every_passage(client):
    event = client.get(f"/v1/events/{FLIGHT}").json()["data"]
    shown = page(client, f"/embed/event/{FLIGHT}")
    assert shown.text("h1") == event["title"]
    assert shown.text("article > .when") == "27 December 2021"
    assert event["date_basis"] in shown.text(".basis")
    assert shown.text(".summary") == event["summary"].strip()
    assert shown.text(".evidence").startswith("three sources, one origin")
    assert [one for one in shown.links if one in [citation["link"] for citation in event["citations"]]]
    cited = shown.all(".citations ol > li")
    assert len(cited) == len(event["citations"])
    assert "✓ matched" in shown.text(".citations .state")
    assert "reporting of CNN" in shown.text(".citations .from")


def test_rival_claims_stand_side_by_side_with_the_reason(client):
    claims = client.get(f"/v1/events/{FLIGHT}/claims").json()["data"]
    rivals = [one for one in claims if "relation" in one]
    told = " ".join(one.text() for one in page(client, f"/embed/event/{FLIGHT}").all(".dispute"))
    assert rivals
    assert [one["note"] for one in rivals if one["note"] not in told] == []
    assert "preferred" in told


def test_known_at_shows_what_was_known_and_says_so(client):
    shown = page(client, "/embed/timeline?known_at=2021-12-30T18:12:00Z&limit=3")
    assert "30 December 2021, 18:12 UTC" in shown.text(".then")
    assert all("known_at=2021-12-30T18%3A12%3A00Z" in link for link in shown.links)
    assert "Not known by then" in page(client, f"/embed/event/{FLIGHT}?known_at=2021-01-01", 404).text("main")


@pytest.mark.parametrize("path", ["/embed/timeline?id=hostile", "/embed/event/hostile"])
def test_hostile_words_are_text(awkward, path):
    shown = page(awkward, path)
    assert shown.text("title") in (" ".join(HOSTILE.split()), shown.text("h1"))
    assert [one.attributes["src"].rpartition("/")[2] for one in shown.all("script")] == ["embed.js"]
    assert '<script>alert("1")</script>' in shown.text("main")


@pytest.mark.parametrize("path", ["/embed/timeline?limit=500", "/embed/event/undated", "/embed/event/all-time"])
def test_awkward_events_are_shown(awkward, path):
    assert page(awkward, path).all("h1")


@pytest.mark.parametrize("path", ["/embed/timeline", f"/embed/event/{FLIGHT}"])
def test_any_site_may_frame_it_and_it_loads_nothing_foreign(client, path):
    shown = page(client, path)
    policy = shown.answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors *", "form-action 'none'"} <= set(policy)
    loaded = shown.values("script", "src") + shown.values("link[rel=stylesheet], link[rel=icon]", "href")
    assert len(loaded) == 3
    for address in loaded:
        assert address.startswith("/news/static/")
        assert client.get(address.removeprefix("/news")).status_code == 200
    assert not shown.all("[style], style, script:not([src])")


@pytest.mark.parametrize("path", ["/embed/timeline?limit=5", f"/embed/event/{FLIGHT}", "/embed/event/nothing"])
def test_links_open_outside_of_the_frame_and_credit_is_given(client, path):
    shown = Page(client.get(path, headers=AS_A_FRAME))
    for link in shown.all("a[href]"):
        assert link.attributes["target"] == "_blank"
        assert "noopener" in link.attributes["rel"].split()
    assert "Dateline, CC-BY-4.0." in shown.text("footer .credit")


@pytest.mark.parametrize("path", ["/embed/timeline?limit=5", f"/embed/event/{FLIGHT}"])
def test_it_is_cached_as_answers_are(client, path):
    first, pinned = client.get(path), client.get(f"{path}{'&' if '?' in path else '?'}as_of=1")
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "max-age=60," in first.headers["Cache-Control"]
    assert "max-age=86400," in pinned.headers["Cache-Control"]
    assert f'<{PUBLIC}{path}>; rel="canonical"' in first.headers["Link"]


@pytest.mark.parametrize("path", ["/embed/timeline?tag=geneva-talks&limit=5", f"/embed/event/{FLIGHT}"])
def test_a_cms_is_led_to_oembed(client, path):
    (address,) = page(client, path).values('link[type="application/json+oembed"]', "href")
    described = client.get(address.removeprefix(PUBLIC)).json()
    assert described["type"] == "rich"
    (frame,) = LexborHTMLParser(described["html"]).css("iframe")
    framed = page(client, str(frame.attributes["src"]).removeprefix(PUBLIC))
    assert framed.text("main") == page(client, path).text("main")


def test_without_a_public_address_nobody_is_led_to_oembed(awkward):
    assert not page(awkward, "/embed/timeline").all('link[type="application/json+oembed"]')


def test_problems_are_pages_for_frames_and_problems_for_programs(client):
    assert "actor" in page(client, "/embed/timeline?actr=nato", 400).text("main")
    assert page(client, "/embed/event/nothing", 404).answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors *" in page(client, "/embed/event/nothing", 404).answer.headers["Content-Security-Policy"]
    refused = client.get("/embed/timeline?actr=nato")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_merged_event_leads_to_the_other_and_a_withdrawn_one_says_why(make_store, tmp_path):
    store, lines = make_store("sqlite"), invented_lines(4)
    store.load(write_lines(tmp_path, lines))
    merged = {"kind": "event", "id": "harbour-talks-1", "title": "Merged", "merged_into": "harbour-talks-2"}
    gone = {"kind": "event", "id": "harbour-talks-3", "title": "Gone", "status": "withdrawn", "reason": "None such."}
    changed = {one["id"]: one for one in (merged, gone)}
    store.load(write_lines(tmp_path, [changed.get(line["id"], line) for line in lines]))
    client = store.client(public_url=PUBLIC)
    answer = client.get("/embed/event/harbour-talks-1?as_of=2")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{PUBLIC}/embed/event/harbour-talks-2?as_of=2")
    assert "None such." in page(client, "/embed/event/harbour-talks-3", 410).text("main")
