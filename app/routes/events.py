"""`/v1/events`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract.responses import HISTORY_ANSWERS, MERGED, RECORD_ANSWERS
from app.envelopes import ClaimList, EventAnswer, EventPage, HistoryPage
from app.parameters import EventId, KnowledgeQuestion
from app.queries.changes import HistoryQuery, fetch_history
from app.queries.claims import fetch_claims
from app.queries.events import EventQuery, fetch_event, fetch_events
from app.routing import QuestionRoute

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=QuestionRoute)
EVENT_ANSWERS = RECORD_ANSWERS | MERGED


@router.get("", response_model=EventPage, summary="List events")
def list_events(question: Annotated[EventQuery, Query()], asked: Asking) -> Response:
    """A page of the chronology, newest first.

    A repeated parameter means *or*; different parameters mean *and*. `links.next` leads on, at the same revision.
    """
    return asked.page(fetch_events, question)


@router.get("/{id}", responses=EVENT_ANSWERS, response_model=EventAnswer, summary="Get an event")
def get_event(id: EventId, question: Annotated[KnowledgeQuestion, Query()], asked: Asking) -> Response:
    """One event, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_event(asked.database, id, revision, question.instant), question)


@router.get("/{id}/claims", responses=EVENT_ANSWERS, response_model=ClaimList, summary="List an event's claims")
def list_claims(id: EventId, question: Annotated[KnowledgeQuestion, Query()], asked: Asking) -> Response:
    """For each field of the event its own value, then its rivals, each with the passages that assert it."""
    return asked.whole(lambda database, one, revision: fetch_claims(database, id, revision, one.instant), question)


@router.get("/{id}/history", responses=HISTORY_ANSWERS, response_model=HistoryPage, summary="List an event's versions")
def list_history(id: EventId, question: Annotated[HistoryQuery, Query()], asked: Asking) -> Response:
    """Every version of the event that was ever served, newest first; of withdrawn and merged events too."""
    return asked.page(lambda database, *rest: fetch_history(database, id, *rest), question)
