"""`/v1/citations`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import CitationPage
from app.queries.citations import CitationQuery, fetch_citations
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/citations", tags=["citations"], route_class=QuestionRoute)


@router.get("", response_model=CitationPage, summary="List citations")
def list_citations(question: Annotated[CitationQuery, Query()], asked: Asking) -> Response:
    """Passages across events, in the order of their ids."""
    return asked.page(fetch_citations, question)
