"""JSON Feed, by a schema written from the specification of version 1.1, and against the Atom feed."""

from collections.abc import Callable
from typing import Any

import feedparser
import jsonschema
import pytest

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.invented import write_lines

PUBLIC = "https://chronology.example/dateline"
TEXT = {"type": "string", "minLength": 1}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": TEXT, "url": TEXT, "avatar": TEXT},
        "minProperties": 1,
        "additionalProperties": False,
    },
}
EXTENSIONS = {"^_[A-Za-z]": {"type": "object"}}
ITEM = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "url", "external_url", "title", "summary", "image", "banner_image"), TEXT),
        **dict.fromkeys(("content_html", "content_text", "language"), TEXT),
        "date_published": INSTANT, "date_modified": INSTANT, "authors": AUTHORS,
        "tags": {"type": "array", "items": TEXT}, "attachments": {"type": "array"},
    },
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "patternProperties": EXTENSIONS,
    "additionalProperties": False,
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        **dict.fromkeys(("title", "home_page_url", "feed_url", "description", "user_comment", "next_url"), TEXT),
        **dict.fromkeys(("icon", "favicon", "language"), TEXT),
        "authors": AUTHORS, "expired": {"type": "boolean"}, "hubs": {"type": "array"},
        "items": {"type": "array", "items": ITEM},
    },
    "required": ["version", "title", "items"],
    "patternProperties": EXTENSIONS,
    "additionalProperties": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client()


def read(client: Client, path: str = "/v1/events.feed.json?limit=500") -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/feed+json"
    feed: dict[str, Any] = answer.json()
    jsonschema.validate(feed, SCHEMA)
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return feed


def test_it_says_what_the_atom_feed_says(make_store, tmp_path):
    """Of two revisions: in the second, one event was corrected, and the others are as they were."""
    store, lines = make_store("sqlite"), awkward_lines()
    for changed in ({}, {"summary": "Corrected."}):
        store.load(write_lines(tmp_path, [one | changed if one["id"] == "timed" else one for one in lines]))
    client = store.client()
    body = client.get("/v1/events.atom?limit=500").content
    atom = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    feed = read(client)
    assert feed["title"] == atom.feed.title
    told = [(one["id"], one["title"].strip(), one["date_modified"], one["date_published"]) for one in feed["items"]]
    assert len({one["date_modified"] for one in feed["items"]}) == 2
    assert told == [(one.id, one.title, one.updated, one.published) for one in atom.entries]
    assert [one["content_html"] for one in feed["items"]] == [one.content[0].value for one in atom.entries]


def test_citations_and_claims_are_also_told_to_programs(client):
    document = client.get("/v1/events/hostile").json()["data"]
    (item,) = read(client, "/v1/events.feed.json?id=hostile")["items"]
    assert item["title"] == HOSTILE
    assert item["_dateline"] == {name: document[name] for name in ("id", "revision", "citations", "claims", "evidence")}
    assert item["tags"] == ["consult", "occurred", "fishing"]


def test_pages_are_walked_by_their_addresses(store):
    client, walked, path = store.client(public_url=PUBLIC), [], "/v1/events.feed.json?limit=7&tag=fishing"
    while path:
        feed = read(client, path)
        assert feed["feed_url"] == f"{PUBLIC}{path}"
        assert feed["home_page_url"] == f"{PUBLIC}/"
        walked += [item["url"] for item in feed["items"]]
        path = feed.get("next_url", "").removeprefix(PUBLIC)
    assert len(set(walked)) == 25
    assert f"{PUBLIC}/v1/events/hostile" in walked


def test_without_a_public_address_all_is_root_relative(client):
    answer = client.get("/v1/events.feed.json?limit=1", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    feed = answer.json()
    assert feed["feed_url"] == "/v1/events.feed.json?limit=1"
    assert feed["next_url"].startswith("/v1/events.feed.json?limit=1&as_of=1&cursor=")
    assert feed["items"][0]["url"].startswith("/v1/events/")
    assert feed["items"][0]["id"].startswith("tag:dateline.invalid,2026:/v1/events/")
