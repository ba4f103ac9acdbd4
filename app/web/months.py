"""How many events begin in each month: a facet counts the fullest alone, so a long time is asked in windows."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.parameters import NOT_FILTERS
from app.web.asking import Api, Parameters, Told
from app.web.view import KNOWN_AT, View

FACET_FULL = 50
"""A facet has so many values at most: of as many, there may be more."""
MOST_WINDOWS = 8
LONGEST_WINDOW = 4
"""Years, which are fewer months than a facet has values."""
FIRST_DAY = "0001-01-01"
LAST_DAY = "9999-12-31"


@dataclass(frozen=True)
class Months:
    """The events by the month of their first possible day, such as `2021-12`."""

    counts: dict[str, int]
    are_all: bool = True
    """If not, some are missing, and the first and the last are there, if only with nought."""


async def fetch_months(api: Api, view: View, revision: str, events: Told) -> tuple[Months, Months]:
    """What the columns of a view count, none where each event is shown; and what its scale is made of.

    The scale is that of all that is known now.
    """
    is_shown = len(events.data) == events.content["meta"]["total"]
    then = [*view.asked(*NOT_FILTERS, "as_of"), ("as_of", revision)]
    now = [one for one in then if one[0] != KNOWN_AT]
    if then != now:
        counted, scaled = await asyncio.gather(_nothing() if is_shown else _fetch(api, then), _fetch(api, now))
        return counted, scaled
    if is_shown:
        return Months({}), count_months(events.data)
    counted = await _fetch(api, then)
    return counted, counted


def count_months(events: Sequence[dict[str, Any]]) -> Months:
    return Months(dict(Counter(one["start_date"][:7] for one in events if "start_date" in one)))


async def _nothing() -> Months:
    return Months({})


async def _fetch(api: Api, asked: Parameters) -> Months:
    fullest = await _count(api, asked)
    if len(fullest) < FACET_FULL:
        return Months(fullest)
    first, last = await asyncio.gather(_fetch_end(api, asked, "asc"), _fetch_end(api, asked, "desc"))
    counts = await _count_in_windows(api, asked, int(first[:4]), int(last[:4]))
    return Months(counts) if counts else Months({first: 0, last: 0, **fullest}, are_all=False)


async def _count(api: Api, asked: Parameters) -> dict[str, int]:
    answer = await api.ask("/v1/facets", [*asked, ("facet", "month")])
    return {one["value"]: one["count"] for one in answer.data}


async def _fetch_end(api: Api, asked: Parameters, order: str) -> str:
    """The month of the first or the last of the events that have a day."""
    dated = [] if _value(asked, "date_from") else [("date_from", FIRST_DAY)]
    answer = await api.ask("/v1/events", [*asked, *dated, ("order", order), ("limit", "1")])
    (event,) = answer.data
    day: str = event.get("start_date") or event["end_date"]
    return day[:7]


async def _count_in_windows(api: Api, asked: Parameters, first: int, last: int) -> dict[str, int] | None:
    """Of the years from the first to the last; nothing when they are too many, or too much reaches into a window.

    Windows are as short as their number allows: what lasts is found in each that it touches, and takes a place there.
    """
    if _value(asked, "date_match") == "within" and (_value(asked, "date_from") or _value(asked, "date_to")):
        return None
    first = max(first, int((_value(asked, "date_from") or FIRST_DAY)[:4]))
    length = -(-(last - first + 1) // MOST_WINDOWS) or 1
    if length > LONGEST_WINDOW:
        return None
    starts = range(first, max(first, last) + 1, length)
    windows = [
        (FIRST_DAY if start == first else f"{start:04}-01-01", _last_day(start + length - 1)) for start in starts
    ]
    found = await asyncio.gather(*(_count(api, _within(asked, *window)) for window in windows))
    if any(len(counts) >= FACET_FULL for counts in found):
        return None
    return {
        month: count
        for (start, end), counts in zip(windows, found, strict=True)
        for month, count in counts.items()
        if start[:7] <= month <= end[:7]
    }


def _last_day(year: int) -> str:
    return f"{min(year, 9999):04}-12-31"


def _within(asked: Parameters, start: str, end: str) -> Parameters:
    """The question of a window: never more days than were asked for."""
    rest = [one for one in asked if one[0] not in ("date_from", "date_to")]
    start, end = max(start, _value(asked, "date_from")), min(end, _value(asked, "date_to") or LAST_DAY)
    return [*rest, ("date_from", start), ("date_to", end)]


def _value(asked: Parameters, name: str) -> str:
    return next((value for one, value in asked if one == name), "")
