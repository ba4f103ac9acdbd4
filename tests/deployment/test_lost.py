"""Whatever is lost behind the cache, readers are answered: whole, and right for some revision that was published."""

import itertools
import signal
import time
from typing import NamedTuple

import httpx
import pytest

from tests.deployment.conftest import ROUNDS
from tests.deployment.crowd import Crowd
from tests.deployment.programs import until
from tests.deployment.topology import MAX_AGE

QUESTIONS = [f"/v1/events?limit=500&near=60.5,5.25&radius_km={n}" for n in range(1, 400)]
"""The same answer at so many addresses: more than are asked before the first is no longer fresh."""
numbers = itertools.count(1000)


@pytest.fixture(autouse=True)
def whole(topology):
    """Every test begins with all of it running."""
    yield
    for program in (topology.replica, *topology.apis):
        if not program.is_running:
            program.start()
    for program in (topology.replica, *topology.apis):
        program.until(program.is_ready)


class Told(NamedTuple):
    """What one answer says."""

    revision: int
    states: frozenset[str]
    """Those that its events name: of a whole answer, one."""
    is_renewed: bool
    """Not the last of what is no longer fresh, for those who ask while it is renewed."""


def told(answer):
    document = answer.json()
    assert len(document["data"]) == ROUNDS
    states = frozenset(event["title"].rpartition(" ")[2] for event in document["data"])
    return Told(
        document["meta"]["revision"], states, "stale" not in answer.headers["Cache-Status"].partition("; hit")[2]
    )


def assert_unmixed(crowd):
    """Two revisions were seen, of each one state, and neither state in both."""
    seen = {(one.revision, one.states) for one in crowd.answered}
    assert all(len(states) == 1 for _, states in seen)
    assert len(seen) == len({revision for revision, _ in seen}) == len({states for _, states in seen}) == 2


def see_next(topology, crowd, before):
    """Once all have the next revision, and what was kept is old, that alone is seen; nothing failed meanwhile."""
    until(lambda: all_have(topology, before + 1))
    time.sleep(MAX_AGE + 1)
    seen = crowd.ask_more(100)
    assert crowd.failed == []
    assert {one.revision for one in crowd.answered[seen + 10 :] if one.is_renewed} == {before + 1}
    assert_unmixed(crowd)


def crowd_of(topology):
    return Crowd(topology.cache.address, QUESTIONS, told)


def new_question():
    return f"{QUESTIONS[0]}&bbox=-180,-90,180,{next(numbers) / 100}"


def newest(api):
    return httpx.get(f"{api.address}/health/ready").json()["revision"]


def all_have(topology, revision):
    return all(newest(api) == revision for api in topology.apis)


def follows(server, other):
    """Whether a replica has replayed all that its primary has written."""
    written = other.ask("SELECT pg_current_wal_flush_lsn()")
    return server.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")


def test_readers_of_a_replica_that_lags_see_the_old_revision_and_then_the_new(topology, records):
    before = newest(topology.apis[0])
    with crowd_of(topology) as crowd:
        topology.replica.ask("SELECT pg_wal_replay_pause()")
        topology.load(next(records))
        crowd.ask_more(100)
        assert {one.revision for one in crowd.answered} == {before}
        topology.replica.ask("SELECT pg_wal_replay_resume()")
        see_next(topology, crowd, before)


def test_a_walk_that_began_ahead_of_a_replica_waits_for_it_and_goes_on(topology, records):
    """As after a process with another server gave the first page."""
    topology.replica.ask("SELECT pg_wal_replay_pause()")
    ahead = topology.another_api(topology.primary)
    topology.load(next(records))
    until(lambda: newest(ahead) == newest(topology.apis[0]) + 1)
    page = httpx.get(f"{ahead.address}/v1/events?limit=7").json()
    following = topology.cache.address + page["links"]["next"]
    for _ in range(3):
        answer = httpx.get(following)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.headers["Content-Type"] == "application/problem+json"
    topology.replica.ask("SELECT pg_wal_replay_resume()")
    until(lambda: all_have(topology, newest(ahead)))
    seen = page["data"]
    while "next" in page["links"]:
        page = httpx.get(topology.cache.address + page["links"]["next"]).raise_for_status().json()
        seen += page["data"]
    assert seen == httpx.get(f"{ahead.address}/v1/events?limit=500").json()["data"]


def test_no_request_fails_where_a_process_is_killed(topology):
    for api in topology.apis:
        with crowd_of(topology) as crowd:
            crowd.ask_more(50)
            api.kill()
            crowd.ask_more(100)
            api.begin()
        assert crowd.failed == []


def test_no_request_fails_while_the_processes_are_restarted_in_turn(topology):
    with crowd_of(topology) as crowd:
        for api in topology.apis:
            crowd.ask_more(50)
            api.ask_to_end()
            api.begin()
    assert crowd.failed == []


def test_a_process_that_hangs_is_passed_by(topology):
    hanging, _ = topology.apis
    with crowd_of(topology) as crowd:
        hanging.send(signal.SIGSTOP)
        crowd.ask_more(200)
        hanging.send(signal.SIGCONT)
    assert crowd.failed == []


def test_where_no_process_is_left_what_is_kept_is_served_marked_as_stale(topology):
    kept, unknown = new_question(), new_question()
    with httpx.Client(base_url=topology.cache.address, headers={"Accept-Encoding": ""}) as client:
        answer = client.get(kept)
        time.sleep(MAX_AGE + 1)
        for api in topology.apis:
            api.kill()
        for _ in range(20):
            stale = client.get(kept)
            assert (stale.status_code, stale.content) == (200, answer.content)
            assert stale.headers["Cache-Status"].endswith("; detail=stale")
            assert client.head(kept).status_code == 200
            assert client.get(kept, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
            refused = client.get(unknown)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert refused.headers["Cache-Control"] == "no-store"
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["type"] == "/problems/unavailable"
            assert client.get("/health/ready").status_code == 503
        for api in topology.apis:
            api.start()
        until(lambda: all(api.is_ready() for api in topology.apis))
        assert client.get(unknown).status_code == 200
        assert client.get(kept).headers["Cache-Status"].startswith("dateline; fwd=stale")


def test_where_the_replica_is_lost_what_is_kept_is_served_until_it_is_back(topology):
    kept, unknown = new_question(), new_question()
    with httpx.Client(base_url=topology.cache.address, timeout=30) as client:
        answer = client.get(kept)
        time.sleep(MAX_AGE + 1)
        topology.replica.kill()
        until(lambda: client.get("/health/ready").status_code == 503)
        assert client.get(kept).content == answer.content
        refused = client.get(unknown)
        assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
        assert all(httpx.get(f"{api.address}/health/live").status_code == 200 for api in topology.apis)
        topology.replica.start()
        until(lambda: all(api.is_ready() for api in topology.apis))
        assert client.get(unknown).status_code == 200


def test_readers_do_not_notice_that_the_primary_is_lost_and_loads_go_on_at_the_replica(topology, records):
    """The last of this file: there is no primary afterwards but the one that was the replica."""
    before = newest(topology.apis[0])
    until(lambda: follows(topology.replica, topology.primary))
    with crowd_of(topology) as crowd:
        crowd.ask_more(50)
        topology.primary.kill()
        crowd.ask_more(100)
        assert topology.replica.ask("SELECT pg_promote()") is True
        topology.load(next(records), into=topology.replica)
        see_next(topology, crowd, before)
