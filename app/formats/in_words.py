"""An event in words, for tools that show text: what it is, its citations with their links, what is disputed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.formats.shape import Answer, Event
from app.parameters import NOT_FILTERS
from app.wording.dates import tell_when


@dataclass(frozen=True)
class Linked:
    """Words that lead somewhere."""

    text: str
    address: str


Line = Sequence[str | Linked]


@dataclass(frozen=True)
class Section:
    """Lines under a heading; without one, paragraphs."""

    heading: str
    lines: Sequence[Line]


def heading(answer: Answer) -> str:
    """The title, and the question where there is one, so that two feeds can be told apart."""
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(answer.address).query):
        if name not in NOT_FILTERS | {"as_of"}:
            asked.setdefault(name, []).append(value)
    question = "; ".join(f"{name}: {', '.join(values)}" for name, values in asked.items())
    return f"{answer.title} ({question})" if question else answer.title


def rights(answer: Answer) -> str:
    return f"{answer.attribution}, {answer.license}"


def sections(event: Event) -> Iterator[Section]:
    """What is told of an event, in the order of reading."""
    yield Section("", [[line] for line in _facts(event)])
    if event["citations"]:
        yield Section("Sources", [_citation(one) for one in event["citations"]])
    if event["claims"]:
        cited = {one["id"]: one for one in event["citations"]}
        yield Section("Rival claims", [_claim(one, cited) for one in event["claims"]])
    if event["corrections"]:
        yield Section("Corrections", [_correction(one) for one in event["corrections"]])


def link(citation: dict[str, Any]) -> str | None:
    """Where a citation opens: at its passage, else its source, else the archived source."""
    source = citation["source"]
    address: str | None = citation.get("link") or source.get("url") or source.get("archive_url")
    return address if address and address.startswith(("https://", "http://")) else None


def links(event: Event) -> dict[str, str]:
    """Where the citations of an event open, each with what it says there: its stance, and the source's title."""
    opened = ((link(one), f"{one['stance']}: {one['source']['title']}") for one in event["citations"])
    return {address: title for address, title in opened if address}


def as_text(told: Iterable[Section]) -> str:
    """Plain text: addresses stand on lines of their own, where programs find them."""
    return "\n\n".join("\n".join(_text_lines(section)) for section in told)


def as_html(told: Iterable[Section]) -> str:
    """HTML in which everything is escaped; a link opens outside of the frame that it may be shown in.

    A link has a direction of its own: a title that reads from the right leaves the rest of its line alone.
    """
    return "".join(_html(section) for section in told)


def _facts(event: Event) -> Iterator[str]:
    if "summary" in event:
        yield event["summary"]
    basis = f" ({event['date_basis']})" if "date_basis" in event else ""
    yield f"Date: {tell_when(event)}{basis}"
    if "modality" in event:
        yield f"Modality: {event['modality']}"
    if event["actors"]:
        yield "Actors: " + "; ".join(f"{one['name']} ({one['role']})" for one in event["actors"])
    if event["locations"]:
        yield f"Places: {'; '.join(one['name'] for one in event['locations'])}"
    if event["quantities"]:
        yield f"Counted: {'; '.join(map(_quantity, event['quantities']))}"
    yield _evidence(event["evidence"])


def _quantity(quantity: dict[str, Any]) -> str:
    bounds = (f"{name} {quantity[name]}" for name in ("low", "best", "high") if name in quantity)
    told = str(quantity["value"]) if "value" in quantity else ", ".join(bounds)
    return " ".join(one for one in (quantity["measure"], told, quantity.get("unit")) if one)


def _evidence(evidence: dict[str, Any]) -> str:
    told = f"Evidence: sources {evidence['sources']}, independent origins {evidence['independent_origins']}"
    return f"{told}{'; disputed' if evidence['disputed'] else ''}"


def _citation(citation: dict[str, Any]) -> Line:
    source, address = citation["source"], link(citation)
    line: list[str | Linked] = [f"{citation['stance']}: "]
    line.append(Linked(source["title"], address) if address else source["title"])
    line.append("".join(f"; {one}" for one in _particulars(citation)))
    archived = source.get("archive_url")
    if archived and archived != address:
        line += ["; ", Linked("archived", archived)]
    if "note" in citation:
        line.append(f". {citation['note']}")
    return line


def _particulars(citation: dict[str, Any]) -> Iterator[str]:
    source = citation["source"]
    if "publisher" in source:
        yield source["publisher"]["name"]
    if "published_edtf" in source:
        yield source["published_edtf"]
    if source.get("paraphrase"):
        yield "a machine paraphrase, not quotable"
    if "attributed_to" in citation:
        yield f"quoting {citation['attributed_to']['name']}"
    if "origin" in citation:
        yield f"reporting of {citation['origin']['name']}"
    if citation["supports"]:
        yield f"on {', '.join(citation['supports'])}"
    yield f"passage {citation['verification']}"


def _claim(claim: dict[str, Any], cited: dict[str, dict[str, Any]]) -> Line:
    told = ", ".join(claim[name] for name in ("rank", "relation") if name in claim)
    line: list[str | Linked] = [f"{claim['field']}: {claim['value']} ({told})"]
    for number, one in enumerate(cited[name] for name in claim["citations"] if name in cited):
        address = link(one)
        line.append(", " if number else ", by ")
        line.append(Linked(one["source"]["title"], address) if address else one["source"]["title"])
    if "note" in claim:
        line.append(f". {claim['note']}")
    return line


def _correction(correction: dict[str, Any]) -> Line:
    why = f": {correction['why']}" if "why" in correction else ""
    shown = f", shown by {correction['source']['title']}" if "source" in correction else ""
    return [f"{correction['corrected_edtf']}: {correction['what']}{why}{shown}"]


def _text_lines(section: Section) -> Iterator[str]:
    if section.heading:
        yield section.heading
    for line in section.lines:
        words = "".join(one if isinstance(one, str) else one.text for one in line)
        yield f"- {words}" if section.heading else words
        yield from (one.address for one in line if isinstance(one, Linked))


def _html(section: Section) -> str:
    lines = ["".join(map(_html_piece, line)) for line in section.lines]
    if not section.heading:
        return "".join(f"<p>{line}</p>" for line in lines)
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<p><strong>{escape(section.heading)}</strong></p><ul>{items}</ul>"


def _html_piece(piece: str | Linked) -> str:
    if isinstance(piece, str):
        return re.sub("\r\n?|\n", "<br>", escape(piece))
    return f'<a href="{escape(piece.address)}" dir="auto" target="_blank" rel="noopener">{escape(piece.text)}</a>'
