"""Asks the public API from inside: the same paths, the same answers, without the way over the network."""

from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

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
    headers: httpx.Headers

    @property
    def is_answer(self) -> bool:
        return self.status == httpx.codes.OK

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
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=INSIDE),
            base_url="http://dateline.internal",
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        )

    async def ask(self, path: str, parameters: Parameters | None = None) -> Told:
        answer = await self._client.get(path, params=httpx.QueryParams(tuple(parameters or ())))
        moved = answer.headers.get("Location")
        if moved:
            answer = await self._client.get(moved.removeprefix(self._root))
        content = await self._lanes.read(answer.content)
        return Told(answer.status_code, content, answer.headers)

    async def walk(self, path: str, parameters: Parameters) -> list[dict[str, Any]]:
        """The records of all pages, up to a bound."""
        records: list[dict[str, Any]] = []
        for _ in range(LONGEST_WALK):
            told = await self.ask(path, parameters)
            records += told.data
            following = told.content.get("links", {}).get("next")
            if not following:
                break
            parameters = list(httpx.URL(following).params.multi_items())
        return records
