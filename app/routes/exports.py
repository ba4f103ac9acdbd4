"""`/v1/exports`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract import NDJSON
from app.queries.exports import ExportQuery, stream_changes

router = APIRouter(prefix="/v1/exports", tags=["changes"])


@router.get(
    "/changes.ndjson",
    response_class=Response,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}, "description": "One JSON object a line"}},
    summary="Export every revision of the record",
)
def export_changes(question: Annotated[ExportQuery, Query()], asked: Asking) -> Response:
    """Each revision, then the records that it changed as their curator wrote them; `dateline restore` loads it.

    The last line says `end`: an answer without it was cut.
    """
    return asked.stream(stream_changes, question, NDJSON)
