"""`/v1/quality`: each check counts what a reading of the record finds, and leads to exactly these records."""

from datetime import UTC, datetime

import pytest

from tests.days import LAST, counts
from tests.weakness import OF_EVENTS, OF_SOURCES, weak


def ask(client, **asked):
    """The report, and the ids to which each check leads."""
    report = client.get("/v1/quality", params=asked).json()["data"]
    return report, {one["check"]: {line["id"] for line in client.walk(one["links"]["records"])} for one in report}


def check(client, due, **asked):
    report, found = ask(client, **asked)
    assert found == due
    assert {one["check"]: one["count"] for one in report} == {name: len(ids) for name, ids in due.items()}
    return report


def test_each_check_counts_what_is_weak_now_and_leads_there(generated, oracle):
    due = weak(oracle.written)
    assert all(ids for name, ids in due.items() if name != "no-matched-citation")
    check(generated, due)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_each_check_counts_what_was_weak_by_an_instant(generated, oracle, place):
    known = sorted({int(at) for at in counts(oracle.written).values() if at != LAST})
    at = known[int(len(known) * place)]
    report = check(generated, weak(oracle.written, at), known_at=_written(at))
    assert all("known_at=" in one["links"]["records"] for one in report)


def test_each_check_counts_what_was_weak_in_a_revision(world):
    for state in world.states:
        check(world.client, weak(state.record), as_of=state.number)


def test_a_link_counts_exactly_what_the_report_counts(generated):
    for one in generated.get("/v1/quality").json()["data"]:
        answer = generated.get(f"{one['links']['records']}&count=exact&limit=1")
        assert answer.json()["meta"]["total"] == one["count"]


def test_checks_are_the_codes_of_the_list_in_its_order_with_its_meanings(generated):
    [listed] = [one for one in generated.walk("/v1/vocabularies") if one["id"] == "quality"]
    report = generated.get("/v1/quality").json()["data"]
    assert [{"code": one["check"], "meaning": one["meaning"]} for one in report] == listed["codes"]
    assert [one["check"] for one in report] == [*OF_EVENTS, *OF_SOURCES]
    assert [one["kind"] for one in report] == ["event"] * 5 + ["source"] * 3


def test_checks_find_events_that_match_any_of_them_and_other_filters(generated, oracle):
    due = weak(oracle.written)
    both = generated.walk("/v1/events?quality=one-side&quality=uncited-fields&limit=500")
    assert {one["id"] for one in both} == due["one-side"] | due["uncited-fields"]
    some = generated.walk("/v1/events?quality=one-side&modality=alleged&limit=500")
    alleged = {one["id"] for one in oracle.record["event"] if one.get("modality") == "alleged"}
    assert {one["id"] for one in some} == due["one-side"] & alleged


def test_a_check_of_the_other_kind_finds_nothing(generated):
    assert generated.get("/v1/events?quality=no-text").json()["data"] == []
    assert generated.get("/v1/sources?quality=one-side").json()["data"] == []


def _written(at):
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
