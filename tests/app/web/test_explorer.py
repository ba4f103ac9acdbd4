"""The explorer as it is answered, before any script runs: links, forms and text that hold by themselves."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
import pytest

from app.formats import every_format
from tests.awkward import HOSTILE, LONG, awkward_lines
from tests.conftest import RECORD, Client, Store
from tests.generator import generate, write
from tests.invented import invented_lines, write_lines
from tests.pages import Page, look, words

FLIGHT = "us-jstars-first-flight-over-eastern-ukraine"
VIEWS = [
    "", f"event={FLIGHT}", f"event={FLIGHT}&known_at=2021-12-30T18:12:00Z", f"event={FLIGHT}&known_at=2021-12-29",
    "known_at=2021-12-24", "known_at=2001-01-01", "as_of=1", "actor=nato&actor=ukraine&type=consult", "tag=jstars",
    "q=%22phone+call%22", "disputed=true&min_origins=2", "date_from=2021-12-01&date_to=2021-12-31", "limit=5",
    "bbox=20,40,40,55", "near=50,30&radius_km=500", "sort=reported&order=asc", "limit=5&date_from=2021-12-30",
    "location=ukraine&event=biden-putin-phone-call", "quality=one-origin&modality=alleged", "q=&date_from=&date_to=",
]  # fmt: skip
REFUSED = [
    ("actor=natto", "?actor=nato"), ("actr=nato", "?actor=nato"), ("type=consult&limit=900", "?type=consult"),
    ("as_of=77", "?"), ("known_at=yesterday", "?"), ("q=%22open", "?"), ("q=a&q=b", "?"), ("bbox=1,2", "?"),
    ("cursor=nonsense", "?"), ("date_from=2022-01-01&date_to=2021-01-01", "?date_from=2022-01-01"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lasting(make_store: Callable[[str], Store]) -> Client:
    store = make_store("sqlite")
    store.load(RECORD)
    return store.client()


@pytest.fixture(scope="module")
def awkward(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store.client()


def listed(client: Client, query: str) -> list[str]:
    return [one["id"] for one in client.get(f"/v1/events?{query}").json()["data"]]


@pytest.mark.parametrize("query", ["", f"event={FLIGHT}&known_at=2021-12-31", "disputed=true"])
def test_a_view_has_the_events_that_the_api_has_on_each_database(client, query):
    asked = "&".join(f"{name}={value}" for name, value in parse_qsl(query) if name != "event")
    assert look(client, query).events == listed(client, f"{asked}&limit=200".lstrip("&"))


@pytest.mark.parametrize("query", VIEWS)
def test_a_view_has_the_events_that_the_api_has_and_a_mark_for_each(lasting, query):
    page = look(lasting, query)
    asked = "&".join(f"{name}={value}" for name, value in parse_qsl(query) if name != "event")
    assert page.events == listed(lasting, asked if "limit" in asked else f"{asked}&limit=200".lstrip("&"))
    assert sorted(page.values("a.mark", "data-key")) == sorted(page.events)


@pytest.mark.parametrize("query", VIEWS)
def test_nothing_stands_in_a_page_that_its_policy_would_refuse(lasting, query):
    page = look(lasting, query)
    policy = page.answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.all("[style], style, base") == []
    assert [one for one in page.all("*") if any(name.startswith("on") for name in one.attributes)] == []
    assert [words(one) for one in page.all("script")] == [""]
    loaded = page.values("script", "src") + page.values("link", "href") + page.values("use", "href")
    assert [one for one in loaded if urlsplit(one).netloc or not one] == []


@pytest.mark.parametrize("query", ["limit=9", f"event={FLIGHT}&limit=2", "q=nothing", "known_at=2001-01-01"])
def test_a_view_is_valid_html(lasting, query):
    html5lib.HTMLParser(strict=True).parse(look(lasting, query).answer.text)


def test_every_link_of_a_view_answers(lasting):
    seen: set[str] = set()
    for view in ("limit=20", f"event={FLIGHT}&known_at=2021-12-31&limit=3", "actor=nato&limit=3"):
        for link in look(lasting, view).links:
            address = urljoin("/", link).partition("#")[0]
            if not urlsplit(address).netloc and "/exports/" not in address:
                seen.add(address)
    assert len(seen) > 200
    some = sorted(seen)
    for address in [one for one in some if not one.startswith("/?")] + [one for one in some if one.startswith("/?")][
        ::4
    ]:
        assert lasting.get(address).status_code == 200, address


def test_another_filter_is_asked_from_the_start_of_the_list(lasting):
    older = next(one for one in look(lasting, "limit=5").links if "cursor=" in one)
    links = look(lasting, older.removeprefix("?")).values(".facet a", "href")
    assert len(links) > 10
    assert [one for one in links if "cursor=" in one] == []
    assert lasting.get(f"/{links[0]}").status_code == 200


def test_every_file_of_a_page_is_kept_for_good_and_one_of_another_version_for_now(lasting):
    page = look(lasting)
    named = {*page.values("script", "src"), *page.values("link", "href")}
    named |= {one.partition("#")[0] for one in page.values("use", "href")} - {""}
    assert {one.rpartition(".")[2] for one in named} == {"js", "css", "svg"}
    for address in named:
        answer = lasting.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        for module in re.findall(r'from "\./([a-z]+\.js)"', answer.text):
            assert lasting.get(urljoin(address, module)).headers["Content-Type"].startswith("text/javascript")
        older = re.sub(r"/static/[0-9a-f]+/", "/static/0123/", address)
        assert lasting.get(older).headers["Cache-Control"] == "no-cache"
    for wrong in ("/static/0123/none.js", "/static/0123/..%2Fpages.py", "/static/0123/%2e%2e/pages.py"):
        assert lasting.get(wrong).status_code == 404


def test_a_static_file_that_is_held_is_not_sent_again_and_takes_no_parameters(lasting):
    for name, kind in (("map.js", "text/javascript"), ("embed.css", "text/css"), ("world.svg", "image/svg+xml")):
        path = f"/static/0123/{name}"
        first = lasting.get(path)
        assert first.headers["Content-Type"].partition(";")[0] == kind
        again = lasting.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert lasting.get(path, headers={"If-None-Match": '"another"'}).content == first.content
        refused = lasting.get(f"{path}?x=1")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "x")


def test_an_unchanged_page_is_not_sent_again(lasting):
    first = lasting.get("/?actor=nato")
    again = lasting.get("/?actor=nato", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert lasting.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_question_to_the_api_and_its_formats_are_those_of_the_view(lasting):
    page = look(lasting, f"actor=nato&known_at=2021-12-31&event={FLIGHT}")
    assert page.text("#api-address") == "GET /v1/events?actor=nato&known_at=2021-12-31"
    formats = [one for one in every_format() if one.of == "events"]
    assert {f"/v1/events{one.suffix}?actor=nato&known_at=2021-12-31" for one in formats} <= set(page.links)
    of_one = {f"/v1/events/{FLIGHT}{one.suffix}?known_at=2021-12-31" for one in formats if one.of_one}
    assert of_one <= set(page.links)


def test_every_format_of_a_view_answers_in_any_order_and_on_any_page(lasting):
    first = look(lasting, "sort=reported&order=asc&limit=9&type=mobilize")
    second = look(lasting, first.values(".pages a", "href")[-1][1:])
    assert "cursor=" in second.text("#api-address")
    for address in [*first.values(".formats a", "href"), *second.values(".formats a", "href")]:
        assert lasting.get(address).status_code == 200, address


@pytest.mark.parametrize(("query", "way"), REFUSED)
def test_a_question_that_is_refused_is_answered_with_a_way_on(lasting, query, way):
    answer = lasting.get(f"/?{query}")
    assert answer.status_code == lasting.get(f"/v1/events?{query}").status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert way in Page(answer).values("main a", "href")
    assert lasting.get(f"/{way}").status_code == 200


def test_filters_are_switched_on_and_off_by_links(lasting):
    page = look(lasting, "type=consult")
    assert "?type=consult&type=agree" in page.links
    assert (page.text(".chips a"), page.one(".chips a").attributes["href"]) == ("consult ×", "?")
    assert "?actor=russia" in look(lasting).links


def test_a_form_carries_on_what_it_does_not_show(lasting):
    page = look(lasting, f"actor=nato&known_at=2021-12-31&q=talks&event={FLIGHT}&cursor=")
    hidden = "input[type=hidden]"
    carried = set(zip(page.values(hidden, "name"), page.values(hidden, "value"), strict=True))
    assert carried == {("actor", "nato"), ("known_at", "2021-12-31"), ("event", FLIGHT)}
    assert page.values("#q", "value") == ["talks"]


@pytest.mark.parametrize(
    ("query", "value", "is_on"),
    [("", "true", False), ("disputed=true", "true", True), ("disputed=false", "false", True)],
)
def test_a_search_keeps_whether_sources_disagree(lasting, query, value, is_on):
    box = look(lasting, query).one("input[name=disputed]")
    assert (box.attributes["value"], "checked" in box.attributes) == (value, is_on)


def test_pages_lead_on_without_a_gap_and_at_one_revision(lasting):
    seen, query = [], "limit=60"
    while query:
        page = look(lasting, query)
        seen += page.events
        following = [one.attributes["href"] for one in page.all(".pages a") if words(one).startswith("Next")]
        query = (following or ["?"])[0][1:]
        assert not query or "as_of=1" in query
    assert seen == listed(lasting, "limit=500")


def test_a_store_without_a_revision_is_said_to_be_unavailable(make_store):
    answer = make_store("sqlite").client().get("/")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert Page(answer).all("h2")


def test_hostile_text_is_text(awkward):
    for query in ("", "event=hostile"):
        page = look(awkward, query)
        assert HOSTILE in [one.text() for one in page.all("h4 a")]
        assert page.all("script:not([src]), img") == []
        assert "<script>alert" not in page.answer.text
    assert HOSTILE in [one.text() for one in page.all("h2")]
    reflected = Page(awkward.get("/", params={"q": HOSTILE.replace('"', ""), "event": "hostile"}))
    assert reflected.values("#q", "value") == [HOSTILE.replace('"', "")]
    refused = awkward.get("/", params={HOSTILE: "1"})
    assert refused.status_code == 400
    assert "<script>alert" not in refused.text


def test_links_of_a_record_open_web_addresses_alone(awkward):
    assert {urlsplit(one).scheme for one in look(awkward, "event=hostile").links} <= {"", "http", "https"}


def test_long_titles_and_every_sort_of_date_have_a_mark(awkward):
    page = look(awkward)
    told = dict(zip(page.values("a.mark", "data-key"), page.values("a.mark", "aria-label"), strict=True))
    assert LONG[:300].strip() in told["long-title"]
    begins = {
        "undated": "undated", "open-start": "until 2 March 2020", "open-end": "since 2 March 2020",
        "by-then": "by 2 March 2020", "or-later": "on or after 2 March 2020", "within": "between 2 and 4 March 2020",
        "lasting": "February to March 2020", "about": "about 2 March 2020", "first-day": "1 January 1",
        "last-day": "31 December 9999", "last-year": "9999",
    }  # fmt: skip
    assert {name: told[name].partition(":")[0] for name in begins} == begins
    places = [float(one.rstrip("%")) for one in page.values("svg.spot", "x")]
    assert len(places) == len(told)
    assert all(0 <= place <= 100 for place in places)
    assert re.search("is-approximate", page.one('a.mark[data-key="about"]').attributes["class"] or "")
    assert page.all('a.mark[data-key="within"] rect.within, a.mark[data-key="lasting"] rect.lasting')


def test_a_dense_record_is_counted_by_month_and_stays_small(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write(generate(3, 300), tmp_path))
    client = store.client()
    page = look(client)
    assert len(page.events) == 200
    counts = client.get("/v1/facets?facet=month").json()["data"]
    told = page.values(".months a", "aria-label")
    assert sum(int(one.split()[0]) for one in told) == sum(one["count"] for one in counts)
    assert len(page.answer.content) < 600_000
    assert len(page.all("details.instants .stops a")) > 50
    for event in page.events[:8]:
        look(client, f"event={event}&limit=1")


def test_a_view_of_an_earlier_revision_counts_and_credits_that_one(make_store, tmp_path):
    store = make_store("sqlite")
    for events in (2, 5):
        store.load(write_lines(tmp_path, invented_lines(events)))
    client = store.client()
    for query, number, count in (("", 2, 5), ("as_of=1", 1, 2), ("as_of=1&type=consult", 1, 2)):
        page = look(client, query)
        assert f"revision {number}, published" in page.text(".credit"), query
        assert page.text('.facet li[data-key="type-consult"] b') == str(count), query
        assert page.text('.facet li[data-key="actor-anna-berg"] b') == str(count), query


def test_a_public_address_with_a_path_is_where_files_and_formats_are(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(events=1)))
    page = look(store.client(public_url="https://example.org/dateline"), "q=nothing")
    assert page.events == []
    assert page.all(".nothing")
    assert page.values("script", "src")[0].startswith("/dateline/static/")
    assert page.text("#api-address") == "GET https://example.org/dateline/v1/events?q=nothing"
