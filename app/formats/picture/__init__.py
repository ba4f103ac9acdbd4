"""A picture of a timeline (SVG): for whoever cannot embed, and for print."""

import json
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, tostring

from app.formats.in_words import heading
from app.formats.picture import frame
from app.formats.picture.axis import DAY, Axis
from app.formats.picture.events import draw_axis, draw_key, draw_lanes, draw_unlabelled
from app.formats.picture.layout import (
    Extent,
    Placed,
    choose_labelled,
    extent,
    is_timed,
    label,
    label_event,
    lay_in_lanes,
    number,
    place,
)
from app.formats.picture.svg import FONT, NAMESPACE, Pen, dark_rules
from app.formats.shape import Answer, Event, Format
from app.wording.codes import plural

MARGIN = 18.0
LEFT, RIGHT = MARGIN, frame.WIDTH - MARGIN
MOST_UNDATED = 24
HOUR = 60
TALLEST = 760.0
"""In higher lanes the labels stand in a key of their own, and numbers beside the marks."""


def write(answer: Answer) -> Iterator[bytes]:
    events = list(answer.events)
    root = Element("svg", xmlns=NAMESPACE, width=f"{frame.WIDTH:g}", role="img")
    root.set("aria-labelledby", "title desc")
    root.set("font-family", FONT)
    pen = Pen(root)
    pen.told("title", heading(answer), id="title")
    pen.told("desc", frame.describe(answer, events), id="desc")
    pen.told("metadata", _evidence(answer, events))
    pen.told("style", dark_rules())
    paper = Pen(root).group()
    y = frame.draw_head(pen, answer, events)
    y = _draw_dated(pen, events, y)
    y = _draw_undated(pen, [one for one in events if not extent(one)], y)
    y = frame.draw_legend(pen, events, y)
    y = frame.draw_foot(pen, answer, y)
    height = f"{y + MARGIN / 2:.0f}"
    root.set("height", height)
    root.set("viewBox", f"0 0 {frame.WIDTH:g} {height}")
    paper.rect(0, 0, frame.WIDTH, float(height), fill="paper")
    yield tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _evidence(answer: Answer, events: Sequence[Event]) -> str:
    """What no picture has room for: the citations and rival claims of each event, in JSON."""
    told = [
        {"id": one["id"], "url": answer.absolute(one["links"]["canonical"])}
        | {name: one[name] for name in ("citations", "claims")}
        for one in events
    ]
    return json.dumps({"events": told}, ensure_ascii=False, separators=(",", ":"))


def _draw_dated(pen: Pen, events: Sequence[Event], y: float) -> float:
    dated = [(event, its) for event in events if (its := extent(event))]
    if not dated:
        return y
    moments = [moment for _, its in dated for moment in its.moments]
    has_times = any(is_timed(event) for event, _ in dated)
    axis = Axis(moments, _unit(dated), LEFT + 12, RIGHT - 12, has_times=has_times)
    labelled, others = choose_labelled(place(dated, axis))
    for one in labelled:
        label(one, LEFT, RIGHT)
    lanes = lay_in_lanes(labelled)
    if sum(lane.height for lane in lanes) > TALLEST:
        number(labelled, LEFT, RIGHT)
        lanes = lay_in_lanes(labelled)
    under = pen.group()
    top = draw_axis(pen, axis, y)
    y = draw_lanes(pen, lanes, top)
    y = draw_unlabelled(pen, others, y, RIGHT - LEFT)
    frame.draw_grid(under, axis, top, y)
    if any(one.number for one in labelled):
        y = draw_key(pen, labelled, frame.draw_rule(pen, y + 6), LEFT, RIGHT)
    return y + 8


def _unit(dated: Sequence[tuple[Event, Extent]]) -> int:
    """Hours where all of it has a time and lies within two days."""
    moments = [moment for _, its in dated for moment in its.moments]
    return HOUR if all(is_timed(event) for event, _ in dated) and max(moments) - min(moments) < 2 * DAY else DAY


def _draw_undated(pen: Pen, undated: Sequence[Event], y: float) -> float:
    """In the margin below, in columns."""
    if not undated:
        return y
    y = frame.draw_heading(pen, "Undated", y)
    columns = 3
    width = (RIGHT - LEFT) / columns
    drawn = [Placed(one, 0, None, False, False, False, False) for one in undated[:MOST_UNDATED]]
    for start in range(0, len(drawn), columns):
        row = drawn[start : start + columns]
        for column, one in enumerate(row):
            label_event(one, width - 30)
            one.x = LEFT + column * width + 8
            one.label_x = one.x + 10
        y = draw_lanes(pen, lay_in_lanes(row), y)
    if more := len(undated) - len(drawn):
        told = plural("undated event", more)
        pen.text(LEFT, y + 8, f"and {more} more {told}", 11, fill="quiet")
        y += 20
    return y + 6


POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Its one style sheet stands in it; no script does, nor may."""

FORMAT = Format(
    suffix=".svg",
    policy=POLICY,
    media_type="image/svg+xml",
    summary="List events as a picture of a timeline",
    description="For print, and for whoever cannot embed: marks by type and modality, bars for what lasts or is only "
    "known to lie within some days, the number of sources and origins, disputes, a time axis, licence and address. "
    "It says how many events of the question it does not show; `metadata` has citations and claims as JSON.",
    write=write,
    counts=True,
)
