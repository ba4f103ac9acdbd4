"""Why an address gave no answer, in a person's words."""

import socket
import ssl
from collections.abc import Iterator
from typing import Literal

import httpx

UNKNOWN_NAME = (socket.EAI_NONAME, socket.EAI_NODATA)


class Unasked(Exception):  # noqa: N818 - not an error of the program
    """Asking was given up, and why."""


UNANSWERED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, Unasked)


def describe(error: BaseException) -> tuple[Literal["gone", "failed"], str, bool]:
    """The result, why, and whether it may pass."""
    for cause in _causes(error):
        match cause:
            case Unasked():
                return "failed", str(cause), False
            case socket.gaierror() if cause.errno in UNKNOWN_NAME:
                return "gone", "there is no such host", False
            case socket.gaierror():
                return "failed", "the host's name cannot be looked up", True
            case ssl.SSLCertVerificationError():
                return "failed", f"the host's certificate is not to be trusted: {cause.verify_message}", False
            case ssl.SSLError():
                return "failed", "no secure connection can be made", False
            case ConnectionRefusedError():
                return "failed", "the host refuses the connection", True
            case TimeoutError() | httpx.TimeoutException():
                return "failed", "it does not answer in time", True
            case httpx.InvalidURL() | UnicodeError():
                return "failed", "its address cannot be asked", False
            case httpx.DecodingError() | httpx.RemoteProtocolError():
                return "failed", "its answer is broken", True
    return "failed", "the connection fails", True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The innermost first: it says most."""
    inner = error.__cause__ or error.__context__
    if inner is not None:
        yield from _causes(inner)
    for one in getattr(error, "exceptions", ()):
        yield from _causes(one)
    yield error
