"""The timeline: a lane for each type of event, a mark for each event, a bar for what lasts or is not sure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.web.months import Months
from app.web.scale import Scale, Stretch
from app.wording.codes import tell_code, type_class, type_order
from app.wording.dates import is_approximate, tell_day, tell_event

Event = dict[str, Any]
PITCH = 9
"""Pixels between marks that stand on one another."""
ROOM = 1.15
"""Per cent of the width that a mark needs for itself."""
TAIL = 2.2
"""Per cent of the width by which an open end runs on."""
MOST_LEVELS = 14
NARROWEST_BAR = 1.0


@dataclass(frozen=True)
class Mark:
    """One event: its glyph, and the bar of its days."""

    event: Event
    x: float
    level: int
    bar: tuple[float, float] | None
    kind: str
    """Of the bar: `lasting`, or `within` for a moment that lies somewhere in it."""
    opens_before: bool
    opens_after: bool
    approximate: bool

    @property
    def y(self) -> float:
        return self.level * PITCH + PITCH / 2 + 3

    @property
    def told(self) -> str:
        event = self.event
        codes = ", ".join(tell_code(event[name]) for name in ("type", "modality") if event.get(name))
        disputed = "; sources disagree" if event["evidence"]["disputed"] else ""
        return f"{tell_event(event)}: {event['title']} ({codes or 'no type'}{disputed})"


@dataclass
class Lane:
    """The events of one type."""

    type: str
    marks: list[Mark] = field(default_factory=list)

    @property
    def height(self) -> float:
        return (max((one.level for one in self.marks), default=0) + 1) * PITCH + 6

    @property
    def group(self) -> str:
        return type_class(self.type)


@dataclass(frozen=True)
class Month:
    """All events of a month, drawn or not."""

    stretch: Stretch
    count: int
    share: float
    """Of the fullest."""

    @property
    def days(self) -> tuple[str, str]:
        return self.stretch.first.isoformat(), self.stretch.last.isoformat()


@dataclass(frozen=True)
class Timeline:
    scale: Scale
    lanes: list[Lane]
    months: list[Month]
    """Of everything that the question finds; none where all of it is drawn as marks, or it is too long to count."""

    @property
    def counted(self) -> int:
        return sum(one.count for one in self.months)


def lay_out(events: Sequence[Event], months: Months, total: int, scaled_by: Months) -> Timeline:
    """The timeline of a page of events, and of the months of all that the question finds.

    The scale is that of what is known now, so that it stays where it is while the instant moves.
    """
    anchors = [_anchor(one) for one in events]
    aggregate = total > len(events)
    uncounted = Counter(month for one in anchors if one and (month := one.isoformat()[:7]) not in scaled_by.counts)
    weights = {**uncounted, **months.counts, **scaled_by.counts}
    scale = Scale(weights, sum(one is None for one in anchors), has_cuts=scaled_by.are_all)
    lanes: dict[str, Lane] = {}
    order = sorted(range(len(events)), key=lambda at: (anchors[at] or date.min, events[at]["id"]))
    for at in order:
        kind = events[at].get("type", "")
        lane = lanes.setdefault(kind, Lane(kind))
        lane.marks.append(_mark(events[at], scale, lane.marks))
    in_order = sorted(lanes.values(), key=lambda lane: type_order(lane.type))
    return Timeline(scale, in_order, _count(scale, months.counts) if aggregate and months.are_all else [])


def _count(scale: Scale, months: dict[str, int]) -> list[Month]:
    counted = {
        stretch: sum(count for month, count in months.items() if stretch.first <= _day(f"{month}-15") <= stretch.last)
        for stretch in scale.stretches
    }
    most = max(counted.values(), default=0) or 1
    return [Month(stretch, count, count / most) for stretch, count in counted.items() if count]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _anchor(event: Event) -> date | None:
    """The day by which an event is placed: its first, or its last where the start is open."""
    day = event.get("start_date") or event.get("end_date")
    return _day(day) if day else None


def _mark(event: Event, scale: Scale, others: list[Mark]) -> Mark:
    first, last = event.get("start_date"), event.get("end_date")
    within = event["date_precision"] not in ("day", "interval")
    left = scale.place(_day(first)) if first else None
    right = scale.place(_day(last), end=True) if last else None
    if left is None and right is None:
        x, bar = scale.undated / 2, None
    else:
        bar = (
            (left if left is not None else max((right or 0) - TAIL, 0)),
            (right if right is not None else min((left or 0) + TAIL, 100)),
        )
        x = _glyph(scale, first, last, bar, within)
    if bar and (first == last or bar[1] - bar[0] < NARROWEST_BAR):
        bar = None
    taken = bar or (x, x)
    level = _free_level(others, min(taken[0], x - ROOM / 2), max(taken[1], x + ROOM / 2))
    return Mark(
        event, x, level, bar, "within" if within else "lasting", last is not None and first is None,
        first is not None and last is None, is_approximate(event),
    )  # fmt: skip


def _glyph(scale: Scale, first: str | None, last: str | None, bar: tuple[float, float], within: bool) -> float:
    """In the middle of a day and of what is only known to lie within; at the start of what lasts."""
    if first and last:
        return (bar[0] + bar[1]) / 2 if within else scale.middle(_day(first))
    return scale.middle(_day(first or last or ""))


def _free_level(others: list[Mark], left: float, right: float) -> int:
    """The lowest level on which nothing is in the way; the highest, when there is none."""
    taken = {
        one.level
        for one in others
        if min(one.bar[0] if one.bar else one.x, one.x - ROOM / 2) < right
        and max(one.bar[1] if one.bar else one.x, one.x + ROOM / 2) > left
    }
    return next((level for level in range(MOST_LEVELS) if level not in taken), MOST_LEVELS - 1)


def tell_days(month: Month) -> str:
    """Of a stretch of time, for its link."""
    first, last = month.days
    events = "event begins" if month.count == 1 else "events begin"
    return f"{month.count} {events} from {tell_day(first)} to {tell_day(last)}"
