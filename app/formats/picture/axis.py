"""The axis of time: in minutes since the first day of the year 1, cut where nothing happens, with ticks that fit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.formats.picture.text import width
from app.wording.dates import MONTHS

DAY = 1440
FIRST, LAST = DAY, (date.max.toordinal() + 1) * DAY
CUT_WIDTH = 26.0
NARROWEST = 78.0
"""Of a stretch between cuts."""
MOST_CUTS = 3
FEWEST_MOMENTS = 4
"""With fewer, no stretch is emptier than another."""
EMPTY = 0.3
"""So much of an axis without any moment is cut out."""
LONGER = 4
"""And it has to be so many times longer than the others are on average: what is sparse all over is not cut."""
MINUTES = (1, 5, 15, 30, 60, 180, 360, 720)
DAYS = {1: range(1, 32), 2: range(1, 30, 2), 7: (1, 8, 15, 22), 14: (1, 15)}
MONTH_STEPS = (1, 3, 6)
YEARS = tuple(step * 10**power for power in range(4) for step in (1, 2, 5))
FONT_SIZE = 11.0
ROOM = 48.0
"""Pixels that the label of a tick needs."""


EDGE = 14.0
"""Nearer to the end of a stretch there is no tick: the next stretch has its own."""
Mark = tuple[int, str, str]
"""Where a tick stands, its label and its context."""


@dataclass(frozen=True)
class Tick:
    x: float
    label: str
    context: str = ""
    """What the label leaves out, told where it changes: a year, or a day."""


@dataclass(frozen=True)
class Stretch:
    start: int
    end: int
    left: float
    right: float

    def place(self, minute: int) -> float:
        return self.left + (self.right - self.left) * (minute - self.start) / (self.end - self.start)


class Axis:
    """Where a minute lies between two margins."""

    def __init__(self, moments: Sequence[int], unit: int, left: float, right: float, *, has_times: bool) -> None:
        self.left, self.right = left, right
        self.finest = 1 if has_times else DAY
        self.first = min(moments)
        spans = [_padded(span, unit) for span in _spans(sorted(set(moments)), unit)]
        whole = right - left - CUT_WIDTH * (len(spans) - 1)
        lengths = [end - start for start, end in spans]
        spare = whole - NARROWEST * len(spans)
        self.stretches: list[Stretch] = []
        at = left
        for (start, end), length in zip(spans, lengths, strict=True):
            to = at + NARROWEST + spare * length / sum(lengths)
            self.stretches.append(Stretch(start, end, at, to))
            at = to + CUT_WIDTH

    @property
    def cuts(self) -> list[float]:
        """The middles of what is cut out."""
        return [(one.right + following.left) / 2 for one, following in pairwise(self.stretches)]

    def place(self, minute: int) -> float:
        for one in self.stretches:
            if minute <= one.end:
                return max(one.place(minute), one.left)
        return self.right

    def ticks(self) -> list[Tick]:
        firsts = [self.first, *[None] * len(self.cuts)]
        return [
            tick for one, first in zip(self.stretches, firsts, strict=True) for tick in _ticks(one, self.finest, first)
        ]


def day_and_minute(minute: int) -> tuple[date, int]:
    days, rest = divmod(min(minute, LAST - 1), DAY)
    return date.fromordinal(days), rest


def _spans(moments: list[int], unit: int) -> list[tuple[int, int]]:
    """The time between the first moment and the last, without the emptiest parts of it."""
    spans = [(moments[0], moments[-1])]
    gaps = sorted(pairwise(moments), key=lambda gap: gap[0] - gap[1])
    for start, end in gaps[:MOST_CUTS] if len(moments) >= FEWEST_MOMENTS else []:
        length = sum(last - first for first, last in spans)
        others = (length - (end - start)) / (len(gaps) - 1)
        if end - start < max(EMPTY * length, LONGER * others, 10 * unit):
            break
        whole = next(span for span in spans if span[0] <= start and end <= span[1])
        spans[spans.index(whole) :] = [(whole[0], start), (end, whole[1]), *spans[spans.index(whole) + 1 :]]
    return spans


def _padded(span: tuple[int, int], unit: int) -> tuple[int, int]:
    """To whole units, and at least two of them, with some room at both ends."""
    start, end = span[0] // unit * unit, -(-span[1] // unit) * unit
    room = max((end - start) // 40, unit if end - start < 2 * unit else 0)
    return max(start - room, FIRST), min(max(end, start + unit) + room, LAST)


def _ticks(stretch: Stretch, finest: int, first: int | None) -> list[Tick]:
    """The closest that leave room for their labels, within the stretch and to the next one."""
    minute = (stretch.right - stretch.left) / (stretch.end - stretch.start)
    found: list[Mark] = []
    for length, step, of_step in STEPS:
        if length >= finest and length * minute >= ROOM:
            found = list(of_step(stretch.start, stretch.end, step))
            break
    inner = [one for one in found if stretch.left + EDGE <= stretch.place(one[0]) <= stretch.right - EDGE]
    if not inner:
        day, _ = day_and_minute((stretch.start + stretch.end) // 2)
        inner = [(day.toordinal() * DAY, *_day_labels(day))]
    inner = inner if first is None else _with_first_day(stretch, first, inner)
    ticks: list[Tick] = []
    for number, (at, label, context) in enumerate(inner):
        is_new = not number or context != inner[number - 1][2]
        ticks.append(Tick(stretch.place(at), label, context if is_new else ""))
    return [_without_crowded_context(one, ticks[number + 1 :]) for number, one in enumerate(ticks)]


def _with_first_day(stretch: Stretch, first: int, marks: list[Mark]) -> list[Mark]:
    """Before days or months of a later year than that of the first moment; what has no room beside it goes."""
    at = max(first // DAY * DAY, stretch.start)
    day = (at, *_day_labels(day_and_minute(at)[0]))
    if at >= marks[0][0] or marks[0][2] == day[2] or not marks[0][2].isdigit():
        return marks
    return [day, *(one for one in marks if stretch.place(one[0]) - stretch.place(at) >= ROOM)]


def _without_crowded_context(tick: Tick, following: Sequence[Tick]) -> Tick:
    """What is told at the start of its day, or year, goes before what is told within it."""
    room = width(tick.context, FONT_SIZE) + 8
    crowded = any(one.context and one.x - tick.x < room for one in following)
    return Tick(tick.x, tick.label) if crowded else tick


def _minutes(start: int, end: int, step: int) -> Iterator[Mark]:
    for at in range(-(-start // step) * step, min(end, LAST - 1) + 1, step):
        day, minute = day_and_minute(at)
        yield at, f"{minute // 60:02}:{minute % 60:02}", f"{day.day} {_short(day.month)} {day.year}"


def _days(start: int, end: int, step: int) -> Iterator[Mark]:
    for ordinal in range(-(-start // DAY), min(end, LAST - 1) // DAY + 1):
        day = date.fromordinal(ordinal)
        if day.day in DAYS[step] and (step == 1 or (day.month, day.day) != (2, 29)):
            yield (ordinal * DAY, *_day_labels(day))


def _months(start: int, end: int, step: int) -> Iterator[Mark]:
    first, last = (day_and_minute(at)[0] for at in (start, end))
    for number in range((first.year * 12 + first.month - 1) // step * step, last.year * 12 + last.month, step):
        day = date(max(number // 12, 1), number % 12 + 1, 1)
        at = day.toordinal() * DAY
        if start <= at <= end:
            yield at, _short(day.month), str(day.year)


def _years(start: int, end: int, step: int) -> Iterator[Mark]:
    first, last = (day_and_minute(at)[0].year for at in (start, end))
    for year in range(first // step * step, last + 1, step):
        at = date(max(year, 1), 1, 1).toordinal() * DAY
        if start <= at <= end:
            yield at, str(max(year, 1)), ""


def _day_labels(day: date) -> tuple[str, str]:
    return f"{day.day} {_short(day.month)}", str(day.year)


def _short(month: int) -> str:
    return MONTHS[month - 1][:3]


STEPS: list[tuple[int, int, Callable[[int, int, int], Iterator[Mark]]]] = [
    *((step, step, _minutes) for step in MINUTES),
    *((step * DAY, step, _days) for step in DAYS),
    *((step * 30 * DAY, step, _months) for step in MONTH_STEPS),
    *((step * 365 * DAY, step, _years) for step in YEARS),
]
"""About how long a step is, the step, and what steps by it: from the closest to the widest."""
