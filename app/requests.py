"""Which request this is: by which name it is found again, and whether it came from one of our own pages."""

import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.types import Scope

INSIDE = ("inside", 0)
"""The peer of what our own pages ask: whoever asked for the page is told, limited and logged once.

It is known by what it is, not by what it says: a proxy may name a client `inside`.
"""
UNTAKEN = "untaken"
"""In the scope of a request whose client took nothing of the answer for too long: it is left before its end."""
REFUSED = "refused"
"""In the scope of a request that came while too many were in work: the gate that refused it."""
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

_asked: ContextVar[Scope | None] = ContextVar("asked", default=None)


def is_inside(scope: Scope) -> bool:
    return scope.get("client") is INSIDE


def note(scope: Scope) -> None:
    """From here on, what is logged in this context is about this request."""
    if not is_inside(scope):
        _asked.set(scope)


def noted() -> Scope | None:
    """The request that this context is about, if any."""
    return _asked.get()


def request_id() -> str:
    """Of the request that was noted."""
    scope = noted()
    return uuid4().hex if scope is None else id_of(scope)


def id_of(scope: Scope) -> str:
    """The name that a request came with, if it is fit for a log, or a new one."""
    if "request_id" not in scope:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        scope["request_id"] = given.decode() if REQUEST_ID.fullmatch(given) else uuid4().hex
    return str(scope["request_id"])


def template_of(scope: Scope) -> str:
    """The path of a request that was routed, with names in the place of ids."""
    return str(getattr(scope.get("route"), "path", "unknown"))
