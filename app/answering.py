"""How the requests of a connection are answered: at once where an answer stands ready, and whole ones in one call."""

import time
from contextlib import suppress
from typing import Any, NamedTuple, cast

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.at_once import AT_ONCE, Ready, head_of
from app.gate import RETRY_SECONDS, Gate
from app.requests import REFUSED, UNTAKEN

MOST_AT_ONCE = 20
"""So many requests of a connection are answered at once; then others have their turn, and what follows waits."""
CLOSE = (b"connection", b"close")
CONTROLS = bytes([*range(0x09), *range(0x0A, 0x20), 0x7F])
"""What no value in a header has, and each line ends with (RFC 9110, 5.5)."""


class Refusal(NamedTuple):
    """That there is no room: who told the client, and until when it should not ask."""

    gate: Gate
    until: float


class Answering(HttpToolsProtocol):
    """Whatever is no plain case, uvicorn answers."""

    at_once = 0
    """Since the event loop last looked at others."""
    running: RequestResponseCycle | None = None
    refusal: Refusal | None = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if (ready := self._ready(cycle)) is not None:
            if self.at_once == 0:
                self.loop.call_soon(self._after_a_turn)
            self.at_once += 1
            self._send_at_once(cycle, ready)
            return
        self._unset_keepalive_if_required()  # the answer before may have been sent since this request was read
        self.running = cycle

        async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            """An answer that its client does not take is left, and is no fault of ours."""
            await app(scope, receive, self._together(cycle, send))
            if isinstance(gate := scope.get(REFUSED), Gate):
                self.refusal = Refusal(gate, time.monotonic() + RETRY_SECONDS)
            if UNTAKEN in scope:
                cycle.disconnected = True
                self.transport.abort()

        super()._start_asgi_task(cycle, answer)

    def _after_a_turn(self) -> None:
        """The event loop may read of one connection many times before it looks at others."""
        self.at_once = 0

    def _ready(self, cycle: RequestResponseCycle) -> Ready | None:
        """What is kept, or a refusal for whoever was told to wait for a second, and asks before it is over.

        Only where the answer changes nothing of the connection, and is taken.
        """
        if self.at_once >= MOST_AT_ONCE or not self._goes_on(cycle):
            return None
        scope, find = cast("dict[str, Any]", cycle.scope), self.app_state.get(AT_ONCE)
        with suppress(Exception):  # a fault is met again on the whole way, where it is answered and logged
            if find is not None and (kept := find(scope)) is not None:
                return cast("Ready", kept)
        if self.refusal is None or time.monotonic() > self.refusal.until:
            return None
        return self.refusal.gate.refuse_again(scope)

    def _together(self, cycle: RequestResponseCycle, send: ASGISendCallable) -> ASGISendCallable:
        """Sends the head of an answer with its body, where that is whole: in one call of the system, and one packet."""
        start: Any = None

        async def send_together(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                begun, start = start, None
                cycle.default_headers = self.server_state.default_headers  # as they are now: it may end since
                ready = _whole(begun, message) if self._goes_on(cycle) else None
                if ready is not None:
                    self._send_at_once(cycle, ready)
                    return
                await send(begun)
            await send(message)

        return send_together

    def _goes_on(self, cycle: RequestResponseCycle) -> bool:
        """Whether an answer ends nothing, and is not the next of many that its client does not take."""
        if cycle.disconnected:
            return False
        closes = not cycle.keep_alive or self.parser.should_upgrade() or CLOSE in self.server_state.default_headers
        return not closes and not self.flow.write_paused

    def _send_at_once(self, cycle: RequestResponseCycle, ready: Ready) -> None:
        added = head_of(self.server_state.default_headers)
        head = b"".join((STATUS_LINE[ready.status], added, ready.head, b"\r\n"))
        self.transport.writelines((head, b"" if cycle.scope["method"] == "HEAD" else ready.body))
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()

    def connection_lost(self, exc: Exception | None) -> None:
        """The request that is under way need not be the last that came; no other is begun."""
        if self.running is not None:
            self.running.disconnected = True
            self.running.message_event.set()
        self.pipeline.clear()
        self._unset_keepalive_if_required()  # it would hold what is left of the connection
        super().connection_lost(exc)


def _whole(start: dict[str, Any], message: dict[str, Any]) -> Ready | None:
    """An answer that is no stream, and has the length it says; whatever else there is, uvicorn knows how to send."""
    headers, body = start["headers"], message.get("body", b"")
    if message.get("more_body") or (b"content-length", b"%d" % len(body)) not in headers:
        return None
    head = head_of(headers)
    is_sound = len(head.translate(None, CONTROLS)) == len(head) - len(b"\r\n") * len(headers)
    return Ready(start["status"], head, body) if is_sound else None
