"""oEmbed 1.0: what a CMS is told of an address, and of which addresses it is told anything."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.invented import write_lines

PUBLIC = "https://dateline.example/news"
MODALITIES = "modality=alleged&modality=planned"


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client(public_url=PUBLIC)


def ask(client: Client, url: str, **others: Any) -> dict[str, Any]:
    answer = client.get(f"/oembed?{urlencode({'url': url, **others})}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return dict(answer.json())


def frame(told: dict[str, Any]) -> dict[str, Any]:
    (found,) = LexborHTMLParser(told["html"]).css("iframe")
    assert len(LexborHTMLParser(told["html"]).css("body *")) == 1
    return dict(found.attributes)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/embed/timeline?tag=fishing&order=asc", "/embed/timeline?tag=fishing&order=asc"),
        ("/embed/event/undated?as_of=1", "/embed/event/undated?as_of=1"),
        ("/v1/events/undated?known_at=2021-01-01", "/embed/event/undated?known_at=2021-01-01"),
        ("/v1/events?q=talks&limit=9", "/embed/timeline?q=talks&limit=9"),
        (f"/?type=consult&{MODALITIES}", f"/embed/timeline?type=consult&{MODALITIES}"),
        ("/?tag=fishing&event=undated&as_of=1#event", "/embed/event/undated?as_of=1"),
        ("/?q=&tag=fishing&count=exact", "/embed/timeline?tag=fishing"),
        ("/", "/embed/timeline"),
        ("", "/embed/timeline"),
    ],
)  # fmt: skip
def test_embeds_views_of_the_explorer_and_events_are_described(client, path, shown):
    described = frame(ask(client, f"{PUBLIC}{path}"))
    assert described["src"] == f"{PUBLIC}{shown}"
    assert client.get(shown).status_code == 200
    if path:
        assert frame(ask(client, path))["src"] == f"{PUBLIC}{shown}", "root-relative"


def test_it_says_what_oembed_asks_for(client):
    told = ask(client, "/embed/event/undated", format="json", dnt="1")
    assert set(told) == {
        "type", "version", "title", "provider_name", "provider_url", "cache_age", "html", "width", "height",
    }  # fmt: skip
    assert (told["type"], told["version"], told["provider_url"]) == ("rich", "1.0", f"{PUBLIC}/")
    assert type(told["width"]) is type(told["height"]) is int
    described = frame(told)
    assert described["title"] == told["title"] == "Harbour talks, round 0"
    assert described["loading"] == "lazy"
    assert "allow-same-origin" not in described["sandbox"].split()


@pytest.mark.parametrize(
    ("asked", "size"),
    [({}, (640, 600)), ({"maxwidth": 320}, (320, 600)), ({"maxheight": 200}, (640, 200)),
     ({"maxwidth": 2_000, "maxheight": 2_000}, (640, 600)), ({"maxwidth": 1, "maxheight": 1}, (1, 1))],
)  # fmt: skip
def test_it_is_never_larger_than_asked(client, asked, size):
    told = ask(client, "/embed/timeline", **asked)
    assert (told["width"], told["height"]) == size
    assert (frame(told)["width"], frame(told)["height"]) == tuple(map(str, size))


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/embed/timeline", "http://dateline.example/news/embed/timeline", "//dateline.example/news/",
     "https://dateline.example/embed/timeline", "https://dateline.example/newsroom/", "javascript:alert(1)",
     "https://dateline.example:8443/news/", "https://x@dateline.example/news/", "data:text/html,x",
     "https://dateline.example.evil.example/news/", "http://dateline.test/embed/timeline", "embed/timeline", "/docs",
     "/embed/", "/embed/event/", "/v1/sources/post-tuesday", "/v1/events/undated.ics", "/embed/event/UPPER",
     "/embed/../metrics", "/\\evil.example/", "https://[", "?tag=fishing", "/?event=no%20id", "/?event=../../metrics"],
)  # fmt: skip
def test_other_addresses_are_not_found(client, url):
    answer = client.get(f"/oembed?{urlencode({'url': url})}")
    assert answer.status_code == 404, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_host_of_the_request_is_nothing_to_go_by(store):
    for client in (store.client(), store.client(public_url=PUBLIC)):
        asked = f"/oembed?{urlencode({'url': 'http://evil.example/embed/timeline'})}"
        assert (
            client.get(asked, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}).status_code == 404
        )
        told = client.get("/oembed?url=/embed/timeline", headers={"Host": "evil.example"})
        assert "evil" not in told.text


def test_without_a_public_address_only_root_relative_addresses_are_ours(store):
    client = store.client()
    told = ask(client, "/embed/timeline?tag=fishing")
    assert frame(told)["src"] == "/embed/timeline?tag=fishing"
    assert "provider_url" not in told
    assert client.get("/oembed?url=http://dateline.test/embed/timeline").status_code == 404


@pytest.mark.parametrize(
    ("url", "status"),
    [("/embed/event/no-such-event", 404), ("/?actr=nato", 400), ("/embed/timeline?limit=501", 400),
     ("/v1/events/undated?limit=5", 400), ("/?type=consul", 400), ("/embed/timeline?as_of=99", 400)],
)  # fmt: skip
def test_what_is_wrong_with_the_page_is_said(client, url, status):
    answer = client.get(f"/oembed?{urlencode({'url': url})}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["status"] == status


def test_the_other_form_of_oembed_is_not_implemented(client):
    answer = client.get("/oembed?format=xml&url=/")
    assert answer.status_code == 501
    assert answer.json()["type"] == "/problems/not-implemented"


def test_what_is_no_form_of_oembed_is_refused(client):
    answer = client.get("/oembed?format=yaml&url=/")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["format"]


def test_hostile_titles_do_not_leave_their_attribute(client):
    told = ask(client, "/embed/event/hostile")
    assert told["title"] == HOSTILE
    assert frame(told)["title"] == HOSTILE
    assert "<script" not in told["html"]


def test_hostile_parameters_do_not_leave_theirs(client):
    asked = "/?" + urlencode({"q": '"><script>alert(1)</script>"'})
    assert "<script" not in ask(client, asked)["html"]
    assert frame(ask(client, asked))["src"].startswith(f"{PUBLIC}/embed/timeline?q=%22%3E%3Cscript")


@pytest.mark.parametrize("view", ["", "?tag=fishing&order=asc", "?event=undated"])
def test_views_of_the_explorer_lead_to_it(client, store, view):
    page = LexborHTMLParser(client.get(f"/{view}").text)
    (link,) = page.css('link[type="application/json+oembed"]')
    answer = client.get(str(link.attributes["href"]).removeprefix(PUBLIC))
    assert frame(answer.json()) == frame(ask(client, f"/{view}"))
    assert "json+oembed" not in store.client().get(f"/{view}").text


def test_it_is_kept_by_its_tag(client):
    first = client.get("/oembed?url=/")
    for condition in (first.headers["ETag"], "*"):
        assert client.get("/oembed?url=/", headers={"If-None-Match": condition}).status_code == 304
    assert client.get("/oembed?url=/v1/events/undated").headers["ETag"] != first.headers["ETag"]
