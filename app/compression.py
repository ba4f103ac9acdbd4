"""Encodings of answers: which one a client prefers, and the answer in it (RFC 9110, 8.4 and 12.5.3).

Levels are the fastest: what more they save is less than what they cost.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from threading import get_ident
from typing import NamedTuple

import brotli
import zstandard
from anyio import to_thread
from isal import isal_zlib
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 500
"""A whole answer with fewer bytes is sent as it is."""
LARGE = 1_000_000
"""One with more bytes is encoded in a thread, since that takes milliseconds."""
LONGEST_HEADER = 500
COMPRESSED = re.compile(
    rb"text/|application/(json|javascript|x-bibtex|x-ndjson|x-research-info-systems|[a-z.]+[+](json|xml))|image/svg[+]xml"
)
"""Media types that gain by it."""
WEIGHT = re.compile(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)")
GZIP = 31
"""What zlib calls a window of 32 KiB in the format of gzip."""

Bytes = Callable[[bytes], bytes]
Pieces = tuple[Bytes, Callable[[], bytes]]
"""What encodes a piece, and what ends the last."""


class Encoding(NamedTuple):
    name: str
    whole: Bytes
    pieces: Callable[[], Pieces]


@cache
def _zstd(_thread: int) -> zstandard.ZstdCompressor:
    """One for each thread that compresses, since making its tables takes long."""
    return zstandard.ZstdCompressor(level=1)


def _zstd_pieces() -> Pieces:
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    return compressor.compress, compressor.flush


def _brotli_pieces() -> Pieces:
    compressor = brotli.Compressor(quality=0)
    return compressor.process, compressor.finish


def _gzip_pieces() -> Pieces:
    compressor = isal_zlib.compressobj(2, wbits=GZIP)
    return compressor.compress, compressor.flush


ENCODINGS = (
    Encoding("zstd", lambda body: _zstd(get_ident()).compress(body), _zstd_pieces),
    Encoding("br", lambda body: brotli.compress(body, quality=0), _brotli_pieces),
    Encoding("gzip", lambda body: isal_zlib.compress(body, 2, GZIP), _gzip_pieces),
)
"""The smallest answers first."""


@lru_cache(maxsize=256)
def preferred(accepted: str) -> Encoding | None:
    """The encoding of most weight to a client; of several, our first."""
    weights = dict(_weighed(item) for item in accepted.lower().split(","))
    default = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda one: weights.get(one.name, default))
    weight = weights.get(best.name, default)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def _weighed(item: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in item.split(";"))
    weight = WEIGHT.fullmatch(parameters[0]) if parameters else None
    return name, float(weight[1]) if weight else float(not parameters)


def asked_encoding(accepted: bytes) -> Encoding | None:
    """The encoding that `Accept-Encoding` asks for; none of a header that nobody sends."""
    return preferred(accepted.decode("latin-1")) if 0 < len(accepted) <= LONGEST_HEADER else None


class Compressed:
    """Encodes answers, whole or in pieces as they come, and tells the tags of differently encoded ones apart."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
            send = _Sending(send, asked_encoding(accepted))
        await self.app(scope, receive, send)


class _Sending:
    """Sends one answer. Its start waits for the first of its body, which tells whether there is more."""

    def __init__(self, send: Send, encoding: Encoding | None) -> None:
        self.send, self.encoding = send, encoding
        self.start: Message | None = None
        self.pieces: Pieces | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            _vary(message["headers"])
            if self.encoding is not None and _gains(message):
                self.start = message
                return
        elif self.start is not None:
            message = await self._begin(message, self.start)
        elif self.pieces is not None:
            message = self._encoded(message, *self.pieces)
        await self.send(message)

    async def _begin(self, message: Message, start: Message) -> Message:
        """Sends the start, as it fits to the first of the body."""
        self.start, body, encoding = None, message.get("body", b""), self.encoding
        if encoding is not None and message.get("more_body"):
            _mark(start, encoding, None)
            self.pieces = encoding.pieces()
            message = self._encoded(message, *self.pieces)
        elif encoding is not None and len(body) >= SMALLEST:
            is_large = len(body) > LARGE
            encoded = await to_thread.run_sync(encoding.whole, body) if is_large else encoding.whole(body)
            _mark(start, encoding, len(encoded))
            message = {"type": "http.response.body", "body": encoded}
        await self.send(start)
        return message

    def _encoded(self, message: Message, feed: Bytes, finish: Callable[[], bytes]) -> Message:
        body = feed(message.get("body", b""))
        return {**message, "body": body if message.get("more_body") else body + finish()}


def _gains(start: Message) -> bool:
    """Whether an answer has a body that is neither encoded nor a part, and of a type that gains."""
    headers = dict(start["headers"])
    is_plain = b"content-encoding" not in headers and b"content-range" not in headers
    return is_plain and COMPRESSED.match(headers.get(b"content-type", b"")) is not None


def encoded_tag(tag: str, encoding: str) -> str:
    """The tag of an answer in an encoding."""
    return f'{tag[:-1]}-{encoding}"'


def _mark(start: Message, encoding: Encoding, length: int | None) -> None:
    """Headers of an encoded answer; its length is known where it is whole."""
    name = encoding.name.encode()
    headers = [one for one in start["headers"] if one[0] not in (b"etag", b"content-length")]
    tags = [
        (key, encoded_tag(value.decode("latin-1"), encoding.name).encode("latin-1"))
        for key, value in start["headers"]
        if key == b"etag"
    ]
    told = [(b"content-length", b"%d" % length)] if length is not None else []
    start["headers"] = [*tags, *headers, (b"content-encoding", name), *told]


def _vary(headers: list[tuple[bytes, bytes]]) -> None:
    """Tells caches of every answer that it depends on the encodings asked for, whether this one is encoded or not."""
    for place, (name, value) in enumerate(headers):
        if name == b"vary":
            headers[place] = (name, value if b"accept-encoding" in value.lower() else value + b", Accept-Encoding")
            return
    headers.append((b"vary", b"Accept-Encoding"))
