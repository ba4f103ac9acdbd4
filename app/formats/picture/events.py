"""Draws the axis, the events with their labels in lanes, and those that are marks alone."""

from collections.abc import Sequence

from app.formats.picture import glyphs
from app.formats.picture.axis import Axis
from app.formats.picture.layout import (
    BAR_ROOM,
    FACT_LEADING,
    FACT_SIZE,
    NUMBER_SIZE,
    TITLE_LEADING,
    TITLE_SIZE,
    Lane,
    Placed,
    facts,
    label_event,
)
from app.formats.picture.svg import Pen
from app.wording.codes import plural, tell_code, type_class

BAR = 6.0
KEY_COLUMNS, NUMBER_ROOM = 3, 24.0
STACK_PITCH, STACK_HEIGHT, COLUMN = 10.0, 260.0, 10.0


def draw_axis(pen: Pen, axis: Axis, y: float) -> float:
    """Labels, the line and its ticks; the y below it."""
    line = y + 30
    for tick in axis.ticks():
        pen.text(tick.x, y + 22, tick.label, 11, anchor="middle")
        if tick.context:
            pen.text(tick.x, y + 9, tick.context, 11, fill="quiet", anchor="middle")
        pen.line(tick.x, line - 4, tick.x, line, stroke="quiet", stroke_width=1)
    for stretch in axis.stretches:
        pen.line(stretch.left, line, stretch.right, line, stroke="quiet", stroke_width=1.2)
    return line + 12


def draw_lanes(pen: Pen, lanes: Sequence[Lane], y: float) -> float:
    for lane in lanes:
        for one in lane.placed:
            _draw_event(_event_group(pen, one), one, y)
        y += lane.height
    return y


def draw_unlabelled(pen: Pen, placed: Sequence[Placed], y: float, width: float) -> float:
    """Marks on one another, where there are too many events for labels."""
    if not placed:
        return y
    told = f"{len(placed)} more {plural('event', len(placed))}, as marks alone"
    pen.text(pen_left(placed, width), y + 10, told, 11, fill="quiet")
    columns: dict[int, list[Placed]] = {}
    for one in placed:
        columns.setdefault(round(one.x / COLUMN), []).append(one)
    tallest = max(len(column) for column in columns.values())
    pitch = min(STACK_PITCH, STACK_HEIGHT / tallest)
    foot = y + 20 + pitch * tallest
    for at, column in columns.items():
        for level, one in enumerate(column):
            group = _event_group(pen, one)
            size = 0.72 if pitch >= STACK_PITCH * 0.8 else 0.5
            glyphs.draw(
                group, at * COLUMN, foot - pitch * (level + 0.5), one.event.get("type"), one.event.get("modality"), size
            )
    return foot + 8


def pen_left(placed: Sequence[Placed], width: float) -> float:
    """Where a caption of marks begins: over the first, as far as there is room."""
    return min(min(one.x for one in placed) - 5, width - 170)


def tell(one: Placed) -> str:
    """Everything that a label may have left out."""
    event = one.event
    codes = ", ".join(tell_code(event[name]) for name in ("type", "modality") if event.get(name))
    return f"{event['title']} ({facts(event)}{f'; {codes}' if codes else ''})"


def _event_group(pen: Pen, one: Placed) -> Pen:
    group = pen.group()
    group.told("title", tell(one))
    return group


def _draw_event(pen: Pen, one: Placed, y: float) -> None:
    group, glyph_y = type_class(one.event.get("type")), y + (5 if one.bar and not one.number else 7)
    if one.bar:
        _draw_bar(pen, one, group, glyph_y)
    if one.is_approximate:
        pen.path(_circle(one.x, glyph_y, 8.5), fill="none", stroke=group, stroke_width=1.2, stroke_dasharray="2 2.4")
    glyphs.draw(pen, one.x, glyph_y, one.event.get("type"), one.event.get("modality"))
    anchor = "end" if one.is_turned else "start"
    if one.number:
        pen.text(one.label_x, glyph_y + 3.5, str(one.number), NUMBER_SIZE, bold=True, anchor=anchor)
    else:
        draw_label(pen, one, one.label_x, y + (BAR_ROOM if one.bar else 0) + 11, anchor=anchor)


def draw_label(pen: Pen, one: Placed, x: float, y: float, anchor: str = "start") -> None:
    for line in one.title:
        pen.text(x, y, line, TITLE_SIZE, bold=True, anchor=anchor)
        y += TITLE_LEADING
    for line in one.facts:
        told, flag, rest = line.partition("≠") if one.event["evidence"]["disputed"] else (line, "", "")
        pen.text(x, y, told, FACT_SIZE, "quiet", tail=f"{flag}{rest}", tail_fill="disputed", anchor=anchor)
        y += FACT_LEADING


def draw_key(pen: Pen, placed: Sequence[Placed], y: float, left: float, right: float) -> float:
    """What the numbers stand for, in columns that are read downwards."""
    column = (right - left) / KEY_COLUMNS
    for one in placed:
        label_event(one, column - NUMBER_ROOM - 12)
    heights = [TITLE_LEADING * len(one.title) + FACT_LEADING * len(one.facts) + 7 for one in placed]
    longest, at, x, foot = sum(heights) / KEY_COLUMNS, y, left, y
    for one, height in zip(placed, heights, strict=True):
        if at - y > longest - height / 2 and x + 1.5 * column < right:
            at, x = y, x + column
        group = _event_group(pen, one)
        group.text(x + NUMBER_ROOM - 6, at + 11, str(one.number), TITLE_SIZE, "quiet", anchor="end")
        draw_label(group, one, x + NUMBER_ROOM, at + 11)
        at += height
        foot = max(foot, at)
    return foot + 4


def _draw_bar(pen: Pen, one: Placed, group: str, y: float) -> None:
    """Filled for what lasted, dashed and hollow for the time somewhere in which it was; arrows at open ends."""
    left, right = one.bar or (0.0, 0.0)
    look = (
        {"fill": "none", "stroke": group, "stroke_width": 1.2, "stroke_dasharray": "4 2.5"}
        if one.is_within
        else {"fill": group, "fill_opacity": 0.4, "stroke": group, "stroke_width": 1.2}
    )
    pen.rect(left, y - BAR / 2, right - left, BAR, **look)
    arrow = {"fill": "none", "stroke": group, "stroke_width": 1.8, "stroke_linecap": "round"}
    if one.opens_before:
        pen.path(f"M{left:.1f} {y - 5:.1f}L{left - 5:.1f} {y:.1f}L{left:.1f} {y + 5:.1f}", **arrow)
    if one.opens_after:
        pen.path(f"M{right:.1f} {y - 5:.1f}L{right + 5:.1f} {y:.1f}L{right:.1f} {y + 5:.1f}", **arrow)


def _circle(x: float, y: float, r: float) -> str:
    return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 1 {2 * r} 0a{r} {r} 0 1 1 {-2 * r} 0z"
