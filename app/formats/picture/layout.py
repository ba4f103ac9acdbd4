"""Where the events of a picture stand: marks on the axis; labels in lanes, in a key, or none where too many."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.formats.picture.axis import DAY, Axis
from app.formats.picture.text import one_line, width, wrap
from app.formats.shape import Event
from app.instants import parse_day
from app.wording.codes import plural
from app.wording.dates import is_approximate, tell_when

MOST_LABELS = 60
MOST_LINES = 3
LABEL_WIDTH, TITLE_SIZE, FACT_SIZE = 232.0, 12.0, 11.0
TITLE_LEADING, FACT_LEADING = 14.5, 13.5
BOLD = 1.07
"""How much wider bold letters are."""
GLYPH_ROOM = 10.0
SHORTEST_BAR = 14.0
ARROW = 24.0
"""Pixels by which an open end runs on."""
WIDE_DAY = 150.0
"""A day so wide is drawn as the time somewhere in which an event was."""
NO_BREAK = "\xa0"
DISPUTED = f"≠{NO_BREAK}disputed"
BETWEEN_LABELS, BETWEEN_NUMBERS, BETWEEN_LANES = 14.0, 5.0, 9.0
BAR_ROOM = 13.0
NUMBER_HEIGHT, NUMBER_SIZE = 16.0, 10.0


@dataclass(frozen=True)
class Extent:
    """The minutes of an event; none at an open end."""

    start: int | None
    end: int | None

    @property
    def moments(self) -> list[int]:
        return [one for one in (self.start, self.end) if one is not None]


@dataclass
class Placed:
    """One event on the axis."""

    event: Event
    x: float
    bar: tuple[float, float] | None
    is_within: bool
    """Whether it was at some time within the bar, rather than all of that time."""
    opens_before: bool
    opens_after: bool
    is_approximate: bool
    title: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    label_x: float = 0
    """Where the label begins; where it ends, if it is turned."""
    label_width: float = 0
    is_turned: bool = False
    """Whether the label stands to the left of its mark."""
    number: int = 0
    """In the key, where events are too close for labels."""

    @property
    def taken(self) -> tuple[float, float]:
        """What no other event of its lane may stand in."""
        start = self.label_x - self.label_width * self.is_turned
        ends = [self.x - GLYPH_ROOM, self.x + GLYPH_ROOM, *(self.bar or ())]
        ends += [start, start + self.label_width] if self.label_width else []
        return min(ends), max(ends)

    @property
    def height(self) -> float:
        if self.number:
            return NUMBER_HEIGHT
        return BAR_ROOM * bool(self.bar) + TITLE_LEADING * len(self.title) + FACT_LEADING * len(self.facts)


@dataclass
class Lane:
    placed: list[Placed] = field(default_factory=list)

    @property
    def height(self) -> float:
        space = 0 if any(one.number for one in self.placed) else BETWEEN_LANES
        return max(one.height for one in self.placed) + space


def extent(event: Event) -> Extent | None:
    """Its days, or its one minute as stated, in whatever zone; none where nothing is known of its date."""
    first, last = event.get("start_date"), event.get("end_date")
    if not first and not last:
        return None
    start = parse_day(first).toordinal() * DAY if first else None
    end = (parse_day(last).toordinal() + 1) * DAY if last else None
    if is_timed(event) and start is not None:
        hours, minutes = event["start_time"][:5].split(":")
        start += int(hours) * 60 + int(minutes)
        end = start
    return Extent(start, end)


def is_timed(event: Event) -> bool:
    return bool(event.get("start_time")) and event.get("start_date") == event.get("end_date")


def place(events: Sequence[tuple[Event, Extent]], axis: Axis) -> list[Placed]:
    """The events from left to right, without labels."""
    placed = [_place(event, its, axis) for event, its in events]
    return sorted(placed, key=lambda one: (one.taken[0], one.event["id"]))


def choose_labelled(placed: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Those with labels, and those without: where there are too many, the events with most evidence have them."""
    if len(placed) <= MOST_LABELS:
        return list(placed), []
    ranked = sorted(placed, key=lambda one: _weight(one.event))
    chosen = {one.event["id"] for one in ranked[:MOST_LABELS]}
    return [one for one in placed if one.event["id"] in chosen], [
        one for one in placed if one.event["id"] not in chosen
    ]


def label(one: Placed, left: float, right: float) -> None:
    """Beside a mark, or under a bar; turned to the left where the right has no room."""
    label_event(one, min(LABEL_WIDTH, right - left))
    if one.bar:
        one.label_x = min(max(one.bar[0], left), right - one.label_width)
    else:
        _set_beside(one, one.x, one.x, left, right)


def number(placed: Sequence[Placed], left: float, right: float) -> None:
    """Numbers beside the marks, for a key; in the order of time."""
    for count, one in enumerate(placed, 1):
        one.number, one.label_width = count, width(str(count), NUMBER_SIZE * BOLD)
        start, end = one.bar or (one.x, one.x)
        _set_beside(one, min(start, one.x), max(end, one.x), left, right)


def _set_beside(one: Placed, start: float, end: float, left: float, right: float) -> None:
    one.is_turned = end + GLYPH_ROOM + one.label_width > right and start - GLYPH_ROOM - one.label_width >= left
    if one.is_turned:
        one.label_x = start - GLYPH_ROOM
    else:
        one.label_x = max(min(end + GLYPH_ROOM, right - one.label_width), left)


def label_event(one: Placed, room: float) -> None:
    one.title = wrap(one_line(one.event["title"]), TITLE_SIZE * BOLD, room, MOST_LINES)
    one.facts = [line.strip(f" ·{NO_BREAK}") for line in wrap(facts(one.event), FACT_SIZE, room, 2)]
    titles = [width(line, TITLE_SIZE * BOLD) for line in one.title]
    one.label_width = max(titles + [width(line, FACT_SIZE) for line in one.facts])


def facts(event: Event) -> str:
    """Its date, and how many sources and origins are behind it."""
    evidence = event["evidence"]
    sources, origins = _count(evidence["sources"], "source"), _count(evidence["independent_origins"], "origin")
    told = [one_line(tell_when(event, short=True)), f"{sources},{NO_BREAK}{origins}"]
    return " · ".join(told + [DISPUTED] * evidence["disputed"])


def _count(count: int, noun: str) -> str:
    return f"{count}{NO_BREAK}{plural(noun, count)}"


def lay_in_lanes(placed: Sequence[Placed]) -> list[Lane]:
    """Each event in the first lane in which nothing is in its way."""
    lanes: list[Lane] = []
    ends: list[float] = []
    for one in sorted(placed, key=lambda one: (one.taken[0], one.event["id"])):
        start, end = one.taken
        between = BETWEEN_NUMBERS if one.number else BETWEEN_LABELS
        free = next((at for at, last in enumerate(ends) if last + between <= start), len(ends))
        if free == len(ends):
            lanes.append(Lane())
            ends.append(0)
        lanes[free].placed.append(one)
        ends[free] = end
    return lanes


def _place(event: Event, its: Extent, axis: Axis) -> Placed:
    start = axis.place(its.start) if its.start is not None else None
    end = axis.place(its.end) if its.end is not None else None
    is_within = event["date_precision"] != "interval"
    bar = (
        max((end or 0) - ARROW, axis.left - GLYPH_ROOM) if start is None else start,
        min((start or 0) + ARROW, axis.right + GLYPH_ROOM) if end is None else end,
    )
    is_closed = start is not None and end is not None
    shortest = SHORTEST_BAR
    if event["date_precision"] == "day":
        shortest = WIDE_DAY if axis.finest < DAY else axis.right
    drawn = bar if not is_closed or bar[1] - bar[0] >= shortest else None
    if not is_closed:
        x = bar[1] if start is None else bar[0]
    else:
        x = (bar[0] + bar[1]) / 2 if is_within or not drawn else bar[0]
    return Placed(event, x, drawn, is_within, start is None, end is None, is_approximate(event))


def _weight(event: Event) -> tuple[int, int, str]:
    evidence = event["evidence"]
    return -evidence["independent_origins"], -evidence["sources"], event["id"]
