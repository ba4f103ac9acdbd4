"""`/v1/exports`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.contract.responses import NDJSON
from app.exported import AskingForExport
from app.formats.shape import BYTES
from app.queries.exports import ExportQuery, stream_changes
from app.queries.files import FileQuery
from app.routing import QuestionRoute
from app.sqlite.making import MEDIA_TYPE as SQLITE
from app.sqlite.making import NAME

router = APIRouter(prefix="/v1/exports", route_class=QuestionRoute)


@router.get(
    "/changes.ndjson",
    response_class=Response,
    responses={200: {"content": {NDJSON: {"schema": BYTES}}, "description": "One JSON object a line"}},
    summary="Export every revision of the record",
    tags=["changes"],
)
def export_changes(question: Annotated[ExportQuery, Query()], asked: AskingForExport) -> Response:
    """Each revision, then the records that it changed as their curator wrote them; `dateline restore` loads it.

    The last line says `end`: an answer without it was cut.
    """
    return asked.stream(stream_changes, question, NDJSON)


@router.get(
    f"/{NAME}",
    response_class=Response,
    responses={200: {"content": {SQLITE: {"schema": BYTES}}, "description": "A SQLite file"}},
    summary="Export as SQLite",
    tags=["formats"],
)
def export_sqlite(question: Annotated[FileQuery, Query()], asked: AskingForExport) -> Response:
    """All events of a question with the records that they name, or the whole data set, as a database of flat tables.

    It opens in Datasette. The table `dataset` tells licence, attribution, revision and question.
    """
    return asked.filed(question)
