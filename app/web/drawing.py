"""How many views are drawn at once, and what they have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx

from app.problems import UNAVAILABLE, Problem
from app.web.asking import LONGEST_WALK, PAGE, Api, Told, Unanswered

MOST_AT_ONCE = 3
"""Of one process: each asks the API a dozen questions."""
LONGEST_WAIT = 5
"""Seconds for a place."""


@dataclass(frozen=True)
class Moments:
    """The instants at which sources begin to count, each with their publishers."""

    publishers: dict[str, list[str]]
    are_all: bool = True


class Drawing:
    """Of one application."""

    def __init__(self) -> None:
        self._places = anyio.CapacityLimiter(MOST_AT_ONCE)
        self._moments = "", Moments({})

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises `Unanswered` when there is none for long."""
        borrower = object()
        try:
            with anyio.fail_after(LONGEST_WAIT):
                await self._places.acquire_on_behalf_of(borrower)
        except TimeoutError:
            detail = "Too many views are asked for at the moment."
            content = Problem(UNAVAILABLE, detail).content()
            raise Unanswered(Told(UNAVAILABLE.status, content, httpx.Headers({"Retry-After": "5"}))) from None
        try:
            yield
        finally:
            self._places.release_on_behalf_of(borrower)

    async def moments(self, api: Api, dataset: Told, revision: str) -> Moments:
        """Those of a revision, at which the slider stops; remembered by the tag of the data set."""
        tag = f"{revision} {dataset.headers.get('ETag')}"
        if self._moments[0] != tag:
            self._moments = tag, _moments(await api.walk("/v1/sources", [("limit", str(PAGE)), ("as_of", revision)]))
        return self._moments[1]


def _moments(sources: Sequence[dict[str, Any]]) -> Moments:
    publishers: dict[str, dict[str, None]] = {}
    for source in sources:
        if "available_at" in source:
            publisher = source.get("publisher", {"name": source["title"]})["name"]
            publishers.setdefault(source["available_at"], {})[publisher] = None
    named = {instant: list(names) for instant, names in publishers.items()}
    return Moments(named, len(sources) < LONGEST_WALK * PAGE)
