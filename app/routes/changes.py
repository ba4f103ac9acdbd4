"""`/v1/changes`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import ChangePage
from app.queries.changes import ChangeQuery, fetch_changes
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/changes", tags=["changes"], route_class=QuestionRoute)


@router.get("", response_model=ChangePage, summary="List changes since a revision")
def list_changes(question: Annotated[ChangeQuery, Query()], asked: Asking) -> Response:
    """What was created, updated, withdrawn or merged, with the whole new record; in the order of revisions."""
    return asked.page(fetch_changes, question)
