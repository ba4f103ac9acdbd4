"""What leads a client that knows only the host to the API: its catalogue (RFC 9727), and links (RFC 8631)."""

from typing import Any

from app.settings import Settings

PATH = "/.well-known/api-catalog"
MEDIA_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
BASE = "/v1"
LEADING = {
    "service-desc": ("/openapi.json", "application/json"),
    "service-doc": ("/docs/index", "text/html"),
    "status": ("/health/ready", "application/json"),
}
"""From the API to what describes it for programs, to what does for people, and to its health."""


def links(settings: Settings) -> dict[str, str]:
    """By relation, for a `Link` header of the API's entry."""
    led = {relation: LEADING[relation][0] for relation in ("service-desc", "service-doc")} | {"api-catalog": PATH}
    return {relation: f"{settings.public_url}{path}" for relation, path in led.items()}


def linkset(settings: Settings) -> dict[str, Any]:
    """The catalogue, as a set of links (RFC 9264): it has one API."""
    root = settings.public_url
    led = {relation: [{"href": f"{root}{path}", "type": kind}] for relation, (path, kind) in LEADING.items()}
    api = {"href": f"{root}{BASE}", "title": settings.title}
    return {"linkset": [{"anchor": f"{root}{PATH}", "item": [api]}, {"anchor": api["href"], **led}]}
