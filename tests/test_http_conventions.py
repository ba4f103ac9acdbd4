"""What clients, caches and crawlers of HTTP go by: links, where they lead, and REDbot, which finds no fault."""

import re
from configparser import ConfigParser

import httpx
import pytest
import thor
from redbot.resource import HttpResource

from tests.invented import event_line, invented_lines, write_lines
from tests.serving import serving
from tests.upheavals import load

ADDRESSES = {
    "list": "/v1/events", "page": "/v1/events?limit=2", "pinned": "/v1/events?as_of=1",
    "item": "/v1/events/harbour-talks-5", "data set": "/v1", "facets": "/v1/facets", "changes": "/v1/changes?since=0",
    "vocabularies": "/v1/vocabularies", "refusal": "/v1/events?actor=natto", "missing": "/v1/events/no-such-event",
    "gone": "/v1/events/harbour-talks-3", "merged": "/v1/events/harbour-talks-4", "feed": "/v1/events.atom",
    "JSON feed": "/v1/events.feed.json", "CSV": "/v1/events.csv", "calendar": "/v1/events.ics",
    "GeoJSON": "/v1/events.geojson", "picture": "/v1/events.svg", "export": "/v1/exports/events.ndjson",
    "SQLite file": "/v1/exports/dateline.sqlite", "explorer": "/", "embed": "/embed/timeline",
    "documentation": "/docs/index", "reference": "/docs", "contract": "/openapi.json",
    "catalogue": "/.well-known/api-catalog", "health": "/health/ready", "problem": "/problems/gone",
    "nothing": "/nothing",
}  # fmt: skip
ACCEPTED = {
    "STORE_PUBLIC_UNNECESSARY": "shared caches keep `public` answers to requests with credentials too (RFC 9111, 3.5)",
    "STATUS_BAD_REQUEST": "says of every 400 that it is one",
}
"""Warnings of REDbot that are meant to be, and why."""
STATES = ({}, {3: {"status": "withdrawn", "reason": "Others are meant."}, 4: {"merged_into": "harbour-talks-5"}})


@pytest.fixture(scope="module")
def store(make_store, tmp_path_factory):
    """Harbour talks, of which the third were withdrawn and the fourth merged."""
    store, folder = make_store("sqlite"), tmp_path_factory.mktemp("record")
    for changed in STATES:
        lines = [line for line in invented_lines() if line["kind"] != "event"]
        lines += [event_line(number, relations=[], **changed.get(number, {})) for number in range(12)]
        load(store, write_lines(folder, lines))
    return store


@pytest.fixture(scope="module")
def client(store):
    return store.client()


@pytest.fixture(scope="module")
def notes(client):
    """What REDbot finds at each address of a live server, which it asks in several ways."""
    settings = ConfigParser()
    settings.read_dict({"redbot": {"enable_local_access": "True"}})
    waiting, found = set(ADDRESSES.values()), {}
    with serving(client.app) as address:
        for path in ADDRESSES.values():
            found[path] = HttpResource(settings["redbot"])
            found[path].set_request(address + path)

            def finish(path=path):
                waiting.discard(path)
                if not waiting:
                    thor.stop()

            found[path].on("check_done", finish)
            found[path].check()
        thor.run()
    return {path: resource.response.notes for path, resource in found.items()}


@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
def test_redbot_finds_no_fault(notes, path):
    assert len(notes[path]) > 2
    faults = [note for note in notes[path] if note.level.name in ("BAD", "WARN")]
    assert [f"{type(note).__name__}: {note.summary}" for note in faults if type(note).__name__ not in ACCEPTED] == []


def linked(answer: httpx.Response) -> dict[str, str]:
    return {relation: target for target, relation in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["Link"])}


def test_the_catalogue_leads_to_all_that_describes_the_api(client):
    answer = client.get("/.well-known/api-catalog")
    assert (
        answer.headers["Content-Type"] == 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )
    itself, api = answer.json()["linkset"]
    assert itself["anchor"] == "/.well-known/api-catalog"
    assert [one["href"] for one in itself["item"]] == [api["anchor"]] == ["/v1"]
    for relation in ("service-desc", "service-doc", "status"):
        for one in api[relation]:
            found = client.get(one["href"])
            assert (found.status_code, found.headers["Content-Type"].partition(";")[0]) == (200, one["type"])


def test_head_of_the_catalogue_has_the_link_to_it(client):
    assert linked(client.request("HEAD", "/.well-known/api-catalog")) == {"api-catalog": "/.well-known/api-catalog"}


def test_the_data_set_links_to_what_describes_it(client):
    links = linked(client.get("/v1"))
    assert list(links) == ["canonical", "service-desc", "service-doc", "api-catalog"]
    assert all(client.get(target).status_code == 200 for target in links.values())


def test_addresses_of_the_catalogue_begin_with_the_public_one(store):
    public = "https://dateline.example/chronology"
    client = store.client(public_url=public)
    itself, api = client.get("/.well-known/api-catalog").json()["linkset"]
    assert itself["anchor"] == f"{public}/.well-known/api-catalog"
    assert api["service-desc"][0]["href"] == linked(client.get("/v1"))["service-desc"] == f"{public}/openapi.json"


def test_a_page_links_to_itself_as_best_written_and_to_the_next(client):
    links = linked(client.get("/v1/events?limit=2&actor=anna-berg&order=desc"))
    assert links["canonical"] == "/v1/events?actor=anna-berg&limit=2"
    assert len(client.get(links["next"]).json()["data"]) == 2


@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
def test_every_answer_says_what_it_varies_by_and_whether_it_may_be_kept(client, path):
    answer = client.get(path)
    assert answer.headers["Vary"] == "Accept-Encoding"
    is_refused = answer.status_code in (400, 404, 410)
    assert (answer.headers["Cache-Control"] == "no-store") == (is_refused or path == "/health/ready")


def test_a_merged_event_is_found_where_it_is_now(client):
    answer = client.get("/v1/events/harbour-talks-4?known_at=2021-12-30")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/v1/events/harbour-talks-5?known_at=2021-12-30"
    assert answer.headers["Cache-Control"].startswith("public, max-age=60")


@pytest.mark.parametrize(
    "path", ["/v1/", "/v1/events/", "/v1/events/harbour-talks-5/", "/docs/", "/.well-known/api-catalog/"]
)
def test_a_trailing_slash_is_another_address_and_never_a_redirect(client, path):
    assert (client.get(path).status_code, client.get(path.rstrip("/")).status_code) == (404, 200)
