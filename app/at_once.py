"""Answers that stand ready when their request comes: the server sends them before it begins anything."""

from collections.abc import Iterable
from typing import NamedTuple

AT_ONCE = "at_once"
"""In the state of the lifespan (ASGI): what finds such an answer to a request, in an application that has any."""


class Ready(NamedTuple):
    status: int
    head: bytes
    """Lines of the header, as HTTP/1.1 has them (RFC 9112, 5), but for those that the server itself adds."""
    body: bytes
    """Not sent where the request is HEAD."""


def head_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % one for one in headers])
