"""CSV of citations: a row a citation, with the event and the source that it joins; see `app.formats.spreadsheets`."""

from collections.abc import Iterator
from typing import Any

from app.formats.shape import Answer, Format
from app.formats.spreadsheets import MEDIA_TYPE, PROVENANCE, Cell, list_cell, provenance, write_table

OF_SOURCE = ("url", "archive_url", "published_edtf", "available_at", "paraphrase")
OF_PASSAGE = ("first_words", "last_words", "start_offset", "end_offset", "sha256")
COLUMNS = (
    "id", "event_id", "event_title", "stance", "supports", "link", "source_id", "source_title",
    *(f"source_{name}" for name in OF_SOURCE), "publisher_id", "publisher", "attributed_to_id", "attributed_to",
    "origin_id", "origin", *OF_PASSAGE, "verification", "note", *PROVENANCE,
)  # fmt: skip


def write(answer: Answer) -> Iterator[bytes]:
    return write_table(COLUMNS, (_row(answer, citation) for citation in answer.documents))


def _row(answer: Answer, citation: dict[str, Any]) -> Iterator[Cell]:
    event, source = citation["event"], citation["source"]
    yield from (citation["id"], event["id"], event["title"], citation["stance"], list_cell(citation["supports"]))
    yield citation.get("link")
    yield from (source["id"], source["title"], *(source.get(name) for name in OF_SOURCE))
    yield from _named(source.get("publisher"))
    yield from _named(citation.get("attributed_to"))
    yield from _named(citation.get("origin"))
    yield from (citation.get("passage", {}).get(name) for name in OF_PASSAGE)
    yield from (citation["verification"], citation.get("note"))
    yield from provenance(answer)


def _named(reference: dict[str, str] | None) -> tuple[Cell, Cell]:
    return (reference["id"], reference["name"]) if reference else (None, None)


FORMAT = Format(
    suffix=".csv",
    of="citations",
    media_type=MEDIA_TYPE,
    summary="List citations as CSV",
    description="A row a citation, with its event and its source: the second table beside `/v1/events.csv`. "
    "`/v1/exports/citations.csv` has all citations of a question at once.",
    write=write,
    exported=True,
)
