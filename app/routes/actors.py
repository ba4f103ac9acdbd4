"""`/v1/actors`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract.responses import RECORD_ANSWERS
from app.envelopes import ActorAnswer, ActorPage
from app.parameters import ActorId, Question
from app.queries.actors import ActorQuery, fetch_actors
from app.queries.records import fetch_record
from app.routing import QuestionRoute
from app.tables import Actor

router = APIRouter(prefix="/v1/actors", tags=["actors"], route_class=QuestionRoute)


@router.get("", response_model=ActorPage, summary="List actors")
def list_actors(question: Annotated[ActorQuery, Query()], asked: Asking) -> Response:
    """A page of actors, in the order of their ids."""
    return asked.page(fetch_actors, question)


@router.get("/{id}", responses=RECORD_ANSWERS, response_model=ActorAnswer, summary="Get an actor")
def get_actor(id: ActorId, question: Annotated[Question, Query()], asked: Asking) -> Response:
    """One actor, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_record(asked.database, Actor, id, revision), question)
