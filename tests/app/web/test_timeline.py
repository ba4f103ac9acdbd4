"""The timeline: where marks and bars stand, and which ends of them are open."""

import random
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest

from app.web.months import Months, count_months
from app.web.timeline import MOST_LEVELS, ROOM, Mark, Month, lay_out


def event(name: str, first: str | None, last: str | None, precision: str = "day") -> dict[str, Any]:
    days = {"start_date": first, "end_date": last}
    held = {key: value for key, value in days.items() if value}
    return held | {"id": name, "title": name, "type": "consult", "date_precision": precision, "date_edtf": first or ""}


def laid(*events: dict[str, Any]) -> list[Mark]:
    drawn = lay_out(events, Months({}), len(events), count_months(events))
    return [mark for lane in drawn.lanes for mark in lane.marks]


@pytest.mark.parametrize(
    ("first", "last", "opens_before", "opens_after"),
    [
        ("2021-12-03", "2021-12-03", False, False),
        ("2021-12-03", "2021-12-09", False, False),
        ("2021-12-03", None, False, True),
        (None, "2021-12-09", True, False),
        (None, None, False, False),
    ],
)
def test_an_end_is_open_where_no_day_is_known(first, last, opens_before, opens_after):
    (mark,) = laid(event("one", first, last, "interval"))
    assert (mark.opens_before, mark.opens_after) == (opens_before, opens_after)


def test_no_mark_stands_on_another_while_there_are_levels():
    chance, events = random.Random(3), []
    for number in range(60):
        first = date(2021, 12, 1) + timedelta(days=chance.randrange(60))
        last = first + timedelta(days=chance.choice((0, 0, 2, 9)))
        events.append(event(f"e-{number:02}", f"{first}", f"{last}", "day" if first == last else "interval"))
    levels: dict[int, list[Mark]] = {}
    for mark in laid(*events):
        levels.setdefault(mark.level, []).append(mark)
    assert len(levels) > 4
    for level, marks in levels.items():
        for one, other in combinations(marks if level < MOST_LEVELS - 1 else [], 2):
            assert ends(one)[1] <= ends(other)[0] or ends(other)[1] <= ends(one)[0], (one.event, other.event)


def ends(mark: Mark) -> tuple[float, float]:
    places = (*(mark.bar or ()), mark.x - ROOM / 2, mark.x + ROOM / 2)
    return min(places), max(places)


def test_months_are_counted_only_where_all_are_known_and_not_all_is_drawn():
    events = [event("one", "2021-12-03", "2021-12-03")]

    def counted(total: int, *, are_all: bool) -> list[Month]:
        months = Months({"2021-12": 3, "2022-02": 1}, are_all)
        return lay_out(events, months, total, months).months

    assert [one.count for one in counted(4, are_all=True)] == [3, 1]
    assert counted(4, are_all=False) == []
    assert counted(1, are_all=True) == []
