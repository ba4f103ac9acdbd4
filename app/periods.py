"""Stretches of the calendar as terms: the beginnings of ISO dates, `2` (a millennium) to `2021-12-27` (a day)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

MILLENNIUM, CENTURY, DECADE, YEAR, MONTH, DAY = 1, 2, 3, 4, 7, 10
"""How many characters of a date name each."""


def periods_of(day: date) -> tuple[str, str, str]:
    """The year, the month and the day that a day belongs to."""
    text = day.isoformat()
    return text[:YEAR], text[:MONTH], text


def cover(first: date, last: date) -> Iterator[str]:
    """The fewest years, months and days that cover a range of days, both included."""
    return _cover(first, last, (YEAR, MONTH, DAY))


def spell(first: date, last: date) -> Iterator[str]:
    """The fewest millennia, centuries, decades, years and months that cover a range of days, and little more.

    Every day of it is in exactly one of them, so that `around(day)` finds the range.
    """
    return _cover(first.replace(day=1), _end(first=last.replace(day=1), length=MONTH), _SPELLS)


def around(day: date) -> list[str]:
    """Every period that a spell of days with this one in it can name for it."""
    return [day.isoformat()[:length] for length in _SPELLS]


_SPELLS = (MILLENNIUM, CENTURY, DECADE, YEAR, MONTH)


def _cover(first: date, last: date, lengths: Sequence[int]) -> Iterator[str]:
    """The longest periods that begin where the one before ended, the last of the lengths at least."""
    while first <= last:
        length = next(
            one for one in lengths if one == lengths[-1] or (_begins(first, one) and _end(first, one) <= last)
        )
        yield first.isoformat()[:length]
        end = _end(first, length)
        if end == date.max:
            return
        first = end + timedelta(days=1)


def _begins(day: date, length: int) -> bool:
    """Whether a period of this length begins with a day; the year 1 begins what lacks the year 0."""
    years = 10 ** (YEAR - length) if length <= YEAR else 1
    is_first_year = day.year % years == 0 or day.year == 1
    return length == DAY or (day.day == 1 and (length == MONTH or (day.month == 1 and is_first_year)))


def _end(first: date, length: int) -> date:
    """The last day of the period that begins with a day."""
    if length == DAY:
        return first
    if length == MONTH:
        following = first.replace(day=28) + timedelta(days=4) if (first.year, first.month) < (9999, 12) else None
        return following - timedelta(days=following.day) if following else date.max
    years = 10 ** (YEAR - length)
    return date(first.year // years * years + years - 1, 12, 31)
