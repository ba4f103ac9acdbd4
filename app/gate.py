"""How much may come in: requests that are in work are counted, and what is too much is refused at once.

Requests, and not connections: an idle one costs nothing. On a SQLite store a question runs to its end on the event
loop, so that no two would ever be seen in work; therefore the loop works for a while, and then looks at what
else has come, while those whose turn is the next wait and are counted.
"""

import asyncio
import json
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import INSIDE
from app.methods import POLICY, shared
from app.problems import MEDIA_TYPE, Problem, refuse
from app.remembering import OF_THE_PROCESS
from app.settings import Settings
from app.shedding import Shed

MOST_REQUESTS = 128
"""In work at once, of one process: more would wait longer, and no more would be answered."""
RETRY_SECONDS = 1
WORK_SECONDS = 0.02
"""So long the event loop works before it looks what else has come: about what a refusal waits at most."""
LONGEST_QUERY = 8_192
"""Bytes: pages repeat the question in every link."""


class Gate:
    """Answers for the process itself, such as health, pass; so do the questions that a page of ours asks inside."""

    def __init__(self, app: ASGIApp, settings: Settings, shed: Shed) -> None:
        self.app, self.shed = app, shed
        self._in_work = 0
        self._until: float | None = None
        overload = shed.refusal("requests", RETRY_SECONDS)
        long = refuse("question", f"expected a query of at most {LONGEST_QUERY:,} bytes")
        self._overload, self._long = (_Constant(problem, settings) for problem in (overload, long))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif len(scope["query_string"]) > LONGEST_QUERY:
            await self._long.answer(scope, send)
        elif scope["path"].startswith(OF_THE_PROCESS) or scope.get("client") is INSIDE:
            await self.app(scope, receive, send)
        elif self._in_work >= MOST_REQUESTS:
            self.shed.count("requests")
            await self._overload.answer(scope, send)
        else:
            self._in_work += 1
            try:
                while self._has_worked():  # noqa: ASYNC110 - lets others come, and does not wait
                    await asyncio.sleep(0)
                await self.app(scope, receive, send)
            finally:
                self._in_work -= 1

    def _has_worked(self) -> bool:
        """Whether the event loop has worked long enough since it last looked what has come."""
        now = time.perf_counter()
        if self._until is None:
            self._until = now + WORK_SECONDS
            asyncio.get_running_loop().call_soon(self._look)
        return now > self._until

    def _look(self) -> None:
        self._until = None


class _Constant:
    """An answer that is made once."""

    def __init__(self, problem: Problem, settings: Settings) -> None:
        self._status, self._body = problem.kind.status, json.dumps(problem.content()).encode()
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(self._body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            **problem.headers,
            **shared(settings),
        }
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def answer(self, scope: Scope, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": self._status, "headers": self._headers.copy()}
        await send(start)
        body = b"" if scope["method"] == "HEAD" else self._body
        await send({"type": "http.response.body", "body": body})
