"""Logs: each line a JSON object, with what finds a request again, and nothing of who asked, nor for what."""

import json
import logging
import re
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

INSIDE = ("inside", 0)
"""The peer of what our own pages ask: whoever asked for the page is told, limited and logged once.

It is known by what it is, not by what it says: a proxy may name a client `inside`.
"""
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("dateline")
_asked: ContextVar[Scope | None] = ContextVar("asked", default=None)


def note(scope: Scope) -> None:
    """From here on, what is logged in this context is about this request."""
    if scope.get("client") is not INSIDE:
        _asked.set(scope)


def request_id() -> str:
    """Of the request that was noted: the name that it came with, if it is fit for a log, or a new one."""
    scope = _asked.get()
    if scope is None:
        return uuid4().hex
    if "request_id" not in scope:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        scope["request_id"] = given.decode() if REQUEST_ID.fullmatch(given) else uuid4().hex
    return str(scope["request_id"])


def template_of(scope: Scope) -> str:
    """The path of a request that was routed, with names in the place of ids."""
    return str(getattr(scope.get("route"), "path", "unknown"))


class JsonLines(logging.Formatter):
    """Ours and the server's alike; a traceback stands within its line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_request(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _request() -> dict[str, Any]:
    scope = _asked.get()
    if scope is None:
        return {}
    method = "HEAD" if scope.get("is_head") else scope["method"]
    return {"request_id": request_id(), "method": method, "path": template_of(scope)}


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {log.name: {"level": "INFO"}},
}


class Logged:
    """Logs each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope.get("client") is INSIDE:
            await self.app(scope, receive, send)
            return
        note(scope)
        started, status = time.perf_counter(), 500

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_seen)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info("answered", extra={"told": {"status": status, "milliseconds": milliseconds}})
