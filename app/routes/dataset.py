"""`/v1`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.answers import Asking, link_too
from app.catalogue import links
from app.envelopes import DatasetAnswer
from app.instants import show_microseconds
from app.queries.dataset import DatasetQuery, fetch_counts
from app.routing import QuestionRoute
from app.schemas import DatasetPublic, RevisionPublic
from app.tables import Revision

router = APIRouter(prefix="/v1", tags=["data set"], route_class=QuestionRoute)


@router.get("", response_model=DatasetAnswer, summary="Describe the data set")
def get_dataset(question: Annotated[DatasetQuery, Query()], asked: Asking) -> Response:
    """What the data set is, its licence, its newest revision, and how much there is of it."""

    def describe(revision: Revision) -> bytes:
        shown = RevisionPublic(number=revision.number, published_at=show_microseconds(revision.published_at))
        return DatasetPublic(
            title=asked.settings.title,
            license=asked.settings.license,
            attribution=asked.settings.attribution,
            revision=shown,
            counts=fetch_counts(asked.database, revision),
        ).served()

    answer = asked.one(describe, question)
    link_too(answer, links(asked.settings))
    return answer
