"""The rows of the SQLite file: what a document becomes, table by table. A row may have more than its table takes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.formats.shape import Answer
from app.instants import show_microseconds, show_seconds
from app.tables import LAST

Document = dict[str, Any]
Row = tuple[str, Document]
"""A table, and values by column."""


def dataset_row(answer: Answer, instant: int) -> Row:
    """What the file is, and whom to credit."""
    known_at = show_seconds(instant) if instant != LAST else None
    told = {"title": answer.title, "license": answer.license, "attribution": answer.attribution}
    published_at = show_microseconds(answer.revision.published_at)
    asked = {"revision": answer.revision.number, "question": answer.address, "known_at": known_at}
    return "dataset", told | asked | {"published_at": published_at}


def rows_of(kind: str, document: Document, answer: Answer) -> Iterator[Row]:
    """A record's own row, and those that belong to it."""
    if kind == "vocabulary":
        yield from (("code", {"list": document["id"], **one}) for one in document["codes"])
        return
    own = {"api_url": answer.absolute(document["links"]["canonical"])}
    yield kind, document | own | _OWN[kind](document)
    yield from _PARTS[kind](document["id"], document)
    redacted = document.get("redacted", ())
    yield from (("redaction", {"kind": kind, "record": document["id"], "property": one}) for one in redacted)


def _event_parts(event: str, document: Document) -> Iterator[Row]:
    yield from _each("event_actor", "event", event, ({**one, "actor": one["id"]} for one in document["actors"]))
    yield from _each("event_location", "event", event, ({"location": one["id"]} for one in document["locations"]))
    yield from _each("event_tag", "event", event, ({"tag": one} for one in document["tags"]))
    uncited = document["evidence"]["uncited_fields"]
    yield from _each("event_uncited_field", "event", event, ({"field": one} for one in uncited))
    yield from _each("quantity", "event", event, document["quantities"])
    for citation in document["citations"]:
        yield from _citation(event, citation)
    for number, claim in enumerate(document["claims"], start=1):
        name = f"{event}#{number}"
        yield "claim", claim | {"id": name, "event": event}
        yield from _each("claim_citation", "claim", name, ({"citation": one} for one in claim["citations"]))
    for relation in document["relations"]:
        related = relation["event"]
        own = {"related_event": related["id"], "related_id": related["id"], "related_title": related["title"]}
        yield "relation", {"event": event, "type": relation["type"], **own}
    for correction in document["corrections"]:
        yield "correction", correction | {"event": event} | _titled("source", correction.get("source"))


def _citation(event: str, citation: Document) -> Iterator[Row]:
    own = {"event": event, "source": citation["source"]["id"]}
    own |= {name: _id(citation.get(name)) for name in ("attributed_to", "origin")}
    yield "citation", citation | citation.get("passage", {}) | own
    yield from _each("citation_support", "citation", citation["id"], ({"field": one} for one in citation["supports"]))


def _source_parts(source: str, document: Document) -> Iterator[Row]:
    yield from _each("source_author", "source", source, ({"author": one} for one in document["authors"]))
    yield from _each("source_correction", "source", source, ({"correction": one} for one in document["corrections"]))
    yield from _each("source_origin", "source", source, ({"publisher": one["id"]} for one in document["origins"]))
    for line in document["derived_from"]:
        own = {"from_publisher": _id(line.get("publisher")), **_titled("from_source", line.get("source"))}
        yield "lineage", {"source": source, "how": line["how"], **own}


def _actor_parts(actor: str, document: Document) -> Iterator[Row]:
    yield from _each("actor_alias", "actor", actor, ({"alias": one} for one in document["aliases"]))
    yield from _each("actor_membership", "actor", actor, ({"member_of": one["id"]} for one in document["member_of"]))
    positions = ({**one, "organisation": _id(one.get("organisation"))} for one in document["positions"])
    yield from _each("actor_position", "actor", actor, positions)
    yield from _each("same_as", "actor", actor, ({"address": one} for one in document["same_as"]))


def _location_parts(location: str, document: Document) -> Iterator[Row]:
    yield from _each("location_alias", "location", location, ({"alias": one} for one in document["aliases"]))
    yield from _each("same_as", "location", location, ({"address": one} for one in document["same_as"]))


def _publisher_parts(publisher: str, document: Document) -> Iterator[Row]:
    yield from _each("same_as", "publisher", publisher, ({"address": one} for one in document["same_as"]))


def _each(table: str, owner: str, owner_id: str, parts: Iterable[Document]) -> Iterator[Row]:
    return ((table, {**part, owner: owner_id}) for part in parts)


def _id(reference: Document | None) -> str | None:
    return reference["id"] if reference else None


def _titled(name: str, reference: Document | None) -> Document:
    """A reference to a record that may not be in the file."""
    if not reference:
        return {name: None}
    return {name: reference["id"], f"{name}_id": reference["id"], f"{name}_title": reference["title"]}


_OWN: dict[str, Callable[[Document], Document]] = {
    "event": lambda document: document["evidence"],
    "actor": lambda _: {},
    "location": lambda document: {"parent": _id(document.get("parent"))},
    "source": lambda document: {"publisher": _id(document.get("publisher"))},
    "publisher": lambda _: {},
}
_PARTS: dict[str, Callable[[str, Document], Iterator[Row]]] = {
    "event": _event_parts,
    "actor": _actor_parts,
    "location": _location_parts,
    "source": _source_parts,
    "publisher": _publisher_parts,
}
