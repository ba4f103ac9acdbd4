"""`/v1/sources`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract.responses import RECORD_ANSWERS
from app.envelopes import SourceAnswer, SourcePage
from app.parameters import KnowledgeQuestion, SourceId
from app.queries.sources import SourceQuery, fetch_source, fetch_sources
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/sources", tags=["sources"], route_class=QuestionRoute)


@router.get("", response_model=SourcePage, summary="List sources")
def list_sources(question: Annotated[SourceQuery, Query()], asked: Asking) -> Response:
    """A page of sources, in the order of their ids."""
    return asked.page(fetch_sources, question)


@router.get("/{id}", responses=RECORD_ANSWERS, response_model=SourceAnswer, summary="Get a source")
def get_source(id: SourceId, question: Annotated[KnowledgeQuestion, Query()], asked: Asking) -> Response:
    """One source, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_source(asked.database, id, revision, question.instant), question)
