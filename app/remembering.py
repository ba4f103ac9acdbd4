"""Questions asked again at the same revision: answered before routing, as they were answered first."""

import asyncio
import time
from functools import partial

import anyio
from anyio import to_thread
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.at_once import AT_ONCE, Ready
from app.compression import asked_encoding
from app.database import Patient, current
from app.kept import STAND, Kept, KeptAnswers, Question, Stand
from app.methods import READING
from app.metrics import Metrics
from app.problems import Problem
from app.tables import Revision

ANSWERED, HELD = 200, 304
OF_THE_PROCESS = ("/health/", "/metrics")
"""Paths whose answers are never kept, and must not wait."""
LOOKED_FOR = "looked for"
"""In the scope of a request: the newest revision, and what was looked for in vain before anything was begun."""


class Remembering:
    """Keeps what may be kept by anyone, has a tag, and is sent whole: no problem, no stream.

    Where nothing else has to see each request, the server is told who knows what is kept.
    """

    def __init__(self, app: ASGIApp, state: State, answers: KeptAnswers, metrics: Metrics, *, sees_first: bool) -> None:
        self.app, self.state, self.answers, self.metrics = app, state, answers, metrics
        self.sees_first = sees_first
        self._glanced: Stand | None = None
        self._looking: asyncio.Task[Stand | None] | None = None
        self._looker = anyio.CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" and self.sees_first:
            scope.get("state", {})[AT_ONCE] = self.at_once
        if scope["type"] != "http" or scope["method"] not in READING:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        newest, question = scope.get(LOOKED_FOR) or (
            self._glance() or await self._look(scope["path"]),
            _question(scope),
        )
        if newest is None:
            await self.app(scope, receive, send)
            return
        kept = self.answers.find(newest, question)
        if kept is not None:
            scope["route"] = kept.route
            await send(kept.start())
            body = b"" if scope["method"] == "HEAD" else kept.body
            await send({"type": "http.response.body", "body": body})
            kept.outcome.count(started)
            return
        self.answers.misses += 1
        scope[STAND] = newest
        keeping = scope["method"] != "HEAD"
        await self.app(scope, receive, self._keeping(newest, question, scope, send) if keeping else send)

    def at_once(self, scope: Scope) -> Ready | None:
        """The kept answer, where the newest revision is known: what follows if there is none is the whole way."""
        started = time.perf_counter()
        newest = self._glance() if scope["method"] in READING else None
        if newest is None:
            return None
        question = _question(scope)
        kept = self.answers.find(newest, question)
        if kept is None:
            scope[LOOKED_FOR] = newest, question
            return None
        kept.outcome.count(started)
        return Ready(kept.status, kept.head, kept.body)

    def _glance(self) -> Stand | None:
        """The newest revision, if it is known: one look for all requests that the loop has received by now."""
        if self._glanced is None:
            database = current(self.state)
            self._glanced = _stand(database, database.known_revision())
            asyncio.get_running_loop().call_soon(self._forget)
        return self._glanced

    def _forget(self) -> None:
        self._glanced = None

    async def _look(self, path: str) -> Stand | None:
        """All who find the newest revision unknown wait for one look; none where the database does not answer."""
        if path.startswith(OF_THE_PROCESS):
            return None
        if self._looking is None:
            look = to_thread.run_sync(partial(_find_stand, current(self.state)), limiter=self._looker)
            self._looking = asyncio.ensure_future(look)
            self._looking.add_done_callback(self._looked)
        try:
            return await asyncio.shield(self._looking)
        except Problem:
            return None

    def _looked(self, look: asyncio.Task[Stand | None]) -> None:
        self._looking = None
        if not look.cancelled():
            look.exception()  # whoever waited for it has gone

    def _keeping(self, newest: Stand, question: Question, scope: Scope, send: Send) -> Send:
        """Sends an answer, and keeps it if it is whole with its first part."""
        start: Message | None = None

        async def send_kept(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message if _may_be_kept(message) else None
            elif start is not None and not message.get("more_body"):
                status, (asked, condition) = start["status"], question
                outcome, route = self.metrics.outcome(scope, status), scope.get("route")
                kept = Kept(status, [*start["headers"]], message.get("body", b""), outcome, route)
                self.answers.keep(newest, (asked, condition if status == HELD else b""), kept)
                start = None
            else:
                start = None
            await send(message)

        return send_kept


def _find_stand(database: Patient) -> Stand | None:
    return _stand(database, database.newest_revision())


def _stand(database: Patient, revision: Revision | None) -> Stand | None:
    return Stand(database, revision) if revision else None


def _question(scope: Scope) -> Question:
    accepted = condition = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = accepted + b"," + value if accepted else value
        elif name == b"if-none-match":
            condition = condition + b"," + value if condition else value
    encoding = asked_encoding(accepted)
    return (scope["path"], scope["query_string"], encoding.name if encoding else ""), condition


def _may_be_kept(start: Message) -> bool:
    """A stream may be over with its first part too: then it has no length, by which its end would be seen."""
    status, headers = start["status"], dict(start["headers"])
    is_whole = status == HELD or (status == ANSWERED and b"content-length" in headers)
    is_public = headers.get(b"cache-control", b"").startswith(b"public")
    return is_whole and is_public and b"etag" in headers
