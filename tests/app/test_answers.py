"""The envelope of answers, and the addresses in them."""

import re
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import ENVELOPED, LISTS, OPERATIONS, RECORDS, Operation

PUBLIC = "https://chronology.example/dateline"


@pytest.fixture(scope="module")
def loaded(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store


@pytest.fixture(scope="module")
def client(loaded: Store) -> Client:
    return loaded.client()


@pytest.fixture(scope="module")
def public(loaded: Store) -> Client:
    """The same store, behind a public address."""
    return loaded.client(public_url=PUBLIC)


def linked(header: str) -> dict[str, str]:
    """A `Link` header by relation (RFC 8288, section 3)."""
    links = [re.fullmatch(r'<([!-;=?-~]*)>; rel="([a-z]+)"', link) for link in header.split(", ")]
    return {link[2]: link[1] for link in links if link}


@pytest.mark.parametrize("operation", ENVELOPED, ids=str)
def test_every_answer_has_one_envelope(client, operation: Operation):
    answer = client.get(operation.path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["data", "meta", "links"]
    assert body["meta"] == {"revision": 1, "license": "CC-BY-4.0", "attribution": "Dateline"}
    assert body["links"] == {"canonical": operation.path}
    assert isinstance(body["data"], dict) == (operation in RECORDS or operation.path == "/v1")
    assert "null" not in re.sub(r'"[^"]*"', "", answer.text)


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_the_total_is_told_when_asked_for_and_is_the_whole(client, operation: Operation):
    page = client.get(operation.path, params={"limit": 1, "count": "exact"}).json()
    assert page["meta"]["total"] == len(client.walk(operation.path))
    assert "total" not in client.get(operation.path, params={"limit": 1}).json()["meta"]
    if "next" in page["links"]:
        assert client.get(page["links"]["next"]).json()["meta"]["total"] == page["meta"]["total"]


@pytest.mark.parametrize("operation", ENVELOPED, ids=str)
def test_the_link_header_says_what_links_say(client, public, operation: Operation):
    question = "?limit=1" if operation in LISTS else ""
    for asked in (client, public):
        answer = asked.get(operation.path + question)
        assert linked(answer.headers["Link"]) == answer.json()["links"]


def test_the_licence_attribution_and_title_are_settings(loaded):
    other = loaded.client(license="ODbL-1.0", attribution="Höfn desk", title="Harbours")
    body = other.get("/v1").json()
    assert (body["meta"]["license"], body["meta"]["attribution"]) == ("ODbL-1.0", "Höfn desk")
    assert (body["data"]["title"], body["data"]["license"]) == ("Harbours", "ODbL-1.0")


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC + "/"])
def test_addresses_of_the_question_are_absolute_by_the_setting(loaded, client, address):
    public = loaded.client(public_url=address).get("/v1/events?limit=2")
    private = client.get("/v1/events?limit=2")
    assert public.json()["links"] == {name: PUBLIC + link for name, link in private.json()["links"].items()}
    assert public.json()["data"] == private.json()["data"]
    assert all(link.startswith("/v1/events/") for event in public.json()["data"] for link in event["links"].values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_answer_depends_on_the_requests_host(client, public, operation: Operation):
    for host in ("evil.example", "evil.example:1", "evil.example/x?y", "evil.example#", "[::1", "", "a b", "\xff"):
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"}
        for asked in (client, public):
            plain = asked.get(operation.path)
            answer = asked.get(operation.path, headers={"Host": host.encode("latin-1"), **forged})
            assert answer.content == plain.content
            assert answer.headers == plain.headers


def test_the_start_page_does_not_name_the_host(client):
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


def test_canonical_is_the_same_for_every_way_to_ask(client):
    parts = ["actor=sea-league", "actor=anna-berg", "tag=fishing", "q=harbour", "limit=3"]
    answers = [client.get(f"/v1/events?{'&'.join(some)}").json() for some in permutations(parts)]
    assert all(answer == answers[0] for answer in answers)
    spelt_out = "sort=date&order=desc&actor_match=any&date_match=overlaps&actor=anna-berg"
    assert client.get(f"/v1/events?{'&'.join(parts)}&{spelt_out}").json() == answers[0]


@pytest.mark.parametrize(
    "question",
    ["q=%22harbour+talks%22+round", "bbox=-10,50,10,70", "near=60,5&radius_km=1000", "as_of=1&tag=fishing",
     "reported_from=2020-03-01T00:00:00%2B02:00", "actor=anna-berg&role=initiator&count=exact",
     "limit=50&sort=reported"],
)  # fmt: skip
def test_canonical_asks_the_same_question(client, question):
    asked = client.get(f"/v1/events?{question}").json()
    assert client.get(asked["links"]["canonical"]).json() == asked
    assert asked["data"]


def test_canonical_tells_different_questions_apart(client):
    questions = ["", "?limit=2", "?as_of=1", "?tag=fishing", "?order=asc", "?q=harbour", "?count=exact"]
    assert len({client.get(f"/v1/events{one}").json()["links"]["canonical"] for one in questions}) == len(questions)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/actors", "/v1/locations", "/v1/sources", "/v1/publishers"])
def test_the_addresses_in_documents_open(client, path):
    for record in client.walk(path):
        for link in record["links"].values():
            assert link.startswith("/v1/")
            assert client.get(link).status_code == 200
        assert client.get(record["links"]["canonical"]).json()["data"] == record


@pytest.mark.parametrize("question", [b"q=%FF%FE", b"\xff=1", b"limit=2&tag=\x80"])
def test_a_question_in_bytes_that_are_no_text_is_refused(client, portal, question):
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        await client.app({**scope, "query_string": question}, receive, send)

    assert Client(portal, raw).get("/v1/events").status_code == 400


def test_a_question_may_hold_bytes_that_are_no_text_where_nobody_reads_them(client, portal):
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        await client.app({**scope, "query_string": b"q=harbour\xff"}, receive, send)

    answer = Client(portal, raw).get("/v1/events")
    assert answer.status_code == 200
    assert linked(answer.headers["Link"])["canonical"].startswith("/v1/events?q=harbour")
