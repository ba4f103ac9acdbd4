"""`/v1/quality`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import QualityList
from app.queries.quality import QualityQuery, fetch_quality
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/quality", tags=["data set"], route_class=QuestionRoute)


@router.get("", response_model=QualityList, summary="Report what is weakly sourced")
def list_quality(question: Annotated[QualityQuery, Query()], asked: Asking) -> Response:
    """The desk's own checks, how many events or sources each finds, and the way to them."""
    return asked.whole(fetch_quality, question)
