"""Where the events of a picture stand, and what is said of those that have no room."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.conftest import Store
from tests.invented import event_line, reference_lines, write_lines

SVG = "{http://www.w3.org/2000/svg}"
LABELS, DESCRIBED, ROOM_FOR_UNDATED = 60, 50, 24


def draw(make_store: Callable[[str], Store], folder: Path, *events: Any, others: Sequence[Any] = ()) -> Any:
    lines = [event_line(0, **{"id": f"e-{at:02}", "relations": []} | one) for at, one in enumerate(events)]
    store = make_store("sqlite")
    store.load(write_lines(folder, [*reference_lines(), *others, *lines]))
    return etree.fromstring(store.client().get("/v1/events.svg?limit=500").content)


def texts(root: Any) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def titles(root: Any) -> list[str]:
    """Of the events that are drawn, in the words that their marks have."""
    groups = (one.find(f"{SVG}title") for one in root.iter(f"{SVG}g"))
    return [title.text for title in groups if title is not None]


@pytest.mark.parametrize(
    ("date", "points_left"),
    [("../2020-03-02", True), ("[..2020-03-02]", True), ("2020-03-02/..", False), ("[2020-03-02..]", False)],
)
def test_an_arrow_points_to_where_time_is_open(make_store, tmp_path, date, points_left):
    """It goes from one side of the bar's end over its tip to the other; no other line of a picture has round ends."""
    root = draw(make_store, tmp_path, {"date": date})
    (arrow,) = [one.get("d") for one in root.iter(f"{SVG}path") if one.get("stroke-linecap") == "round"]
    end, tip, _ = (float(one.split()[0]) for one in re.split("[ML]", arrow)[1:])
    assert (tip < end) == points_left


@pytest.mark.parametrize(("more", "told"), [(0, None), (1, "And 1 more."), (2, "And 2 more.")])
def test_its_description_says_how_many_events_it_leaves_out(make_store, tmp_path, more, told):
    root = draw(make_store, tmp_path, *[{"date": "2020-03-02"}] * (DESCRIBED + more))
    desc = root.find(f"{SVG}desc").text
    assert desc.count("Harbour talks") == DESCRIBED
    assert (told in desc) if told else (" more." not in desc)


@pytest.mark.parametrize(
    ("more", "told"), [(0, []), (1, ["and 1 more undated event"]), (3, ["and 3 more undated events"])]
)
def test_it_says_how_many_undated_events_have_no_room(make_store, tmp_path, more, told):
    root = draw(make_store, tmp_path, *[{"date": None}] * (ROOM_FOR_UNDATED + more))
    assert [one for one in texts(root) if "more undated" in one] == told
    assert len(titles(root)) == ROOM_FOR_UNDATED


def test_where_not_all_have_labels_those_of_most_origins_do(make_store, tmp_path):
    """Two papers that found out for themselves are more than three that print the same."""
    copies = [
        {
            "kind": "source",
            "id": f"copy-{at}",
            "title": "A copy",
            "derived_from": [{"source": "gazette-monday", "how": "reprints"}],
        }
        for at in range(2)
    ]
    printed, found_out = ("gazette-monday", "copy-0", "copy-1"), ("gazette-monday", "post-tuesday")
    events = [{"citations": cite(*printed)}] * LABELS + [
        {"title": "Two papers found out", "citations": cite(*found_out)}
    ]
    root = draw(make_store, tmp_path, *({"date": "2020-03-02"} | one for one in events), others=copies)
    assert "1 more event, as marks alone" in texts(root)
    assert "Two papers found out" in texts(root)
    assert len(titles(root)) > LABELS


def cite(*sources: str) -> list[dict[str, Any]]:
    return [{"key": source, "source": source} for source in sources]
