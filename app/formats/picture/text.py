"""Text in pictures: how wide it is, where it is cut or wrapped."""

import unicodedata

from app.formats.xml_characters import legal

ELLIPSIS = "…"
_NARROW, _WIDE = set("iljItfr.,:;'’|!()[]{}/\\- "), set("mwMWæœ@%—…")
_JOINER = "\u200d"


def one_line(text: str) -> str:
    """Legal, and without line breaks and other controls."""
    kept = "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
    return " ".join(legal(kept).split())


def width(text: str, size: float) -> float:
    """Rather too much than too little: no font is at hand, and readers have different ones."""
    return sum(map(_width, text)) * size


def cut(text: str, size: float, room: float) -> str:
    """The text, or as much of it as there is room for, with an ellipsis."""
    if width(text, size) <= room:
        return text
    kept = _fitting(text, size, room - width(ELLIPSIS, size))
    return f"{text[:kept].rstrip()}{ELLIPSIS}"


def wrap(text: str, size: float, room: float, most: int) -> list[str]:
    """Lines that fit, broken between words where that can be; the last is cut."""
    lines: list[str] = []
    rest = text
    while len(lines) < most - 1 and width(rest, size) > room:
        kept = max(_fitting(rest, size, room), 1)
        at = rest.rfind(" ", 1, kept + 1)
        at = at if at > 0 else kept
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, cut(rest, size, room)] if rest or not lines else lines


def _fitting(text: str, size: float, room: float) -> int:
    """How many characters fit; none is torn from what belongs to it."""
    kept = 0
    while kept < len(text) and room >= _width(text[kept]) * size:
        room -= _width(text[kept]) * size
        kept += 1
    while 0 < kept < len(text) and (_is_attached(text[kept]) or text[kept - 1] == _JOINER):
        kept -= 1
    return kept


def _width(one: str) -> float:
    if one in _NARROW:
        return 0.34
    if one in _WIDE:
        return 0.95
    if _is_attached(one) or unicodedata.category(one) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(one) in ("W", "F"):
        return 1.1
    return 0.67 if one.isupper() else 0.54 if one.isascii() else 0.62


def _is_attached(one: str) -> bool:
    """Whether a character belongs to the one before it."""
    return unicodedata.combining(one) > 0 or unicodedata.category(one) in ("Mn", "Me") or one == _JOINER
