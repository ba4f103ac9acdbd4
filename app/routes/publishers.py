"""`/v1/publishers`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.contract.responses import RECORD_ANSWERS
from app.envelopes import PublisherAnswer, PublisherPage
from app.parameters import PublisherId, Question
from app.queries.publishers import PublisherQuery, fetch_publishers
from app.queries.records import fetch_record
from app.routing import QuestionRoute
from app.tables import Publisher

router = APIRouter(prefix="/v1/publishers", tags=["publishers"], route_class=QuestionRoute)


@router.get("", response_model=PublisherPage, summary="List publishers")
def list_publishers(question: Annotated[PublisherQuery, Query()], asked: Asking) -> Response:
    """A page of publishers, in the order of their ids."""
    return asked.page(fetch_publishers, question)


@router.get("/{id}", responses=RECORD_ANSWERS, response_model=PublisherAnswer, summary="Get a publisher")
def get_publisher(id: PublisherId, question: Annotated[Question, Query()], asked: Asking) -> Response:
    """One publisher, at the newest revision or the one asked for."""
    return asked.one(lambda revision: fetch_record(asked.database, Publisher, id, revision), question)
