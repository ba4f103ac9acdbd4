"""RIS, the tagged format that every reference manager reads: a record a source."""

from collections.abc import Iterator
from dataclasses import replace

from app.formats.shape import Answer, Format
from app.formats.works import Work, fold, notes, works

TYPES = {"article": "NEWS", "report": "RPRT", "post": "ELEC", "data": "DATA"}
"""What RIS calls the kinds of sources; the others are generic."""


def write(answer: Answer) -> Iterator[bytes]:
    """Every value stands on one line: none can end its record, or begin another."""
    for work in works(answer):
        lines = (f"{tag}  - {fold(value)}".rstrip(" ") for tag, value in _tagged(answer, work) if value)
        yield ("\r\n".join(lines) + "\r\nER  - \r\n\r\n").encode()


def _tagged(answer: Answer, work: Work) -> Iterator[tuple[str, str]]:
    source, publisher = work.source, work.publisher or ""
    year, month, day, *_ = (*work.published, "", "", "")
    yield "TY", TYPES.get(source.get("kind", ""), "GEN")
    yield "ID", source["id"]
    yield "TI", source["title"]
    yield from (("AU", one) for one in source["authors"])
    yield "T2", publisher if source.get("kind") == "article" else ""
    yield "PB", publisher
    yield "PY", year
    yield "DA", f"{year}/{month}/{day}/" if year else ""
    yield "LA", source.get("language", "")
    yield "UR", source.get("url", "")
    yield "AV", source.get("archive_url", "")
    yield "DB", answer.title
    yield "DP", f"{answer.attribution}, {answer.license}"
    yield from (("KW", one) for one in work.event_ids)
    yield from (("N1", one) for one in notes(answer, work))


FORMAT = Format(
    suffix=".ris",
    media_type="application/x-research-info-systems; charset=utf-8",
    summary="List events as RIS of the sources they cite",
    description="Each cited source once, for EndNote, Mendeley or Zotero. `ID` is the id of the source, `KW` are the "
    "ids of the events that cite it, `N1` tells their passages and rival claims.",
    write=write,
    tells_sources=True,
)
OF_SOURCES = replace(
    FORMAT, of="sources", tells_sources=False, summary="List sources as RIS",
    description="A record a source, for EndNote, Mendeley or Zotero. `ID` is the id of the source.",
)  # fmt: skip
