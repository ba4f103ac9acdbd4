"""The short way from a path to its operation answers as the long way does."""

from typing import Annotated, Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from app.parameters import Question
from app.problems import NOT_FOUND, Problem
from app.routing import QuestionRoute, Shortcut


class Lost(Problem):
    """A kind of problem that has no handler of its own."""


ERRORS = {"lost": Lost(NOT_FOUND, "lost"), "http": HTTPException(404), "any-http": AnyHTTPException(404)}
router = APIRouter(route_class=QuestionRoute)


@router.get("/fails/{id}")
async def fail(id: str, question: Annotated[Question, Query()], request: Request) -> Response:
    """Raises one of the errors."""
    raise ERRORS[id]


async def _tell(_request: Request, error: Exception) -> Response:
    return Response(f"told: {type(error).__name__}", 404)


def ask(portal: BlockingPortal, path: str, **shortcut: Any) -> tuple[int, str]:
    app = FastAPI()
    app.include_router(router)
    for kind in (Problem, AnyHTTPException):
        app.add_exception_handler(kind, _tell)
    if shortcut:
        app.add_middleware(Shortcut, **shortcut)

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return await httpx.AsyncClient(transport=transport, base_url="http://dateline.test").get(path)

    answer = portal.call(get)
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", list(ERRORS))
def test_an_error_is_told_alike_on_either_way(portal, name):
    told = ask(portal, f"/fails/{name}")
    assert told[0] == 404
    assert ask(portal, f"/fails/{name}", routers=[router]) == told
