"""The service as a later release may answer: properties and codes that today's clients have never seen."""

import json
from typing import Any

JSON = {b"application/json", b"application/problem+json"}
CODE = "x-unheard-of"
CODED = {
    "action", "date_precision", "how", "kind", "measure", "modality", "ownership", "precision", "rank", "relation",
    "role", "stance", "timing", "type", "verification",
}  # fmt: skip
"""Properties whose values are codes."""
OF_ANOTHER_KIND = "vocabulary"
"""Changes of these records have documents that are like no other's."""


def grown(value: Any) -> Any:
    """With one more property in every object, another code for every code, and documents of another kind for some."""
    if isinstance(value, list):
        return [grown(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == OF_ANOTHER_KIND and "document" in value:
        value = value | {"document": {"id": value["id"]}}
    members = {name: CODE if _is_code(name, one) else grown(one) for name, one in value.items()}
    return {"unheard_of": {"first": [1, None], "second": "two"}} | members


def _is_code(name: str, value: Any) -> bool:
    """A problem's `type` is an address, and no code."""
    return name in CODED and isinstance(value, str) and not value.startswith("/")


class Newer:
    """The application, but for its JSON answers from `/v1`, which have grown."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1"):
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: dict[str, Any] = {}
        body = bytearray()

        async def collect(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message["body"])

        await self._app(scope | {"headers": plain}, receive, collect)
        headers = dict(start["headers"])
        if headers[b"content-type"] in JSON:
            body = bytearray(json.dumps(grown(json.loads(body))).encode())
            headers[b"content-length"] = str(len(body)).encode()
        await send(start | {"headers": list(headers.items())})
        await send({"type": "http.response.body", "body": bytes(body)})
