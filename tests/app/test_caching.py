"""Validators, freshness and `Vary`: what a cache or a client may keep, and for how long."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.caching import rendering
from tests.conftest import Client, Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.operations import ENVELOPED, OF_THE_STORE, OPERATIONS, Operation

ENCODINGS = ("identity", "br", "zstd", "gzip")


@pytest.fixture(scope="module")
def loaded(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store


@pytest.fixture(scope="module")
def client(loaded: Store) -> Client:
    return loaded.client()


@pytest.fixture(scope="module")
def replica(loaded: Store) -> Client:
    """Another process over the same store."""
    return loaded.client()


def tag_of(client: Client, path: str, encoding: str = "identity") -> str:
    return str(client.get(path, headers={"Accept-Encoding": encoding}).headers["ETag"])


def freshness(header: str) -> dict[str, int]:
    """The directives of `Cache-Control` that count seconds."""
    directives = dict(part.partition("=")[::2] for part in header.split(", "))
    assert "public" in directives
    return {name: int(value) for name, value in directives.items() if value}


@pytest.mark.parametrize("operation", OF_THE_STORE, ids=str)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_same_question_has_the_same_strong_tag(client, replica, operation: Operation, encoding):
    tag = tag_of(client, operation.path, encoding)
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert tag_of(client, operation.path, encoding) == tag
    assert tag_of(replica, operation.path, encoding) == tag


@pytest.mark.parametrize("operation", OF_THE_STORE, ids=str)
def test_tags_differ_where_bytes_differ(client, operation: Operation):
    answers = [client.get(operation.path, headers={"Accept-Encoding": one}) for one in ENCODINGS]
    encodings = {answer.headers.get("Content-Encoding", "identity") for answer in answers}
    assert len({answer.headers["ETag"] for answer in answers}) == len(encodings)


def test_different_questions_have_different_tags(client):
    following = client.get("/v1/events?limit=3").json()["links"]["next"]
    questions = ["/v1/events", "/v1/events?limit=3", following, "/v1/events?order=asc", "/v1/events?tag=fishing",
                 "/v1/events?count=exact", "/v1/events?as_of=1", "/v1/actors", "/v1/facets",
                 "/v1/events/harbour-talks-1",
                 "/v1/events/harbour-talks-2"]  # fmt: skip
    assert len({tag_of(client, question) for question in questions}) == len(questions)


def test_a_question_asked_in_another_order_has_the_same_tag(client):
    one = "/v1/events?tag=fishing&actor=anna-berg&actor=sea-league"
    other = "/v1/events?actor=sea-league&sort=date&actor=anna-berg&tag=fishing"
    assert tag_of(client, one) == tag_of(client, other)


def test_a_new_revision_changes_every_tag_but_those_pinned_to_the_old(store, tmp_path):
    client = store.client()
    store.load(write_lines(tmp_path, invented_lines(3)))
    paths = [operation.path for operation in OF_THE_STORE]
    before = {path: tag_of(client, path) for path in paths}
    pinned = {path: tag_of(client, f"{path}?as_of=1") for path in paths}
    store.load(write_lines(tmp_path, invented_lines(4)))
    client = store.client()
    assert [path for path in paths if tag_of(client, path) == before[path]] == []
    assert {path: tag_of(client, f"{path}?as_of=1") for path in paths} == pinned
    for path in (operation.path for operation in ENVELOPED):
        stale = client.get(path, headers={"If-None-Match": before[path]})
        assert (stale.status_code, stale.json()["meta"]["revision"]) == (200, 2)


def test_loading_the_same_record_again_keeps_every_tag(store, tmp_path):
    path = write_lines(tmp_path, invented_lines(3))
    store.load(path)
    client = store.client()
    before = [tag_of(client, operation.path) for operation in OF_THE_STORE]
    assert not store.load(path).published
    client = store.client()
    assert [tag_of(client, operation.path) for operation in OF_THE_STORE] == before


def test_whatever_file_of_the_program_changes_changes_every_tag(tmp_path, monkeypatch):
    monkeypatch.setattr("app.caching.PROGRAM", tmp_path)
    found = [rendering.__wrapped__()]
    for name, content in (("a.py", "1"), ("a.py", "2"), ("page.html", "1"), ("page.html", "2"), ("page.css", "2")):
        (tmp_path / name).write_text(content)
        found.append(rendering.__wrapped__())
    assert len(set(found)) == len(found)
    assert re.fullmatch("[0-9a-f]{64}", rendering())


def test_a_setting_that_answers_show_changes_the_tag(loaded, client):
    shown = [
        {"license": "ODbL-1.0"},
        {"attribution": "Others"},
        {"title": "Harbours"},
        {"public_url": "https://a.example"},
    ]
    tags = {tag_of(loaded.client(**one), "/v1") for one in shown} | {tag_of(client, "/v1")}
    assert len(tags) == len(shown) + 1


@pytest.mark.parametrize("operation", OF_THE_STORE, ids=str)
def test_a_client_that_holds_the_answer_gets_304(client, operation: Operation):
    for encoding in ENCODINGS:
        accepted = {"Accept-Encoding": encoding}
        full = client.get(operation.path, headers=accepted)
        tag = full.headers["ETag"]
        forms = (
            tag,
            f"W/{tag}",
            f'"other", {tag}',
            f'W/"other" ,\t{tag},"more"',
            f'"a,b",{tag}',
            "*",
            f" {tag} ",
            " * ",
        )
        for form in forms:
            answer = client.get(operation.path, headers=accepted | {"If-None-Match": form})
            assert (answer.status_code, answer.content) == (304, b""), form
            for header in ("Cache-Control", "Vary"):
                assert answer.headers[header] == full.headers[header]
            assert "Content-Encoding" not in answer.headers
        assert client.get(operation.path, headers=accepted | {"If-None-Match": tag}).headers["ETag"] == tag


def test_a_tag_is_recognised_in_whatever_encoding_it_was_received(client):
    for received in ENCODINGS:
        tag = tag_of(client, "/v1/events", received)
        for accepted in ENCODINGS:
            answer = client.get("/v1/events", headers={"Accept-Encoding": accepted, "If-None-Match": tag})
            assert (answer.status_code, answer.headers["ETag"]) == (304, tag)


def test_a_tag_is_recognised_on_a_second_header_line(client):
    lines = [("If-None-Match", '"other"'), ("If-None-Match", tag_of(client, "/v1/events"))]
    assert client.get("/v1/events", headers=lines).status_code == 304


def test_a_client_that_holds_another_answer_gets_200(client):
    tag = tag_of(client, "/v1/events?limit=2")
    base = tag_of(client, "/v1/events").strip('"')
    unknown = [f'"{base}{end}"' for end in ("-", "-anything", "-deflate", "-br-br", "-BR", "br")]
    for form in (
        *unknown,
        tag,
        '"other"',
        tag.strip('"'),
        tag[:-2] + '"',
        "",
        '""',
        "nonsense",
        f'"x{tag[1:]}',
        "W/*",
        '"*"',
    ):
        assert client.get("/v1/events", headers={"If-None-Match": form}).status_code == 200, form


@pytest.mark.parametrize("form", ["*", '"other"'])
def test_a_condition_hides_no_error(client, form):
    headers = {"If-None-Match": form}
    assert client.get("/v1/events/nothing", headers=headers).status_code == 404
    assert client.get("/v1/events?actor=nobody", headers=headers).status_code == 400
    assert client.get("/v1/events?colour=red", headers=headers).status_code == 400
    assert client.get("/v1/nothing", headers=headers).status_code == 404


@pytest.mark.parametrize("operation", OF_THE_STORE, ids=str)
def test_an_answer_pinned_to_a_revision_is_fresh_for_a_day(client, operation: Operation):
    pinned = freshness(client.get(operation.path, params={"as_of": "1"}).headers["Cache-Control"])
    assert pinned["max-age"] == 86_400
    for as_of in ({}, {"as_of": "9999-12-31"}, {"as_of": "9999-12-31T00:00:00Z"}):
        newest = freshness(client.get(operation.path, params=as_of).headers["Cache-Control"])
        assert newest["max-age"] == 60
        assert set(newest) == {"max-age", "stale-while-revalidate", "stale-if-error"}


def test_the_pages_that_follow_are_fresh_for_a_day(client):
    following = client.get("/v1/events?limit=3").json()["links"]["next"]
    assert freshness(client.get(following).headers["Cache-Control"])["max-age"] == 86_400


def test_the_age_of_the_newest_answers_is_a_setting(loaded):
    assert freshness(loaded.client(max_age=7).get("/v1").headers["Cache-Control"])["max-age"] == 7


@pytest.mark.parametrize(
    "path", ["/v1/events?colour=red", "/v1/events/nothing", "/nothing", "/health/live", "/metrics"]
)
def test_errors_and_health_are_not_stored(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"
    assert "ETag" not in client.get(path).headers


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_answers_vary_by_encoding_and_nothing_else(client, operation: Operation, encoding):
    for origin in ({}, {"Origin": "https://reader.example"}):
        assert (
            client.get(operation.path, headers={"Accept-Encoding": encoding} | origin).headers["Vary"]
            == "Accept-Encoding"
        )
    assert client.get("/nothing", headers={"Accept-Encoding": encoding}).headers["Vary"] == "Accept-Encoding"


def test_a_changed_event_alone_changes_the_bytes_behind_its_tag(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    client = store.client()
    first = client.get("/v1/events/harbour-talks-1")
    changed = [event_line(0), event_line(1, title="Another round")]
    store.load(write_lines(tmp_path, reference_lines() + changed))
    again = store.client().get("/v1/events/harbour-talks-1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.json()["data"]["title"]) == (200, "Another round")
