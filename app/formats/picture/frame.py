"""What stands around the events of a picture: its title and question, the legend, and whom to credit."""

from collections.abc import Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from app.formats.in_words import rights
from app.formats.picture import glyphs
from app.formats.picture.axis import Axis
from app.formats.picture.layout import facts
from app.formats.picture.svg import Pen
from app.formats.picture.text import one_line, width, wrap
from app.formats.shape import Answer, Event
from app.parameters import NOT_FILTERS, TIMES
from app.wording.codes import class_order, plural, tell_code, tell_count, type_class
from app.wording.dates import is_approximate, tell_instant

WIDTH = 720.0
LEFT, RIGHT = 18.0, 702.0
MOST_DESCRIBED = 50
SMALL = 11.0


def describe(answer: Answer, events: Sequence[Event]) -> str:
    """The picture in words: what it shows, and its events."""
    lines = [_count(answer, events)]
    disputed = sum(one["evidence"]["disputed"] for one in events)
    lines += [f"Sources disagree on {tell_count(disputed, 'event')}."] if disputed else []
    lines += [f"{one_line(one['title'])} ({facts(one)})." for one in events[:MOST_DESCRIBED]]
    rest = len(events) - MOST_DESCRIBED
    lines += [f"And {rest} more."] if rest > 0 else []
    return " ".join([*lines, f"{rights(answer)}. {answer.address}"])


def draw_head(pen: Pen, answer: Answer, events: Sequence[Event]) -> float:
    y = 30.0
    for line in wrap(one_line(answer.title), 18 * 1.07, RIGHT - LEFT, 2):
        pen.text(LEFT, y, line, 18, bold=True)
        y += 22
    for told in (_question(answer), _times(answer), _count(answer, events)):
        for line in wrap(told, 12, RIGHT - LEFT, 3) if told else []:
            pen.text(LEFT, y, line, 12, fill="quiet")
            y += 16
    return y + 10


def draw_grid(pen: Pen, axis: Axis, top: float, bottom: float) -> None:
    """Under everything: a line for each tick, and a gap where time is cut out."""
    for tick in axis.ticks():
        pen.line(tick.x, top - 12, tick.x, bottom, stroke="line", stroke_width=1)
    for middle in axis.cuts:
        for x in (middle - 3, middle + 3):
            pen.path(f"M{x - 3:.1f} {top - 6:.1f}l6 -12", fill="none", stroke="quiet", stroke_width=1.2)
            pen.line(x, top, x, bottom, stroke="line", stroke_width=1, stroke_dasharray="2 4")


def draw_rule(pen: Pen, y: float) -> float:
    pen.line(LEFT, y, RIGHT, y, stroke="line", stroke_width=1)
    return y + 10


def draw_heading(pen: Pen, text: str, y: float) -> float:
    y = draw_rule(pen, y)
    pen.text(LEFT, y + 8, text, 12, bold=True)
    return y + 18


def draw_legend(pen: Pen, events: Sequence[Event], y: float) -> float:
    """Of what is drawn, and of nothing else."""
    if not events:
        return y
    pen.line(LEFT, y, RIGHT, y, stroke="line", stroke_width=1)
    groups = sorted({type_class(one.get("type")) for one in events}, key=class_order)
    modalities = sorted({glyphs.filling(one.get("modality")) for one in events}, key=glyphs.order)
    y = _draw_keys(pen, "Shape:", [(glyphs.NAMES[one], one, "occurred") for one in groups], y + 18)
    y = _draw_keys(pen, "Filling:", [(tell_code(one), groups[0], one) for one in modalities], y)
    return _draw_key_of_bars(pen, events, y)


def draw_foot(pen: Pen, answer: Answer, y: float) -> float:
    pen.line(LEFT, y, RIGHT, y, stroke="line", stroke_width=1)
    y += 17
    for line in wrap(f"{one_line(rights(answer))}. Revision {answer.revision.number}.", SMALL, RIGHT - LEFT, 2):
        pen.text(LEFT, y, line, SMALL, fill="quiet")
        y += 15
    for line in _broken(answer.address):
        pen.text(LEFT, y, line, SMALL, fill="quiet")
        y += 14
    return y


def _question(answer: Answer) -> str:
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(answer.address).query):
        if name not in NOT_FILTERS | TIMES:
            asked.setdefault(name, []).append(value)
    return one_line("; ".join(f"{tell_code(name)}: {', '.join(values)}" for name, values in asked.items()))


def _times(answer: Answer) -> str:
    asked = parse_qs(urlsplit(answer.address).query)
    known = [f"What was known by {tell_instant(one)}." for one in asked.get("known_at", ())]
    return " ".join([*known, *(f"As published by {one}." for one in asked.get("as_of", ()) if not one.isdigit())])


def _count(answer: Answer, events: Sequence[Event]) -> str:
    if not events:
        return "No event answers this question."
    total = max(answer.total or 0, len(events))
    if total > len(events):
        rest = total - len(events)
        return f"{len(events)} of {total:,} events; {rest:,} {'is' if rest == 1 else 'are'} not shown."
    return f"{len(events)} {plural('event', len(events))}."


def _draw_keys(pen: Pen, name: str, keys: Sequence[tuple[str, str, str]], y: float) -> float:
    indent = 52.0
    x = LEFT + indent
    pen.text(LEFT, y, name, SMALL, fill="quiet")
    for told, group, modality in keys:
        if x + 24 + width(told, SMALL) > RIGHT:
            x, y = LEFT + indent, y + 17
        glyphs.draw_class(pen.group(transform=f"translate({x + 6:.1f} {y - 4:.1f})"), group, modality)
        pen.text(x + 16, y, told, SMALL)
        x += 32 + width(told, SMALL)
    return y + 18


def _draw_key_of_bars(pen: Pen, events: Sequence[Event], y: float) -> float:
    x, stroke = LEFT + 52, {"stroke": "quiet", "stroke_width": 1.2}
    pen.text(LEFT, y, "Date:", SMALL, fill="quiet")
    keys = [
        ("lasted this long", any(one["date_precision"] == "interval" for one in events)),
        ("at some time within", any(one["date_precision"] not in ("interval", "day", "unknown") for one in events)),
        ("open end", any(("start_date" in one) != ("end_date" in one) for one in events)),
        ("approximate", any(is_approximate(one) for one in events)),
        ("sources disagree", any(one["evidence"]["disputed"] for one in events)),
    ]
    drawn = [name for name, is_there in keys if is_there]
    for number, name in enumerate(drawn or ["on this day"]):
        match name:
            case "lasted this long":
                pen.rect(x, y - 7, 24, 6, fill="quiet", fill_opacity=0.4, **stroke)
            case "at some time within":
                pen.rect(x, y - 7, 24, 6, fill="none", stroke_dasharray="4 2.5", **stroke)
            case "open end":
                pen.path(f"M{x + 10:.1f} {y - 9:.1f}l5 5l-5 5", fill="none", stroke="quiet", stroke_width=1.8)
            case "approximate":
                pen.path(f"M{x + 4:.1f} {y - 4:.1f}a8 8 0 1 1 16 0a8 8 0 1 1 -16 0z", fill="none",
                         stroke_dasharray="2 2.4", **stroke)  # fmt: skip
            case "sources disagree":
                pen.text(x + 8, y, "≠", 13, fill="disputed", bold=True)
            case _:
                pen.path(f"M{x + 7:.1f} {y - 4:.1f}a5 5 0 1 1 10 0a5 5 0 1 1 -10 0z", fill="quiet")
        pen.text(x + 30, y, name, SMALL)
        x += 46 + width(name, SMALL)
        if number + 1 < len(drawn) and x + 46 + width(drawn[number + 1], SMALL) > RIGHT:
            x, y = LEFT + 52, y + 17
    return y + 14


def _broken(address: str) -> list[str]:
    """A whole address, in as many lines as it takes."""
    lines, line = [], ""
    for one in address:
        if width(line + one, SMALL) > RIGHT - LEFT:
            lines.append(line)
            line = ""
        line += one
    return [*lines, line]
