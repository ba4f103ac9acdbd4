"""How an operation is run that takes a question: read in one step, answered on the event loop if that is quick."""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any, get_args

from fastapi import Request, Response
from fastapi.routing import APIRoute, APIRouter
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from app.answers import Asked
from app.database import Database, current
from app.haste import Hurried
from app.kept import STAND
from app.methods import tell
from app.problems import NOT_FOUND, Problem
from app.questions import Form
from app.requests import is_inside

Endpoint = Callable[..., Any]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
NOWHERE = Problem(NOT_FOUND, "Expected one of the paths that /openapi.json lists.")


class QuestionRoute(APIRoute):
    """FastAPI documents the operation by its signature. What it would do for each of its parameters, `Form` does.

    An endpoint that says `Asking` is first asked on the event loop, where the store can be; if the answer takes longer,
    for any other endpoint, and for our own pages, which ask much at once, in a lane of threads.
    """

    def get_route_handler(self) -> Handler:
        endpoint, form, asked = self.endpoint, _form_of(self.endpoint), _asked_of(self.endpoint)
        if form is None:
            return super().get_route_handler()

        async def answer(request: Request) -> Any:
            arguments = form.read(request.scope["query_string"], request.path_params)
            if asked is None:
                return await endpoint(request=request, **arguments)
            stand, lanes = request.scope.get(STAND), request.app.state.lanes
            store = stand.store if stand else current(request.app.state)

            def ask(database: Database) -> Response:
                answer: Response = endpoint(asked=asked(request, database), **arguments)
                return answer

            if asked.is_export:
                return await lanes.export(store, ask)
            if store.hasty and not asked.is_written and not is_inside(request.scope):
                try:
                    with lanes.questions.asked("loop"):
                        return ask(store.hasty.at(stand and stand.revision))
                except Hurried:
                    pass
            return await lanes.answer(request, store, ask, is_written=asked.is_written)

        return answer


class Shortcut:
    """Leads from a path to its operation at once, past the layers and the search that it has no need of.

    That is, to a list, or to one record by its id. Everything else goes through FastAPI, as these would without it.
    Only a path with a line feed at its end leads nowhere: the `$` of Starlette's patterns also matches before that.
    """

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self.app = app
        routes = [route for router in routers for route in router.routes if isinstance(route, QuestionRoute)]
        found = {route.path: (route, route.get_route_handler()) for route in routes}
        self.lists = {path: one for path, one in found.items() if "{" not in path}
        self.records = {path.removesuffix("/{id}"): one for path, one in found.items() if path.endswith("/{id}")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = None if scope["type"] != "http" or scope.get("root_path") else self._find(scope)
        if found is None:
            is_nowhere = scope["type"] == "http" and scope["path"].endswith("\n")
            await (tell(NOWHERE) if is_nowhere else self.app)(scope, receive, send)
            return
        scope["route"], answer = found
        request = Request(scope, receive)
        try:
            response = await answer(request)
        except Exception as error:
            handlers = request.app.exception_handlers
            handle = next(
                (handlers[kind] for kind in type(error).__mro__ if kind in handlers and kind is not Exception), None
            )
            if handle is None:
                raise
            response = await handle(request, error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[QuestionRoute, Handler] | None:
        """A suffix such as `.csv` is no part of an id."""
        scope["path_params"] = {}
        if found := self.lists.get(scope["path"]):
            return found
        parent, _, name = scope["path"].rpartition("/")
        if not name or "." in name:
            return None
        scope["path_params"] = {"id": name}
        return self.records.get(parent)


def _form_of(endpoint: Endpoint) -> Form | None:
    """None of an operation that takes no question."""
    named = dict(_annotations(endpoint))
    parts = {name: whole for name, (kind, whole) in named.items() if kind is str}
    for name, (kind, _) in named.items():
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            return Form(name, kind, parts)
    return None


def _asked_of(endpoint: Endpoint) -> type[Asked] | None:
    kinds = (kind for _, (kind, _) in _annotations(endpoint))
    return next((kind for kind in kinds if inspect.isclass(kind) and issubclass(kind, Asked)), None)


def _annotations(endpoint: Endpoint) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Of each parameter what it is, without and with what is noted beside it."""
    for parameter in inspect.signature(endpoint, eval_str=True).parameters.values():
        whole = parameter.annotation
        yield parameter.name, (get_args(whole)[0] if get_args(whole) else whole, whole)
