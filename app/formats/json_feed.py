"""JSON Feed 1.1: an item an event, the one that changed last first."""

import json
from collections.abc import Iterator
from typing import Any

from app.formats.identity import tag
from app.formats.in_words import as_html, heading, rights, sections
from app.formats.shape import Answer, Event, Format, object_of

VERSION = "https://jsonfeed.org/version/1.1"


def write(answer: Answer) -> Iterator[bytes]:
    feed: dict[str, Any] = {
        "version": VERSION,
        "title": heading(answer),
        "home_page_url": answer.absolute("/"),
        "feed_url": answer.page,
        "description": f"{rights(answer)}. Revision {answer.revision.number}.",
        "authors": [{"name": answer.attribution}],
    }
    feed |= {"next_url": answer.following} if answer.following else {}
    feed |= {"_dateline": {"license": answer.license, "revision": answer.revision.number}}
    feed |= {"items": [_item(answer, event) for event in answer.events]}
    yield json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _item(answer: Answer, event: Event) -> dict[str, Any]:
    """What an extension (an underscore) holds, programs read: the citations and claims as the API serves them."""
    address = event["links"]["canonical"]
    kinds = [event[name] for name in ("type", "modality") if name in event]
    return {
        "id": tag(answer, address),
        "url": answer.absolute(address),
        "title": event["title"],
        "content_html": as_html(sections(event)),
        "date_published": answer.first_published[event["id"]],
        "date_modified": answer.published[event["revision"]],
        "tags": list(dict.fromkeys([*kinds, *event["tags"]])),
        "_dateline": {name: event[name] for name in ("id", "revision", "citations", "claims", "evidence")},
    }


FORMAT = Format(
    suffix=".feed.json",
    media_type="application/feed+json",
    summary="List events as a JSON Feed",
    description="As the Atom feed: the event that changed last first, `date_modified` by the revision that changed it. "
    "`_dateline` has citations and claims as the API serves them; `next_url` leads to the next page.",
    write=write,
    schema=object_of(
        "JsonFeed",
        version=("string", "The address of the version of JSON Feed."),
        title=("string", "Of the data set and the question."),
        items=("array", "An item an event."),
    ),
    newest_change_first=True,
)
