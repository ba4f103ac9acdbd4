"""Newline-delimited JSON: an event a line, as `/v1/events` serves it."""

import json
from collections.abc import Iterator

from app.contract import NDJSON
from app.formats.shape import Answer, Format


def write(answer: Answer) -> Iterator[bytes]:
    for event in answer.events:
        yield json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


FORMAT = Format(
    suffix=".ndjson",
    media_type=NDJSON,
    summary="List events as NDJSON",
    description="An event a line, as `GET /v1/events` serves it.",
    write=write,
    exported=True,
)
