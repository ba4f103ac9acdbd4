"""How many views are drawn at once, and what they have in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from app.problems import UNAVAILABLE, Problem
from app.web.asking import Api, Told

MOST_AT_ONCE = 3
"""Of one process: each asks the API a dozen questions."""
LONGEST_WAIT = 5
"""Seconds for a place."""


class Drawing:
    """Of one application."""

    def __init__(self) -> None:
        self._places = anyio.CapacityLimiter(MOST_AT_ONCE)
        self._sources: tuple[str, list[dict[str, Any]]] = "", []

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises a 503 `Problem` when there is none for long."""
        borrower = object()
        try:
            with anyio.fail_after(LONGEST_WAIT):
                await self._places.acquire_on_behalf_of(borrower)
        except TimeoutError:
            detail = "Too many views are asked for at the moment."
            raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "5"}) from None
        try:
            yield
        finally:
            self._places.release_on_behalf_of(borrower)

    async def sources(self, api: Api, dataset: Told, revision: str) -> list[dict[str, Any]]:
        """The sources of a revision, whose stops are those of the slider; remembered by the tag of the data set."""
        tag = f"{revision} {dataset.headers.get('ETag')}"
        if self._sources[0] != tag:
            self._sources = tag, await api.walk("/v1/sources", [("limit", "500"), ("as_of", revision)])
        return self._sources[1]
