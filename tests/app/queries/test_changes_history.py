"""`/v1/events/{id}/history`: every version that was ever served, equal to what was answered while it was new."""

import pytest


@pytest.fixture(scope="module")
def versions(world, due):
    """What each event's history has to tell, newest first, from the feed."""
    found = {}
    for one in due:
        if one["kind"] == "event":
            found.setdefault(one["id"], []).insert(0, one)
    return found


def history(world, event, **asked):
    return world.client.walk(f"/v1/events/{event}/history", params={"limit": 500, **asked})


def test_every_version_is_told_with_its_document_newest_first(world, versions):
    published = {one["number"]: one["published_at"] for one in world.client.walk("/v1/revisions")}
    for event, due in versions.items():
        found = history(world, event)
        assert [one.pop("published_at") for one in found] == [published[one["revision"]] for one in due]
        assert found == due
    actions = {one["action"] for due in versions.values() for one in due}
    assert actions == {"created", "updated", "withdrawn", "merged"}
    assert max(map(len, versions.values())) > 2


def test_a_document_is_what_the_event_s_own_address_answered_then(world, versions):
    for state in world.states:
        for event in versions:
            status, content = state.answers.get(("event", event), (404, None))
            if status == 200:
                newest = next(one for one in history(world, event, as_of=state.number) if "document" in one)
                assert newest["document"] == content


def test_as_of_leaves_out_what_came_later(world, versions):
    for event, due in versions.items():
        for state in world.states:
            known = [one["revision"] for one in due if one["revision"] <= state.number]
            answer = world.client.get(f"/v1/events/{event}/history?as_of={state.number}")
            assert answer.status_code == (200 if known else 404)
            assert [one["revision"] for one in answer.json().get("data", [])] == known


def test_events_that_are_not_served_any_more_have_a_history(world, versions):
    gone = [name for (kind, name), (status, _) in world.states[-1].answers.items() if kind == "event" and status != 200]
    assert gone
    for event in gone:
        newest = history(world, event)[0]
        assert newest["action"] in ("withdrawn", "merged")
        assert "document" not in newest


def test_the_newest_published_version_of_an_event_is_its_document(world):
    for event in world.client.walk("/v1/events"):
        assert history(world, event["id"])[0]["document"] == event


def test_pages_of_any_length_tell_the_same(world, versions):
    event = max(versions, key=lambda one: len(versions[one]))
    whole = history(world, event)
    for limit in (1, 2):
        assert history(world, event, limit=limit) == whole
    page = world.client.get(f"/v1/events/{event}/history?count=exact&limit=1").json()
    following = world.client.get(page["links"]["next"]).json()
    assert page["meta"]["total"] == following["meta"]["total"] == len(whole) > 2


def test_a_cursor_is_of_one_event(world, versions):
    one, other = sorted(versions, key=lambda event: len(versions[event]))[-2:]
    following = world.client.get(f"/v1/events/{one}/history?limit=1").json()["links"]["next"]
    assert world.client.get(following).status_code == 200
    answer = world.client.get(following.replace(f"/{one}/", f"/{other}/"))
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")


def test_known_at_is_refused(world, versions):
    answer = world.client.get(f"/v1/events/{next(iter(versions))}/history?known_at=2022-01-01")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "known_at")


def test_an_event_that_never_was_has_no_history(world):
    for name in ("nothing-like-it", "x" * 100):
        assert world.client.get(f"/v1/events/{name}/history").status_code == 404
