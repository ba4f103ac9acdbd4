"""A range of days as periods of the calendar."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from app.periods import around, cover, spell

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
MOST_SPELLS = 2 * (11 + 9 + 9 + 9) + 9
"""Months, years, decades and centuries on both sides, and millennia."""


@given(DAYS, DAYS)
@example(date(1, 1, 1), date(9999, 12, 31))
@example(date(9999, 12, 31), date(9999, 12, 31))
def test_a_spell_holds_each_of_its_days_once_and_no_month_besides(one, other):
    first, last = sorted((one, other))
    periods = list(spell(first, last))
    assert len(periods) <= MOST_SPELLS
    for day in {first, last, first + (last - first) / 2}:
        assert len([period for period in around(day) if period in periods]) == 1
    before = first.replace(day=1) - timedelta(days=1) if first >= date(1, 2, 1) else None
    assert before is None or not set(around(before)) & set(periods)
    after = last.replace(day=28) + timedelta(days=4) if last < date(9999, 12, 1) else None
    assert after is None or not set(around(after)) & set(periods)


def test_a_spell_is_told_in_its_longest_periods():
    assert list(spell(date(2014, 2, 27), date(2022, 2, 1))) == [
        *(f"2014-{month:02}" for month in range(2, 13)), *map(str, range(2015, 2022)),
        "2022-01", "2022-02",
    ]  # fmt: skip
    assert next(spell(date(1990, 1, 1), date(9999, 12, 31))) == "199"
    assert list(spell(date(1, 1, 1), date(9999, 12, 31))) == [str(millennium) for millennium in range(10)]


@given(DAYS, st.integers(0, 800))
def test_a_cover_holds_the_days_of_its_range_and_no_other(first, length):
    last = min(first.toordinal() + length, date.max.toordinal())
    periods = list(cover(first, date.fromordinal(last)))
    held = [day for day in range(max(1, first.toordinal() - 400), min(last + 400, date.max.toordinal()) + 1)
            if any(date.fromordinal(day).isoformat().startswith(period) for period in periods)]  # fmt: skip
    assert held == list(range(first.toordinal(), last + 1))
