"""`/v1/facets`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.envelopes import FacetList
from app.queries.facets import FacetQuery, fetch_facets
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/facets", tags=["events"], route_class=QuestionRoute)


@router.get("", response_model=FacetList, summary="Count events by actor, type, place and more")
def list_facets(question: Annotated[FacetQuery, Query()], asked: Asking) -> Response:
    """For any filter of events: the 50 most frequent values of each facet, and how many events each would keep."""
    return asked.whole(fetch_facets, question)
