"""An event that has something of everything, and linked data as rdflib reads it."""

from typing import Any

from rdflib import Graph, Namespace, URIRef

from tests.awkward import awkward_lines
from tests.conftest import Client
from tests.invented import event_line

PUBLIC = "https://chronology.example/dateline"
SCHEMA = Namespace("http://schema.org/")
OA = Namespace("http://www.w3.org/ns/oa#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
OWN = Namespace("urn:uuid:6d33c2f1-aa13-590e-81c9-28528955815b#")
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
TEXT = "Mots brefs, né. Early on, the two sides met, Zoë said. Words after; Zoë said no more."
PASSAGE = "Early on, the two sides met, Zoë said."


def lines() -> list[dict[str, Any]]:
    """The awkward record, and an event that has something of everything."""
    start = TEXT.index(PASSAGE)
    passage = {"starts": "Early on, the", "ends": "Zoë said.", "start": start, "end": start + len(PASSAGE)}
    cited = {"key": "first", "source": "copy", "supports": ["date"], "attributed_to": "anna-berg", "passage": passage}
    denied = {"key": "second", "source": "gazette-monday", "stance": "disputes", "supports": ["date"]}
    rich = event_line(
        1,
        id="rich",
        date="2020-03-02",
        start_time="09:30+02:00",
        quantities=[{"measure": "troops", "low": 100, "best": 150.5, "unit": "k"}],
        citations=[cited | {"origin": "island-post"}, denied],
        claims=[
            {"field": "date", "value": "2020-03-04", "citations": ["second"], "relation": "denies", "note": "Why."}
        ],
        relations=[{"type": "part_of", "event": "hostile"}, {"type": "follows", "event": "undated"}],
        corrections=[{"what": "The day.", "when": "2020-04", "why": "Misread.", "source": "copy"}],
    )
    copy = {
        "kind": "source", "id": "copy", "title": "A copy", "publisher": "harbour-gazette",
        "url": "https://copy.example/a", "archive_url": "https://archive.example/2", "authors": ["Ann O'Neill"],
        "published": "2020-03-05T09:00:00-05:00", "language": "pt-BR", "paraphrase": True,
        "derived_from": [
            {"source": "post-tuesday", "how": "reprints"}, {"publisher": "island-post", "how": "summarises"},
            {"source": "gazette-monday", "how": "cites"},
        ],
    }  # fmt: skip
    return [*awkward_lines(), copy, rich]


def fetch(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/ld+json"
    return answer.content


def read(content: bytes, base: str | None = None) -> Graph:
    return Graph().parse(data=content, format="json-ld", publicID=base)


def one(client: Client, event_id: str) -> Graph:
    return read(fetch(client, f"/v1/events/{event_id}.jsonld"))


def event(name: str) -> URIRef:
    return URIRef(f"{PUBLIC}/v1/events/{name}")


def source(name: str) -> URIRef:
    return URIRef(f"{PUBLIC}/v1/sources/{name}")
