"""`/v1/changes` tells every change of every record once, and no other: against a comparison of the states."""

import pytest

from tests.feed import documents
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.upheavals import load


def told(world, **asked):
    return world.client.walk("/v1/changes", params={"limit": 500, **asked})


def place(one):
    return one["revision"], one["kind"], one["id"]


def test_every_change_is_told_once_and_no_other(world, due):
    found = told(world)
    assert [(place(one), one["action"]) for one in found] == [(place(one), one["action"]) for one in due]
    assert {one["action"] for one in due} == {"created", "updated", "withdrawn", "merged"}


def test_changes_are_told_in_the_order_of_revision_kind_and_id(world):
    places = [place(one) for one in told(world)]
    assert places == sorted(set(places))


def test_an_update_tells_every_property_that_differs_with_both_values(world, due):
    assert [(place(one), one["changes"]) for one in told(world)] == [(place(one), one["changes"]) for one in due]
    assert [one for one in due if not one["changes"] and one["action"] == "updated"]  # of what was known before
    assert [one for one in due if len(one["changes"]) > 1]


def test_the_document_is_the_one_at_the_record_s_own_address(world):
    states = {state.number: documents(state) for state in world.states}
    for one in told(world):
        assert one.get("document") == states[one["revision"]].get((one["kind"], one["id"])), place(one)
        assert ("document" in one) == (one["action"] in ("created", "updated"))


def test_the_cause_is_the_edit_that_shows(world, due):
    assert [(place(one), one["cause"]) for one in told(world)] == [(place(one), one["cause"]) for one in due]
    assert {"record", "removal", "reinstatement"} < {one["cause"] for one in due}
    assert [one for one in due if "/" in one["cause"]]


def test_the_reason_and_the_target_are_the_desk_s(world, due):
    def words(one):
        return place(one), one.get("reason"), one.get("merged_into")

    assert list(map(words, told(world))) == list(map(words, due))


def applied(held, changes):
    """What someone holds who does as the feed says."""
    held = dict(held)
    for one in changes:
        key = one["kind"], one["id"]
        if one["action"] in ("created", "updated"):
            held[key] = one["document"]
        else:
            held.pop(key, None)
    return held


def test_whoever_applies_the_feed_to_nothing_holds_every_record(world):
    assert applied({}, told(world)) == documents(world.states[-1])


def test_whoever_holds_a_revision_and_applies_the_rest_holds_every_record(world):
    for state in world.states:
        assert applied(documents(state), told(world, since=state.number)) == documents(world.states[-1])
        assert applied({}, told(world, as_of=state.number)) == documents(state)


def test_since_and_as_of_bound_the_feed(world, due):
    for first in range(len(world.states) + 1):
        for last in range(max(first, 1), len(world.states) + 1):
            found = told(world, since=first, as_of=last)
            assert list(map(place, found)) == [place(one) for one in due if first < one["revision"] <= last]


@pytest.mark.parametrize("since", [8, 100, 999_999_999])
def test_a_revision_to_come_is_refused(world, since):
    newest = len(world.states)
    answer = world.client.get(f"/v1/changes?since={since}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "since")
    assert f"from 0 to {newest}" in answer.json()["detail"]
    assert world.client.get(f"/v1/changes?since={newest}").json()["data"] == []
    assert world.client.get(f"/v1/changes?since={newest}&as_of={newest - 1}").status_code == 400


@pytest.mark.parametrize("since", ["-1", "1.0", "one", "", "1000000000", "2026-01-01"])
def test_what_is_no_revision_is_refused(world, since):
    answer = world.client.get(f"/v1/changes?since={since}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "since")


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_pages_of_any_length_tell_the_same(world, limit):
    since = 0 if limit > 2 else 3
    whole = told(world, since=since)
    assert told(world, since=since, limit=limit) == whole
    total = world.client.get(f"/v1/changes?since={since}&limit={limit}&count=exact").json()["meta"]["total"]
    assert total == len(whole) > limit


def test_a_walk_while_loads_go_on_stays_at_its_revision(store, tmp_path):
    load(store, write_lines(tmp_path, invented_lines(6)))
    client = store.client()
    whole, walked = client.walk("/v1/changes?limit=500"), []
    answer = client.get("/v1/changes?limit=3").json()
    for number in range(1, 200):
        walked += answer["data"]
        if "next" not in answer["links"]:
            break
        load(store, write_lines(tmp_path, [*reference_lines(), event_line(0, title=f"Renamed {number}")]))
        answer = client.get(answer["links"]["next"]).json()
        assert answer["meta"]["revision"] == 1
    assert walked == whole
    assert store.client().get("/v1/changes").json()["meta"]["revision"] == number
