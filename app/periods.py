"""Years, months and days as terms, so that a range of instants becomes a few of them."""

from collections.abc import Iterator
from datetime import date, timedelta


def periods_of(day: date) -> tuple[str, str, str]:
    """The year, the month and the day that a day belongs to."""
    text = day.isoformat()
    return text[:4], text[:7], text


def cover(first: date, last: date) -> Iterator[str]:
    """The fewest years, months and days that cover a range of days, both included."""
    while first <= last:
        if first.day == 1 and first.month == 1 and date(first.year, 12, 31) <= last:
            step, length = date(first.year, 12, 31), 4
        elif first.day == 1 and _month_end(first) <= last:
            step, length = _month_end(first), 7
        else:
            step, length = first, 10
        yield first.isoformat()[:length]
        if step == date.max:
            return
        first = step + timedelta(days=1)


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)) if (day.year, day.month) < (9999, 12) else date.max
    return following - timedelta(days=following.day) if following != date.max else date.max
