"""Logs: each line a JSON object, with what finds a request again, and nothing of who asked, nor for what."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.requests import is_inside, note, noted, request_id, template_of

log = logging.getLogger("dateline")


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
    scope = noted()
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
        if scope["type"] != "http" or is_inside(scope):
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
