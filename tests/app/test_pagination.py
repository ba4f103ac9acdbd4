"""Walks over pages, while loads happen in between; and cursors used where they do not belong."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app import pagination
from app.pagination import write_cursor
from app.queries.actors import ActorQuery
from app.queries.formats import FeedQuery
from app.queries.revisions import MOST_AHEAD
from app.tables import Revision
from tests.conftest import Client, Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.operations import LISTS, Operation

ROUNDS = 14


def first_reported(line: dict[str, Any]) -> str:
    """When an event's one source counts: a day at its end."""
    published = {"gazette-monday": "2020-03-03T23:59:59", "post-tuesday": "2020-03-04T10:00:00"}
    return published[line["citations"][0]["source"]]


def first_day(line: dict[str, Any]) -> str:
    """The day by which an event's date sorts."""
    return (line["date"] + "-01")[:10]


def changed_lines(revision: int) -> list[dict[str, Any]]:
    """The record at a later revision: other words and dates, and new events before, among and after the old."""
    days = ("2019-01-01", "2020-03-02", "2020-04-01", "2021-12-31")
    fresh = [event_line(1000 * later + n, date=day) for later in range(2, revision + 1) for n, day in enumerate(days)]
    moved = [
        event_line(
            n, title=f"Round {n} as of {revision}", date=days[(n + revision) % 4] if n % 2 else event_line(n)["date"]
        )
        for n in range(ROUNDS)
    ]
    return reference_lines() + moved + fresh


@pytest.fixture
def loaded(store: Store, tmp_path: Any) -> Store:
    store.load(write_lines(tmp_path, invented_lines(ROUNDS)))
    return store


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines(ROUNDS)))
    return store.client()


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def cursor_of(client: Client, path: str) -> str:
    return asked(client.get(path).json()["links"]["next"])["cursor"][0]


def refuses(client: Client, cursor: str, path: str = "/v1/events?limit=2") -> str:
    """What a 400 says of a cursor."""
    answer = client.get(path, params={**{k: v[0] for k, v in asked(path).items()}, "cursor": cursor})
    assert answer.status_code == 400, answer.text
    assert [error["parameter"] for error in answer.json()["errors"]] == ["cursor"]
    return str(answer.json()["detail"])


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize(("sort", "key"), [("date", first_day), ("reported", first_reported)])
def test_a_walk_during_loads_has_no_gap_and_no_duplicate(loaded, tmp_path, sort, key, order):
    client, walked, revision = loaded.client(), [], 1
    following = f"/v1/events?sort={sort}&order={order}&limit=3"
    while following:
        answer = client.get(following).json()
        assert answer["meta"]["revision"] == 1
        walked += answer["data"]
        following = answer["links"].get("next")
        revision += 1
        assert loaded.load(write_lines(tmp_path, changed_lines(revision))).published
    lines = {line["id"]: line for line in invented_lines(ROUNDS) if line["kind"] == "event"}
    assert {event["id"] for event in walked} == set(lines)
    assert len(walked) == len(lines)
    assert all(event["title"] == lines[event["id"]]["title"] for event in walked)
    keys = [key(lines[event["id"]]) for event in walked]
    assert keys == sorted(keys, reverse=order == "desc")


@pytest.mark.parametrize("sort", ["date", "reported"])
def test_the_orders_are_each_other_reversed(client, sort):
    down = [event["id"] for event in client.walk(f"/v1/events?sort={sort}&limit=4")]
    up = [event["id"] for event in client.walk(f"/v1/events?sort={sort}&order=asc&limit=5")]
    assert up == down[::-1]
    assert len(set(up)) == ROUNDS


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_every_list_is_the_same_in_pages_of_one_and_in_one_page(client, operation: Operation):
    whole = client.get(operation.path, params={"limit": 500, "count": "exact"}).json()
    assert "next" not in whole["links"]
    assert client.walk(operation.path, params={"limit": 1}) == whole["data"]
    assert whole["meta"]["total"] == len(whole["data"]) > 0


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_the_next_cursor_is_that_of_the_next_page_and_enough_to_walk(client, operation: Operation):
    question: dict[str, Any] = {"limit": 2}
    walked: list[Any] = []
    while question:
        page = client.get(operation.path, params=question).json()
        walked += page["data"]
        cursor = page["meta"].get("next_cursor")
        assert [cursor] == asked(page["links"].get("next", "")).get("cursor", [None])
        question = {"limit": 2, "cursor": cursor} if cursor else {}
    assert walked == client.walk(operation.path)


@pytest.mark.parametrize("operation", LISTS, ids=str)
def test_a_page_that_ends_the_list_exactly_has_no_next(client, operation: Operation):
    total = len(client.walk(operation.path))
    assert "next" not in client.get(operation.path, params={"limit": total}).json()["links"]
    if total > 1:
        assert "next" in client.get(operation.path, params={"limit": total - 1}).json()["links"]


@pytest.mark.parametrize(
    "operation", [one for one in LISTS if str(one) not in ("list_events", "list_revisions", "list_changes")], ids=str
)
def test_records_are_in_the_order_of_their_ids(client, operation: Operation):
    ids = [record["id"] for record in client.walk(operation.path, params={"limit": 2})]
    assert ids == sorted(ids)


def test_revisions_are_walked_newest_first(loaded, tmp_path):
    client = loaded.client()
    for revision in range(2, 5):
        loaded.load(write_lines(tmp_path, changed_lines(revision)))
    page = client.get("/v1/revisions?limit=2").json()
    loaded.load(write_lines(tmp_path, changed_lines(5)))
    rest = client.walk(page["links"]["next"])
    assert [one["number"] for one in page["data"] + rest] == [4, 3, 2, 1]


def test_the_cursors_revision_wins_over_the_newest(loaded, tmp_path):
    client = loaded.client()
    whole = client.get("/v1/events").json()["data"]
    cursor = cursor_of(client, "/v1/events?limit=3")
    loaded.load(write_lines(tmp_path, changed_lines(2)))
    later = client.get("/v1/events", params={"cursor": cursor}).json()
    assert later["meta"]["revision"] == 1
    assert later["data"] == whole[3:]
    assert loaded.client().get("/v1/events").json()["meta"]["revision"] == 2
    assert "revision" in refuses(client, cursor, "/v1/events?as_of=2")


@pytest.mark.parametrize("as_of", ["", "1", "9999-12-31", "9999-12-31T00:00:00Z"])
def test_next_carries_the_revision_as_a_number(client, as_of):
    answer = client.get("/v1/events", params={"limit": 2} | ({"as_of": as_of} if as_of else {}))
    question = asked(answer.json()["links"]["next"])
    assert question["as_of"] == ["1"]
    assert set(question) == {"as_of", "cursor", "limit"}


def test_next_repeats_the_question(client):
    question = "/v1/events?actor=sea-league&actor=anna-berg&q=%22harbour+talks%22&order=asc&limit=2&count=exact"
    following = asked(client.get(question).json()["links"]["next"])
    assert {name: sorted(values) for name, values in following.items() if name not in ("as_of", "cursor")} == {
        "actor": ["anna-berg", "sea-league"], "q": ['"harbour talks"'], "order": ["asc"], "limit": ["2"],
        "count": ["exact"],
    }  # fmt: skip


def test_the_limit_may_change_on_the_way(client):
    whole = client.get("/v1/events").json()["data"]
    cursor = cursor_of(client, "/v1/events?limit=3")
    middle = client.get("/v1/events", params={"cursor": cursor, "limit": 5}).json()
    assert middle["data"] == whole[3:8]
    rest = client.get("/v1/events", params={"cursor": asked(middle["links"]["next"])["cursor"][0], "limit": 500}).json()
    assert rest["data"] == whole[8:]


def test_whether_all_are_counted_may_change_on_the_way(client):
    whole = client.get("/v1/events").json()
    for first, then in (("", {"count": "exact"}), ("&count=exact", {})):
        cursor = cursor_of(client, f"/v1/events?limit=3{first}")
        answer = client.get("/v1/events", params={"cursor": cursor, **then})
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"] == whole["data"][3:]
        assert ("total" in answer.json()["meta"]) == bool(then)


def test_the_order_of_parameters_and_defaults_do_not_bind_a_cursor(client):
    cursor = cursor_of(client, "/v1/events?actor=sea-league&actor=anna-berg&tag=fishing&limit=2")
    again = "/v1/events?sort=date&tag=fishing&actor=anna-berg&actor=sea-league&actor=anna-berg&limit=2"
    assert client.get(f"{again}&cursor={cursor}").status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        *(
            "events?order=asc",
            "events?sort=reported",
            "events?tag=fishing",
            "events?q=harbour",
            "events?actor=anna-berg",
        ),
        *("events?date_from=2020-01-01", "actors", "citations", "locations", "publishers", "sources", "revisions"),
    ],
)
def test_a_cursor_of_another_question_is_refused(client, other):
    refuses(client, cursor_of(client, "/v1/events?limit=2"), f"/v1/{other}")


def test_a_cursor_of_a_like_question_of_another_resource_is_refused(client):
    refuses(client, cursor_of(client, "/v1/publishers?limit=1"), "/v1/sources")
    refuses(client, cursor_of(client, "/v1/actors?limit=1"), "/v1/locations")


def test_a_cursor_of_another_store_is_refused(client, database, make_store, tmp_path):
    other = make_store(database)
    other.load(write_lines(tmp_path, invented_lines(ROUNDS - 1)))
    refuses(client, cursor_of(other.client(), "/v1/events?limit=2"))


def test_a_cursor_of_a_revision_that_is_still_on_its_way_is_put_off(store, database, make_store, tmp_path):
    """As on a replica that lags: whoever walks pages comes back, and goes on at the revision where the walk began."""
    ahead = make_store(database)
    for loaded in (store, ahead):
        loaded.load(write_lines(tmp_path, invented_lines(ROUNDS)))
    ahead.load(write_lines(tmp_path, changed_lines(2)))
    page, lagging = ahead.client().get("/v1/events?limit=2").json(), store.client()
    following = page["links"]["next"]
    for question in (following, following.replace("as_of=2&", "")):
        answer = lagging.get(question)
        assert answer.status_code == 503
        assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("1", "no-store")
    assert lagging.get("/v1/events?as_of=2").status_code == 400
    refuses(lagging, page["meta"]["next_cursor"], "/v1/events?limit=2&order=asc")
    store.load(write_lines(tmp_path, changed_lines(2)))
    assert page["data"] + lagging.walk(following) == ahead.client().walk("/v1/events")


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\x1b", "\uffff"])
def test_a_sealed_cursor_of_what_no_value_holds_is_refused(client, text):
    """Anyone can seal one: a revision's digest is in its export."""
    told = json.loads(client.get("/v1/exports/changes.ndjson").text.splitlines()[0])
    revision = Revision(number=told["revision"], digest=told["digest"], published_at=0)
    assert client.get(f"/v1/actors?cursor={write_cursor(ActorQuery(), revision, ('a',))}").status_code == 200
    refuses(client, write_cursor(ActorQuery(), revision, (text,)), "/v1/actors")


@pytest.mark.parametrize("number", [2**63, -(2**63), -(2**70)])
def test_a_sealed_cursor_of_a_number_that_no_store_holds_is_refused(client, number):
    told = json.loads(client.get("/v1/exports/changes.ndjson").text.splitlines()[0])
    revision = Revision(number=told["revision"], digest=told["digest"], published_at=0)
    refuses(client, write_cursor(FeedQuery(), revision, (number, 1)), "/v1/events.atom")


def test_a_cursor_of_a_revision_far_ahead_is_refused(client):
    statuses = []
    for number in (2, 1 + MOST_AHEAD, 2 + MOST_AHEAD, 10**9):
        made_up = write_cursor(ActorQuery(), Revision(number=number, digest="", published_at=0), ("a",))
        statuses.append(client.get(f"/v1/actors?cursor={made_up}").status_code)
    assert statuses == [503, 503, 400, 400]


def test_a_truncated_or_altered_cursor_is_refused(client):
    cursor = cursor_of(client, "/v1/events?limit=2")
    for end in range(1, len(cursor)):
        refuses(client, cursor[:end])
    for place, letter in enumerate(cursor):
        for other in {"A", "z", "-", "_", "="} - {letter}:
            refuses(client, cursor[:place] + other + cursor[place + 1 :])
    for altered in (cursor + "=", cursor + "A", cursor + cursor, " " + cursor, cursor + "\n", cursor.swapcase()):
        refuses(client, altered)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "[1]", "1", "null", '"ab"', '["x",1]', '{"a":1,"b":2}', "[true,1]", "[1,null]", "[1,[1]]", "[1.0,1]",
     "[1e999,1]", "[NaN,1]", "[-1,1]", "[0,1]", "[2,1]", f"[{2**63},1]", f"[1,{10**400}]", "[" * 700, "[1,1", "[1,1]]",
     '[1,"\\ud800"]', "[1,1,1]", '[1,"a","b"]', "\x00", "\u20ac"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/events", "/v1/events?as_of=1", "/v1/actors", "/v1/revisions"])
def test_a_forged_cursor_is_refused(client, path, content):
    genuine = cursor_of(client, "/v1/events?limit=2")
    seal = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))[:16]
    for head in (seal, b"0" * 16, b""):
        refuses(client, base64.urlsafe_b64encode(head + content.encode()).decode().rstrip("="), path)


def test_a_cursor_moved_to_another_place_is_refused(client):
    genuine = cursor_of(client, "/v1/events?limit=2")
    text = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4)).decode()
    revision, key = json.loads(text[16:])
    for place in ([revision, key + 1], [revision + 1, key]):
        moved = text[:16] + json.dumps(place, separators=(",", ":"))
        refuses(client, base64.urlsafe_b64encode(moved.encode()).decode().rstrip("="))


def test_ids_of_the_greatest_length_are_walked(store, tmp_path):
    lines = [event_line(n, id=f"{'e' * 98}-{n}", relations=[]) for n in range(3)]
    for line in lines:
        line["citations"][0]["key"] = "k" * 60
    store.load(write_lines(tmp_path, reference_lines() + lines))
    assert len(store.client().walk("/v1/citations?limit=1")) == 3
    assert len(store.client().walk("/v1/events?limit=1")) == 3


def test_what_a_cursor_does_not_bind_is_still_checked(client):
    cursor = cursor_of(client, "/v1/events?limit=2")
    answer = client.get("/v1/events", params={"cursor": cursor, "limit": 501})
    assert answer.status_code == 400


WALKED = ("/v1/events", "/v1/events?sort=reported", "/v1/actors", "/v1/changes", "/v1/events/harbour-talks-1/history")


def test_a_page_ends_before_it_is_too_large_and_a_walk_misses_nothing(store, tmp_path, monkeypatch):
    for title in ("One", "Another"):
        store.load(write_lines(tmp_path, reference_lines() + [event_line(n, title=f"{title} {n}") for n in range(9)]))
    client = store.client(cache_bytes=0)
    whole = {path: client.walk(path) for path in WALKED}
    for room in (1, 5_000):
        monkeypatch.setattr(pagination, "LARGEST_PAGE", room)
        for path, records in whole.items():
            page = client.get(path).json()
            size = sum(len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()) for one in page["data"])
            assert size <= room or len(page["data"]) == 1
            assert ("next" in page["links"]) == (len(page["data"]) < len(records))
            assert client.walk(path) == records


def test_a_page_that_has_room_for_exactly_its_records_has_them(monkeypatch):
    monkeypatch.setattr(pagination, "LARGEST_PAGE", 10)
    rows = [("a", b"1234"), ("b", b"567890"), ("c", b"1")]
    assert pagination.page_of(rows, 3) == pagination.Page([b"1234", b"567890"], ("b",))
