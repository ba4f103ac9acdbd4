"""How exports are sent: in pieces of some size, or as a file made before, few at once, bounded, with its length."""

import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

import anyio
from anyio import from_thread, to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.problems import UNAVAILABLE, Problem, refuse

MOST_MADE = 2
"""At once, of one process: each takes a thread."""
MOST_SENT = 16
"""At once, of one process: each takes disk until it is sent."""
LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_PAUSE = 30
"""So many seconds a client may take to fetch a piece of a file."""
CHUNK = 256 * 1024
GONE_STATUS = 499
"""What nobody receives; metrics count it, as nginx does."""


class ClientGone(Exception):  # noqa: N818 - nothing is wrong
    """Nobody waits for the file any more."""


class Places:
    """So many files may be made, and so many sent, at once."""

    def __init__(self) -> None:
        self._making = threading.BoundedSemaphore(MOST_MADE)
        self._sending = threading.BoundedSemaphore(MOST_SENT)

    def make(self, make: Callable[[], BinaryIO]) -> tuple[BinaryIO, Callable[[], None]]:
        """A file that is to be sent, and what to call when it is. Raises a 503 `Problem` when there is no place."""
        if not self._sending.acquire(blocking=False):
            raise _too_many(f"{MOST_SENT} files are being sent")
        try:
            if not self._making.acquire(blocking=False):
                raise _too_many(f"{MOST_MADE} files are being made")
            try:
                return make(), self._sending.release
            finally:
                self._making.release()
        except BaseException:
            self._sending.release()
            raise


def _too_many(told: str) -> Problem:
    return Problem(UNAVAILABLE, f"{told}, and no more may be at once.", headers={"Retry-After": "30"})


Looking = Callable[[BinaryIO], None]
"""Called now and then with the file so far; raises when it is not to go on."""


def answer_file(
    request: Request, make: Callable[[Looking], BinaryIO], media_type: str, headers: dict[str, str]
) -> Response:
    """The file that is made, in the thread of the request. For HEAD none is, so no length is told (RFC 9110, 9.3.2)."""
    if request.scope.get("is_head"):
        return StreamingResponse((), media_type=media_type, headers=headers)
    places: Places = request.app.state.places
    try:
        file, done = places.make(lambda: make(lambda file: _look(request, file)))
    except ClientGone:
        return Response(status_code=GONE_STATUS)
    except (OSError, sqlite3.OperationalError) as error:
        detail = "The file cannot be written at the moment."
        raise Problem(UNAVAILABLE, detail, headers={"Retry-After": "30"}) from error
    return FileAnswer(file, done, headers, media_type)


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
        async def send_soon(message: Message) -> None:
            with anyio.fail_after(LONGEST_PAUSE):
                await send(message)

        try:
            with suppress(TimeoutError):
                await super().__call__(scope, receive, send_soon)
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
