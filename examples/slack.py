"""An event as a message for Slack, with its citations: `python slack.py http://127.0.0.1:8000 EVENT`.

It prints Block Kit JSON, which an incoming webhook takes as it is. Each citation opens at its passage; what other
sources say instead stands beside the event's own values.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from dateline import Dateline, Refused

LONGEST_HEADER = 150
LONGEST_TEXT = 3_000
MOST = 20
"""Citations and claims shown; what is left out is said, and stands behind the button."""

Element = dict[str, Any]


def message(dateline: Dateline, event: dict[str, Any]) -> Element:
    """What to post: blocks, and a text for notifications."""
    blocks = [
        {"type": "header", "text": text(event["title"], LONGEST_HEADER)},
        {"type": "section", "text": text("\n".join(facts(event)), LONGEST_TEXT)},
        bulleted("Sources", [cited(one) for one in event["citations"]]),
        bulleted("Other sources say", [rival(one, event["citations"]) for one in event["claims"]]),
        {"type": "actions", "elements": [button("Open the event", dateline.reading(event["id"]))]},
    ]
    return {"text": escaped(event["title"]), "blocks": [block for block in blocks if block]}


def facts(event: dict[str, Any]) -> Iterator[str]:
    if "summary" in event:
        yield event["summary"]
    when = " ".join(event[name] for name in ("date_edtf", "start_time") if name in event)
    yield " · ".join(part for part in (when or "undated", event.get("modality", "")) if part)
    evidence = event["evidence"]
    told = f"Sources {evidence['sources']}, independent origins {evidence['independent_origins']}"
    yield f"{told}, disputed" if evidence["disputed"] else told


def cited(citation: dict[str, Any]) -> list[Element]:
    source = citation["source"]
    about = [source["publisher"]["name"]] if "publisher" in source else []
    about += [f"quoting {citation['attributed_to']['name']}"] if "attributed_to" in citation else []
    about += [f"reporting of {citation['origin']['name']}"] if "origin" in citation else []
    about += ["a machine paraphrase"] if source.get("paraphrase") else []
    return [words(f"{citation['stance']}: "), opened(citation), *([words(f" ({', '.join(about)})")] if about else [])]


def rival(claim: dict[str, Any], citations: list[dict[str, Any]]) -> list[Element]:
    """Another value, with its rank and the passages that assert it."""
    rank = ", ".join(claim[name] for name in ("rank", "relation") if name in claim)
    elements = [words(f"{claim['field']}: "), words(claim["value"], bold=True), words(f" ({rank})")]
    for one in citations:
        if one["id"] in claim["citations"]:
            elements += [words(", "), opened(one)]
    return elements


def opened(citation: dict[str, Any]) -> Element:
    """The source's title, which leads to the passage."""
    source = citation["source"]
    address = citation.get("link") or source.get("url") or source.get("archive_url")
    return {"type": "link", "url": address, "text": source["title"]} if address else words(source["title"])


def words(said: str, *, bold: bool = False) -> Element:
    return {"type": "text", "text": said, **({"style": {"bold": True}} if bold else {})}


def bulleted(heading: str, items: list[list[Element]]) -> Element | None:
    """A list under a heading. In rich text nothing has to be escaped."""
    if not items:
        return None
    left = [[words(f"and {len(items) - MOST} more")]] if len(items) > MOST else []
    listed = [{"type": "rich_text_section", "elements": one} for one in [*items[:MOST], *left]]
    head = {"type": "rich_text_section", "elements": [words(heading, bold=True)]}
    return {"type": "rich_text", "elements": [head, {"type": "rich_text_list", "style": "bullet", "elements": listed}]}


def button(label: str, address: str) -> Element:
    return {"type": "button", "text": text(label, LONGEST_HEADER), "url": address}


def text(said: str, longest: int) -> Element:
    cut = said if len(said) <= longest else f"{said[: longest - 1]}…"
    return {"type": "plain_text", "text": cut, "emoji": False}


def escaped(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def main() -> None:
    address, event_id = sys.argv[1:]
    dateline = Dateline(address)
    try:
        event = dateline.ask(f"/v1/events/{event_id}")["data"]
    except Refused as refused:
        sys.exit(str(refused))
    print(json.dumps(message(dateline, event), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
