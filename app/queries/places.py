"""Boxes and circles on the globe: as parameters, and which places lie in them."""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, WithJsonSchema
from sqlalchemy import Double, and_, bindparam, or_
from sqlmodel import col

from app.globe import EARTH_RADIUS_KM, FARTHEST_KM, unit_vector
from app.parameters import shown_as
from app.queries.matching import Predicate
from app.tables import Location

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,12})?")


def _numbers(text: str, bounds: list[tuple[str, float]], example: str) -> list[float]:
    parts = text.split(",")
    if len(parts) != len(bounds) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"expected {','.join(name for name, _ in bounds)} in degrees, such as {example}")
    numbers = [float(part) for part in parts]
    for number, (name, largest) in zip(numbers, bounds, strict=True):
        if abs(number) > largest:
            raise ValueError(f"expected {name} from -{largest:g} to {largest:g}")
    return numbers


def parse_box(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north. Raises `ValueError` saying what was expected."""
    bounds = [("west", 180.0), ("south", 90.0), ("east", 180.0), ("north", 90.0)]
    west, south, east, north = _numbers(text, bounds, "5,45,10,48")
    if south > north:
        raise ValueError("expected south before north: west,south,east,north")
    return west, south, east, north


def parse_point(text: str) -> tuple[float, float]:
    """Latitude and longitude. Raises `ValueError` saying what was expected."""
    latitude, longitude = _numbers(text, [("lat", 90), ("lon", 180)], "46.2,6.1")
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


_MORE = r"(\.[0-9]{1,12})?"
_LAT = rf"[+-]?(0?90(\.0{{1,12}})?|0?[0-8]?[0-9]{_MORE})"
_LON = rf"[+-]?(180(\.0{{1,12}})?|(1[0-7][0-9]|0?[0-9]{{1,2}}){_MORE})"

Box = Annotated[
    str,
    Field(max_length=100, json_schema_extra=shown_as(f"{_LON},{_LAT},{_LON},{_LAT}")),
    AfterValidator(_checked_box),
]
Point = Annotated[
    str, Field(max_length=100, json_schema_extra=shown_as(f"{_LAT},{_LON}")), AfterValidator(_checked_point)
]
Kilometres = WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST_KM})
Radius = Annotated[str, Field(max_length=40), AfterValidator(_checked_radius), Kilometres]


class Spot(NamedTuple):
    """A place with coordinates: the term of the events at it, and about how many they are."""

    latitude: float
    longitude: float
    x: float
    y: float
    z: float
    term: int
    rows: int


class InBox:
    """Places in a box, its edges included; one whose west is greater than its east crosses the date line."""

    def __init__(self, text: str) -> None:
        self.west, self.south, self.east, self.north = parse_box(text)
        self.is_across = self.west > self.east

    def among(self, spots: Sequence[Spot]) -> Iterator[Spot]:
        west, east, some = self.west, self.east, _between(spots, self.south, self.north)
        if self.is_across:
            return (spot for spot in some if spot.longitude >= west or spot.longitude <= east)
        return (spot for spot in some if west <= spot.longitude <= east)

    @property
    def predicate(self) -> Predicate:
        """Of the rows of locations."""
        holds = _IN_BOX_ACROSS if self.is_across else _IN_BOX
        return Predicate(holds, {"west": self.west, "south": self.south, "east": self.east, "north": self.north})


class Near:
    """Places within a great-circle distance: the chord between unit vectors is at most 2 sin(d / 2r)."""

    def __init__(self, point: str, radius_km: str) -> None:
        latitude, longitude = parse_point(point)
        angle = float(radius_km) / EARTH_RADIUS_KM
        reach = math.degrees(angle) + 1e-9
        self.south, self.north = latitude - reach, latitude + reach
        self.x, self.y, self.z = unit_vector(latitude, longitude)
        chord = 2 * math.sin(min(angle, math.pi) / 2)
        self.squared = chord * chord

    def among(self, spots: Sequence[Spot]) -> Iterator[Spot]:
        return (spot for spot in _between(spots, self.south, self.north) if self._away(spot) <= self.squared)

    def _away(self, spot: Spot) -> float:
        x, y, z = spot.x - self.x, spot.y - self.y, spot.z - self.z
        return x * x + y * y + z * z

    @property
    def predicate(self) -> Predicate:
        """Of the rows of locations."""
        values = {"at_x": self.x, "at_y": self.y, "at_z": self.z, "squared": self.squared}
        return Predicate(_NEAR, values | {"near_south": self.south, "near_north": self.north})


Area = InBox | Near


def _between(spots: Sequence[Spot], south: float, north: float) -> Sequence[Spot]:
    """Of spots from south to north, those between two latitudes."""
    latitude = attrgetter("latitude")
    return spots[bisect_left(spots, south, key=latitude) : bisect_right(spots, north, key=latitude)]


def _named(name: str) -> Any:
    return bindparam(name, type_=Double)


_LATITUDE, _LONGITUDE = col(Location.latitude), col(Location.longitude)
_IN_BOX = and_(
    _LATITUDE.between(_named("south"), _named("north")), _named("west") <= _LONGITUDE, _named("east") >= _LONGITUDE
)
_IN_BOX_ACROSS = and_(
    _LATITUDE.between(_named("south"), _named("north")),
    or_(_named("west") <= _LONGITUDE, _named("east") >= _LONGITUDE),
)
_X, _Y, _Z = col(Location.x) - _named("at_x"), col(Location.y) - _named("at_y"), col(Location.z) - _named("at_z")
_NEAR = and_(
    _LATITUDE.between(_named("near_south"), _named("near_north")),
    _named("squared") >= _X * _X + _Y * _Y + _Z * _Z,
)
