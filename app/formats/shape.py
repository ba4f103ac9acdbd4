"""What every format is made of: an answer goes in, bytes come out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.tables import Revision

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
BYTES: Schema = {"type": "string", "format": "binary"}
Event = dict[str, Any]
"""An event's document, as `/v1/events` serves it."""
Source = dict[str, Any]
"""A source's document, as `/v1/sources` serves it."""


@dataclass(frozen=True)
class Answer:
    """The events of a question, or its citations or sources, and what is to be told with them."""

    documents: Iterable[Event]
    """May be read once: an export reads them as they are written."""
    revision: Revision
    address: str
    """Of the question; root-relative unless a public address is set."""
    page: str
    """Of this very answer, with its cursor."""
    public_url: str
    title: str
    license: str
    attribution: str
    following: str | None = None
    """The address of the next page."""
    total: int | None = None
    """All records of the question, for a format that counts them."""
    published: Mapping[int, str] = field(default_factory=dict)
    """When the revisions of the events were published (RFC 3339); an export has none."""
    first_published: Mapping[str, str] = field(default_factory=dict)
    """When each event, by its id, was published first; feeds alone have it."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Those of the question, or those that its events cite, by id and in its order, for a format that tells them."""

    @property
    def events(self) -> Iterable[Event]:
        """The documents, of a format of events."""
        return self.documents

    @property
    def provenance(self) -> dict[str, int | str]:
        """What each record says of its origin in tools that take records one by one."""
        return {"dataset_revision": self.revision.number, "license": self.license, "attribution": self.attribution}

    def absolute(self, path: str) -> str:
        """The address of a root-relative one, as far as the public address is known."""
        return f"{self.public_url}{path}"


def object_of(name: str, **properties: tuple[str, str]) -> Schema:
    """The schema of an object with these properties and others: of each its JSON type, and what it holds."""
    told = {
        one: {"type": kind, "description": holds} | ({"items": {"type": "object"}} if kind == "array" else {})
        for one, (kind, holds) in properties.items()
    }
    shape = {"type": "object", "properties": told, "required": list(properties), "additionalProperties": True}
    return {"title": name} | shape


@dataclass(frozen=True)
class Format:
    """One format: where it stands, what it is, and how it is written."""

    suffix: str
    """With its dot, after `/v1/events`, or another list."""
    media_type: str
    summary: str
    description: str
    write: Callable[[Answer], Iterator[bytes]]
    schema: Schema = field(default_factory=dict)
    """Of a format that is JSON: what a program that reads it may expect."""
    of: Literal["events", "citations", "sources"] = "events"
    """The list that is written."""
    of_one: bool = False
    """Whether one event has it too, at `/v1/events/{id}` and the suffix."""
    exported: bool = False
    """Whether it is also written for all records of a question at once, at `/v1/exports/events` and the suffix."""
    policy: str | None = None
    """What a browser that opens it as a page may do (Content Security Policy)."""
    newest_change_first: bool = False
    """Whether it is in the order of changes, as feeds are, and not of dates."""
    tells_sources: bool = False
    """Whether it says of a source what only its own record has: authors, language, lineage."""
    counts: bool = False
    """Whether it says how many records the question has, whether or not it asks for `count=exact`."""

    @property
    def name(self) -> str:
        """As part of an operation's name: `feed_json` of `.feed.json`."""
        return self.suffix.removeprefix(".").replace(".", "_")

    @property
    def content(self) -> dict[str, Any]:
        """The answer, as OpenAPI describes it. To generated clients, what is neither JSON nor `text/…` is bytes."""
        media_type = self.media_type.partition(";")[0]
        return {media_type: {"schema": self.schema or (TEXT if media_type.startswith("text/") else BYTES)}}
