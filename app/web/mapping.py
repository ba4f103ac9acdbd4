"""The map: the places of a page of events, and the part of the world that is in its frame.

Plate carrée with 45° as its true parallel: a degree east is drawn as long as 0.7 degrees north, which is right where
most people live. `static/world.svg` is drawn so, and `static/map.js` zooms in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

Event = dict[str, Any]
UNIT = 20
"""Units of the drawing to a degree north."""
EASTING = 0.70710678 * UNIT
ASPECT = 4 / 3
WORLD = (-180.0, -58.0, 180.0, 84.0)
NARROWEST_DEGREES = 16
TRIMMED = 0.16
"""The outermost part of the events on each side may fall out of the frame."""
BLUNT = ("country", "region", "area", "district")
"""Precisions of places whose coordinates are only a middle."""
WHOLE = 100.0
DOT = 2.0
LABEL_WIDTH, LABEL_HEIGHT = 1.9, 5.5
"""Per cent of the frame: of a letter, and of a line."""


@dataclass
class Place:
    """One place with coordinates, and the events at it."""

    id: str
    name: str
    x: float
    y: float
    is_blunt: bool
    events: list[Event] = field(default_factory=list)
    left: float = 0.0
    """Per cent of the frame."""
    top: float = 0.0
    is_left: bool = False
    """Whether its name stands on its left."""
    is_quiet: bool = False
    """Whether its name would stand in the way of another."""

    @property
    def radius(self) -> float:
        return 3.5 + 2.2 * sqrt(len(self.events))


@dataclass(frozen=True)
class Map:
    places: list[Place]
    frame: tuple[float, float, float, float]
    """x, y, width and height of what is seen, in units of the drawing."""
    unplaced: int

    @property
    def view_box(self) -> str:
        return " ".join(f"{one:.1f}" for one in self.frame)


def lay_out(events: Sequence[Event], bbox: str) -> Map:
    """The map of a page of events; its frame is the box that is asked for, or fits most of the events."""
    places: dict[str, Place] = {}
    for event in events:
        for one in event["locations"]:
            if "latitude" in one and "longitude" in one:
                blunt = one.get("precision") in BLUNT
                x, y = one["longitude"] * EASTING, -one["latitude"] * UNIT
                places.setdefault(one["id"], Place(one["id"], one["name"], x, y, blunt)).events.append(event)
    found = sorted(places.values(), key=lambda place: (-len(place.events), place.id))
    frame = _framed(*(_asked(bbox) or _fitting(found)))
    _set(found, frame)
    placed = {event["id"] for place in found for event in place.events}
    return Map(found, frame, sum(event["id"] not in placed for event in events))


def _asked(bbox: str) -> tuple[float, float, float, float] | None:
    """The box of the question; one that crosses the date line is no frame of this map."""
    if not bbox:
        return None
    west, south, east, north = (float(one) for one in bbox.split(","))
    return (west * EASTING, -north * UNIT, east * EASTING, -south * UNIT) if west < east else None


def _fitting(places: Sequence[Place]) -> tuple[float, float, float, float]:
    if not places:
        west, south, east, north = WORLD
        return west * EASTING, -north * UNIT, east * EASTING, -south * UNIT
    across = sorted(place.x for place in places for _ in place.events)
    down = sorted(place.y for place in places for _ in place.events)
    cut = int(len(across) * TRIMMED)
    last = len(across) - 1 - cut
    return across[cut], down[cut], across[last], down[last]


def _framed(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """A box with some air around it, in the aspect of the page, no narrower than a region."""
    width = max((right - left) * 1.35, NARROWEST_DEGREES * UNIT, (bottom - top) * 1.25 * ASPECT)
    width = min(width, 360 * EASTING)
    height = width / ASPECT
    return (left + right - width) / 2, (top + bottom - height) / 2, width, height


def _set(places: Sequence[Place], frame: tuple[float, float, float, float]) -> None:
    """Where places stand in the frame, and whose names are written: those of the fullest places come first."""
    x, y, width, height = frame
    for place in places:
        place.left, place.top = WHOLE * (place.x - x) / width, WHOLE * (place.y - y) / height
    written = [(place.left - DOT, place.top, place.left + DOT) for place in places]
    for place in places:
        start, end = DOT + 0.1, DOT + LABEL_WIDTH * len(place.name)
        sides = ((place.left + start, place.left + end), (place.left - end, place.left - start))
        free = [side for side in sides if _is_free(*side, place.top, written)]
        place.is_quiet, place.is_left = not free, free[:1] == [sides[1]]
        written += [(free[0][0], place.top, free[0][1])] if free else []


def _is_free(left: float, right: float, top: float, written: Sequence[tuple[float, float, float]]) -> bool:
    return (
        left >= 0
        and right <= WHOLE
        and not any(
            abs(top - other_top) < LABEL_HEIGHT and left < other_right and other_left < right
            for other_left, other_top, other_right in written
        )
    )
