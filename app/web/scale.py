"""The scale of a timeline: a stretch of time is as wide as it is full of events, and an empty one is cut out.

Within a stretch, time runs evenly; a cut is drawn. So a century of background and a week of war fit on one line.
Where not all months are known, nothing is cut out.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from app.wording.dates import tell_month

MOST_STRETCHES = 30
CUT = 0.35
"""As wide as that part of a stretch with one event."""
UNDATED = 1.0
_MONTHS, _YEARS, _DECADES, _CENTURIES = 1, 12, 120, 1200


@dataclass(frozen=True)
class Stretch:
    """A month, or where there are too many of them a year, a decade or a century."""

    first: date
    last: date
    left: float
    width: float
    name: str
    count: int
    after_cut: bool

    @property
    def short_name(self) -> str:
        """Of `December 2021`, three letters and two digits."""
        month, _, year = self.name.partition(" ")
        return f"{month[:3]} ’{year[-2:]}" if year else self.name

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


class Scale:
    """Where a day lies, in per cent of the width."""

    def __init__(self, months: Mapping[str, int], undated: int = 0, *, has_cuts: bool = True) -> None:
        """How many events each month has, such as `2021-12`."""
        counts, unit = _grouped(Counter({_number(month): count for month, count in months.items()}), has_cuts)
        weights = [sqrt(count) + 0.4 for _, count in counts]
        cuts = [bool(at) and number != counts[at - 1][0] + 1 for at, (number, _) in enumerate(counts)]
        head = sqrt(undated) + UNDATED if undated else 0.0
        whole = (sum(weights) + CUT * sum(cuts) + head) or 1.0
        self.has_cuts = has_cuts
        self.undated = 100 * head / whole
        self.stretches: list[Stretch] = []
        at = self.undated
        for (number, count), weight, cut in zip(counts, weights, cuts, strict=True):
            at += 100 * CUT * cut / whole
            width = 100 * weight / whole
            self.stretches.append(_stretch(number, unit, at, width, count, cut))
            at += width
        self._firsts = [one.first for one in self.stretches]

    def place(self, day: date, *, end: bool = False) -> float:
        """Where a day begins, or ends."""
        at = bisect_right(self._firsts, day) - 1
        if at < 0:
            return self.undated
        one = self.stretches[at]
        days = (one.last - one.first).days + 1
        passed = min((day - one.first).days + end, days)
        return one.left + one.width * passed / days

    def middle(self, day: date) -> float:
        return (self.place(day) + self.place(day, end=True)) / 2


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _grouped(months: Counter[int], has_cuts: bool) -> tuple[list[tuple[int, int]], int]:
    """The stretches in order with their counts, and how many months each has."""
    for unit in (_MONTHS, _YEARS, _DECADES, _CENTURIES):
        counts: Counter[int] = Counter()
        for month, count in months.items():
            counts[month // unit] += count
        numbers = counts if has_cuts or not counts else range(min(counts), max(counts) + 1)
        if len(numbers) <= MOST_STRETCHES:
            break
    return [(number, counts[number]) for number in sorted(numbers)], unit


def _stretch(number: int, unit: int, left: float, width: float, count: int, after_cut: bool) -> Stretch:
    first, following = _first_day(number * unit), _first_day((number + 1) * unit)
    last = date.max if following == date.max else following - timedelta(days=1)
    year = first.year
    name = tell_month(first.isoformat()[:7]) if unit == _MONTHS else f"{year}–" if unit > _YEARS else str(year)
    return Stretch(first, last, left, width, name, count, after_cut)


def _first_day(month: int) -> date:
    year = month // 12
    return date.min if year < 1 else date.max if year > date.max.year else date(year, month % 12 + 1, 1)
