"""What a view does when it cannot be drawn, and what views remember."""

from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.datastructures import Headers

from app.web.asking import Api, Told, Unanswered
from app.web.drawing import MOST_AT_ONCE, Moments
from app.web.knowing import MOST_STOPS, list_stops
from app.web.view import View
from seed.redacting import redact
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.pages import Page, look


@pytest.fixture
def asked_when_full(portal: Any, monkeypatch: Any) -> Any:
    """Asks while as many views are drawn as can be."""
    monkeypatch.setattr("app.web.drawing.LONGEST_WAIT", 1)

    async def ask(app: Any, address: str) -> httpx.Response:
        async with AsyncExitStack() as held:
            for _ in range(MOST_AT_ONCE):
                await held.enter_async_context(app.state.drawing.place())
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://dateline.test") as client:
                return await client.get(address)

    return lambda client, address="/?q=talks": portal.call(ask, client.app, address)


def test_when_too_many_views_are_drawn_a_page_says_so_and_when_to_come_back(make_store, tmp_path, asked_when_full):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    client = store.client()
    answer = asked_when_full(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Too many views" in Page(answer).text("#view.problem")
    assert look(client).events


def test_what_oembed_asks_inside_is_counted_among_the_views(make_store, tmp_path, asked_when_full):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    client = store.client()
    answer = asked_when_full(client, "/oembed?url=/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get("/oembed?url=/").status_code == 200


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_a_part_that_is_not_answered_is_never_empty(status):
    with pytest.raises(Unanswered):
        _ = Told(status, {"title": "no"}, Headers()).data


def test_an_event_that_is_no_more_is_a_page_though_other_parts_are_none(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    answer = store.client().get("/?event=nothing")
    assert answer.status_code == 404
    assert Page(answer).events == ["harbour-talks-0"]


def test_a_walk_has_every_record_of_every_page_once(make_store, tmp_path, portal):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(7)))
    client = store.client()
    for asked in ([("limit", "2")], [("limit", "2"), ("tag", "fishing"), ("order", "asc"), ("as_of", "1")]):
        walked = portal.call(Api(client.app).walk, "/v1/events", asked)
        assert walked == client.walk(f"/v1/events?{urlencode(asked)}")
        assert len(walked) == 7


def some(instants: int) -> dict[str, list[str]]:
    days = (f"{2000 + at // 300}-{1 + at // 25 % 12:02}-{1 + at % 25:02}" for at in range(instants))
    return {f"{day}T12:00:00Z": ["Harbour Gazette"] for day in days}


@pytest.mark.parametrize(
    ("instants", "are_all", "told"),
    [
        (12, True, "All 12 instants"),
        (MOST_STOPS, True, f"All {MOST_STOPS} instants"),
        (2_100, True, "234 of 2,100 instants"),
        (2_100, False, "234 of more than 2,100 instants"),
    ],
)
def test_how_many_instants_the_slider_has_is_told_as_it_is(instants, are_all, told):
    stops = list_stops(View((), None), Moments(some(instants), are_all), None)
    assert stops.told == told
    assert len(stops.stops) - 1 == int(told.removeprefix("All ").split()[0])
    assert stops.stops[-2].instant == max(some(instants)), "the newest is a stop however many are left out"


def test_of_sources_the_instants_and_publishers_alone_are_remembered(make_store, tmp_path, portal):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    client = store.client()
    look(client)
    dataset = client.get("/v1", headers={"Accept-Encoding": "identity"})
    told, nobody = Told(200, {}, dataset.headers), None
    moments = portal.call(client.app.state.drawing.moments, nobody, told, "1")
    assert moments == Moments({one["available_at"]: [one["publisher"]["name"]] for one in client.walk("/v1/sources")})


def test_of_what_was_taken_out_of_the_record_nothing_is_remembered(make_store, tmp_path):
    """Of the earlier revision neither, which still has its number."""
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    client, address = store.client(), "/?as_of=1"
    name = client.get("/v1/publishers/island-post").json()["data"]["name"]
    assert name in client.get(address).text
    redact(store.engine, "publisher", "island-post", "name")
    assert client.get(address).status_code == 200
    assert name not in client.get(address).text


def test_a_fault_in_a_part_of_a_page_is_told_on_a_page_and_in_the_log_once(make_store, tmp_path, monkeypatch, caplog):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*reference_lines(), event_line(0)]))
    client = store.client()
    monkeypatch.setattr("app.queries.facets.fetch_matching", None)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The fault is logged" in Page(answer).text("#view.problem")
    assert [one.message for one in caplog.records if one.exc_info] == ["A page met a fault"]
