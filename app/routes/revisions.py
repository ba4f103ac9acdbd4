"""`/v1/revisions`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import RevisionPage
from app.queries.revisions import RevisionQuery, fetch_revisions
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/revisions", tags=["data set"], route_class=QuestionRoute)


@router.get("", response_model=RevisionPage, summary="List revisions")
def list_revisions(question: Annotated[RevisionQuery, Query()], asked: Asking) -> Response:
    """The published states of the record, newest first; `as_of` takes their numbers."""
    return asked.page(fetch_revisions, question)
