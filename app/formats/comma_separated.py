"""CSV of events: a row an event. Not `csv.py`, since that is the standard library's; see `app.formats.spreadsheets`."""

from collections.abc import Iterator

from app.formats.shape import Answer, Event, Format
from app.formats.spreadsheets import MEDIA_TYPE, PROVENANCE, Cell, json_cell, list_cell, provenance, write_table

STATED = (
    "id", "title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "date_precision", "date_basis",
    "start_time",
)  # fmt: skip
LISTED = (
    "tags", "location_ids", "locations", "actor_ids", "actors", "actor_roles", "citation_ids", "citation_stances",
    "citation_sources", "citation_publishers", "citation_links",
)  # fmt: skip
"""Columns of lists; those of one beginning are in the same order, entry by entry."""
COUNTED = ("sources", "independent_origins", "disputed", "first_reported_at")
IN_JSON = ("quantities", "citations", "claims", "relations", "corrections")
COLUMNS = (
    *STATED, "latitude", "longitude", *LISTED, *COUNTED, "uncited_fields", *IN_JSON, "redacted", "revision", "url",
    *PROVENANCE,
)  # fmt: skip


def write(answer: Answer) -> Iterator[bytes]:
    return write_table(COLUMNS, (_row(answer, event) for event in answer.events))


def _row(answer: Answer, event: Event) -> Iterator[Cell]:
    evidence = event["evidence"]
    yield from (event.get(name) for name in STATED)
    yield from _spot(event)
    yield from _lists(event)
    yield from (evidence.get(name) for name in COUNTED)
    yield list_cell(evidence["uncited_fields"])
    yield from (json_cell(event[name]) for name in IN_JSON)
    yield list_cell(event.get("redacted", ()))
    yield event["revision"]
    yield answer.absolute(event["links"]["canonical"])
    yield from provenance(answer)


def _spot(event: Event) -> tuple[Cell, Cell]:
    """The first of its places that has coordinates, for maps that are drawn from a table."""
    spots = ((one["latitude"], one["longitude"]) for one in event["locations"] if "latitude" in one)
    return next(spots, (None, None))


def _lists(event: Event) -> Iterator[Cell]:
    """The cells of `LISTED`."""
    yield list_cell(event["tags"])
    yield from (list_cell(one[name] for one in event["locations"]) for name in ("id", "name"))
    yield from (list_cell(one[name] for one in event["actors"]) for name in ("id", "name", "role"))
    citations = event["citations"]
    yield from (list_cell(one[name] for one in citations) for name in ("id", "stance"))
    yield list_cell(one["source"]["title"] for one in citations)
    yield list_cell(one["source"].get("publisher", {}).get("name") for one in citations)
    yield list_cell(one.get("link") for one in citations)


FORMAT = Format(
    suffix=".csv",
    media_type=MEDIA_TYPE,
    summary="List events as CSV",
    description="A row an event, for Excel, Sheets, LibreOffice, pandas or R. Lists are in one cell, with `; ` between "
    "entries; `quantities`, `citations`, `claims`, `relations` and `corrections` are JSON. Text that a spreadsheet "
    "would run has an apostrophe before it. `/v1/exports/events.csv` has all events of a question at once.",
    write=write,
    exported=True,
)
