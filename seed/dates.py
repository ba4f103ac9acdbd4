"""Dates of the record: Extended Date/Time Format (Library of Congress), levels 0 and 1, and one-of-a-range.

Bounds are strict: the first and the last day that a date allows. The tests hold them to the `edtf` package.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.keys import OPEN_END, UNDATED

EXPECTED = (
    "expected an EDTF date such as 2021, 2021-12, 2021-12-27, 2021-12-23~, 2021-11/2021-12, 2021-12/.., XXXX "
    "or [2021-12-27..2021-12-29], in the years 0001 to 9999"
)

_SIMPLE = re.compile(
    r"[0-9]{4}(-[0-9]{2}){0,2}[?~%]?"  # a year, month, day or season, perhaps uncertain or approximate
    r"|[0-9]{3}X|[0-9]{2}XX"  # a decade, a century
    r"|[0-9]{4}-XX(-XX)?|[0-9]{4}-[0-9]{2}-XX"
)
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}
"""Spring to winter: their first and last months. A winter ends with its year."""


@dataclass(frozen=True)
class Days:
    """What a date says. An open end of an interval is `None`; an unknown date has neither end."""

    first: date | None
    last: date | None
    precision: str

    @property
    def sort_day(self) -> int:
        """The ordinal that orders it: its first day, the last where the start is open, 0 when undated."""
        day = self.first or self.last
        return day.toordinal() if day else UNDATED

    @property
    def start_day(self) -> int | None:
        return self.sort_day or None

    @property
    def end_day(self) -> int | None:
        if not self.sort_day:
            return None
        return self.last.toordinal() if self.last else OPEN_END


UNKNOWN = Days(None, None, "unknown")


@lru_cache(maxsize=100_000)
def parse_date(text: str) -> Days:
    """What a date in the record's notation says. Raises `ValueError` saying what was expected."""
    if text == "XXXX":
        return UNKNOWN
    if text.startswith("[") and text.endswith("]") and text.count("..") == 1:
        return _between(text[1:-1].split(".."), "within")
    if text.count("/") == 1:
        return _between(["" if end == ".." else end for end in text.split("/")], "interval")
    first, last = _bounds(text)
    return Days(first, last, _precision(text))


def _between(ends: list[str], precision: str) -> Days:
    first = _bounds(ends[0])[0] if ends[0] else None
    last = _bounds(ends[1])[1] if ends[1] else None
    if first is None and last is None:
        raise ValueError(EXPECTED)
    if first and last and first > last:
        raise ValueError(f"expected an end at or after the start {ends[0]}, not {ends[1]}")
    return Days(first, last, precision)


def _bounds(text: str) -> tuple[date, date]:
    """The first and the last day of a date that is not an interval."""
    try:
        if _SIMPLE.fullmatch(text):
            return _simple_bounds(text)
    except ValueError:
        pass
    raise ValueError(f"{EXPECTED}; not '{text[:60]}'")


def _simple_bounds(text: str) -> tuple[date, date]:
    digits = text.rstrip("?~%").replace("-XX", "")
    if len(digits) == len("2021-12-27"):
        day = date.fromisoformat(digits)
        return day, day
    first, last = 1, 12
    if part := digits[5:7]:
        is_season = digits == text and int(part) in _SEASONS
        first, last = _SEASONS[int(part)] if is_season else (int(part), int(part))
    year = int(digits[:4].replace("X", "9"))
    return date(int(digits[:4].replace("X", "0")), first, 1), date(year, last, monthrange(year, last)[1])


def _precision(text: str) -> str:
    digits = text.rstrip("?~%").replace("-XX", "")
    if digits.endswith("XX"):
        return "century"
    if digits.endswith("X"):
        return "decade"
    if digits[5:7] and int(digits[5:7]) in _SEASONS:
        return "season"
    return {4: "year", 7: "month", 10: "day"}[len(digits)]
