"""What is refused since too much is asked at once: told at once, and counted."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
from anyio import CapacityLimiter
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from app.problems import UNAVAILABLE, Problem

KINDS = ("requests", "questions", "views", "exports", "files")
"""Of what there can be too much."""


class Shed(Collector):
    """Of one process. Counted on the event loop alone."""

    def __init__(self) -> None:
        self._counts = Counter(dict.fromkeys(KINDS, 0))

    def refuse(self, of: str, seconds: int) -> Problem:
        """Counts one who is refused. The problem says after how many seconds to ask again."""
        self.count(of)
        return self.refusal(of, seconds)

    def refusal(self, of: str, seconds: int) -> Problem:
        return Problem(UNAVAILABLE, f"Too many {of} are under way.", headers={"Retry-After": str(seconds)})

    def count(self, of: str) -> None:
        self._counts[of] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        counts = CounterMetricFamily("dateline_shed", "Requests refused since too much was under way.", labels=["of"])
        for of in KINDS:
            counts.add_metric([of], self._counts[of])
        yield counts


class Places:
    """So many at once; so many others wait for a place, each for some seconds at most, and the rest is refused."""

    def __init__(self, shed: Shed, of: str, *, most: int, waiting: int, seconds: int) -> None:
        self._shed, self._of, self._waiting, self._seconds = shed, of, waiting, seconds
        self._limiter = CapacityLimiter(most)

    @property
    def is_free(self) -> bool:
        return self._limiter.available_tokens > 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """As `take`, while this context lasts."""
        place = await self.take()
        try:
            yield
        finally:
            self.leave(place)

    async def take(self) -> object:
        """A place, to be left. Raises a 503 `Problem` where there is none."""
        place = object()
        try:
            self._limiter.acquire_on_behalf_of_nowait(place)
        except anyio.WouldBlock:
            await self._wait(place)
        return place

    def leave(self, place: object) -> None:
        self._limiter.release_on_behalf_of(place)

    async def _wait(self, place: object) -> None:
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise self._shed.refuse(self._of, self._seconds)
        try:
            with anyio.fail_after(self._seconds):
                await self._limiter.acquire_on_behalf_of(place)
        except TimeoutError:
            raise self._shed.refuse(self._of, self._seconds) from None
