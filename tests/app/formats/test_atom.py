"""Atom, as feedparser reads it, and by the grammar of RFC 4287."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import feedparser
import pytest
from lxml import etree

from tests.awkward import HOSTILE, PROSE, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import write_lines

PUBLIC = "https://chronology.example/dateline"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client()


def read(client: Client, path: str = "/v1/events.atom?limit=500") -> Any:
    """A feed, valid by the grammar, as feedparser reads it at its address."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/atom+xml"
    GRAMMAR.assertValid(etree.fromstring(answer.content))
    headers = dict(answer.headers) | {"content-location": urljoin("http://dateline.test", path)}
    feed = feedparser.parse(answer.content, response_headers=headers, sanitize_html=False)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def linked(entry: Any, relation: str) -> list[str]:
    return [link.href for link in entry.links if link.rel == relation]


def correct(store: Store, folder: Path, event_id: str, **changed: Any) -> None:
    lines = [line | changed if line["id"] == event_id else line for line in awkward_lines()]
    store.load(write_lines(folder, lines))


def test_the_grammar_refuses_what_is_no_feed(client):
    tree = etree.fromstring(client.get("/v1/events.atom").content)
    tree.remove(tree.find("a:updated", ATOM))
    assert not GRAMMAR.validate(tree)


def test_a_correction_comes_first_as_an_update_of_the_same_entry(database, make_store, tmp_path):
    store = make_store(database)
    store.load(write_lines(tmp_path, awkward_lines()))
    before = {entry.id: entry for entry in read(store.client()).entries}
    correct(store, tmp_path, "about", date="2020-03-04")
    feed = read(store.client())
    published = [one["published_at"] for one in store.client().get("/v1/revisions").json()["data"]]
    assert {entry.id for entry in feed.entries} == set(before)
    first, *others = feed.entries
    assert first.id == "tag:dateline.invalid,2026:/v1/events/about"
    assert (first.updated, first.published) == (published[0], published[1])
    assert feed.feed.updated == first.updated
    assert {(entry.updated, entry.published) for entry in others} == {(published[1], published[1])}
    assert all(entry.content == before[entry.id].content for entry in others)
    then = read(store.client(), "/v1/events.atom?limit=500&as_of=1")
    assert then.feed.id == feed.feed.id
    assert then.feed.updated == published[1]


def test_pages_are_walked_by_their_links_and_are_one_feed(store):
    client, walked, path = store.client(public_url=PUBLIC), [], "/v1/events.atom?limit=7&tag=fishing"
    names, first = set(), None
    while path:
        feed = read(client, path).feed
        assert linked(feed, "self") == [f"{PUBLIC}{path}"]
        names.add((feed.id, feed.title))
        first = first or linked(feed, "self")
        walked += [entry.id for entry in read(client, path).entries]
        path = "".join(linked(feed, "next")).removeprefix(PUBLIC)
    assert len(walked) == len(set(walked)) == 25
    ((name, title),) = names
    assert name == "tag:chronology.example,2026:/dateline/v1/events.atom?tag=fishing"
    assert title.endswith(" (tag: fishing)")


@pytest.mark.parametrize("as_of", ["1", "2099-12-31"])
def test_a_page_that_is_asked_at_a_revision_or_a_day_names_itself_so(store, as_of):
    client = store.client(public_url=PUBLIC)
    cursor = parse_qs(urlsplit(linked(read(client, "/v1/events.atom?limit=1").feed, "next")[0]).query)["cursor"][0]
    path = f"/v1/events.atom?limit=1&as_of={as_of}&cursor={cursor}"
    assert linked(read(client, path).feed, "self") == [f"{PUBLIC}{path}"]


def test_an_entry_is_named_by_the_public_address_and_leads_to_the_event(store):
    (entry,) = read(store.client(public_url=PUBLIC), "/v1/events.atom?id=within").entries
    assert entry.id == "tag:chronology.example,2026:/dateline/v1/events/within"
    assert linked(entry, "alternate") == [f"{PUBLIC}/v1/events/within"]
    assert [one.term for one in entry.tags] == ["consult", "occurred", "fishing"]


def test_without_a_public_address_links_are_relative_to_the_feed(client):
    """The request's Host is never believed; RFC 4287 resolves an address against that of the feed."""
    answer = client.get("/v1/events.atom?id=within", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    hrefs = etree.fromstring(answer.content).xpath("//a:link[@rel='self' or @rel='alternate']/@href", namespaces=ATOM)
    assert hrefs == ["/v1/events.atom?id=within", "/", "/v1/events/within"]
    (entry,) = read(client, "/v1/events.atom?id=within").entries
    assert linked(entry, "alternate") == ["http://dateline.test/v1/events/within"]


def test_hostile_words_are_words_in_titles_and_in_html(client):
    (entry,) = read(client, "/v1/events.atom?id=hostile").entries
    assert entry.title == HOSTILE
    assert entry.title_detail.type == "text/plain"
    (content,) = entry.content
    assert content.type == "text/html"
    page = etree.HTML(content.value)
    assert {one.tag for one in page.iter()} == {"html", "body", "p", "br", "strong", "ul", "li", "a"}
    assert PROSE.replace("\r\n", "").replace("\n", "") in "".join(page.itertext())


def test_citations_have_their_stance_and_link_and_disputes_their_reason(client):
    document = client.get("/v1/events/hostile").json()["data"]
    (entry,) = read(client, "/v1/events.atom?id=hostile").entries
    page = etree.HTML(entry.content[0].value)
    sources, rivals = ([*one.findall("li")] for one in page.iter("ul"))
    for citation, item in zip(document["citations"], sources, strict=True):
        assert item.text == f"{citation['stance']}: "
        assert item.find("a").get("href") == citation["link"]
        assert item.find("a").text == HOSTILE
        assert "".join(item.itertext()).endswith(f". {HOSTILE}")
    (rival,) = rivals
    assert rival.text == "date: 2020-03-09 (deprecated, garbles), by "
    assert rival.find("a").get("href") == document["citations"][1]["link"]
    assert linked(entry, "via") == [one["link"] for one in document["citations"]]


def test_a_feed_of_nothing_is_dated_by_its_revision(client):
    feed = read(client, "/v1/events.atom?q=nosuchword")
    assert feed.entries == []
    assert feed.feed.updated == client.get("/v1/revisions").json()["data"][0]["published_at"]
    assert feed.feed.rights == "Dateline, CC-BY-4.0"


def test_characters_that_xml_forbids_are_left_out(store):
    """No record has them; the settings of a service may."""
    assert read(store.client(title="A\x00\x0b\ufffe B")).feed.title == "A B"


def test_a_record_of_every_form_is_a_valid_feed(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write(generate(42, 300), tmp_path))
    documents = {one["id"]: one["title"] for one in store.client().walk("/v1/events?limit=500")}
    found = {entry.id.rpartition("/")[2]: entry.title for entry in read(store.client()).entries}
    assert found == {name: " ".join(title.split()) for name, title in documents.items()}


def test_the_tag_of_a_feed_covers_when_its_revision_was_published(make_store, tmp_path):
    """Two stores of one record were published at different times, which a feed shows and `/v1/events` does not."""
    path = write_lines(tmp_path, awkward_lines())
    stores = [make_store("sqlite") for _ in range(2)]
    for one in stores:
        one.load(path)
    dated = {one.client().get("/v1/events.atom").headers["ETag"] for one in stores}
    plain = {one.client().get("/v1/events").headers["ETag"] for one in stores}
    assert (len(dated), len(plain)) == (2, 1)
    tag = stores[0].client().get("/v1/events.atom").headers["ETag"]
    assert stores[0].client().get("/v1/events.atom", headers={"If-None-Match": tag}).status_code == 304
