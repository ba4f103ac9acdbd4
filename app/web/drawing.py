"""How many views are drawn at once, and what they have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers

from app.problems import Problem
from app.shedding import Places, Shed
from app.web.asking import LONGEST_WALK, PAGE, Api, Told, Unanswered

MOST_AT_ONCE = 3
"""Of one process: each asks the API a dozen questions."""
MOST_WAITING = 16
LONGEST_WAIT = 5
"""So many others wait for a place, and so many seconds at most."""


@dataclass(frozen=True)
class Moments:
    """The instants at which sources begin to count, each with their publishers."""

    publishers: dict[str, list[str]]
    are_all: bool = True


class Drawing:
    """Of one application."""

    def __init__(self, shed: Shed) -> None:
        self._places = Places(shed, "views", most=MOST_AT_ONCE, waiting=MOST_WAITING, seconds=LONGEST_WAIT)
        self._moments = "", Moments({})

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises `Unanswered` when there is none for long."""
        try:
            async with self._places.one():
                yield
        except Problem as problem:
            headers = Headers(problem.headers)
            raise Unanswered(Told(problem.kind.status, problem.content(), headers)) from None

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
