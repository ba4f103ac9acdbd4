"""Assembly of the application."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry, ProcessCollector
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.caching import cache_control
from app.compression import Compressed
from app.connections import POOL_SIZE
from app.contract.document import describe
from app.contract.information import about
from app.contract.responses import LIST_ANSWERS
from app.database import Patient
from app.gate import Gate
from app.kept import KeptAnswers
from app.lanes import Lanes
from app.logs import Logged, log
from app.methods import ReadOnly, tell, tell_outside
from app.metrics import Measured, Metrics, Newest
from app.problems import INTERNAL_ERROR, Problem
from app.queries.absences import Moved
from app.remembering import Remembering
from app.requests import is_inside
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
from app.routing import NOWHERE, Shortcut
from app.settings import Settings
from app.shedding import Shed
from app.web import documentation, embeds, explorer, oembed, pages
from app.web.drawing import Drawing

RESOURCES = (
    dataset, events, actors, locations, sources, publishers, citations, facets, changes, quality, exports, revisions,
    vocabularies,
)  # fmt: skip
SWITCH_SECONDS = 0.0005
"""So long a thread may keep Python for itself while the event loop waits: a tenth of what is usual."""
LARGE = 8 * 1024 * 1024
"""Once so much was freed, glibc keeps the memory of an answer for the next, and does not give it back each time."""


def create_app(settings: Settings) -> FastAPI:
    """The application over the store that the settings name. Nothing is connected to until the first request."""
    app = FastAPIOffline(
        **about(settings),
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.database = Patient(settings.database)
    app.state.metrics = CollectorRegistry()
    shed = Shed()
    app.state.lanes = Lanes(shed, in_process=app.state.database.hasty is not None)
    app.state.drawing = Drawing(shed)
    routers = [resource.router for resource in RESOURCES]
    app.include_router(formats.formats_router())
    for router in routers:
        app.include_router(router, responses=LIST_ANSWERS)
    for embedded in (embeds, oembed):
        app.include_router(embedded.router)
    for shown in (service, explorer, documentation, pages):
        app.include_router(shown.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(Moved, _answer_moved)
    app.add_exception_handler(HTTPException, _answer_missing)
    app.add_exception_handler(Exception, _answer_fault)
    app.add_middleware(Shortcut, routers=routers)
    app.add_middleware(Compressed)
    metrics = Metrics()
    app.add_middleware(Gate, shed=shed, metrics=metrics, settings=settings)
    app.state.metrics.register(metrics)
    app.state.metrics.register(shed)
    app.state.metrics.register(app.state.lanes.questions)
    app.state.metrics.register(Newest(app.state))
    ProcessCollector(registry=app.state.metrics)
    app.add_middleware(Measured, metrics=metrics)
    app.add_middleware(ReadOnly, settings=settings)
    if settings.cache_bytes:
        answers = KeptAnswers(settings.cache_bytes)
        app.state.metrics.register(answers)
        sees_first = not settings.sees_each
        app.add_middleware(Remembering, state=app.state, answers=answers, metrics=metrics, sees_first=sees_first)
    if settings.rate_limit:
        from app.limiting import Limited  # noqa: PLC0415 - few limit, and every start would wait for it

        app.add_middleware(Limited, settings=settings, metrics=metrics)
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies.split(","))
    if settings.access_log:
        app.add_middleware(Logged)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
    bytes(LARGE)
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    app.state.database.close()


async def _answer_problem(_request: Request, problem: Exception) -> Response:
    if not isinstance(problem, Problem):
        raise problem
    return tell(problem)


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


async def _answer_missing(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.status_code != HTTPStatus.NOT_FOUND:
        return await _answer_fault(request, error)
    return tell(NOWHERE)


async def _answer_fault(request: Request, error: Exception) -> Response:
    """The server logs it, unless a page of ours asked, which tells the reader of the page."""
    if is_inside(request.scope):
        log.error("A page met a fault", exc_info=error)
    problem = Problem(INTERNAL_ERROR, "The fault is logged; nothing about the question is wrong.")
    return tell_outside(problem, request.app.state.settings)


def create_served_app() -> FastAPI:
    """The application that `dateline serve` runs, in each worker."""
    return create_app(Settings())
