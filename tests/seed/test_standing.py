"""What is not rendered again: an event that is as it was, as is all that it shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from seed.causes import Key
from seed.checking import check
from seed.collection import Collection
from seed.standing import Standing, rendering
from tests.conftest import Store
from tests.content import content, timeless
from tests.invented import event_line, reference_lines

RELATED: dict[int, dict[str, Any]] = {
    1: {"relations": [{"type": "follows", "event": "harbour-talks-0"}]},
    2: {"merged_into": "harbour-talks-3"},
    4: {"relations": [{"type": "follows", "event": "harbour-talks-2"}]},
}
"""The first follows talks 0; the fourth follows the third, into which the second was merged."""


def record(**titles: str) -> list[dict[str, Any]]:
    events = [event_line(number, **{"relations": []} | RELATED.get(number, {})) for number in range(6)]
    return reference_lines() + [one | {"title": titles.get(one["id"][-1], one["title"])} for one in events]


@pytest.fixture
def collection(write_record: Callable[..., Path]) -> Collection:
    return check([write_record(record())], allow_uncited=True)


@pytest.mark.parametrize(
    ("edited", "rendered"),
    [
        (set(), set()),
        ({("event", "harbour-talks-5")}, {"harbour-talks-5"}),
        ({("event", "harbour-talks-0")}, {"harbour-talks-0", "harbour-talks-1"}),
        ({("event", "harbour-talks-3")}, {"harbour-talks-3", "harbour-talks-4"}),
        ({("event", "harbour-talks-2")}, {"harbour-talks-2", "harbour-talks-4"}),
    ],
)
def test_an_event_stands_unless_it_or_an_event_that_it_shows_was_edited(
    collection: Collection, edited: set[Key], rendered: set[str]
) -> None:
    standing = Standing(collection, edited, edited, is_same_code=True)
    assert {one for one in collection.event if one not in standing} == rendered


def test_an_event_shows_what_was_merged_by_its_last_survivor_and_every_other_that_it_follows(
    write_record: Callable[..., Path],
) -> None:
    lines = record()
    *_, third, _, last = lines
    third["merged_into"] = "harbour-talks-1"
    last["relations"] = [{"type": "follows", "event": f"harbour-talks-{one}"} for one in (2, 0)]
    collection = check([write_record(lines)], allow_uncited=True)
    for number in range(4):
        edited = {("event", f"harbour-talks-{number}")}
        assert "harbour-talks-5" not in Standing(collection, edited, edited, is_same_code=True)


def test_none_stands_when_another_record_was_edited_and_all_do_when_it_is_new(collection: Collection) -> None:
    edited = {("actor", "anna-berg")}
    assert not any(one in Standing(collection, edited, edited, is_same_code=True) for one in collection.event)
    assert all(one in Standing(collection, edited, set(), is_same_code=True) for one in collection.event)


def test_a_withdrawn_event_stands_whatever_became_of_what_it_named(write_record: Callable[..., Path]) -> None:
    lines = record()
    lines[-1] |= {"status": "withdrawn", "reason": "Invented.", "relations": RELATED[1]["relations"]}
    events = dict(check([write_record(lines)], allow_uncited=True).event)
    del events["harbour-talks-0"]
    edited = {("event", "harbour-talks-3")}
    assert "harbour-talks-5" in Standing(Collection(event=events), edited, edited, is_same_code=True)


def test_none_stands_that_other_code_rendered(collection: Collection) -> None:
    assert not any(one in Standing(collection, set(), set(), is_same_code=False) for one in collection.event)


def test_words_of_another_unicode_are_of_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rendering.__wrapped__()
    monkeypatch.setattr("unicodedata.unidata_version", "3.2.0")
    assert rendering.__wrapped__() != before


def test_a_store_is_the_same_whether_its_events_stood_or_were_rendered_again(
    store: Store, write_record: Callable[..., Path], make_store: Callable[[str], Store], database: str
) -> None:
    states = [record(), record(**{"0": "Talks once more", "3": "The last talks"})]
    states.append([one | {"name": "Anne Berg"} if one["id"] == "anna-berg" else one for one in states[1]])
    always = make_store(database)
    for number, lines in enumerate(states, 1):
        path = write_record(lines, f"{number}.ndjson")
        with always.engine.begin() as connection:
            connection.execute(text("UPDATE revision SET rendering = 'another'"))
        assert [one.load(path).revision for one in (store, always)] == [number, number]
    with store.engine.begin() as connection:
        assert {row[0] for row in connection.execute(text("SELECT rendering FROM revision"))} == {rendering()}
        connection.execute(text("UPDATE revision SET rendering = 'another'"))
    with always.engine.begin() as connection:
        connection.execute(text("UPDATE revision SET rendering = 'another'"))
    assert timeless(content(store)) == timeless(content(always))
