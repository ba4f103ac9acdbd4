"""Tables as spreadsheets read them: RFC 4180 in UTF-8, in which no text is a formula and a cell may hold a list."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from app.formats.shape import Answer

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Goes first: without it Excel reads another encoding, and cannot be told otherwise when a file is opened by a click.
LibreOffice, pandas, R's readr and GDAL take it for what it is; Python's own `csv` wants `encoding="utf-8-sig"`."""

SEPARATOR = "; "
MEDIA_TYPE = "text/csv"
PROVENANCE = ("dataset_revision", "license", "attribution")
"""The last columns of every table: a row that is copied out of it still says where it is from."""

_SEPARATORS = re.compile("([;\t\r\n])")

Cell = str | int | float | bool | None


def write_table(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The header, then a row at a time."""
    yield BYTE_ORDER_MARK + _line(columns)
    yield from map(_line, rows)


def provenance(answer: Answer) -> tuple[Cell, ...]:
    """The cells of `PROVENANCE`."""
    return tuple(answer.provenance[name] for name in PROVENANCE)


def list_cell(entries: Iterable[str | None]) -> str:
    r"""Entries with `; ` between them; what an entry has of `;` and `\` is escaped by `\`. An absent one is empty."""
    return SEPARATOR.join(re.sub(r"([\\;])", r"\\\1", entry or "") for entry in entries)


def json_cell(value: object) -> str:
    r"""What has no columns of its own. A `;` in it is `\u003b`, as in JSON it may be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace(";", r"\u003b")


def _line(cells: Iterable[Cell]) -> bytes:
    """With every text in quotation marks: LibreOffice, as it comes, splits at `;` and tabs too."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow([_written(cell) for cell in cells])
    return line.getvalue().encode()


def _written(cell: Cell) -> Cell:
    """Numbers as they are: a negative one is no formula. Text is kept from being run."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return _harmless(cell) if isinstance(cell, str) else cell


def _harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run, and before an apostrophe: so one is always taken off.

    So at the beginning, and behind whatever begins a cell where `;` or tabs are taken for separators and quotation
    marks, behind a comma, for text: Excel of countries with a decimal comma splits so.
    """
    first, *others = _SEPARATORS.split(text)
    kept = f"'{first}" if _needs_one(first) or text.startswith(("\t", "\r", "\n")) else first
    pairs = zip(others[::2], others[1::2], strict=True)
    return kept + "".join(f"{separator}'{part}" if _needs_one(part) else separator + part for separator, part in pairs)


def _needs_one(part: str) -> bool:
    """A formula begins with one of `=+-@`, perhaps full-width or small, perhaps after space or what is not seen."""
    begins = next((one for one in part if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc")), "")
    return part.startswith("'") or unicodedata.normalize("NFKC", begins).startswith(("=", "+", "-", "@"))
