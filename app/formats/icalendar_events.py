"""iCalendar (RFC 5545): an event a VEVENT. What has no date is a VJOURNAL, which alone may do without one."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.formats.identity import uid
from app.formats.in_words import as_text, heading, rights, sections
from app.formats.shape import Answer, Event, Format

if TYPE_CHECKING:
    import icalendar

REFRESH = timedelta(hours=1)
_STATUSES = {
    "occurred": "CONFIRMED",
    "ongoing": "CONFIRMED",
    "planned": "TENTATIVE",
    "proposed": "TENTATIVE",
    "predicted": "TENTATIVE",
    "threatened": "TENTATIVE",
    "cancelled": "CANCELLED",
}
"""What is alleged or denied has none: the calendar's words have no doubt between tentative and confirmed."""
Days = tuple[date, date | None]
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def write(answer: Answer) -> Iterator[bytes]:
    calendar = _calendar(answer)
    for event in answer.events:
        calendar.add_component(_entry(answer, event))
    yield calendar.to_ical()


def _calendar(answer: Answer) -> "icalendar.Calendar":
    """The names that calendar programs show, by RFC 7986 and as they were before it."""
    import icalendar  # noqa: PLC0415 - few ask for one, and every start would wait for it

    calendar, name = icalendar.Calendar(), _plain(heading(answer))
    told = f"{rights(answer)}. Revision {answer.revision.number}."
    told += f" More events follow: {answer.following}" if answer.following else ""
    for key, value in (("VERSION", "2.0"), ("PRODID", "-//Dateline//Dateline//EN"), ("CALSCALE", "GREGORIAN")):
        calendar.add(key, value)
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, icalendar.vText(name))
    for key in ("DESCRIPTION", "X-WR-CALDESC"):
        calendar.add(key, icalendar.vText(_plain(told)))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    if answer.public_url:
        calendar.add("SOURCE", icalendar.vUri(answer.page), parameters={"VALUE": "URI"})
    return calendar


def _entry(answer: Answer, event: Event) -> "icalendar.Event | icalendar.Journal":
    import icalendar  # noqa: PLC0415 - as above

    days = _days(event)
    entry = icalendar.Event() if days else icalendar.Journal()
    changed_at = datetime.fromisoformat(answer.published[event["revision"]]).astimezone(UTC)
    entry.add("UID", uid(answer, event["id"]))
    entry.add("DTSTAMP", changed_at)
    entry.add("LAST-MODIFIED", changed_at)
    entry.add("SEQUENCE", event["revision"])
    entry.add("SUMMARY", _plain(event["title"]).replace("\n", " "))
    entry.add("DESCRIPTION", _plain(f"{as_text(sections(event))}\n\n{rights(answer)}"))
    kinds = [event[name] for name in ("type", "modality") if name in event]
    entry.add("CATEGORIES", [*kinds, *event["tags"], *["disputed"] * event["evidence"]["disputed"]])
    if answer.public_url:
        entry.add("URL", answer.absolute(event["links"]["canonical"]))
    for key, value in (_when_and_where(event, days) if days else {}).items():
        entry.add(key, value)
    status = _STATUSES.get(event.get("modality", ""))
    if status and (days or status == "CANCELLED"):
        entry.add("STATUS", status)
    return entry


def _when_and_where(event: Event, days: Days) -> dict[str, Any]:
    """What a journal entry has no room for. No event blocks the time of whoever subscribes."""
    told: dict[str, Any] = {"DTSTART": days[0], "TRANSP": "TRANSPARENT"}
    told |= {"DTEND": days[1]} if days[1] else {}
    if event["locations"]:
        told["LOCATION"] = _plain("; ".join(one["name"] for one in event["locations"]))
    spots = [(one["latitude"], one["longitude"]) for one in event["locations"] if "latitude" in one]
    return told | ({"GEO": spots[0]} if len(spots) == 1 else {})


def _days(event: Event) -> Days | None:
    """When it starts, and where it ends, exclusive; none for what is undated.

    An open start is shown on its last day, an open end on its first. A calendar knows no year 10000: what lasts until
    the end of 9999 ends a day early.
    """
    first, last = event.get("start_date"), event.get("end_date")
    if not first and not last:
        return None
    start, end = (date.fromisoformat(str(day)) for day in (first or last, last or first))
    instant = _instant(start, event["start_time"]) if "start_time" in event else None
    if instant:
        return instant, None
    if end < date.max:
        return start, end + timedelta(days=1)
    return start, end if end > start else None


def _instant(day: date, start_time: str) -> datetime | None:
    """The same instant in UTC: a zone that is only an offset has no name that a calendar could look up."""
    try:
        return datetime.fromisoformat(f"{day}T{start_time}").astimezone(UTC)
    except OverflowError:  # at the very edge of the years that there are
        return None


def _plain(text: str) -> str:
    """Text without the characters that the standard forbids, or that programs take for the end of a line."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


FORMAT = Format(
    suffix=".ics",
    media_type="text/calendar; charset=utf-8",
    summary="List events as iCalendar",
    description="For calendar programs, which take one page: ask for `limit=500`. Days are all-day events; what is "
    "planned, proposed, predicted or threatened is tentative; `SEQUENCE` is the event's revision; what is undated is a "
    "journal entry. The description has the citations, with stance and link, and rival claims.",
    write=write,
    of_one=True,
)
