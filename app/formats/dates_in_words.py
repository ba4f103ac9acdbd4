"""An event's date in words: how sure it is, how long it lasted, which of its ends are open."""

import re
from calendar import month_name

from app.formats.shape import Event

_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_QUALIFIED = {"": "", "?": "perhaps ", "~": "about ", "%": "perhaps about "}
_DATE = re.compile(r"(?P<year>[0-9X]{4})(-(?P<month>[0-9]{2}))?(-(?P<day>[0-9]{2}))?(-XX)*(?P<qualifier>[?~%]?)")
UNDATED = "undated"


def date_in_words(event: Event) -> str:
    """Such as `about 23 December 2021`, `some time from … to …`, `30 December 2021 or before`."""
    text = event.get("date_edtf", "XXXX")
    if text == "XXXX":
        return UNDATED
    if text.startswith("["):
        return _within(*text.strip("[]").split(".."))
    if "/" in text:
        return _lasting(*text.split("/"))
    time = event.get("start_time")
    return f"{_date(text)}, {time}" if time else _date(text)


def _within(first: str, last: str) -> str:
    """What happened at some time between two days."""
    if not first:
        return f"{_date(last)} or before"
    return f"some time from {_date(first)} to {_date(last)}" if last else f"{_date(first)} or later"


def _lasting(first: str, last: str) -> str:
    """What went on; EDTF tells an end that is open (`..`) from one that is not known."""
    match first, last:
        case "..", _:
            return f"until {_date(last)}"
        case "", _:
            return f"until {_date(last)}, start unknown"
        case _, "..":
            return f"from {_date(first)} on"
        case _, "":
            return f"from {_date(first)}, end unknown"
    return f"{_date(first)} to {_date(last)}"


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        return text
    year, month, day = found["year"], found["month"], found["day"]
    if "X" in year:
        year = f"{year[:3]}0s" if year[2] != "X" else f"{year[:2]}00 to {year[:2]}99"
    named = _SEASONS.get(month, month_name[int(month)] if int(month) < len(month_name) else month) if month else ""
    words = " ".join(one for one in (str(int(day)) if day else "", named, year) if one)
    return _QUALIFIED[found["qualifier"]] + words
