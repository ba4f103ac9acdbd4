"""Asks the public API from inside: the same paths, the same answers, without the way over the network."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Message, Scope

from app.lanes import Lanes
from app.requests import INSIDE

Parameters = list[tuple[str, str]]
PAGE = 100
"""Few enough that Python reads a page in a moment: meanwhile it does nothing else, in any thread."""
LONGEST_WALK = 40
"""So many pages of a list are read at most."""


@dataclass(frozen=True)
class Told:
    """What the API answered."""

    status: int
    content: dict[str, Any]
    headers: Headers

    @property
    def is_answer(self) -> bool:
        return self.status == HTTPStatus.OK

    @property
    def data(self) -> Any:
        """The record or the records. Raises `Unanswered` where the question was refused, or failed."""
        if not self.is_answer:
            raise Unanswered(self)
        return self.content["data"]


class Unanswered(Exception):  # noqa: N818 - what a page then tells is not our error
    """A part of a page has no answer, so there is no page."""

    def __init__(self, told: Told) -> None:
        self.told = told
        super().__init__(told.status)


class Api:
    """The public API of this application."""

    def __init__(self, app: FastAPI) -> None:
        self._root: str = app.state.settings.public_url
        self._lanes: Lanes = app.state.lanes
        self._app = app

    async def ask(self, path: str, parameters: Parameters | None = None) -> Told:
        status, headers, content = await self._get(path, urlencode(parameters or ()))
        if moved := headers.get("Location"):
            path, _, query = moved.removeprefix(self._root).partition("?")
            status, headers, content = await self._get(path, query)
        return Told(status, await self._lanes.read(content), headers)

    async def _get(self, path: str, query: str) -> tuple[int, Headers, bytes]:
        """As a server asks an application (ASGI 3.0)."""
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"dateline.internal"), (b"accept-encoding", b"identity")],
            "server": ("dateline.internal", 80),
            "client": INSIDE,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            await self._app(scope, receive, send)
        except Exception:
            if not sent:
                raise  # else the application has told, and logged it
        start, *parts = sent
        return start["status"], Headers(raw=start["headers"]), b"".join(part.get("body", b"") for part in parts)

    async def walk(self, path: str, parameters: Parameters) -> list[dict[str, Any]]:
        """The records of all pages, up to a bound."""
        records: list[dict[str, Any]] = []
        for _ in range(LONGEST_WALK):
            told = await self.ask(path, parameters)
            records += told.data
            following = told.content.get("links", {}).get("next")
            if not following:
                break
            parameters = parse_qsl(urlsplit(following).query)
        return records
