"""A small client of Dateline: questions, pages, refusals. Copy it beside the example that you use; it needs httpx."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx

BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
TRIES = 5


class Refused(Exception):  # noqa: N818 - it is no fault of the program
    """What the service says of a question that it cannot answer."""


class Dateline:
    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.client = httpx.Client(base_url=self.address, timeout=60, follow_redirects=True)

    def ask(self, path: str, **parameters: Any) -> dict[str, Any]:
        """One answer. A service that is busy is asked again, when it says. Raises `Refused`."""
        answer = self.client.get(path, params=parameters or None)
        for _ in range(TRIES - 1):
            if answer.status_code not in BUSY:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
            answer = self.client.get(path, params=parameters or None)
        if answer.is_error:
            told = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
            raise Refused(told.get("detail") or f"{answer.status_code} from {answer.url}")
        content: dict[str, Any] = answer.json()
        return content

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every page of a list, all of the revision of the first, whatever is published meanwhile."""
        page = self.ask(path, **parameters)
        yield page
        while cursor := page["meta"].get("next_cursor"):
            page = self.ask(path, **parameters, cursor=cursor)
            yield page

    def records(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        for page in self.pages(path, **parameters):
            yield from page["data"]

    def reading(self, event_id: str) -> str:
        """The address at which a person reads an event."""
        return f"{self.address}/?event={event_id}"
