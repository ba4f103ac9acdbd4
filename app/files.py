"""How exports are sent: in pieces of some size, or as a file made before, few at once, bounded, with its length."""

import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import BinaryIO

import anyio
from anyio import from_thread, to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.problems import UNAVAILABLE, Problem, refuse

MOST_AT_ONCE = 2
"""Of one process: each takes a thread while it is made, and disk until it is sent."""
LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_SECONDS = 1_800
"""So long a client may take to fetch a file."""
CHUNK = 256 * 1024
GONE_STATUS = 499
"""What nobody receives; metrics count it, as nginx does."""


class ClientGone(Exception):  # noqa: N818 - nothing is wrong
    """Nobody waits for the file any more."""


class Places:
    """So many files may be made and sent at once."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def take(self) -> Callable[[], None]:
        """A place, and how to give it back. Raises a 503 `Problem` when there is none."""
        if not self._free.acquire(blocking=False):
            detail = f"{MOST_AT_ONCE} files are being made or sent, and no more may be at once."
            raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "30"})
        return self._free.release


Looking = Callable[[BinaryIO], None]
"""Called now and then with the file so far; raises when it is not to go on."""


def answer_file(
    request: Request, make: Callable[[Looking], BinaryIO], media_type: str, headers: dict[str, str]
) -> Response:
    """The file that is made, in the thread of the request. For HEAD none is, so no length is told (RFC 9110, 9.3.2)."""
    if request.scope.get("is_head"):
        return StreamingResponse((), media_type=media_type, headers=headers)
    done = request.app.state.places.take()
    try:
        return FileAnswer(make(lambda file: _look(request, file)), done, headers, media_type)
    except BaseException as error:
        done()
        if isinstance(error, ClientGone):
            return Response(status_code=GONE_STATUS)
        if isinstance(error, OSError | sqlite3.OperationalError):
            detail = "The file cannot be written at the moment."
            raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "30"}) from error
        raise


def _look(request: Request, file: BinaryIO) -> None:
    """Raises when a file is too large, or its client has gone."""
    if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
        limit = f"{LARGEST_BYTES // 1024**2} MiB"
        raise refuse("question", f"expected one whose file has at most {limit}; narrow it, or take events.ndjson")
    if from_thread.run(request.is_disconnected):
        raise ClientGone


class FileAnswer(StreamingResponse):
    """A file with its length, so that a cut answer is noticed; closed when it is sent, or the client has gone."""

    def __init__(self, file: BinaryIO, done: Callable[[], None], headers: dict[str, str], media_type: str) -> None:
        length = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
        super().__init__(_chunks(file), headers=headers | length, media_type=media_type)
        self.file, self.done = file, done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(LONGEST_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            self.file.close()
            self.done()


def gather(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: each is fetched from a thread, and sent, by itself."""
    some = bytearray()
    for line in lines:
        some += line
        if len(some) >= CHUNK:
            yield bytes(some)
            some.clear()
    yield bytes(some)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await to_thread.run_sync(file.read, CHUNK):
        yield chunk
