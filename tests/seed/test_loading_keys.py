"""Two events with one key: both are served, each keeps the key that it got."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.keys import event_key
from tests.conftest import Store
from tests.content import content

DAY = "2021-12-27"


@pytest.fixture(scope="module")
def twins() -> tuple[str, str]:
    """Two ids with the same 34 bits of hash, in order: one pair is due among some 2^17 ids."""
    seen: dict[int, str] = {}
    for number in count():
        one = f"drill-{number}"
        other = seen.setdefault(event_key(0, None, one), one)
        if other != one:
            return min(one, other), max(one, other)
    raise AssertionError("unreachable")


def event(one: str, **changed: Any) -> dict[str, Any]:
    return {"kind": "event", "id": one, "title": f"Of {one}", "date": DAY, "tags": ["drill"], **changed}


def keys(store: Store) -> dict[str, set[int]]:
    held: dict[str, set[int]] = {}
    for row in content(store)["event"].values():
        held.setdefault(row["id"], set()).add(row["key"])
    return held


def walked(store: Store, question: str) -> list[str]:
    return [one["id"] for one in store.client().walk(f"/v1/events?limit=1{question}")]


def natural(one: str) -> int:
    return event_key(738_151, None, one)


def test_both_are_served_and_pages_walk_over_both(
    store: Store, write_record: Callable[..., Path], twins: tuple[str, str]
) -> None:
    first, second = twins
    store.load(write_record([event(first), event(second, title="Another matter"), event("x", date="2021-12-28")]))
    assert keys(store) | {"x": set()} == {first: {natural(first)}, second: {natural(first) + 1}, "x": set()}
    for question in ("", "&tag=drill", "&date_from=2021-12-01&date_to=2021-12-31", "&sort=reported"):
        assert walked(store, f"{question}&order=asc") == [first, second, "x"]
        assert walked(store, question) == ["x", second, first]
    assert walked(store, "&q=matter") == [second]
    assert walked(store, f"&id={first}") == [first]
    for one in twins:
        assert store.client().get(f"/v1/events/{one}").json()["data"]["id"] == one


def test_who_came_first_keeps_its_key_whatever_is_loaded_later(
    store: Store, write_record: Callable[..., Path], twins: tuple[str, str]
) -> None:
    first, second = twins
    store.load(write_record([event(second)]))
    both = [event(first), event(second)]
    store.load(write_record(both))
    due = {second: {natural(second)}, first: {natural(second) + 1}}
    assert keys(store) == due
    before = content(store)
    assert not store.load(write_record(both)).published
    assert content(store) == before
    for changed in (first, second):
        renamed = [event(one, title="Told anew") if one == changed else event(one) for one in twins]
        store.load(write_record(renamed))
        assert keys(store) == due
        tags = [event(one, tags=["drill", "sea"]) if one == changed else event(one) for one in twins]
        store.load(write_record(tags))
        assert keys(store) == due
        assert walked(store, "&tag=sea") == [changed]
        assert walked(store, "&tag=drill") == [first, second]
    assert walked(store, "&as_of=1") == [second]
    assert walked(store, "&as_of=2") == [first, second]


def test_a_key_that_an_event_once_had_is_never_given_to_another(
    store: Store, write_record: Callable[..., Path], twins: tuple[str, str]
) -> None:
    first, second = twins
    store.load(write_record([event(first), event(second)]))
    moved = event(first, date="2021-12-30")
    store.load(write_record([moved, event(second)]))
    store.load(write_record([moved, event(second, title="Told anew")]))
    assert keys(store)[second] == {natural(second) + 1}
    store.load(write_record([event(first), event(second, title="Told anew")]))
    assert keys(store)[first] == {natural(first), event_key(738_154, None, first)}
    for at, due in ((1, [second, first]), (2, [first, second]), (3, [first, second]), (4, [second, first])):
        assert walked(store, f"&as_of={at}") == due
        assert walked(store, f"&tag=drill&as_of={at}") == due


def test_both_databases_give_the_same_keys(
    make_store: Callable[[str], Store], write_record: Callable[..., Path], twins: tuple[str, str]
) -> None:
    path = write_record([event(one) for one in twins])
    answers = []
    for database in ("sqlite", "postgresql"):
        store = make_store(database)
        store.load(path)
        answers.append((keys(store), store.client().get("/v1/events").content))
    assert answers[0] == answers[1]
    assert len(json.loads(answers[0][1])["data"]) == 2
