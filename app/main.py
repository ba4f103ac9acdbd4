"""Assembly of the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio.to_thread
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette_compress import CompressMiddleware, add_compress_type

from app.caching import EncodedTags, cache_control
from app.contract.document import describe
from app.contract.information import about
from app.contract.responses import LIST_ANSWERS
from app.database import POOL_SIZE, Database
from app.files import Places
from app.formats import every_format
from app.methods import SHARED, OpenToAllOrigins, ReadOnlyMethods
from app.metrics import Measured
from app.problems import INTERNAL_ERROR, MEDIA_TYPE, NOT_FOUND, Problem
from app.queries.absences import Moved
from app.questions import describe_refusal, refuse_repeated
from app.routes import (
    actors,
    changes,
    citations,
    dataset,
    events,
    exports,
    facets,
    formats,
    locations,
    publishers,
    quality,
    revisions,
    service,
    sources,
    vocabularies,
)
from app.settings import Settings
from app.web import documentation, embeds, explorer, oembed, pages
from app.web.drawing import Drawing

RESOURCES = (
    dataset, events, actors, locations, sources, publishers, citations, facets, changes, quality, exports, revisions,
    vocabularies,
)  # fmt: skip


def create_app(settings: Settings) -> FastAPI:
    """The application over the store that the settings name. Nothing is connected to until the first request."""
    app = FastAPIOffline(
        **about(settings),
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.database = Database(settings.database)
    app.state.metrics = CollectorRegistry()
    app.state.places = Places()
    app.state.drawing = Drawing()
    app.include_router(formats.formats_router(), dependencies=[Depends(refuse_repeated)])
    for resource in RESOURCES:
        app.include_router(resource.router, dependencies=[Depends(refuse_repeated)], responses=LIST_ANSWERS)
    for embedded in (embeds, oembed):
        app.include_router(embedded.router, dependencies=[Depends(refuse_repeated)])
    for shown in (service, explorer, documentation, pages):
        app.include_router(shown.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(Moved, _answer_moved)
    app.add_exception_handler(RequestValidationError, _answer_refusal)
    app.add_exception_handler(HTTPException, _answer_missing)
    app.add_exception_handler(Exception, _answer_fault)
    for one in every_format():
        add_compress_type(one.media_type.partition(";")[0])
    app.add_middleware(CompressMiddleware)
    app.add_middleware(EncodedTags)
    app.add_middleware(Measured, registry=app.state.metrics)
    app.add_middleware(ReadOnlyMethods)
    app.add_middleware(OpenToAllOrigins)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
    yield
    app.state.database.close()


async def _answer_problem(_request: Request, problem: Exception) -> Response:
    if not isinstance(problem, Problem):
        raise problem
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(problem.content(), problem.kind.status, headers, media_type=MEDIA_TYPE)


async def _answer_moved(request: Request, moved: Exception) -> Response:
    """To the record that it was merged into, with the rest of the address and the question as they were."""
    if not isinstance(moved, Moved):
        raise moved
    settings, template = request.app.state.settings, request.scope["route"].path
    query = request.scope["query_string"].decode("latin-1")
    location = f"{settings.public_url}{template.replace('{id}', moved.target)}{'?' * bool(query)}{query}"
    return Response(
        status_code=301, headers={"Location": location, "Cache-Control": cache_control(False, settings.max_age)}
    )


async def _answer_refusal(request: Request, error: Exception) -> Response:
    refusal = describe_refusal(request, error) if isinstance(error, RequestValidationError) else error
    return await _answer_problem(request, refusal)


async def _answer_missing(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.status_code != HTTPStatus.NOT_FOUND:
        return await _answer_fault(request, error)
    return await _answer_problem(request, Problem(NOT_FOUND, "Expected one of the paths that /openapi.json lists."))


async def _answer_fault(request: Request, _error: Exception) -> Response:
    detail = "The fault is logged; nothing about the question is wrong."
    return await _answer_problem(request, Problem(INTERNAL_ERROR, detail, headers=dict(SHARED)))


def create_served_app() -> FastAPI:
    """The application that `dateline serve` runs, in each worker."""
    return create_app(Settings())
