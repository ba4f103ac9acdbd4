"""How an operation is taken out of use: its answers say so long before it ends (RFC 9745, RFC 8594)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import wraps
from typing import Any

from fastapi import Response

from app.answers import link_too

Endpoint = Callable[..., Response]


@dataclass(frozen=True)
class Deprecated:
    """Marks the endpoint of a route that is `deprecated` in the contract.

    It is out of use from `since`, may end at `until` once that is set, and `guide` is the page that says what to ask
    instead. Instants are in UTC.
    """

    since: datetime
    guide: str
    until: datetime | None = None

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def answer(**asked: Any) -> Response:
            response = endpoint(**asked)
            response.headers["Deprecation"] = f"@{self.since.timestamp():.0f}"
            link_too(response, {"deprecation": self.guide})
            if self.until:
                response.headers["Sunset"] = format_datetime(self.until, usegmt=True)
            return response

        return answer
