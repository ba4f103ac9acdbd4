"""Values and their places, built from parts that come in the order of a file: what both formats share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from seed.faults import Faults, Place

DEEPEST = 20
MOST_VALUES = 50_000
"""In one record, its keys counted."""
Position = tuple[int, int]
"""A line and a column."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"


@dataclass(slots=True)
class Spot:
    """Where a value stands, where its key does, and the same for its parts."""

    at: Position
    key_at: Position | None = None
    parts: "dict[str | int, Spot] | None" = None

    def nearest(self, loc: Sequence[str | int]) -> "Spot":
        """The part at `loc`, or the deepest one on the way there."""
        spot = self
        for step in loc:
            if spot.parts is None or step not in spot.parts:
                break
            spot = spot.parts[step]
        return spot


def number(text: str) -> int | float | None:
    """The number that is written so; None where 64 bits cannot hold it."""
    if not text.lstrip("-").isdecimal():
        value = float(text)
        return value if isfinite(value) else None
    whole = int(text) if len(text) <= len("-9223372036854775808") else 2**63
    return whole if -(2**63) <= whole < 2**63 else None


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; a value that comes after a bad key has no key, and is dropped."""

    value: Any
    parts: dict[str | int, Spot]
    after_key: bool = False
    key: str | None = None
    key_at: Position | None = None


class Builder:
    """Builds a value and its places from its parts, which come in the order of the file; never recurses."""

    def __init__(self, path: str, faults: Faults) -> None:
        self.path = path
        self.faults = faults
        self.above = 0
        """How many lines of the file stand above what is read."""
        self.open: list[_Open] = []
        self.values = 0
        self.root: tuple[Any, Spot] = (None, Spot((1, 1)))

    def fault(self, at: Position, message: str) -> None:
        self.faults.add(Place(self.path, *at), message)

    def begin(self, value: dict[str, Any] | list[Any], at: Position) -> None:
        parts: dict[str | int, Spot] = {}
        depth = len(self.open)
        if depth == DEEPEST:
            self.fault(at, f"nested deeper than {DEEPEST}; expected a flatter record")
        self._put(value if depth < DEEPEST else None, Spot(at, parts=parts), is_key=False)
        self.open.append(_Open(value, parts))

    def end(self) -> None:
        self.open.pop()

    def text(self, value: str, at: Position, *, is_merge: bool = False) -> None:
        if bad := UNPRINTABLE.search(value):
            self.fault(at, f"unprintable character U+{ord(bad[0]):04X} in the text; expected it left out")
            value = UNPRINTABLE.sub(REPLACEMENT, value)
        if is_merge and self.expects_key:
            self.fault(at, "merge key '<<'; expected the values written out")
            self.open[-1].after_key = True
        else:
            self._put(value, Spot(at), is_key=True)

    def number(self, text: str, at: Position) -> None:
        value = number(text)
        if value is None:
            self.fault(at, "number too large; expected one that fits in 64 bits")
        self._put(0 if value is None else value, Spot(at), is_key=False)

    def word(self, value: bool | None, at: Position) -> None:
        self._put(value, Spot(at), is_key=False)

    @property
    def expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and not self.open[-1].after_key

    def _put(self, value: Any, spot: Spot, *, is_key: bool) -> None:
        if not self.open:
            self.root, self.values = (value, spot), 0
            return
        self.values += 1
        if self.values > MOST_VALUES:
            if self.values == MOST_VALUES + 1:
                self.fault(spot.at, f"more than {MOST_VALUES} keys and values in one record; expected several records")
            return
        around = self.open[-1]
        if isinstance(around.value, list):
            around.parts[len(around.value)] = spot
            around.value.append(value)
        elif around.after_key:
            around.after_key = False
            if around.key is not None:
                spot.key_at = around.key_at
                around.parts[around.key] = spot
                around.value[around.key] = value
                around.key = None
        else:
            around.after_key = True
            around.key_at = spot.at
            around.key = value if self._is_good_key(value if is_key else None, spot.at, around.parts) else None

    def _is_good_key(self, key: str | None, at: Position, parts: dict[str | int, Spot]) -> bool:
        if key is None:
            self.fault(at, "key that is not plain text; expected text, in quotes if need be")
        elif key in parts:
            line, column = parts[key].key_at or parts[key].at
            self.fault(at, f"key {key[:40]!r} given again, first in line {line}, column {column}; expected it once")
        return key is not None and key not in parts
