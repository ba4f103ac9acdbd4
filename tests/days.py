"""What dates and instants mean, as the design says it: the days that a date allows, and when a source counts."""

import calendar
import math
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.generator import Line, Record

LAST = math.inf
"""Later than every instant: when a source counts that has no date of any kind."""


@cache
def bounds(text: str | None) -> tuple[date | None, date | None]:
    """The first and the last day that a date allows; an open or unknown end is none."""
    if text is None or text == "XXXX":
        return None, None
    inner = text.strip("[]")
    for separator in ("/", ".."):
        if separator in inner and not (separator == ".." and "/" in inner):
            first, last = (end.strip(".") for end in inner.split(separator, 1))
            return (_days(first)[0] if first else None, _days(last)[1] if last else None)
    return _days(inner)


def _days(text: str) -> tuple[date, date]:
    year, month, day = (*text.rstrip("?~%").split("-"), "XX", "XX")[:3]
    if "X" in year:
        return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31)
    if month == "XX":
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if int(month) > 20:
        months = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}[int(month)]
    else:
        months = int(month), int(month)
    if day != "XX":
        return (date(int(year), int(month), int(day)),) * 2
    return date(int(year), months[0], 1), date(int(year), months[1], calendar.monthrange(int(year), months[1])[1])


def is_day(text: str | None) -> bool:
    """Whether a date names one day, if only about; only beside such a date is a time of day told."""
    return text is not None and len(text.rstrip("?~%")) == 10 and not set(text) & set("/.X")


def instant(text: str, edge: time) -> datetime:
    """The instant that a question names; of a day, its start or its end."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), edge, UTC)


def second(text: str) -> int:
    """The whole second that a question names; of a day, its last."""
    return math.floor(instant(text, time.max).timestamp())


def available(record: Record) -> dict[str, datetime | None]:
    """From when each source counts; undated ones do so at no instant."""
    zones = {line["id"]: line.get("timezone", "UTC") for line in record["publisher"]}
    return {line["id"]: _available(line, zones.get(line.get("publisher"), "UTC")) for line in record["source"]}


def _available(source: Line, zone: str) -> datetime | None:
    text = source.get("updated") or source.get("published") or source.get("published_not_before")
    if text is None:
        return None
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(UTC)
    midnight = datetime.combine(bounds(text)[1] + timedelta(days=1), time.min, ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def counts(record: Record) -> dict[str, float]:
    """The second from which each source counts; `LAST` for those without any date."""
    return {one: at.timestamp() if at else LAST for one, at in available(record).items()}
