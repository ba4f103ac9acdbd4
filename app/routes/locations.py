"""`/v1/locations`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract.responses import RECORD_ANSWERS
from app.envelopes import LocationAnswer, LocationPage
from app.parameters import LocationId, Question
from app.queries.locations import LocationQuery, fetch_locations
from app.queries.records import fetch_record
from app.routing import QuestionRoute
from app.tables import Location

router = APIRouter(prefix="/v1/locations", tags=["locations"], route_class=QuestionRoute)


@router.get("", response_model=LocationPage, summary="List locations")
def list_locations(question: Annotated[LocationQuery, Query()], asked: Asking) -> Response:
    """A page of locations, in the order of their ids."""
    return asked.page(fetch_locations, question)


@router.get("/{id}", responses=RECORD_ANSWERS, response_model=LocationAnswer, summary="Get a location")
def get_location(id: LocationId, question: Annotated[Question, Query()], asked: Asking) -> Response:
    """One location, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_record(asked.database, Location, id, revision), question)
