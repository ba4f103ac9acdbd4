"""TimelineJS 3: a slide an event, with its sources as links; a group a type."""

import json
from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Any

from app.formats.in_words import as_html, heading, rights, sections
from app.formats.shape import Answer, Event, Format, object_of
from app.wording.dates import tell_when

TITLE_ID = "title_slide"
"""With an underscore, which no event's id has."""


def write(answer: Answer) -> Iterator[bytes]:
    events = list(answer.events)
    timeline = {
        "scale": "human",
        "title": _title(answer, [event for event in events if not _day(event)]),
        "events": [_slide(event) for event in events if _day(event)],
    }
    yield json.dumps(timeline, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _title(answer: Answer, undated: list[Event]) -> dict[str, Any]:
    """The licence, the way to the next page, and what is undated, since a slide needs a date."""
    told = [f"<p>{escape(rights(answer))}. Revision {answer.revision.number}.</p>"]
    if answer.following:
        told.append(
            f'<p><a href="{escape(answer.following)}" target="_blank" rel="noopener">More events follow.</a></p>'
        )
    told += [f"<p><strong>{escape(event['title'])}</strong></p>{as_html(sections(event))}" for event in undated]
    return {
        "unique_id": TITLE_ID,
        "text": {"headline": escape(heading(answer)), "text": "".join(told)},
        "autolink": False,
    }


def _slide(event: Event) -> dict[str, Any]:
    """TimelineJS takes all text for HTML. An open start is shown on its last day, an open end on its first."""
    first, last = event.get("start_date"), event.get("end_date")
    slide: dict[str, Any] = {
        "unique_id": event["id"],
        "start_date": _date(_day(event)) | _time(event),
        "display_date": escape(tell_when(event)),
        "text": {"headline": escape(event["title"]), "text": as_html(sections(event))},
        "autolink": False,
    }
    slide |= {"end_date": _date(last)} if first and last and first < last else {}
    return slide | ({"group": escape(event["type"])} if "type" in event else {})


def _day(event: Event) -> str:
    day: str = event.get("start_date") or event.get("end_date") or ""
    return day


def _date(day: str) -> dict[str, int]:
    parsed = date.fromisoformat(day)
    return {"year": parsed.year, "month": parsed.month, "day": parsed.day}


def _time(event: Event) -> dict[str, int]:
    """As stated: TimelineJS knows no zones, and the display date tells it."""
    hour, minute = event.get("start_time", "")[:2], event.get("start_time", "")[3:5]
    return {"hour": int(hour), "minute": int(minute)} if hour else {}


FORMAT = Format(
    suffix=".timeline.json",
    media_type="application/json",
    summary="List events for TimelineJS",
    description="The JSON that TimelineJS 3 reads: a slide an event, with its sources as links, rival claims, and a "
    "date in words that shows how sure it is. Types are groups. What is undated stands on the title slide.",
    write=write,
    schema=object_of("TimelineJs", events=("array", "A slide an event.")),
)
