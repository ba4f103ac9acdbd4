"""One process that serves: it ends without dropping a request, and bounds what a client may hold of it."""

import asyncio
import gc
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, NamedTuple, cast

import uvicorn
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.at_once import AT_ONCE, Ready, head_of
from app.gate import RETRY_SECONDS, Gate
from app.logs import CONFIG
from app.requests import REFUSED, UNTAKEN

LONGEST_WAIT = 75
"""So many seconds a connection may bring no whole request: longer than a proxy keeps one, so that the proxy ends it."""
LAST_WAIT = 2
"""The same while the server ends."""
GRACE = 30
"""So many seconds what is under way may take when the server ends."""
LARGEST_HEAD = 64 * 1024
"""Of a request: the address, headers and trailers. The parser sets no bound."""
BETWEEN = len(": \r\n")
MOST_PIPELINED = 20
"""So many requests of a connection wait for the answer to one before; behind them none is read."""
MOST_AT_ONCE = 20
"""So many requests of a connection are answered at once; then others have their turn, and what follows waits."""
CLOSE = (b"connection", b"close")
CONTROLS = bytes([*range(0x09), *range(0x0A, 0x20), 0x7F])
"""What no value in a header has, and each line ends with (RFC 9110, 5.5)."""


class Conversation(HttpToolsProtocol):
    """A client's connection: what it may send is bounded, and what it asks last is the last that is answered."""

    begun = head = bodies = at_once = 0
    running: RequestResponseCycle | None = None
    is_read, is_in_body = True, False
    refusal: "Refusal | None" = None

    def data_received(self, data: bytes) -> None:
        """What belongs to no body is counted, unless several requests began in it: those are counted by themselves."""
        if not self.is_read:
            return
        begun, self.bodies = self.begun, 0
        super().data_received(data)
        before = self.head if begun == self.begun else 0
        self.head = before + len(data) - self.bodies if self.begun <= begun + 1 else 0
        if self.head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"Expected a request without a body of at most {LARGEST_HEAD // 1024} KiB.")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            raise Unfit
        self.begun += 1
        self.is_in_body = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers))) + BETWEEN * len(self.headers)
        hosts = [name for name, _ in self.headers].count(b"host")
        if size > LARGEST_HEAD or (hosts != 1 and self.parser.get_http_version() == "1.1"):
            raise Unfit
        super().on_headers_complete()
        self.is_in_body = True

    def on_body(self, body: bytes) -> None:
        self.bodies += len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """To whoever waits for no other answer; else those come first, and instead of this one.

        No request is answered twice: one whose body is wrong may have its answer since its head came.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            self._read_no_more()
        elif self.is_in_body:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Answered as if it asked for none; what stands behind it may be in any protocol."""
        self._read_no_more()

    def _read_no_more(self) -> None:
        """The last request that came is answered with `Connection: close`."""
        self.is_read = self.cycle.keep_alive = False

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
                if ready := self._goes_on(cycle) and _whole(begun, message):
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


class Refusal(NamedTuple):
    """That there is no room: who told the client, and until when it should not ask."""

    gate: Gate
    until: float


class Unfit(Exception):  # noqa: N818 - the client's error
    """A request that is not read on."""


class Server(uvicorn.Server):
    """Closes no connection on which a request may be on its way: a client is told before, or was silent for a while."""

    def __init__(self, started: Callable[[], None]) -> None:
        config = uvicorn.Config(
            "app.main:create_served_app", factory=True, http=Conversation, ws="none", log_level="warning",
            log_config=CONFIG, access_log=False, proxy_headers=False,
            server_header=False, timeout_keep_alive=LONGEST_WAIT, timeout_graceful_shutdown=1,
        )  # fmt: skip
        super().__init__(config)
        self.tell_started = started
        self.silent: dict[tuple[Conversation, RequestResponseCycle | None], float] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.freeze()  # what was made until now stays: to look through it for garbage would stop all threads for long
        self.tell_started()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._leave_the_silent()
        return await super().on_tick(counter)

    def _leave_the_silent(self) -> None:
        """Closes connections that bring no whole request for too long, however many bytes of one they send."""
        now, longest = time.monotonic(), LAST_WAIT if self.should_exit else LONGEST_WAIT
        silent = [
            (one, one.cycle)
            for one in self.server_state.connections
            if isinstance(one, Conversation) and (one.cycle is None or one.cycle.response_complete)
        ]
        self.silent = {one: self.silent.get(one, now) for one in silent}
        for (one, _), since in self.silent.items():
            if now - since > longest:
                one.transport.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers whoever is connected, saying that it is the last answer, and waits for them, within bounds."""
        self.config.encoded_headers.append(CLOSE)
        self.server_state.default_headers.append(CLOSE)  # until they are written anew, with the time
        await asyncio.sleep(0.1)  # those who are connected and not yet accepted
        for listening in self.servers:
            listening.close()
        for one in sockets or ():
            one.close()
        end = time.monotonic() + GRACE
        while self.server_state.connections and time.monotonic() < end:
            await self.on_tick(0)
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """The first signal lets it end well, with status 0; a second ends it at once."""
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self.should_exit = True


class Worker(Server):
    """One of several, whose supervisor hears every second that it is alive, and alone decides when it ends."""

    def __init__(self, beats: Connection) -> None:
        super().__init__(lambda: None)
        self.beats = beats

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._beat()
        return await super().on_tick(counter)

    def _beat(self) -> None:
        try:
            self.beats.send_bytes(b".")
        except BlockingIOError:
            pass  # the supervisor is stopped, and has enough to read when it goes on
        except OSError:
            self.should_exit = True  # it is gone

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        """Told once, or again by who stops all processes of a service."""
        self.should_exit = True


def allow_many_connections() -> None:
    """As many open files as the machine lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
