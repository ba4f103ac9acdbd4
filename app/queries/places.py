"""Boxes and circles on the globe, as parameters and as predicates on locations."""

import math
import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from app.globe import EARTH_RADIUS_KM, FARTHEST_KM, unit_vector
from app.tables import Location

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,12})?")


def _numbers(text: str, bounds: list[tuple[str, float]]) -> list[float]:
    parts = text.split(",")
    if len(parts) != len(bounds) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"expected {','.join(name for name, _ in bounds)} in degrees, such as 22.1,44.3 or 2,48,3,49")
    numbers = [float(part) for part in parts]
    for number, (name, largest) in zip(numbers, bounds, strict=True):
        if abs(number) > largest:
            raise ValueError(f"expected {name} from -{largest:g} to {largest:g}")
    return numbers


def parse_box(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north. Raises `ValueError` saying what was expected."""
    west, south, east, north = _numbers(text, [("west", 180), ("south", 90), ("east", 180), ("north", 90)])
    if south > north:
        raise ValueError("expected south before north: west,south,east,north")
    return west, south, east, north


def parse_point(text: str) -> tuple[float, float]:
    """Latitude and longitude. Raises `ValueError` saying what was expected."""
    latitude, longitude = _numbers(text, [("lat", 90), ("lon", 180)])
    return latitude, longitude


def _checked_box(text: str) -> str:
    parse_box(text)
    return text


def _checked_point(text: str) -> str:
    parse_point(text)
    return text


def _checked_radius(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,20})?([eE]-?[0-9]{1,3})?", text) or not 0 < float(text) <= FARTHEST_KM:
        raise ValueError(f"expected kilometres, more than 0 and at most {FARTHEST_KM}")
    return text


Box = Annotated[str, Field(max_length=100), AfterValidator(_checked_box)]
Point = Annotated[str, Field(max_length=100), AfterValidator(_checked_point)]
Kilometres = WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST_KM})
Radius = Annotated[str, Field(max_length=40), AfterValidator(_checked_radius), Kilometres]


def in_box(text: str) -> ColumnElement[bool]:
    """Locations in a box, its edges included; one whose west is greater than its east crosses the date line."""
    west, south, east, north = parse_box(text)
    longitude = col(Location.longitude)
    across = or_ if west > east else and_
    return and_(col(Location.latitude).between(south, north), across(longitude >= west, longitude <= east))


def near(point: str, radius_km: str) -> ColumnElement[bool]:
    """Locations within a great-circle distance: the chord between unit vectors is at most 2 sin(d / 2r)."""
    latitude, longitude = parse_point(point)
    angle = float(radius_km) / EARTH_RADIUS_KM
    chord = 2 * math.sin(min(angle, math.pi) / 2)
    x, y, z = (
        axis - value
        for axis, value in zip(
            (col(Location.x), col(Location.y), col(Location.z)), unit_vector(latitude, longitude), strict=True
        )
    )
    degrees = math.degrees(angle)
    return and_(
        col(Location.latitude).between(latitude - degrees - 1e-9, latitude + degrees + 1e-9),
        x * x + y * y + z * z <= chord * chord,
    )
