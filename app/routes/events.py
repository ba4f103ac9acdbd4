"""`/v1/events`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract import RECORD_PROBLEMS
from app.envelopes import EventAnswer, EventPage
from app.parameters import Id, Question
from app.queries.events import EventQuery, fetch_event, fetch_events

router = APIRouter(prefix="/v1/events", tags=["events"])


@router.get("", response_model=EventPage, summary="List events")
def list_events(question: Annotated[EventQuery, Query()], asked: Asking) -> Response:
    """A page of the chronology, newest first.

    A repeated parameter means *or*; different parameters mean *and*. `links.next` leads on, at the same revision.
    """
    return asked.page(fetch_events, question)


@router.get("/{id}", responses=RECORD_PROBLEMS, response_model=EventAnswer, summary="Get an event")
def get_event(id: Id, question: Annotated[Question, Query()], asked: Asking) -> Response:
    """One event, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_event(asked.database, id, revision), question)
