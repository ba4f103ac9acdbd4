"""Newline-delimited JSON: an event a line, as `/v1/events` serves it, and where it is from: lines are taken apart."""

import json
from collections.abc import Iterator

from app.contract.responses import NDJSON
from app.formats.shape import Answer, Format


def write(answer: Answer) -> Iterator[bytes]:
    for event in answer.events:
        yield json.dumps(event | answer.provenance, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


FORMAT = Format(
    suffix=".ndjson",
    media_type=NDJSON,
    summary="List events as NDJSON",
    description="An event a line: what `GET /v1/events` has of it, then `dataset_revision`, `license` and "
    "`attribution`, which no event has of its own.",
    write=write,
    exported=True,
)
