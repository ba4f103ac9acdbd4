"""The service itself: health, metrics, and what its problems mean."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.answers import linked
from app.caching import cache_control
from app.catalogue import MEDIA_TYPE, PATH, linkset
from app.contract.responses import problem_responses
from app.database import current
from app.problems import INVALID_QUESTION, KINDS, NOT_FOUND, TOO_MANY_REQUESTS, UNAVAILABLE, Problem
from app.questions import refuse_parameters
from app.service_schemas import HealthPublic, ProblemKindPublic

router = APIRouter(tags=["service"], responses=problem_responses(INVALID_QUESTION))


TAKES_NOTHING = [Depends(refuse_parameters)]


@router.get(
    "/health/live", response_model=HealthPublic, dependencies=TAKES_NOTHING, summary="Whether the process answers"
)
async def get_liveness() -> Response:
    """200 while the process answers at all; the store is not asked."""
    return JSONResponse({"status": "live"}, headers={"Cache-Control": "no-store"})


@router.get(
    "/health/ready",
    response_model=HealthPublic,
    dependencies=TAKES_NOTHING,
    responses=problem_responses(UNAVAILABLE),
    summary="Whether the store answers",
)
async def get_readiness(request: Request) -> Response:
    """200 when the store can be read and holds a revision; else 503."""
    database = current(request.app.state)
    revision = database.known_revision() or await asyncio.to_thread(database.newest_revision)
    if revision is None:
        raise Problem(UNAVAILABLE, "No revision was published yet.", headers={"Retry-After": "10"})
    return JSONResponse({"status": "ready", "revision": revision.number}, headers={"Cache-Control": "no-store"})


@router.get("/metrics", dependencies=TAKES_NOTHING, response_class=Response, include_in_schema=False)
def get_metrics(request: Request) -> Response:
    content = generate_latest(request.app.state.metrics)
    return Response(content, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


@router.get(PATH, dependencies=TAKES_NOTHING, response_class=Response, include_in_schema=False)
async def get_catalogue(request: Request) -> Response:
    """Found by its place alone; HEAD finds the link (RFC 9727, section 2)."""
    settings = request.app.state.settings
    headers = {
        "Link": linked({"api-catalog": f"{settings.public_url}{PATH}"}),
        "Cache-Control": cache_control(False, settings.max_age),
    }
    return JSONResponse(linkset(settings), headers=headers, media_type=MEDIA_TYPE)


@router.get(
    "/problems/{name}",
    response_model=ProblemKindPublic,
    dependencies=TAKES_NOTHING,
    responses=problem_responses(NOT_FOUND, TOO_MANY_REQUESTS),
    summary="What a type of problem means",
)
async def get_problem(
    request: Request,
    name: Annotated[str, Path(description="What stands last in the `type` of a problem.")],
) -> Response:
    """Where the `type` of a problem leads."""
    kind = KINDS.get(name)
    if kind is None:
        raise Problem(NOT_FOUND, f"Expected one of: {', '.join(sorted(KINDS))}.")
    content = {"type": f"/problems/{name}", "title": kind.title, "status": kind.status, "meaning": kind.meaning}
    max_age = request.app.state.settings.max_age
    return JSONResponse(content, headers={"Cache-Control": cache_control(False, max_age)})
