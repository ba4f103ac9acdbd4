"""What happened to a chronology since a revision or a day, as Markdown: `python digest.py ADDRESS 2022-01-03`.

For a newsletter or a weekly meeting: which events were added, corrected or withdrawn, and which have become disputed.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dateline import Dateline, Refused

SHORT = ("title", "summary", "date_edtf", "start_time", "type", "modality")
"""Fields of which a reader wants to see both values."""


@dataclass
class Story:
    """Everything that was done to one event."""

    id: str
    changes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any]:
        return self.changes[-1]

    @property
    def event(self) -> dict[str, Any] | None:
        """The event as it is now; none when it is gone."""
        document: dict[str, Any] | None = self.last.get("document")
        return document

    @property
    def is_new(self) -> bool:
        return any(one["action"] == "created" for one in self.changes)

    @property
    def corrected(self) -> list[dict[str, Any]]:
        """What the desk itself changed of it, since it was there."""
        return [one for one in self.changes if one["cause"] == "record" and one["changes"]]

    @property
    def newly_disputed(self) -> bool:
        if not self.event or not self.event["evidence"]["disputed"]:
            return False
        return self.is_new or not self._disputed_before()

    def _disputed_before(self) -> bool:
        """As the first change of the evidence tells; evidence that did not change was as it is."""
        olds = (part["old"] for one in self.changes for part in one["changes"] if part["field"] == "evidence")
        first = next(olds, None)
        return bool(first["disputed"]) if first else True


def stories(dateline: Dateline, since: int) -> tuple[int, list[Story]]:
    """The newest revision, and the events that changed since another, in the order of their first change."""
    found: dict[str, Story] = {}
    revision = since
    for page in dateline.pages("/v1/changes", since=since, limit=500):
        revision = page["meta"]["revision"]
        for change in page["data"]:
            if change["kind"] == "event":
                found.setdefault(change["id"], Story(change["id"])).changes.append(change)
    return revision, list(found.values())


def digest(dateline: Dateline, since: int) -> str:
    revision, told = stories(dateline, since)
    title = dateline.ask("/v1")["data"]["title"]
    there, gone = [one for one in told if one.event], [one for one in told if not one.event]
    sections = {
        "Added": [added(dateline, one) for one in there if one.is_new],
        "Corrected": [corrected(dateline, one) for one in there if not one.is_new and one.corrected],
        "Newly disputed": [disputed(dateline, one) for one in there if one.newly_disputed],
        "Withdrawn or merged": [withdrawn(dateline, one) for one in gone],
    }
    parts = [f"# {plain(title)}\n\nRevision {revision}, compared with revision {since}.\n"]
    parts += [f"## {heading}\n\n" + "\n".join(lines) + "\n" for heading, lines in sections.items() if lines]
    return "\n".join(parts if len(parts) > 1 else [*parts, "Nothing has changed.\n"])


def added(dateline: Dateline, story: Story) -> str:
    event = story.event or {}
    evidence = event["evidence"]
    counts = f"sources {evidence['sources']}, independent origins {evidence['independent_origins']}"
    again = "; published again" if story.changes[0]["cause"] == "reinstatement" else ""
    lines = [f"- {linked(dateline, event)} ({plain(event.get('date_edtf', 'undated'))}; {counts}{again})"]
    return "\n".join(lines + [f"  - {passage(one)}" for one in event["citations"]])


def corrected(dateline: Dateline, story: Story) -> str:
    lines = [f"- {linked(dateline, story.event or {})}"]
    for change in story.corrected:
        lines += [f"  - {told}" for told in differences(change["changes"])]
        lines += [f"  - Why: {plain(change['reason'])}"] if "reason" in change else []
    return "\n".join(lines)


def differences(changes: list[dict[str, Any]]) -> Iterator[str]:
    short = [one for one in changes if one["field"] in SHORT]
    yield from (
        f"{one['field']}: {plain(one.get('old', 'nothing'))} → {plain(one.get('new', 'nothing'))}" for one in short
    )
    if others := [one["field"] for one in changes if one["field"] not in SHORT]:
        yield f"also: {plain(', '.join(others))}"


def disputed(dateline: Dateline, story: Story) -> str:
    event = story.event or {}
    lines = [f"- {linked(dateline, event)}"]
    lines += [f"  - {one['field']}, another value ({one['rank']}): {plain(one['value'])}" for one in event["claims"]]
    return "\n".join(lines + [f"  - {passage(one)}" for one in event["citations"] if one["stance"] == "disputes"])


def withdrawn(dateline: Dateline, story: Story) -> str:
    """By the last title that is known of it, with its history."""
    versions = dateline.records(f"/v1/events/{story.id}/history")
    title = next((one["document"]["title"] for one in versions if "document" in one), story.id)
    told = f"[{plain(title)}]({dateline.address}/v1/events/{story.id}/history)"
    if other := story.last.get("merged_into"):
        told += f", merged into [{other}]({dateline.reading(other)})"
    if why := story.last.get("reason"):
        told += f": {plain(why)}"
    return f"- {told}"


def passage(citation: dict[str, Any]) -> str:
    """A citation, opened at the very passage."""
    source = citation["source"]
    address = citation.get("link") or source.get("url")
    title = f"[{plain(source['title'])}](<{address}>)" if address else plain(source["title"])
    by = f", {plain(source['publisher']['name'])}" if "publisher" in source else ""
    return f"{citation['stance']}: {title}{by}"


def linked(dateline: Dateline, event: dict[str, Any]) -> str:
    return f"[{plain(event['title'])}]({dateline.reading(event['id'])})"


def plain(text: str) -> str:
    """Text in which nothing is Markdown or HTML; it begins no line."""
    return re.sub(r"([\\`*_\[\]<>~&])", r"\\\1", " ".join(text.split()))


def main() -> None:
    address, since = sys.argv[1:]
    dateline = Dateline(address)
    try:
        number = 0 if since == "0" else dateline.ask("/v1", as_of=since)["meta"]["revision"]
        print(digest(dateline, number))
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
