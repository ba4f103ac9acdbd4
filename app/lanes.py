"""Who runs a question, and when: in haste first, then what takes longer patiently, and few of those at once.

So a quick question waits for no slow one. What Python itself works on for long, it works on in few threads: more at
once would not be sooner, and every other thread would wait for each of them.
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

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
MOST_BRIEF_INSIDE = 2
"""Threads for what our own pages ask: much at once, and seldom quick."""
MOST_BRIEF = POOL_SIZE - MOST_WRITING - MOST_BRIEF_INSIDE
MOST_PATIENT = 2
MOST_WAITING = 16
LONGEST_WAIT = 3
"""So many slow questions wait for their place, and so many seconds at most."""
MOST_INSIDE = 1
MOST_WAITING_INSIDE = 100
LONGEST_WAIT_INSIDE = 5
"""The same of what our own pages ask: of those that are drawn at once, none is refused for want of room to wait."""
MOST_SLOW = MOST_PATIENT + MOST_INSIDE
MOST_MADE = 2
"""Files at once, of one process: each takes a thread."""
MOST_BEGINNING = MOST_MADE + 1
"""Threads in which exports begin and files are made. What follows is read there too; from SQLite, by one other."""
MOST_EXPORTS = 16
"""At once, of one process: each holds a file, or what it has read of the store, until it is sent."""

Ask = Callable[[Database], Response]
Found = TypeVar("Found")
GIVEN_WAY = 10
"""So much less a thread weighs, as nice(1) has it, than the event loop: a tenth, where they are on one core."""


class Lanes:
    """Of one process."""

    def __init__(self, shed: Shed, *, in_process: bool) -> None:
        """`in_process`: whether the store works in our threads, as SQLite does, and not in a server of its own."""
        self.questions = Questions()
        begin = _give_way if in_process else None
        self._brief = ThreadPoolExecutor(MOST_BRIEF, "brief", begin)
        self._brief_inside = ThreadPoolExecutor(MOST_BRIEF_INSIDE, "brief-inside", begin)
        self._writing = ThreadPoolExecutor(MOST_WRITING, "writing")
        self._slow = ThreadPoolExecutor(MOST_SLOW, "slow", begin)
        self._slow_writing = ThreadPoolExecutor(MOST_SLOW, "slow-writing")
        self._reading = ThreadPoolExecutor(1, "reading")
        self._patient = Places(shed, "questions", most=MOST_PATIENT, waiting=MOST_WAITING, seconds=LONGEST_WAIT)
        self._inside = Places(
            shed, "questions", most=MOST_INSIDE, waiting=MOST_WAITING_INSIDE, seconds=LONGEST_WAIT_INSIDE
        )
        self._beginning = CapacityLimiter(MOST_BEGINNING)
        self._going_on = CapacityLimiter(1) if in_process else self._beginning
        self._exports = Places(shed, "exports", most=MOST_EXPORTS, waiting=0, seconds=RETRY_SECONDS)
        self.making = Places(shed, "files", most=MOST_MADE, waiting=0, seconds=RETRY_SECONDS)

    async def answer(self, request: Request, store: Patient, ask: Ask, *, is_written: bool) -> Response:
        """The answer to one question. Raises a 503 `Problem` when it takes too long, or no place comes free."""
        try:
            with self.questions.asked("brief"):
                brief = self._brief_inside if is_inside(request.scope) else self._brief
                threads = self._writing if is_written else brief
                return await _in(threads, ask, store.in_haste())
        except Hurried:
            pass
        async with self._places(request).one():
            if await request.is_disconnected():
                return Response(status_code=GONE_STATUS)
            with self.questions.asked("patient"):
                threads = self._slow_writing if is_written else self._slow
                return await _in(threads, ask, store.patiently())

    def _places(self, request: Request) -> Places:
        """Whoever looks at a page need not wait for those who ask what is slow."""
        return self._inside if is_inside(request.scope) and not self._patient.is_free else self._patient

    async def write(self, write: Callable[[], Response]) -> Response:
        """What asks nothing more, and is much work for Python."""
        return await _in(self._writing, write)

    async def read(self, content: bytes) -> Any:
        """JSON that the API answered to a page of ours, which waits for nothing that others have written."""
        return await _in(self._reading, json.loads, content)

    async def export(self, store: Patient, ask: Ask) -> Response:
        """An answer of any length, each of whose statements has its limit. It holds a place until it is sent."""
        leave = partial(self._exports.leave, await self._exports.take())
        try:
            with self.questions.asked("export"):
                answer = await to_thread.run_sync(lambda: ask(store), limiter=self._beginning)
        except BaseException:
            leave()
            raise
        if isinstance(answer, Sent):
            answer.begin(self._going_on, leave)
        else:
            leave()
        return answer


async def _in(threads: Executor, call: Callable[..., Found], *arguments: Any) -> Found:
    """Called in a thread, which writes to the log what belongs to the same request. Not cancelled: it goes on there."""
    return await asyncio.get_running_loop().run_in_executor(threads, copy_context().run, call, *arguments)


def _give_way() -> None:
    """The event loop goes first. Only for questions to SQLite, which seldom hold what the loop waits for."""
    if sys.platform == "linux":  # where a priority is a thread's own
        thread = threading.get_native_id()
        with suppress(OSError):  # where a process may set none
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + GIVEN_WAY)
