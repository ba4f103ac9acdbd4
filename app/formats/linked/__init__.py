"""JSON-LD 1.1: events and claims of schema.org, citations as Web Annotations, sources with their lineage."""

import json
from collections.abc import Iterator

from app.formats.linked.context import context
from app.formats.linked.events import event_nodes
from app.formats.linked.references import Node, held
from app.formats.linked.sources import source_node
from app.formats.shape import Answer, Format, object_of

MEDIA_TYPE = "application/ld+json"


def write(answer: Answer) -> Iterator[bytes]:
    """A graph with its context in it, so that it is read without any request."""
    events = list(answer.events)
    yield b'{"@context":' + as_json(context()) + b',"@graph":[' + as_json(_answer(answer, [e["id"] for e in events]))
    for event in events:
        yield from (b"," + as_json(node) for node in event_nodes(answer, event))
    yield from (b"," + as_json(source_node(answer, source)) for source in answer.sources.values())
    yield b"]}\n"


def as_json(content: object) -> bytes:
    """With `<` escaped, so that a document can stand in a page, in `<script type="application/ld+json">`, as it is."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").encode()


def _answer(answer: Answer, ids: list[str]) -> Node:
    is_address = answer.license.startswith(("https://", "http://"))
    view = {"@id": answer.page, "@type": "hydra:PartialCollectionView", "next": answer.following}
    return held(
        {
            "@id": answer.address,
            "@type": "Dataset",
            "name": answer.title,
            "license": {"@id": answer.license} if is_address else answer.license,
            "creditText": answer.attribution,
            "revision": answer.revision.number,
            "about": [{"@id": answer.absolute(f"/v1/events/{one}")} for one in ids],
            "view": view if answer.following else None,
        }
    )


FORMAT = Format(
    suffix=".jsonld",
    media_type=MEDIA_TYPE,
    summary="List events as JSON-LD",
    description="schema.org's `Event` and `Claim`, each citation a Web Annotation of its source at the passage, the "
    "sources with what they are based on. The context is part of the document, and by itself at `/v1/context.jsonld`.",
    write=write,
    schema=object_of(
        "LinkedData",
        **{"@context": ("object", "What the keys mean."), "@graph": ("array", "The answer, then what it is about.")},
    ),
    of_one=True,
    tells_sources=True,
)
