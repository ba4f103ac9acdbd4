"""What stands at the address of a record that is not published, or not any more: 404, 410 with its tombstone, 301."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from seed.checking import check
from seed.loading import RemovalRefused, publish
from seed.redacting import redact
from tests.conftest import Client, Store
from tests.content import content
from tests.invented import Line, event_line, reference_lines, write_lines
from tests.upheavals import load

WHY = "Both texts mean the round before."
SPARE = [
    {"kind": "publisher", "id": "spare-post", "name": "Spare Post"},
    {"kind": "source", "id": "spare-source", "title": "Spare", "published": "2020-03-03"},
    {"kind": "actor", "id": "spare-actor", "name": "Spare"},
    {"kind": "location", "id": "spare-cape", "name": "Spare Cape"},
]
ROUNDS = {number: event_line(number, relations=[]) for number in range(6)}
GUIDE = event_line(
    9,
    id="guide",
    relations=[{"type": kind, "event": f"harbour-talks-{n}"} for n, kind in enumerate(("part_of", *["follows"] * 5))],
)
WITHDRAWN = {"status": "withdrawn", "reason": WHY}
TO_0, TO_1, TO_3 = ({"merged_into": f"harbour-talks-{number}"} for number in (0, 1, 3))
STATES: list[dict[int, Line]] = [
    {},
    {1: WITHDRAWN, 2: TO_3},
    {1: WITHDRAWN | {"title": "Renamed while it was gone"}, 2: TO_3, 3: TO_0, 4: TO_1, 5: {"tags": ["more"]}},
    {2: TO_3, 3: TO_0, 4: TO_1},
]
"""How each revision writes the rounds: what it says of a round, and nothing of the others."""


def state(number: int) -> list[Line]:
    rounds = [line | STATES[number - 1].get(one, {}) for one, line in ROUNDS.items()]
    return [*reference_lines(), *SPARE, *rounds, GUIDE]


def address(number: int, suffix: str = "", **asked: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/v1/events/harbour-talks-{number}{suffix}{'?' * bool(query)}{query}"


@pytest.fixture(scope="module")
def store(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    """A store of the four states; in a fifth, what can be spared is gone from the files."""
    store, folder = make_store(database), tmp_path_factory.mktemp("record")
    for number in range(1, len(STATES) + 1):
        load(store, write_lines(folder, state(number)))
    kept = [line for line in state(4) if line not in (*SPARE, GUIDE)]
    assert load(store, write_lines(folder, kept)).revision == 5
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client()


def statuses(client: Client, path: str) -> list[int]:
    """At each revision."""
    return [client.get(path, params={"as_of": number}).status_code for number in range(1, 6)]


def test_a_withdrawn_event_answers_until_its_withdrawal_and_again_once_it_is_published(client):
    for suffix in ("", "/claims"):
        assert statuses(client, address(1, suffix)) == [200, 410, 410, 200, 200]
    assert statuses(client, address(1, "/history")) == [200] * 5


def test_a_tombstone_tells_when_and_why_it_was_withdrawn(client):
    for suffix in ("", "/claims"):
        answer = client.get(address(1, suffix, as_of=2))
        body = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (body["type"], body["status"]) == ("/problems/gone", 410)
        assert body["tombstone"] == {"kind": "event", "id": "harbour-talks-1", "revision": 2, "reason": WHY}
        assert WHY in body["detail"]
        assert "revision 2" in body["detail"]


def test_an_edit_of_what_is_gone_does_not_move_its_tombstone(client):
    """The title was edited in the files, and shows nowhere."""
    tombstones = [client.get(address(1, as_of=number)).json()["tombstone"] for number in (2, 3)]
    assert tombstones[0] == tombstones[1]


def test_a_merged_event_leads_to_the_one_it_was_merged_into(client):
    assert statuses(client, address(2)) == [200, 301, 301, 301, 301]
    assert client.get(address(2)).headers["Location"] == address(3)
    assert client.get(address(4, as_of=3)).headers["Location"] == address(1, as_of=3)


def test_the_way_keeps_the_suffix_and_the_question_as_they_were_asked(client):
    question = "known_at=2021-01-01T00:00:00%2B02:00&as_of=2"
    for suffix in ("", "/claims"):
        answer = client.get(f"{address(2, suffix)}?{question}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{address(3, suffix)}?{question}")
        assert parse_qsl(urlsplit(answer.headers["Location"]).query)[0][1] == "2021-01-01T00:00:00+02:00"


def test_the_way_begins_with_the_public_address(store):
    outside = store.client(public_url="https://dateline.example/api")
    answer = outside.get(address(2, "/claims", as_of=2))
    assert answer.headers["Location"] == f"https://dateline.example/api{address(3, '/claims', as_of=2)}"


def test_a_chain_of_mergers_leads_to_an_event_that_is_published(client):
    for suffix in ("", "/claims"):
        first = client.get(address(2, suffix, as_of=3)).headers["Location"]
        second = client.get(first).headers["Location"]
        assert (first, second) == (address(3, suffix, as_of=3), address(0, suffix, as_of=3))
        assert client.get(second).status_code == 200


def test_what_was_merged_into_a_withdrawn_event_leads_to_its_tombstone(client):
    into = [client.get(address(4, as_of=number)).headers["Location"] for number in (3, 4)]
    assert [client.get(one).status_code for one in into] == [410, 200]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("suffix", ["", "/claims"])
def test_head_is_answered_as_get_without_a_body(client, number, suffix):
    path = address(number, suffix, as_of=2)
    got, head = client.get(path), client.request("HEAD", path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert lasting(head.headers) == lasting(got.headers)


def lasting(headers):
    """Without the length, and without the name that each request has for itself."""
    return {name: value for name, value in headers.items() if name not in ("content-length", "x-request-id")}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("suffix", ["", "/claims"])
def test_a_tag_of_before_does_not_hold(client, number, suffix):
    due = {1: 410, 2: 301}[number]
    held = client.get(address(number, suffix, as_of=1)).headers["ETag"]
    for tags in (held, "*", f'W/{held}, "other"'):
        assert client.get(address(number, suffix, as_of=2), headers={"If-None-Match": tags}).status_code == due
    assert client.get(address(number, suffix, as_of=1), headers={"If-None-Match": held}).status_code == 304
    assert "ETag" not in client.get(address(number, suffix, as_of=2)).headers


def test_a_gone_event_is_in_no_list(client):
    gone = [{"harbour-talks-1", "harbour-talks-2"}, {f"harbour-talks-{n}" for n in (1, 2, 3, 4)}]
    for number, ids in zip((2, 3), gone, strict=True):
        assert not ids & {one["id"] for one in client.walk(f"/v1/events?as_of={number}")}
        assert not ids & {one["event"]["id"] for one in client.walk(f"/v1/citations?as_of={number}")}
        counts = client.get(f"/v1?as_of={number}").json()["data"]["counts"]
        assert counts["events"] == 7 - len(ids) == counts["citations"]


@pytest.mark.parametrize("path", ["/v1/events?id=", "/v1/events?part_of=", "/v1/citations?event=", "/v1/facets?id="])
def test_the_id_of_a_gone_event_is_known_in_filters(client, path):
    for number in (1, 2):
        answer = client.get(f"{path}harbour-talks-{number}&as_of=2")
        assert (answer.status_code, answer.json()["data"]) == (200, [])
    assert client.get(f"{path}harbour-talks-7&as_of=2").status_code == 400


def related(client, number):
    found = client.get(f"/v1/events/guide?as_of={number}").json()["data"]["relations"]
    return [(one["type"], one["event"]["id"][-1]) for one in found]


def test_relations_to_gone_events_are_absent_and_to_merged_ones_lead_on(client):
    """Two that lead to one event are one relation."""
    assert related(client, 1) == [("part_of", "0"), *(("follows", str(n)) for n in range(1, 6))]
    assert related(client, 2) == [("part_of", "0"), ("follows", "3"), ("follows", "4"), ("follows", "5")]
    assert related(client, 3) == [("part_of", "0"), ("follows", "0"), ("follows", "5")]
    assert related(client, 4) == [("part_of", "0"), ("follows", "1"), ("follows", "0"), ("follows", "5")]


def test_what_is_related_to_a_merged_event_is_found_by_the_one_it_leads_to(store, tmp_path, make_store, database):
    own = make_store(database)
    lines = [*reference_lines(), ROUNDS[0], ROUNDS[1] | {"merged_into": "harbour-talks-0"}]
    load(
        own,
        write_lines(tmp_path, [*lines, ROUNDS[2] | {"relations": [{"type": "part_of", "event": "harbour-talks-1"}]}]),
    )
    client = own.client()
    assert [one["id"] for one in client.walk("/v1/events?part_of=harbour-talks-0")] == ["harbour-talks-2"]
    assert client.get("/v1/events/harbour-talks-2").json()["data"]["relations"][0]["event"]["id"] == "harbour-talks-0"


def test_known_at_finds_a_gone_event_as_gone(client):
    assert client.get(address(1, known_at="2020-01-01", as_of=2)).status_code == 410
    assert client.get(address(1, known_at="2020-01-01", as_of=1)).status_code == 404
    assert client.get(address(1, known_at="2021-01-01", as_of=1)).status_code == 200


@pytest.mark.parametrize("line", [*SPARE, GUIDE], ids=lambda line: line["kind"])
def test_a_removed_record_of_any_kind_is_gone(client, line):
    path = f"/v1/{line['kind']}s/{line['id']}"
    assert statuses(client, path) == [200, 200, 200, 200, 410]
    answer = client.get(path).json()
    assert answer["tombstone"] == {"kind": line["kind"], "id": line["id"], "revision": 5}
    assert line["id"] not in {one["id"] for one in client.walk(f"/v1/{line['kind']}s")}
    assert client.get(f"/v1/events?{line['kind'] if line is not GUIDE else 'id'}={line['id']}").status_code == 200


def test_a_record_that_never_was_is_not_found(client):
    for kind in ("events", "actors", "locations", "sources", "publishers"):
        answer = client.get(f"/v1/{kind}/nothing-like-it")
        assert (answer.status_code, "tombstone" in answer.json()) == (404, False)


def test_what_is_missing_from_the_files_is_refused_by_name_and_nothing_changes(make_store, database, tmp_path):
    own = make_store(database)
    load(own, write_lines(tmp_path, state(1)))
    before, spared = content(own), {line["id"]: line["kind"] for line in (*SPARE, GUIDE)}
    kept = [line for line in state(2) if line["id"] not in spared]
    with pytest.raises(RemovalRefused) as refused:
        publish(own.engine, check([write_lines(tmp_path, kept)]))
    assert refused.value.missing == sorted((kind, one) for one, kind in spared.items())
    assert all(f"{kind} '{one}'" in str(refused.value) for one, kind in spared.items())
    assert content(own) == before
    assert own.client().get("/v1/actors/spare-actor").status_code == 200


def test_what_is_redacted_of_a_withdrawn_event_leaves_its_tombstone(make_store, tmp_path):
    own = make_store("sqlite")
    for number in (1, 2):
        load(own, write_lines(tmp_path, state(number)))
    before = own.client().get(address(1))
    assert redact(own.engine, "event", "harbour-talks-1", "title") == 3
    after = own.client().get(address(1))
    assert (after.status_code, after.json()["tombstone"]["revision"]) == (410, 2)
    assert after.json() == before.json()


def test_a_tombstone_is_of_the_revision_in_which_the_feed_tells_it(world, due):
    found = {}
    for state in world.states:
        told = {(one["kind"], one["id"]): one for one in due if one["revision"] <= state.number}
        for key, (status, body) in state.answers.items():
            if status == 410:
                assert body["revision"] == told[key]["revision"]
                assert body.get("reason") == told[key].get("reason")
                found[key] = body
            elif status == 301:
                assert body == f"/v1/events/{told[key]['merged_into']}?as_of={state.number}"
    assert found
