"""Asking over many connections, paced or without pause; what came, by status, and how soon."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

SHED = 503


@dataclass
class Came:
    """Seconds of each answer, by its status."""

    elapsed: float = 0.0
    cpu_seconds: float = 0.0
    """The server's, its database's included."""
    seconds: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    without_retry_after: int = 0
    unsent: int = 0
    """Questions whose time had come while every connection waited for an answer."""

    @property
    def goodput(self) -> float:
        """Whole answers per second of one core: steady however busy the machine is."""
        return len(self.seconds[200]) / self.cpu_seconds

    @property
    def others(self) -> dict[int, int]:
        """How many answers were neither whole nor shed, by status."""
        return {status: len(times) for status, times in self.seconds.items() if status not in (200, SHED)}

    def percentile(self, status: int, part: float) -> float:
        """In milliseconds; 0 where there was none."""
        times = sorted(self.seconds[status])
        return times[int(part * (len(times) - 1))] * 1000 if times else 0.0


class Connection(asyncio.Protocol):
    """Asks one question after the other."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[tuple[int, bool]] | None = None
        self._transport: asyncio.Transport | None = None
        self._head, self._missing, self._got = b"", 0, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, path: str) -> tuple[int, bool]:
        """The status, and whether it says when to ask again; 0 where the server hung up."""
        assert self._transport
        self._head, self._missing = b"", 0
        self._got.clear()
        self.answered = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return await self.answered

    def data_received(self, data: bytes) -> None:
        if self._head:
            self._missing -= len(data)
            ended = data.endswith(b"0\r\n\r\n")
        else:
            self._got += data
            head, found, body = bytes(self._got).partition(b"\r\n\r\n")
            if not found:
                return
            self._head = head.lower()
            _, _, length = self._head.partition(b"content-length: ")
            self._missing = int(length.split(b"\r", 1)[0]) - len(body) if length else 2**62
            ended = body.endswith(b"0\r\n\r\n")
        if self._missing <= 0 or (ended and self._missing > 2**61):
            self._tell(int(self._head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._tell(0)

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _tell(self, status: int) -> None:
        if self.answered and not self.answered.done():
            self.answered.set_result((status, b"retry-after" in self._head))


class Flood:
    """One client with many connections to a server, each kept for the next question."""

    def __init__(self, port: int, connections: int, stack: AsyncExitStack) -> None:
        self.port, self.count, self._stack = port, connections, stack
        self.connections: list[Connection] = []

    async def open(self) -> None:
        for _ in range(self.count):
            self.connections.append(await self._connect())

    async def _connect(self) -> Connection:
        _, one = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", self.port)
        self._stack.callback(one.close)
        return one

    async def press(self, paths: Sequence[str], seconds: float, pause: float = 0.0, patience: float = 0.0) -> Came:
        """Every connection asks again as soon as it is answered, or after a pause, which may be longer for refusals."""
        came, asked, begun = Came(), cycle(paths), time.perf_counter()
        await asyncio.gather(
            *(self._press(number, asked, begun + seconds, (pause, patience), came) for number in range(self.count))
        )
        came.elapsed = time.perf_counter() - begun
        return came

    async def pace(self, paths: Sequence[str], rate: float, seconds: float) -> Came:
        """So many questions a second, whatever comes back."""
        came, asked, free = Came(), cycle(paths), list(range(self.count))
        begun, sent, under_way = time.perf_counter(), 0, set[asyncio.Task[None]]()

        async def ask(number: int) -> None:
            await self._ask(number, next(asked), came)
            free.append(number)

        while (passed := time.perf_counter() - begun) < seconds:
            for _ in range(int(rate * passed) - sent):
                sent += 1
                if free:
                    task = asyncio.ensure_future(ask(free.pop()))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                else:
                    came.unsent += 1
            await asyncio.sleep(0.001)
        came.elapsed = time.perf_counter() - begun
        await asyncio.gather(*under_way)
        return came

    async def _press(
        self, number: int, asked: Iterator[str], end: float, pauses: tuple[float, float], came: Came
    ) -> None:
        while time.perf_counter() < end:
            status = await self._ask(number, next(asked), came)
            if pause := pauses[status == SHED]:
                await asyncio.sleep(min(pause, end - time.perf_counter()))

    async def _ask(self, number: int, path: str, came: Came) -> int:
        begun = time.perf_counter()
        status, may_ask_again = await self.connections[number].ask(path)
        came.seconds[status].append(time.perf_counter() - begun)
        came.without_retry_after += status == SHED and not may_ask_again
        if not status:
            self.connections[number] = await self._connect()
        return status
