"""Days and instants: how parameters write them, how the store counts them, how answers show them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = rf"T{_CLOCK}(:[0-5][0-9](\.[0-9]{{1,6}})?)?(Z|[+-]{_CLOCK})"
"""Forms: a text that has one is a day, or an instant, if the calendar has it."""

_DAY, _INSTANT = re.compile(DAY), re.compile(DAY + TIME)
_SPACED = re.compile(DAY + r"T[0-9:.]+ [0-9]{2}:[0-9]{2}")


def parse_day(text: str) -> date:
    """A calendar day, `YYYY-MM-DD`. Raises `ValueError` saying what was expected."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a day such as 2021-12-30, not '{text}'") from None


def parse_instant(text: str) -> datetime:
    """An instant with its zone (RFC 3339). Raises `ValueError` saying what was expected."""
    if _SPACED.fullmatch(text):
        raise ValueError(f"expected an instant with its zone, 'Z' or '+02:00' written as %2B02:00, not '{text}'")
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"expected an instant such as 2021-12-30T18:12:00Z, not '{text}'") from None


def parse_day_or_instant(text: str, edge: Literal["start", "end"]) -> datetime:
    """An instant, or the start or the last microsecond of a day, UTC. Raises `ValueError`."""
    if "T" in text:
        return parse_instant(text)
    if not _DAY.fullmatch(text):
        raise ValueError(f"expected a day such as 2021-12-30 or an instant such as 2021-12-30T18:12:00Z, not '{text}'")
    return datetime.combine(parse_day(text), time.min if edge == "start" else time.max, UTC)


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970, UTC."""
    return (instant - EPOCH) // timedelta(seconds=1)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def day_of(count: int) -> date:
    """The day, UTC, of a second."""
    return (EPOCH + timedelta(seconds=count)).date()


def show_seconds(count: int) -> str:
    """RFC 3339, UTC."""
    return (EPOCH + timedelta(seconds=count)).isoformat().replace("+00:00", "Z")


def show_microseconds(count: int) -> str:
    """RFC 3339, UTC, to the microsecond."""
    return (EPOCH + timedelta(microseconds=count)).isoformat(timespec="microseconds").replace("+00:00", "Z")
