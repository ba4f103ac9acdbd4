"""Sources, for the formats of reference managers: each once, with what the events of the answer cite it for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.formats.shape import Answer, Event, Source

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:-XX)*(?:([?~%])|T.*)?")

_UNTOLD: Source = {"authors": [], "derived_from": [], "origins": [], "paraphrase": False, "corrections": []}
"""What a citation does not say of its source."""


@dataclass(frozen=True)
class Use:
    """What one event cites a source for."""

    event: Event
    citations: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    """The rival values that these citations assert."""


@dataclass(frozen=True)
class Work:
    """A source, and what it is cited for."""

    source: Source
    uses: list[Use] = field(default_factory=list)

    @property
    def publisher(self) -> str | None:
        name: str | None = self.source.get("publisher", {}).get("name")
        return name

    @property
    def event_ids(self) -> list[str]:
        return [use.event["id"] for use in self.uses]

    @property
    def published(self) -> tuple[str, ...]:
        """Year, month and day of publication, in digits, as far as they are known; none of a decade."""
        found = _DATE.fullmatch(self.source.get("published_edtf", ""))
        return tuple(one for one in found.groups()[:3] if one) if found else ()

    @property
    def qualifier(self) -> str:
        """How the day of publication is doubtful, in EDTF's way: `?`, `~` or `%`."""
        found = _DATE.fullmatch(self.source.get("published_edtf", ""))
        return (found and found[4]) or ""


def works(answer: Answer) -> list[Work]:
    """By id of the source; one without a record of its own is told as its citation tells it."""
    found = {source_id: Work(source) for source_id, source in answer.sources.items()}
    for event in answer.events:
        for source_id in dict.fromkeys(one["source"]["id"] for one in event["citations"]):
            use = _use(event, source_id)
            found.setdefault(source_id, Work(_UNTOLD | use.citations[0]["source"])).uses.append(use)
    return list(found.values())


def notes(answer: Answer, work: Work) -> Iterator[str]:
    """A line each: how the source was published and built, what each event cites it for, where it disagrees.

    No line begins with a name and a colon: Zotero and Pandoc take such lines of a note for fields.
    """
    yield from _of_source(work.source)
    for use in work.uses:
        yield _of_event(answer, use.event)
        yield from (_of_citation(one) for one in use.citations)
        yield from (_of_claim(one) for one in use.claims)


def fold(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def _use(event: Event, source_id: str) -> Use:
    citations = [one for one in event["citations"] if one["source"]["id"] == source_id]
    ids = {one["id"] for one in citations}
    return Use(event, citations, [one for one in event["claims"] if ids.intersection(one["citations"])])


def _of_source(source: Source) -> Iterator[str]:
    told = {"published_edtf": "Published", "updated_edtf": "Updated", "published_not_before": "Not published before"}
    yield from (f"{words} {source[name]}" for name, words in told.items() if name in source)
    for link in source["derived_from"]:
        other = link["source"]["title"] if "source" in link else link["publisher"]["name"]
        yield fold(f"Lineage – {link['how']} {other}")
    if source["origins"]:
        yield fold(f"Origins – {', '.join(one['name'] for one in source['origins'])}")
    if source["paraphrase"]:
        yield "A machine paraphrase; its wording is not quotable"
    yield from (fold(f"Correction – {one}") for one in source["corrections"])
    if "note" in source:
        yield fold(f"Note – {source['note']}")


def _of_event(answer: Answer, event: Event) -> str:
    evidence = event["evidence"]
    counted = f"sources: {evidence['sources']}, independent origins: {evidence['independent_origins']}"
    facts = [event.get("modality"), event.get("date_edtf", "undated"), counted, "disputed" * evidence["disputed"]]
    told = "; ".join(one for one in facts if one)
    return fold(f"Cited for – {event['title']} ({told}) {answer.absolute(event['links']['canonical'])}")


def _of_citation(citation: dict[str, Any]) -> str:
    passage = citation.get("passage")
    facts = [
        " ".join([citation["stance"], ", ".join(citation["supports"])]).strip(),
        f"quoting {citation['attributed_to']['name']}" if "attributed_to" in citation else None,
        f"reporting of {citation['origin']['name']}" if "origin" in citation else None,
        f"“{passage['first_words']} … {passage['last_words']}”" if passage else None,
        citation["verification"],
        citation.get("note"),
        citation.get("link"),
    ]
    return fold(f"- {'; '.join(one for one in facts if one)}")


def _of_claim(claim: dict[str, Any]) -> str:
    standing = ", ".join(claim[name] for name in ("rank", "relation") if name in claim)
    reason = f": {claim['note']}" if "note" in claim else ""
    return fold(f"- asserts {claim['field']} = {claim['value']} ({standing}){reason}")
