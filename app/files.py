"""How exports are sent: in pieces of some size, or as a file made before, few at once, bounded, with its length."""

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import BinaryIO

import anyio
from anyio import CapacityLimiter, from_thread, to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.problems import UNAVAILABLE, Problem, refuse
from app.requests import UNTAKEN
from app.shedding import Places

LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_PAUSE = 30
"""So many seconds a client may take to fetch a piece."""
RETRY_SECONDS = 30
CHUNK = 256 * 1024
NOTHING = (b"",)
"""A stream still, for HEAD: so that its headers are those of one."""
GONE_STATUS = 499
"""What nobody receives; metrics count it, as nginx does."""


class ClientGone(Exception):  # noqa: N818 - nothing is wrong
    """Nobody waits for the file any more."""


Looking = Callable[[BinaryIO], None]
"""Called now and then with the file so far; raises when it is not to go on."""


def answer_lines(request: Request, lines: Iterable[bytes], media_type: str, headers: dict[str, str]) -> Response:
    """Lines as they come. The first are there before the answer begins; for HEAD none are."""
    if request.scope.get("is_head"):
        return StreamingResponse(NOTHING, media_type=media_type, headers=headers)
    pieces = _gather(lines)
    first = [next(pieces)]
    return Sent(lambda: first.pop() if first else next(pieces, b""), headers, media_type)


def answer_file(
    request: Request, make: Callable[[Looking], BinaryIO], media_type: str, headers: dict[str, str]
) -> Response:
    """The file that is made, in the thread of the request. For HEAD none is, so no length is told (RFC 9110, 9.3.2)."""
    if request.scope.get("is_head"):
        return StreamingResponse(NOTHING, media_type=media_type, headers=headers)
    making: Places = request.app.state.lanes.making
    place = from_thread.run(making.take)
    try:
        file = make(lambda file: _look(request, file))
    except ClientGone:
        return Response(status_code=GONE_STATUS)
    except (OSError, sqlite3.OperationalError) as error:
        detail = "The file cannot be written at the moment."
        raise Problem(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_SECONDS)}) from error
    finally:
        from_thread.run_sync(making.leave, place)
    length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return Sent(lambda: file.read(CHUNK), headers | length, media_type, file.close)


def _look(request: Request, file: BinaryIO) -> None:
    """Raises when a file is too large, or its client has gone."""
    if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
        limit = f"{LARGEST_BYTES // 1024**2} MiB"
        raise refuse("question", f"expected one whose file has at most {limit}; narrow it, or take events.ndjson")
    if from_thread.run(request.is_disconnected):
        raise ClientGone


class Untaken(Exception):  # noqa: N818 - no fault of ours
    """The client takes nothing."""


class Sent(StreamingResponse):
    """Pieces, the next fetched when the last was taken, until one is empty; the end is told, however it comes.

    A file has its length, so that a cut answer is noticed.
    """

    def __init__(
        self, fetch: Callable[[], bytes], headers: dict[str, str], media_type: str, *ends: Callable[[], None]
    ) -> None:
        super().__init__(self._pieces(), headers=headers, media_type=media_type)
        self._fetch, self._ends = fetch, [*ends]
        self._threads: CapacityLimiter | None = None

    def begin(self, threads: CapacityLimiter, end: Callable[[], None]) -> None:
        """Before it is sent: what fetches the pieces, and whom else to tell the end."""
        self._threads = threads
        self._ends.append(end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_soon(message: Message) -> None:
            try:
                with anyio.fail_after(LONGEST_PAUSE):
                    await send(message)
            except TimeoutError:
                raise Untaken from None

        try:
            await super().__call__(scope, receive, send_soon)
        except Untaken:
            scope[UNTAKEN] = True
        finally:
            for end in self._ends:
                end()

    async def _pieces(self) -> AsyncIterator[bytes]:
        while piece := await to_thread.run_sync(self._fetch, limiter=self._threads):
            yield piece


def _gather(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: each is fetched from a thread, and sent, by itself."""
    some = bytearray()
    for line in lines:
        some += line
        if len(some) >= CHUNK:
            yield bytes(some)
            some.clear()
    yield bytes(some)
