"""An operation that is taken out of use says so, in its answers and in the contract: shown by one that is made up."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from fastapi import APIRouter, Query, Response

from app.answers import Asking
from app.deprecation import Deprecated
from app.parameters import Question
from app.routing import QuestionRoute

OUT = Deprecated(datetime(2027, 1, 1, tzinfo=UTC), "/docs/compatibility", until=datetime(2028, 6, 30, tzinfo=UTC))
OPEN = Deprecated(datetime(2027, 1, 1, tzinfo=UTC), "/docs/compatibility")
router = APIRouter(route_class=QuestionRoute)


@router.get("/v1/omens", deprecated=True)
@OUT
def list_omens(question: Annotated[Question, Query()], asked: Asking) -> Response:
    return asked.one(lambda _revision: b'"none"', question)


@router.get("/v1/portents", deprecated=True)
@OPEN
def list_portents(question: Annotated[Question, Query()], asked: Asking) -> Response:
    return asked.one(lambda _revision: b'"none"', question)


@pytest.fixture
def out_of_use(shipped):
    client = shipped.client()
    client.app.include_router(router)
    return client


def test_its_answers_say_since_when_until_when_and_what_to_read(out_of_use):
    answer = out_of_use.get("/v1/omens?as_of=1")
    assert answer.status_code == 200
    assert answer.json()["data"] == "none"
    assert answer.headers["Deprecation"] == "@1798761600"
    assert answer.headers["Sunset"] == "Fri, 30 Jun 2028 00:00:00 GMT"
    assert '</docs/compatibility>; rel="deprecation"' in answer.headers["Link"]
    assert '</v1/omens?as_of=1>; rel="canonical"' in answer.headers["Link"]


def test_an_answer_that_the_client_holds_says_it_too(out_of_use):
    tag = out_of_use.get("/v1/omens").headers["ETag"]
    for _ in range(2):  # asked, and kept
        answer = out_of_use.get("/v1/omens", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["Deprecation"]) == (304, "@1798761600")


def test_there_is_no_end_until_a_day_is_set(out_of_use):
    answer = out_of_use.get("/v1/portents")
    assert "Deprecation" in answer.headers
    assert "Sunset" not in answer.headers


def test_pages_of_other_origins_may_read_it(out_of_use):
    exposed = out_of_use.get("/v1/omens").headers["Access-Control-Expose-Headers"]
    assert {"Deprecation", "Sunset"} <= set(exposed.split(", "))


def test_the_contract_says_it(out_of_use):
    assert out_of_use.app.openapi()["paths"]["/v1/omens"]["get"]["deprecated"] is True
    assert "deprecated" not in out_of_use.app.openapi()["paths"]["/v1/events"]["get"]


def test_no_operation_that_is_in_use_says_it(out_of_use):
    assert "Deprecation" not in out_of_use.get("/v1/events").headers
