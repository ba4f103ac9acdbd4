"""One process that serves: it ends without dropping a request, and leaves whoever brings none for too long."""

import asyncio
import gc
import resource
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.answering import CLOSE
from app.conversation import Conversation
from app.logs import CONFIG

LONGEST_WAIT = 75
"""So many seconds a connection may bring no whole request: longer than a proxy keeps one, so that the proxy ends it."""
LAST_WAIT = 2
"""The same while the server ends."""
GRACE = 30
"""So many seconds what is under way may take when the server ends."""


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
