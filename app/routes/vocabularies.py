"""`/v1/vocabularies`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import VocabularyList
from app.queries.vocabularies import VocabularyQuery, fetch_vocabularies
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/vocabularies", tags=["data set"], route_class=QuestionRoute)


@router.get("", response_model=VocabularyList, summary="List code lists")
def list_vocabularies(question: Annotated[VocabularyQuery, Query()], asked: Asking) -> Response:
    """Every code list, each code with its meaning. Lists grow: a client must accept codes that it does not know."""
    return asked.whole(fetch_vocabularies, question)
