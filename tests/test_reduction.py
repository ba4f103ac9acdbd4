"""The evaluation of `known_at` that tests are held against: what must be true of it whatever the rules say."""

import random

import pytest

from seed.checking import check
from tests.days import LAST, counts
from tests.generator import FIELDS, generate, write
from tests.lineage import by_id, origin, roots
from tests.notation import as_held, flow
from tests.reduction import Instant, State, is_published, reduce
from tests.rivals import contest

SEEDS = range(12)


def made(seed, events=12):
    return contest(generate(seed, events), seed)


def instants(record, seed):
    known = [at for at in counts(record).values() if at != LAST]
    return [at + beside for at in random.Random(seed).sample(known, 4) for beside in (-1, 0)] + [LAST]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_at_an_instant_has_nothing_more_to_lose(seed):
    record = made(seed)
    for at in instants(record, seed):
        state = reduce(record, at)
        assert reduce(state, at) == reduce(state, LAST) == state


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_is_left_names_what_is_later(seed):
    record = made(seed)
    for at in instants(record, seed):
        state, known = reduce(record, at), counts(record)
        assert all(known[one["id"]] <= at for one in state["source"])
        events = {one["id"] for one in state["event"]}
        for event in state["event"]:
            keys = {one["key"] for one in event.get("citations", [])}
            assert all(known[one["source"]] <= at for one in event.get("citations", []))
            assert all({*one["citations"]} <= keys for one in event.get("claims", []))
            assert {one["event"] for one in event.get("relations", [])} <= events
            assert "earlier" not in event


@pytest.mark.parametrize("seed", SEEDS)
def test_origins_are_those_of_the_whole_record(seed):
    record = made(seed)
    whole = {(event["id"], one["key"]): origin(by_id(record), one) for event, one in cited(record)}
    for at in instants(record, seed):
        state = reduce(record, at)
        left = {(event["id"], one["key"]): origin(by_id(state), one) for event, one in cited(state)}
        assert left.items() <= whole.items()


def cited(record):
    return [(event, one) for event in record["event"] if is_published(event) for one in event.get("citations", [])]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_records_made_up_are_sound(seed, tmp_path):
    check([write(made(seed, 60), tmp_path)], allow_uncited=True)


def test_the_records_made_up_hold_every_case_that_the_rules_tell():
    found = {case for seed in range(60) for case in cases(made(seed), seed)}
    assert found >= {
        "own", "claim", "words", "none", "filled", "rehabilitated", "still deprecated", "told of", "not told of",
        "rival", "time without day", "basis of words", "withdrawn", "merged", "merged into withdrawn",
        "merged twice", "relation to itself", "undated", "same second", "deep lineage", "several roots", "no root",
    } | {f"{field} {how}" for field in FIELDS for how in ("claim", "words", "rival")}  # fmt: skip


def cases(record, seed):
    """The names of what a record is an example of."""
    known = counts(record)
    dated = [at for at in known.values() if at != LAST]
    yield from ["undated"] * (len(dated) < len(known)) + ["same second"] * (len(set(dated)) < len(dated))
    sources = by_id(record)
    found = [roots(sources, one) for one in sources]
    yield from {"several roots" for one in found if len(one) > 1} | {"no root" for one in found if None in one}
    yield from {"deep lineage" for one in sources if depth(sources, one) > 2}
    events = {one["id"]: one for one in record["event"]}
    for event in events.values():
        yield from unpublished_cases(event, events)
        for at in instants(record, seed):
            yield from shown_cases(State(event, Instant(record, at))) if is_published(event) else ()


def depth(sources, start):
    links = [one["source"] for one in sources[start].get("derived_from", []) if "source" in one]
    return max((1 + depth(sources, one) for one in links), default=0)


def unpublished_cases(event, events):
    yield "withdrawn" if event.get("status") == "withdrawn" else "merged" if "merged_into" in event else "published"
    target = events.get(event.get("merged_into"), {})
    yield "merged into withdrawn" if target.get("status") == "withdrawn" else ""
    yield "merged twice" if "merged_into" in target else ""
    related = [events[one["event"]] for one in event.get("relations", [])]
    yield from ("relation to itself" for one in related if one.get("merged_into") == event["id"])


def shown_cases(state):
    shown, event = state.fields(), state.event
    for name in FIELDS:
        how = "words" if name in state.words else "own" if state.stands(name) else "claim" if name in shown else "none"
        yield from (how, f"{name} {how}", *(["filled"] if how == "claim" and name not in event else []))
    if state.words.keys() >= {"date", "date_basis"}:
        yield "basis of words"
    if state.stands("start_time") and "start_time" not in shown:
        yield "time without day"
    deprecated = [one for one in event.get("claims", []) if one.get("rank") == "deprecated"]
    yield from ("rehabilitated" if state._is_rehabilitated(one) else "still deprecated" for one in deprecated)  # noqa: SLF001
    for one in state.rivals():
        yield from ("rival", f"{one['field']} rival", "told of" if {"relation", "note"} & one.keys() else "not told of")


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("kyiv", ["kyiv"]), ("[kyiv]", ["kyiv"]), ("[kyiv, lviv]", ["kyiv", "lviv"]), (["kyiv"], ["kyiv"]),
        ({"actor": "nato", "role": "target"}, [{"actor": "nato", "role": "target"}]),
        ("[{measure: troops, low: 100000}]", [{"measure": "troops", "low": 100000}]),
        ("{measure: troops, low: 100000}", [{"measure": "troops", "low": 100000}]),
    ],
)  # fmt: skip
def test_a_list_is_claimed_in_any_notation_of_the_record(written, held):
    assert as_held("locations", written) == held
    assert as_held("locations", flow(held)) == held
