"""How much may come in: requests that are in work are counted, and what is too much is refused at once.

Requests, and not connections: an idle one costs nothing. On a SQLite store a question runs to its end on the event
loop, so that no two would ever be seen in work; therefore the loop works for a while, and then looks at what
else has come, while those whose turn is the next wait and are counted.
"""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.at_once import Ready, head_of
from app.methods import tell, tell_outside
from app.metrics import Metrics
from app.problems import UNAVAILABLE, refuse
from app.remembering import OF_THE_PROCESS
from app.requests import REFUSED, id_of, is_inside
from app.settings import Settings
from app.shedding import Shed

MOST_REQUESTS = 128
"""In work at once, of one process: more would wait longer, and no more would be answered."""
RETRY_SECONDS = 1
WORK_SECONDS = 0.015
"""So long the event loop works before it looks what else has come: about what a refusal waits at most."""
QUESTIONS = "/v1"
LONGEST_QUERY = 8_192
"""Bytes: pages repeat the question in every link."""


class Gate:
    """Answers for the process itself, such as health, pass; so do the questions that a page of ours asks inside.

    Work ends where an answer begins to be sent: whoever takes it slowly keeps nobody else out.
    """

    def __init__(self, app: ASGIApp, shed: Shed, metrics: Metrics, settings: Settings) -> None:
        self.app, self.shed = app, shed
        self._in_work: set[object] = set()
        self._until: float | None = None
        overload = shed.refusal("requests", RETRY_SECONDS)
        self._overload = tell(overload)
        again = tell_outside(overload, settings)
        self._before, self._after = head_of(again.raw_headers).split(again.headers["X-Request-ID"].encode())
        self._again_body = bytes(again.body)
        self._refused = metrics.outcome({}, overload.kind.status)
        self._sees_each = settings.sees_each
        self._long = tell(refuse("question", f"expected a query of at most {LONGEST_QUERY:,} bytes"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif len(scope["query_string"]) > LONGEST_QUERY:
            await self._long(scope, receive, send)
        elif scope["path"].startswith(OF_THE_PROCESS) or is_inside(scope):
            await self.app(scope, receive, send)
        elif self._is_full:
            self.shed.count("requests")
            scope[REFUSED] = self
            await self._overload(scope, receive, send)
        else:
            await self._work(scope, receive, send)

    @property
    def _is_full(self) -> bool:
        return len(self._in_work) >= MOST_REQUESTS

    def refuse_again(self, scope: Scope) -> Ready | None:
        """The refusal, for who was refused a moment ago; none where the request is to go the whole way.

        That is, where there is room, or each is logged, or told what is left to it; and whatever is no usual question.
        """
        is_usual = scope["method"] == "GET" and scope["path"].startswith(QUESTIONS)
        if self._sees_each or not is_usual or len(scope["query_string"]) > LONGEST_QUERY or not self._is_full:
            return None
        self.shed.count("requests")
        self._refused.count(time.perf_counter())
        head = self._before + id_of(scope).encode() + self._after
        return Ready(UNAVAILABLE.status, head, self._again_body)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = object()
        self._in_work.add(place)

        async def send_after(message: Message) -> None:
            self._in_work.discard(place)
            await send(message)

        try:
            while self._has_worked():  # noqa: ASYNC110 - lets others come, and does not wait
                await asyncio.sleep(0)
            await self.app(scope, receive, send_after)
        finally:
            self._in_work.discard(place)

    def _has_worked(self) -> bool:
        """Whether the event loop has worked long enough since it last looked what has come."""
        now = time.perf_counter()
        if self._until is None:
            self._until = now + WORK_SECONDS
            asyncio.get_running_loop().call_soon(self._look)
        return now > self._until

    def _look(self) -> None:
        self._until = None
