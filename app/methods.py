"""HEAD, OPTIONS and the methods of a read-only service (RFC 9110, section 9), and the headers that every answer has."""

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.caching import cache_control
from app.problems import MEDIA_TYPE, METHOD_NOT_ALLOWED, Problem
from app.requests import note, request_id
from app.settings import Settings

ALLOWED = "GET, HEAD, OPTIONS"
READING = ("GET", "HEAD")
WRONG = 400
"""From this status on an answer is a problem."""
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, Deprecation, Sunset, RateLimit, RateLimit-Policy, "
    "X-Request-ID",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer: all may read it, in a browser too, and none is to be taken for what it does not say it is."""
OVER_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of every answer that has none of its own, as pages and pictures have: whoever shows it as a page runs nothing."""
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class ReadOnly:
    """Answers HEAD as GET without its body, OPTIONS with what is allowed, and refuses every other method.

    Every answer says that all origins may read it, asked by a browser or not: so a cache holds one for all. It says for
    how long, too, where it would not itself: else a cache would guess (RFC 9111, 4.2.2). A problem names its request.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.shared = _encoded(shared(settings))
        self.names = {name for name, _ in self.shared}
        fallback = {"Cache-Control": cache_control(False, settings.max_age), "Content-Security-Policy": POLICY}
        self.fallback = _encoded(fallback)
        self.unkept = _encoded(fallback | {"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        is_head = method == "HEAD"

        async def send_shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._headers(message)}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_head:
            scope = {**scope, "method": "GET", "is_head": True}
        note(scope)
        answer = self.app if method in READING else _unread(method)
        await answer(scope, receive, send_shared)

    def _headers(self, start: Message) -> list[tuple[bytes, bytes]]:
        own = [one for one in start["headers"] if one[0] not in self.names]
        said = {name for name, _ in own}
        is_wrong = start["status"] >= WRONG
        lacking = [one for one in (self.unkept if is_wrong else self.fallback) if one[0] not in said]
        named = _encoded({"X-Request-ID": request_id()}) if is_wrong else []
        return [*own, *lacking, *named, *self.shared]


def shared(settings: Settings) -> dict[str, str]:
    """The headers that every answer has."""
    return SHARED | (OVER_HTTPS if settings.public_url.startswith("https:") else {})


def tell(problem: Problem) -> Response:
    """A problem; the headers that all answers have are added on its way."""
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(problem.content(), problem.kind.status, headers, media_type=MEDIA_TYPE)


def tell_outside(problem: Problem, settings: Settings) -> Response:
    """A problem that does not come by `ReadOnly` on its way."""
    answer = tell(problem)
    answer.headers.update(shared(settings) | {"Content-Security-Policy": POLICY, "X-Request-ID": request_id()})
    return answer


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _unread(method: str) -> Response:
    """What there is but for reading."""
    if method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    return tell(Problem(METHOD_NOT_ALLOWED, f"Expected one of {ALLOWED}.", headers={"Allow": ALLOWED}))
