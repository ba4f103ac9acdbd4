"""Dates in words: what an event's date says, and what it leaves open."""

import re
from datetime import date
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SHORT_NAME = 3


def tell_event(event: dict[str, Any], *, short: bool = False) -> str:
    """When an event was: `between 27 and 30 December 2021`, `by 30 December 2021`, `about 7 December 2021`."""
    first, last = event.get("start_date"), event.get("end_date")
    edtf, precision = event.get("date_edtf", ""), event["date_precision"]
    if not first and not last:
        return "undated"
    if precision == "within":
        return _tell_within(first, last, short)
    return _doubt(edtf) + (_tell_stated(edtf, short) or _tell_span(first, last, short))


def is_approximate(event: dict[str, Any]) -> bool:
    return bool(set(event.get("date_edtf", "")) & set("~?%"))


def tell_instant(text: str) -> str:
    """`30 December 2021, 18:12 UTC`; of a day alone, the day."""
    day, _, rest = text.partition("T")
    told = tell_day(day)
    return f"{told}, {rest[:5]} UTC" if rest.endswith("Z") else f"{told}, {rest}" if rest else told


def tell_published(edtf: str) -> str:
    """When a source came out, to the day."""
    return _tell_stated(edtf.partition("T")[0], short=True) or edtf


def tell_date(edtf: str) -> str:
    """A single date as a record states it; whatever is more than one is left as it is."""
    stated = _tell_stated(edtf, short=False)
    return _doubt(edtf) + stated if stated else edtf


def tell_day(text: str, *, short: bool = False) -> str:
    """`30 December 2021` of `2021-12-30`; whatever is no day is left as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {_month(day.month, short)} {day.year}"


def tell_month(text: str) -> str:
    """`December 2021` of `2021-12`; whatever is no month is left as it is."""
    return _tell_stated(text, short=False) or text


def _month(number: int, short: bool) -> str:
    return MONTHS[number - 1][:SHORT_NAME] if short else MONTHS[number - 1]


def _doubt(edtf: str) -> str:
    if "~" in edtf or "%" in edtf:
        return "about "
    return "perhaps " if "?" in edtf else ""


def _tell_stated(edtf: str, short: bool) -> str:
    """A single year, month or day as stated; nothing of any other date."""
    stated = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(-[0-9]{2})?)?[~?%]?", edtf)
    if not stated:
        return ""
    year, month, day = stated.groups()
    if day:
        return tell_day(f"{year}-{month}{day}", short=short)
    return f"{_month(int(month), short)} {int(year)}" if month else str(int(year))


def _tell_span(first: str | None, last: str | None, short: bool) -> str:
    if not first:
        return f"until {tell_day(last or '', short=short)}"
    if not last:
        return f"since {tell_day(first, short=short)}"
    return tell_day(first, short=short) if first == last else "–".join(_tell_ends(first, last, short))


def _tell_within(first: str | None, last: str | None, short: bool) -> str:
    if not first:
        return f"by {tell_day(last or '', short=short)}"
    if not last:
        return f"on or after {tell_day(first, short=short)}"
    ends = _tell_ends(first, last, short)
    return "within " + "–".join(ends) if short else "between " + " and ".join(ends)


def _tell_ends(first: str, last: str, short: bool) -> tuple[str, str]:
    """Both ends, the first without what it shares with the last."""
    told, final = tell_day(first, short=short), tell_day(last, short=short)
    if first[:7] == last[:7]:
        return told.split(" ")[0], final
    return (told.rsplit(" ", 1)[0] if first[:4] == last[:4] else told), final
