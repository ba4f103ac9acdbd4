"""Who runs a question, and when: in haste first, then what takes longer patiently, and few of those at once.

So a quick question waits for no slow one. What Python itself works on for long, it works on in few threads: more at
once would not be sooner, and every other thread would wait for each of them.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response

from app.connections import POOL_SIZE
from app.database import Database, Patient
from app.files import GONE_STATUS, RETRY_SECONDS, Sent
from app.haste import Hurried
from app.metrics import Questions
from app.requests import is_inside
from app.shedding import Places, Shed

MOST_WRITING = 2
MOST_BRIEF = POOL_SIZE - MOST_WRITING
MOST_PATIENT = 2
MOST_WAITING = 16
LONGEST_WAIT = 3
"""So many slow questions wait for their place, and so many seconds at most."""
MOST_INSIDE = 1
MOST_WAITING_INSIDE = 100
LONGEST_WAIT_INSIDE = 5
"""The same of what our own pages ask: of those that are drawn at once, none is refused for want of room to wait."""
MOST_MADE = 2
"""Files at once, of one process: each takes a thread."""
MOST_EXPORTING = MOST_MADE + 1
"""Threads that read for exports."""
MOST_EXPORTS = 16
"""At once, of one process: each holds a file, or what it has read of the store, until it is sent."""

Ask = Callable[[Database], Response]


class Lanes:
    """Of one process."""

    def __init__(self, shed: Shed) -> None:
        self.questions = Questions()
        self._brief = CapacityLimiter(MOST_BRIEF)
        self._writing = CapacityLimiter(MOST_WRITING)
        self._reading = CapacityLimiter(1)
        self._patient = Places(shed, "questions", most=MOST_PATIENT, waiting=MOST_WAITING, seconds=LONGEST_WAIT)
        self._inside = Places(
            shed, "questions", most=MOST_INSIDE, waiting=MOST_WAITING_INSIDE, seconds=LONGEST_WAIT_INSIDE
        )
        self._slow = CapacityLimiter(MOST_PATIENT + MOST_INSIDE)
        self._exporting = CapacityLimiter(MOST_EXPORTING)
        self._exports = Places(shed, "exports", most=MOST_EXPORTS, waiting=0, seconds=RETRY_SECONDS)
        self.making = Places(shed, "files", most=MOST_MADE, waiting=0, seconds=RETRY_SECONDS)

    async def answer(self, request: Request, store: Patient, ask: Ask, *, is_written: bool) -> Response:
        """The answer to one question. Raises a 503 `Problem` when it takes too long, or no place comes free."""
        try:
            threads = self._writing if is_written else self._brief
            with self.questions.asked("brief"):
                return await to_thread.run_sync(lambda: ask(store.in_haste()), limiter=threads)
        except Hurried:
            pass
        async with self._places(request).one():
            if await request.is_disconnected():
                return Response(status_code=GONE_STATUS)
            with self.questions.asked("patient"):
                return await to_thread.run_sync(lambda: ask(store.patiently()), limiter=self._slow)

    def _places(self, request: Request) -> Places:
        """Whoever looks at a page need not wait for those who ask what is slow."""
        return self._inside if is_inside(request.scope) and not self._patient.is_free else self._patient

    async def write(self, write: Callable[[], Response]) -> Response:
        """What asks nothing more, and is much work for Python."""
        return await to_thread.run_sync(write, limiter=self._writing)

    async def read(self, content: bytes) -> Any:
        """JSON that the API answered to a page of ours, which waits for nothing that others have written."""
        return await to_thread.run_sync(json.loads, content, limiter=self._reading)

    async def export(self, store: Patient, ask: Ask) -> Response:
        """An answer of any length, each of whose statements has its limit. It holds a place until it is sent."""
        leave = partial(self._exports.leave, await self._exports.take())
        try:
            with self.questions.asked("export"):
                answer = await to_thread.run_sync(lambda: ask(store), limiter=self._exporting)
        except BaseException:
            leave()
            raise
        if isinstance(answer, Sent):
            answer.begin(self._exporting, leave)
        else:
            leave()
        return answer
