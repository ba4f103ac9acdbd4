"""HEAD, OPTIONS and the methods of a read-only service (RFC 9110, section 9); every origin may read it (CORS)."""

import json

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.caching import cache_control
from app.problems import MEDIA_TYPE, METHOD_NOT_ALLOWED, Problem

ALLOWED = "GET, HEAD, OPTIONS"
READING = ("GET", "HEAD")
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, Deprecation, Sunset",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


_SHARED = [(name.lower().encode(), value.encode()) for name, value in SHARED.items()]
_SHARED_NAMES = {name for name, _ in _SHARED}


class ReadOnly:
    """Answers HEAD as GET without its body, OPTIONS with what is allowed, and refuses every other method.

    Every answer says that all origins may read it, asked by a browser or not: so a cache holds one for all. It says for
    how long, too, where it would not itself: else a cache would guess (RFC 9111, 4.2.2).
    """

    def __init__(self, app: ASGIApp, max_age: int) -> None:
        self.app = app
        self.kept = (b"cache-control", cache_control(False, max_age).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method", "GET")
        is_head = method == "HEAD"

        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [one for one in message["headers"] if one[0] not in _SHARED_NAMES]
                kept = [] if any(name == b"cache-control" for name, _ in own) else [self.kept]
                message = {**message, "headers": [*own, *kept, *_SHARED]}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_head:
            scope = {**scope, "method": "GET", "is_head": True}
        answer = self.app if method in READING else _unread(method)
        await answer(scope, receive, send_shared if scope["type"] == "http" else send)


def _unread(method: str) -> Response:
    """What there is but for reading."""
    if method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    problem = Problem(METHOD_NOT_ALLOWED, f"Expected one of {ALLOWED}.")
    headers = {"Allow": ALLOWED, "Cache-Control": "no-store"}
    return Response(json.dumps(problem.content()).encode(), 405, headers, media_type=MEDIA_TYPE)
