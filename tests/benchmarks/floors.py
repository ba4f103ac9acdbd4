"""What no server of this kind can beat: constant bytes from uvicorn alone, and from a FastAPI route that validates.

`/page` is 62 KB, the page of the anchor's measurement; `/own` as much as a page of Dateline's own is; `/event` 1.2 KB.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

SIZES = {"page": 62_000, "own": int(os.environ.get("OWN_BYTES", "62000")), "event": 1_200}
BODIES = {name: b"x" * size for name, size in SIZES.items()}
JSON = (b"content-type", b"application/json")


async def server(scope: dict[str, Any], _: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """The server's floor."""
    if scope["type"] != "http":
        return
    body = BODIES.get(scope["path"][1:], b"")
    headers = [JSON, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


framework = FastAPI()
"""The framework's floor."""


@framework.get("/{name}")
async def get(
    name: str,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    date_from: date | None = None,
    date_to: date | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    order: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc",
) -> Response:
    """Five parameters are validated, and all is forgotten."""
    return Response(BODIES[name], media_type="application/json")
