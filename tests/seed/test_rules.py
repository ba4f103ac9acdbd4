"""The rules that a record must keep by itself, each told at the value that breaks it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seed.rules import MOST, broken_rules
from tests.harbour import FILES, check_files, faults_of

EARLIEST = "expected a day, a month or a year, since the source counts from its end"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("latitude: 60.5\n  ", "", ["locations.yaml:7:14: expected latitude and longitude together"]),
        ("longitude: 5.25\n  ", "", ["locations.yaml:7:13: expected latitude and longitude together"]),
        ('from: "2019"', 'from: "2021"', ["actors.yaml:8:68: expected an end at or after the start, `from`"]),
        ('from: "2019"', "from: 2020-06-30", []),
        ('from: "2019", to: 2020-06', "from: 2020-06-30, to: 2020-06-30", []),
        ("how: reprints", "how: reprints, publisher: post", [
            "sources.yaml:12:58: expected either a source or a publisher"]),
        ("{source: gazette-monday, ", "{", ["sources.yaml:12:7: expected either a source or a publisher"]),
        ("updated: 2020-03-04", "updated: 2020-03-02", [
            "sources.yaml:7:12: expected a time at or after published, 2020-03-03"]),
        ("published: 2020", "published_not_before: 2021-01-01\n  published: 2020", [
            "sources.yaml:7:14: expected a time at or after published_not_before, 2021-01-01"]),
        ("published: 2020", "published_not_before: 2020-03-03T10:00:00Z\n  published: 2020", [
            f"sources.yaml:6:25: published_not_before: {EARLIEST}"]),
        ("{source: gazette-monday, how: reprints", "{source: post-tuesday, how: cites", [
            "sources.yaml:12:16: a source that cites itself; expected another source"]),
        ("date: 2020-03-02", "date: 2020-03", ["events.yaml:5:15: expected a start_time only where date is a day"]),
        ('date: "2020"', 'start_time: "10:00Z"', ["events.yaml:22:15: expected a start_time only where date is a day"]),
        ("low: 2", "low: 9", ["events.yaml:10:39: expected low <= best <= high"]),
        ("low: 2", "low: 2, best: 6", ["events.yaml:10:48: expected low <= best <= high"]),
        ("low: 2, high: 5", "unit: crews", ["events.yaml:10:7: expected a value, or low, best or high"]),
        ("supports: [date", "supports: [start_time, date, summary", []),
        ("post-tuesday}", "post-tuesday, supports: [date, actors]}", [
            "events.yaml:24:60: supports 'actors', which the event does not have; expected a field that it has"]),
        ("- {key: monday", "- {key: monday, source: post-tuesday}\n    - {key: monday", [
            f"events.yaml:{line}:13: the key 'monday' stands at two citations; expected another" for line in (24, 25)]),
        ("The talks, on", "The talks, held on this Monday", ["events.yaml:17:25: `starts` has 6 words; give 1 to 5"]),
        ("said the league.", "said\\n the league.", [
            "events.yaml:17:48: `ends` holds a line break; choose words of one line"]),
        ('league."', 'league.", after: It met again later', ["events.yaml:17:75: `after` has 4 words; give 1 to 3"]),
        ('league."', 'league.", start: 90, end: 90', ["events.yaml:17:84: expected an end after the start 90"]),
        ('league."', 'league.", start: 90', ["events.yaml:17:75: expected start and end together"]),
        ("part_of, event: harbour-talks", "follows, event: second-round", [
            "events.yaml:26:30: a relation of the event to itself; expected another event"]),
        ("part_of, event: harbour-talks", "part_of, event: second-round", [
            "events.yaml:26:30: a relation of the event to itself; expected another event"]),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_alone_at_the_value_that_breaks_it(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    assert faults_of(tmp_path, (old, new)) == told


MANY: dict[str, Callable[[int], dict[str, Any]]] = {
    "citations": lambda n: {"key": f"k{n}", "source": "post-tuesday"},
    "claims": lambda n: {"field": "summary", "value": f"Words {n}", "citations": ["k0"]},
    "earlier": lambda n: {"before": f"source-{n}"},
}


@pytest.mark.parametrize("name", MOST)
def test_of_what_gives_an_event_states_there_is_as_much_as_the_limit_and_no_more(name: str) -> None:
    most, event = MOST[name], {"id": "talks", "citations": [MANY["citations"](0)]}
    told = {count: list(broken_rules("event", event | {name: list(map(MANY[name], range(count)))}))
            for count in (most, most + 1)}  # fmt: skip
    assert told[most] == []
    assert [loc for loc, _ in told[most + 1]] == [(name, most)]


def test_instants_are_compared_across_their_zones(tmp_path: Path) -> None:
    published = ("published: 2020-03-03", "published: 2020-03-04T10:00:00+02:00")
    assert faults_of(tmp_path, published, ("updated: 2020-03-04", "updated: 2020-03-04T08:00:00Z")) == []
    assert faults_of(tmp_path, published, ("updated: 2020-03-04", "updated: 2020-03-04T07:59:59Z")) == [
        "sources.yaml:7:12: expected a time at or after published, 2020-03-04T10:00:00+02:00"
    ]


def test_a_rule_is_told_even_where_another_value_of_the_record_is_wrong(tmp_path: Path) -> None:
    changes = [
        ("precision: exact", "precison: exact"),
        ("latitude: 60.5\n  ", ""),
        ("parent: north-coast", "parent: x"),
    ]
    assert [fault.split(": ")[0] for fault in faults_of(tmp_path, *changes)] == [
        f"locations.yaml:{place}" for place in ("6:11", "7:14", "8:3")
    ]


def test_a_rule_about_a_value_of_the_wrong_type_is_left_to_the_fault_of_its_type(tmp_path: Path) -> None:
    wrong = "[1, text, null, {a: 1}, [x], true]"
    for name, content in FILES.items():
        for line in content.splitlines():
            if line.startswith(("  ", "- ")) and ": " in line and "{" not in line:
                damaged = content.replace(line, f"{line.partition(':')[0]}: {wrong}", 1)
                faults = check_files(tmp_path, FILES | {name: damaged})
                number = content[: content.index(line)].count("\n") + 1
                assert any(fault.startswith(f"{name}:{number}:") for fault in faults), (name, line, faults)


def test_an_entry_given_again_is_served_once(store, write_record):
    event = {
        "kind": "event", "id": "talks", "title": "Talks", "tags": ["boats", "boats"], "locations": ["bay", "bay"],
        "actors": [{"actor": "league", "role": role} for role in ("host", "host", "target")],
    }  # fmt: skip
    league = {"kind": "actor", "id": "league", "name": "League", "aliases": ["The League", "The League"]}
    store.load(write_record([{"kind": "location", "id": "bay", "name": "Bay"}, league, event]))
    client = store.client()
    served = client.get("/v1/events/talks").json()["data"]
    assert (served["tags"], [place["id"] for place in served["locations"]]) == (["boats"], ["bay"])
    assert [one["role"] for one in served["actors"]] == ["host", "target"]
    assert client.get("/v1/actors/league").json()["data"]["aliases"] == ["The League"]
