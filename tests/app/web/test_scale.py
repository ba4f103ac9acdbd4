"""The scale of a timeline."""

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.web.scale import MOST_STRETCHES, Scale


def by_month(days):
    return Counter(day.isoformat()[:7] for day in days)


def test_time_never_runs_backwards_and_stays_in_the_picture():
    chance = random.Random(5)
    for _ in range(200):
        first = date.fromordinal(chance.randrange(1, date.max.toordinal()))
        spread = chance.choice((40, 4_000, 400_000))
        days = [
            date.fromordinal(min(first.toordinal() + chance.randrange(spread), date.max.toordinal())) for _ in range(60)
        ]
        scale = Scale(by_month(days), undated=chance.choice((0, 3)))
        places = [scale.place(day) for day in sorted(days)]
        assert places == sorted(places)
        assert all(0 <= scale.place(day) <= scale.middle(day) <= scale.place(day, end=True) <= 100.001 for day in days)
        assert len(scale.stretches) <= max(MOST_STRETCHES, 100)


def test_fuller_months_are_wider_and_empty_time_is_cut_out():
    december = [date(2021, 12, 1) + timedelta(days=number % 31) for number in range(50)]
    scale = Scale(by_month([date(2014, 1, 1), *december, date(2022, 1, 9)]))
    assert [one.name for one in scale.stretches] == ["January 2014", "December 2021", "January 2022"]
    assert [one.after_cut for one in scale.stretches] == [False, True, False]
    assert scale.stretches[1].width > 3 * scale.stretches[0].width


def test_the_first_and_the_last_day_have_a_place():
    scale = Scale(by_month([date.min, date.max]))
    assert scale.place(date.min) == 0
    assert round(scale.place(date.max, end=True)) == 100
    assert [one.name for one in scale.stretches] == ["January 1", "December 9999"]


def test_the_days_of_a_month_are_equally_wide_and_touch():
    scale = Scale({"2021-11": 1, "2021-12": 4, "2022-01": 1})
    days = [date(2021, 12, 1) + timedelta(days=number) for number in range(32)]
    for day, following in pairwise(days):
        assert scale.place(day, end=True) == pytest.approx(scale.place(following))
        assert scale.place(day, end=True) - scale.place(day) == pytest.approx(scale.stretches[1].width / 31)


def test_where_not_all_months_are_known_none_is_cut_out_from_the_first_to_the_last():
    scale = Scale({"2003-11": 1, "2004-03": 0}, has_cuts=False)
    assert [one.name.split()[0] for one in scale.stretches] == ["November", "December", "January", "February", "March"]
    assert [one.count for one in scale.stretches] == [1, 0, 0, 0, 0]
    assert not any(one.after_cut for one in scale.stretches)


def test_nothing_to_draw_is_no_fault():
    assert Scale({}).place(date(2020, 1, 1)) == 0
