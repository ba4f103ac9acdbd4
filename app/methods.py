"""HEAD, OPTIONS and the methods of a read-only service (RFC 9110, section 9); every origin may read it (CORS)."""

import json

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import MEDIA_TYPE, METHOD_NOT_ALLOWED, Problem

ALLOWED = "GET, HEAD, OPTIONS"
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class ReadOnlyMethods:
    """Answers HEAD as GET without its body, OPTIONS with what is allowed, and refuses every other method."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method", "GET")
        if method == "GET":
            await self.app(scope, receive, send)
        elif method == "HEAD":
            await self.app({**scope, "method": "GET", "is_head": True}, receive, _without_body(send))
        elif method == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
        else:
            problem = Problem(METHOD_NOT_ALLOWED, f"Expected one of {ALLOWED}.")
            content = json.dumps(problem.content()).encode()
            headers = {"Allow": ALLOWED, "Cache-Control": "no-store"}
            refusal = Response(content, 405, headers, media_type=MEDIA_TYPE)
            await refusal(scope, receive, send)


class OpenToAllOrigins:
    """Says so on every answer, asked by a browser or not: so a cache holds one answer for all origins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).update(SHARED)
            await send(message)

        await self.app(scope, receive, send_shared)


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
