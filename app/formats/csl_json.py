"""CSL-JSON 1.0.2, as citeproc, Pandoc, Zotero and Word's add-ins read it: an item a source."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.formats.shape import Answer, Format
from app.formats.works import Use, Work, fold, notes, works

TYPES = {
    "article": "article-newspaper",
    "report": "report",
    "post": "post",
    "data": "dataset",
    "broadcast": "broadcast",
    "transcript": "document",
    "statement": "document",
    "document": "document",
}
"""What CSL calls the kinds of sources; the others are pages, or documents where they have no address."""
IN_CONTAINERS = ("article", "post")
"""Kinds whose styles print the outlet as what they stand in."""


def write(answer: Answer) -> Iterator[bytes]:
    yield b"["
    for number, work in enumerate(works(answer)):
        item = {name: value for name, value in _item(answer, work).items() if value}
        yield b",\n" * bool(number) + json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
    yield b"]\n"


def _item(answer: Answer, work: Work) -> dict[str, Any]:
    """`note` tells people what `custom` has for programs."""
    source, kind = work.source, work.source.get("kind", "")
    return {
        "id": source["id"],
        "type": TYPES.get(kind, "webpage" if "url" in source else "document"),
        "title": fold(source["title"]),
        "author": [{"literal": fold(one)} for one in source["authors"]],
        "container-title": fold(work.publisher or "") if kind in IN_CONTAINERS else None,
        "publisher": fold(work.publisher or ""),
        "issued": _issued(work),
        "language": source.get("language"),
        "URL": source.get("url"),
        "archive_location": source.get("archive_url"),
        "source": fold(f"{answer.title}: {answer.attribution}, {answer.license}"),
        "keyword": ", ".join(work.event_ids),
        "note": "\n".join(notes(answer, work)),
        "custom": {"cited_by": [_use(answer, use) for use in work.uses]} if work.uses else None,
    }


def _issued(work: Work) -> dict[str, Any] | None:
    if not work.published:
        return None
    return {"date-parts": [[int(one) for one in work.published]]} | ({"circa": True} if work.qualifier else {})


def _use(answer: Answer, use: Use) -> dict[str, Any]:
    event = {
        name: use.event[name] for name in ("id", "title", "modality", "date_edtf", "evidence") if name in use.event
    }
    citations = [{name: value for name, value in one.items() if name != "source"} for one in use.citations]
    address = answer.absolute(use.event["links"]["canonical"])
    return {"event": event | {"url": address}, "citations": citations, "claims": use.claims}


FORMAT = Format(
    suffix=".csl.json",
    media_type="application/vnd.citationstyles.csl+json",
    summary="List events as CSL-JSON of the sources they cite",
    description="Each cited source once, for citeproc, Pandoc, Zotero or Word. The id of the source is the item's; "
    "`custom.cited_by` has the events that cite it, with their citations and rival claims, `note` the same in words.",
    write=write,
    schema={"type": "array", "items": {"type": "object"}},
    of_one=True,
    tells_sources=True,
)
OF_SOURCES = replace(
    FORMAT, of="sources", of_one=False, tells_sources=False, summary="List sources as CSL-JSON",
    description="An item a source, for citeproc, Pandoc, Zotero or Word. The id of the source is the item's.",
)  # fmt: skip
