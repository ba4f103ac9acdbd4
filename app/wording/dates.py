"""Dates in words: how sure a date is, how long it lasted, which of its ends are open, and never more than it states."""

import re
from datetime import date
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
SHORT_NAME = 3
UNDATED = "undated"
_UNKNOWN = "XXXX"
_QUALIFIED = {"": "", "?": "perhaps ", "~": "about ", "%": "perhaps about "}
_DATE = re.compile(
    r"(?P<year>[0-9]{2}(?:[0-9]{2}|[0-9]X|XX))"
    r"(?:-(?P<month>0[1-9]|1[0-2]|2[1-4])(?:-(?P<day>[0-9]{2}))?)?(?:-XX)*(?P<qualifier>[?~%]?)"
)
_WITHIN = re.compile(r"\[(.*)\.\.(.*)\]")
_LASTING = re.compile(r"([^/]*)/([^/]*)")
_PLAIN = re.compile(r"[0-9-]+")


def tell_event(event: dict[str, Any], *, short: bool = False) -> str:
    """When an event was: `between 27 and 30 December 2021`, `by 30 December 2021`, `about 7 December 2021`."""
    return tell_date(event.get("date_edtf", _UNKNOWN), short=short)


def tell_when(event: dict[str, Any], *, short: bool = False) -> str:
    """As `tell_event`, with the time as stated: `30 December 2021, 15:30-05:00`."""
    time = event.get("start_time")
    return f"{tell_event(event, short=short)}{f', {time}' if time else ''}"


def is_approximate(event: dict[str, Any]) -> bool:
    return bool(set(event.get("date_edtf", "")) & set("~?%"))


def tell_date(edtf: str, *, short: bool = False) -> str:
    """A date as the record states it; whatever is no date is left as it is."""
    if edtf == _UNKNOWN:
        return UNDATED
    within, lasting = _WITHIN.fullmatch(edtf), _LASTING.fullmatch(edtf)
    try:
        if within:
            return _tell_within(within[1], within[2], short)
        return _tell_lasting(lasting[1], lasting[2], short) if lasting else _tell_one(edtf, short)
    except ValueError:
        return edtf


def tell_published(edtf: str) -> str:
    """When a source came out, to the day."""
    return tell_date(edtf.partition("T")[0], short=True)


def tell_instant(text: str) -> str:
    """`30 December 2021, 18:12 UTC`; of a day alone, the day."""
    day, _, rest = text.partition("T")
    told = tell_day(day)
    return f"{told}, {rest[:5]} UTC" if rest.endswith("Z") else f"{told}, {rest}" if rest else told


def tell_day(text: str, *, short: bool = False) -> str:
    """`30 December 2021` of `2021-12-30`; whatever is no day is left as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {_month(day.month, short)} {day.year}"


def tell_month(text: str) -> str:
    """`December 2021` of `2021-12`; whatever is no month is left as it is."""
    return tell_date(text)


def _month(number: int, short: bool) -> str:
    return MONTHS[number - 1][:SHORT_NAME] if short else MONTHS[number - 1]


def _tell_within(first: str, last: str, short: bool) -> str:
    """What happened at some time between two days."""
    if not first:
        return f"by {_tell_one(last, short)}"
    if not last:
        return f"on or after {_tell_one(first, short)}"
    told, final = _tell_ends(first, last, short)
    if told == final:
        return final
    return f"within {told}–{final}" if short else f"between {told} and {final}"


def _tell_lasting(first: str, last: str, short: bool) -> str:
    """What went on; EDTF tells an end that is open (`..`) from one that is not known."""
    match first, last:
        case "..", _:
            return f"until {_tell_one(last, short)}"
        case "", _:
            return f"until {_tell_one(last, short)}, start unknown"
        case _, "..":
            return f"since {_tell_one(first, short)}"
        case _, "":
            return f"from {_tell_one(first, short)}, end unknown"
    told, final = _tell_ends(first, last, short)
    if told == final:
        return final
    is_tight = _PLAIN.fullmatch(first + last) and (short or told.isdigit())
    return f"{told}–{final}" if is_tight else f"{told} to {final}"


def _tell_ends(first: str, last: str, short: bool) -> tuple[str, str]:
    """Both ends, the first without what it shares with the last where both are stated alike."""
    told, final = _tell_one(first, short), _tell_one(last, short)
    if first == last or len(first) != len(last) or not _PLAIN.fullmatch(first + last) or first[:4] != last[:4]:
        return told, final
    is_one_month = first[:7] == last[:7]
    return told.split(" ")[0] if is_one_month else told.rsplit(" ", 1)[0], final


def _tell_one(text: str, short: bool) -> str:
    """A day, month, season, year, decade or century. Raises `ValueError` for anything else."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day = found["year"], found["month"], found["day"]
    if day:
        told = tell_day(f"{year}-{month}-{day}", short=short)
    elif month:
        told = f"{SEASONS.get(month) or _month(int(month), short)} {int(year)}"
    else:
        told = _tell_year(year, short)
    return _QUALIFIED[found["qualifier"]] + told


def _tell_year(year: str, short: bool) -> str:
    if year.endswith("XX"):
        first, last = int(f"{year[:2]}00"), int(f"{year[:2]}99")
        return f"within {first}–{last}" if short else f"between {first} and {last}"
    return f"{int(year[:3])}0s" if year.endswith("X") else str(int(year))
