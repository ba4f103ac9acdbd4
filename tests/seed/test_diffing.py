"""`dateline diff` says what the next load would change, as `/v1/changes` then says it, and changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from seed.checking import check
from seed.diffing import LONGEST, differences
from seed.redacting import redact
from seed.redactions import RedactionRefused
from tests.app.test_cli import address, call, folder, said
from tests.conftest import Store
from tests.content import content
from tests.invented import Line, event_line, reference_lines, write_lines
from tests.upheavals import load, upheavals

__all__ = ["call", "folder"]


def lines_of(changes: list[dict[str, Any]]) -> list[str]:
    """What a person is told of some changes."""
    told = []
    for one in changes:
        into = f" into {one['merged_into']}" if one["action"] == "merged" else ""
        why = f"{one['cause']}, {one['reason']}" if "reason" in one else one["cause"]
        told.append(f"{one['action']} {one['kind']} {one['id']}{into} ({why})")
        told += [f"    {part['field']}: {shown(part, 'old')} -> {shown(part, 'new')}" for part in one["changes"]]
    return told


def shown(change: dict[str, Any], side: str) -> str:
    if side not in change:
        return "nothing"
    text = json.dumps(change[side], ensure_ascii=False)
    return text[:LONGEST] + "…" * (len(text) > LONGEST)


def compare(store: Store, place: Path) -> list[str]:
    return differences(store.engine, check([place], allow_uncited=True))


@pytest.mark.parametrize("seed", [5])
def test_it_says_what_the_feed_says_after_the_load_and_leaves_every_row_as_it_is(store, tmp_path, seed):
    client, actions = store.client(), set()
    for _, place in upheavals(seed, 6, tmp_path):
        before = content(store)
        told = compare(store, place)
        assert content(store) == before
        revision = load(store, place).revision
        changes = client.walk(f"/v1/changes?since={revision - 1}&limit=500")
        assert told == lines_of(changes)
        actions |= {one["action"] for one in changes}
    assert actions == {"created", "updated", "withdrawn", "merged"}


def test_more_changes_than_a_page_are_all_told(store, tmp_path):
    talks = [event_line(number, relations=[]) for number in range(510)]
    told = compare(store, write_lines(tmp_path, [*reference_lines(), *talks]))
    assert len([one for one in told if one.startswith("created event ")]) == 510
    assert told == sorted(told, key=lambda one: one.split()[1:3])


LINES = [*reference_lines(), event_line(0), event_line(1)]


def edited(**changed: Any) -> list[Line]:
    return [*LINES[:-1], LINES[-1] | changed]


def test_each_property_is_told_with_both_values(store, tmp_path):
    load(store, write_lines(tmp_path, LINES))
    told = compare(store, write_lines(tmp_path, edited(title="Renamed", date_basis="как сказано", tags=[])))
    assert told == [
        "updated event harbour-talks-1 (record)",
        '    date_basis: nothing -> "как сказано"',
        '    tags: ["fishing"] -> []',
        '    title: "Harbour talks, round 1" -> "Renamed"',
    ]


def test_a_long_value_is_cut(store, tmp_path):
    load(store, write_lines(tmp_path, LINES))
    told = compare(store, write_lines(tmp_path, edited(date_basis="long " * 100)))
    assert told[1].endswith("…")
    assert len(told[1]) < LONGEST + 40


def test_what_is_missing_is_told_as_withdrawn(store, tmp_path):
    load(store, write_lines(tmp_path, LINES))
    told = compare(store, write_lines(tmp_path, LINES[:-1]))
    assert told == ["withdrawn event harbour-talks-1 (removal)"]


def test_a_value_that_was_redacted_is_refused(store, tmp_path):
    load(store, write_lines(tmp_path, LINES))
    redact(store.engine, "event", "harbour-talks-1", "title")
    before = content(store)
    with pytest.raises(RedactionRefused, match="harbour-talks-1"):
        compare(store, write_lines(tmp_path, LINES))
    assert content(store) == before


def test_the_command_prints_the_changes_or_that_there_are_none(store, tmp_path, call):
    store.load(write_lines(tmp_path, LINES))
    same = call("diff", tmp_path / "record.ndjson", DATABASE_URL=address(store))
    assert said(same) == (0, ["Nothing would change."])
    place = write_lines(tmp_path, edited(title="Renamed"))
    told = call("diff", place, DATABASE_URL=address(store))
    assert said(told) == (
        0,
        ["updated event harbour-talks-1 (record)", '    title: "Harbour talks, round 1" -> "Renamed"'],
    )
    assert store.client().get("/v1/revisions?count=exact").json()["meta"]["total"] == 1


def test_the_command_compares_with_an_empty_store(store, tmp_path, call):
    told = call("diff", write_lines(tmp_path, LINES), DATABASE_URL=address(store))
    assert told.returncode == 0
    assert "created event harbour-talks-1 (record)" in told.stdout.splitlines()
    assert not any(content(store).values())


def test_the_command_stops_at_faults_and_without_a_store(store, tmp_path, call):
    unsound = write_lines(tmp_path, edited(type="nothing-like-it"))
    told = call("diff", unsound, DATABASE_URL=address(store))
    assert (told.returncode, told.stdout) == (1, "")
    assert "nothing-like-it" in told.stderr
    missing = call("diff", write_lines(tmp_path, LINES), DATABASE_URL=f"sqlite:///{tmp_path}/nothing.db")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "Run: dateline seed" in missing.stderr
    assert not (tmp_path / "nothing.db").exists()
