"""JSON-LD, as pyld and rdflib read it, without any request."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyld import jsonld
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from tests.awkward import HOSTILE
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import write_lines
from tests.linked import (
    HYDRA,
    OA,
    OWN,
    PUBLIC,
    SCHEMA,
    SKOS,
    event,
    fetch,
    lines,
    read,
    source,
)
from tests.rivals import contest

pytestmark = pytest.mark.filterwarnings("ignore:(ConjunctiveGraph|Dataset)[ .].*deprecated:DeprecationWarning")
"""rdflib's parser of JSON-LD uses what rdflib deprecates."""


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client(public_url=PUBLIC)


def refuse(address: str, _options: Any) -> None:
    raise AssertionError(f"{address} was asked for")


def triples(document: Any, loader: Any = refuse) -> Graph:
    """As pyld has them."""
    options = {"format": "application/n-quads", "documentLoader": loader}
    return Graph().parse(data=jsonld.to_rdf(document, options), format="nt")


def keys(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        yield from content
    for child in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from keys(child)


@pytest.mark.parametrize("event_id", ["rich", "hostile", "undated", "two-places", "timed", "all-time"])
def test_two_readers_find_the_same_triples_without_any_request(client, event_id):
    content = fetch(client, f"/v1/events/{event_id}.jsonld")
    assert isomorphic(read(content), triples(json.loads(content)))


def test_a_page_is_read_by_both(client):
    content = fetch(client, "/v1/events.jsonld?limit=500")
    read_by_rdflib, read_by_pyld = read(content), triples(json.loads(content))
    assert len(read_by_rdflib) == len(read_by_pyld) > 500
    assert {(p, o) for _, p, o in read_by_rdflib if isinstance(o, Literal)} == {
        (p, o) for _, p, o in read_by_pyld if isinstance(o, Literal)
    }


def test_no_key_is_lost_for_want_of_a_term(client):
    document = json.loads(fetch(client, "/v1/events.jsonld?limit=500"))
    used = set(keys(document["@graph"]))
    assert {"startDate", "isBasedOn", "selector", "superEvent", "correction", "best"} <= used
    assert {name for name in used if not name.startswith("@")} <= document["@context"].keys()
    assert not used & {"id", "type", "date", "class", "self", "from"}
    types = set(re.findall(r'"@type": "([^"]+)"', json.dumps(document["@graph"])))
    assert {"Event", "TimeState"} <= types
    assert {name for name in types if ":" not in name} <= document["@context"].keys()


def test_the_licence_and_the_attribution_are_told(store):
    client = store.client(license="https://licence.example/x", attribution='The "desk"', public_url=PUBLIC)
    graph = read(fetch(client, "/v1/events.jsonld?tag=fishing"))
    page = URIRef(f"{PUBLIC}/v1/events.jsonld?tag=fishing")
    assert graph.value(page, SCHEMA.license) == URIRef("https://licence.example/x")
    assert str(graph.value(page, SCHEMA.creditText)) == 'The "desk"'
    assert str(graph.value(page, OWN.revision)) == "1"
    assert len(set(graph.objects(page, SCHEMA.about))) > 20


def test_a_hostile_title_is_text_and_a_document_can_stand_in_a_page(client):
    content = fetch(client, "/v1/events/hostile.jsonld")
    assert b"<" not in content
    assert str(read(content).value(event("hostile"), SCHEMA.name)) == HOSTILE


def test_no_address_is_relative_where_the_public_one_is_known(client):
    for term in {term for triple in read(fetch(client, "/v1/events.jsonld?limit=3")) for term in triple}:
        assert not isinstance(term, URIRef) or re.match(r"(https?://|urn:)", term), term


def test_without_a_public_address_the_one_it_was_fetched_from_is_the_base_and_never_the_host(store):
    answer = store.client().get("/v1/events/rich.jsonld", headers={"Host": "evil.example"})
    assert b"evil.example" not in answer.content
    graph = read(answer.content, "https://fetched.example/v1/events/rich.jsonld")
    assert graph.value(URIRef("https://fetched.example/v1/events/rich"), RDF.type) == SCHEMA.Event


def test_a_further_page_says_which_it_is_and_leads_on(client):
    seen, following = set(), f"{PUBLIC}/v1/events.jsonld?limit=7"
    while following:
        graph = read(fetch(client, following.removeprefix(PUBLIC)))
        seen.update(graph.objects(None, SCHEMA.about))
        view = graph.value(None, RDF.type, HYDRA.PartialCollectionView)
        assert view in (None, URIRef(following))
        following = view and str(graph.value(view, HYDRA.next))
    served = client.get("/v1/events?limit=500").json()["data"]
    assert {event(one["id"]) for one in served} <= seen
    assert len(served) > 20


def test_what_was_not_known_yet_is_absent(client):
    graph = read(fetch(client, "/v1/events.jsonld?known_at=2020-03-03&limit=500"))
    assert (source("gazette-monday"), RDF.type, SCHEMA.CreativeWork) in graph
    assert (source("copy"), None, None) not in graph
    assert (event("rich"), None, None) not in graph
    assert client.get("/v1/events/rich.jsonld?known_at=2020-03-03").status_code == 404


def test_the_context_is_served_and_says_what_our_terms_mean(client):
    content = fetch(client, "/v1/context.jsonld")
    graph, served = read(content), json.loads(content)
    inline = json.loads(fetch(client, "/v1/events/rich.jsonld"))
    assert inline["@context"].items() <= served["@context"].items()
    for name, meaning in inline["@context"].items():
        of = meaning["@id"] if isinstance(meaning, dict) else str(meaning)
        if of.startswith("dateline:"):
            assert str(graph.value(OWN[name], RDFS.comment)).endswith("."), name


def test_a_document_that_refers_to_the_context_says_the_same(client):
    address = f"{PUBLIC}/v1/context.jsonld"
    served, inline = (json.loads(fetch(client, path)) for path in ("/v1/context.jsonld", "/v1/events/rich.jsonld"))
    held = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": served}
    referring = inline | {"@context": address}
    assert isomorphic(triples(referring, lambda *_: held), triples(inline))


def test_the_context_is_kept_for_long(client):
    answer = client.get("/v1/context.jsonld")
    assert "max-age=86400" in answer.headers["Cache-Control"]
    for held in (answer.headers["ETag"], "*"):
        again = client.get("/v1/context.jsonld", headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/v1/context.jsonld?as_of=1").status_code == 400


@pytest.mark.parametrize("seed", [5])
def test_every_citation_and_claim_of_a_generated_record_is_there(make_store, tmp_path, seed):
    store = make_store("sqlite")
    store.load(write(contest(generate(seed, events=40), seed), tmp_path))
    client = store.client(public_url=PUBLIC)
    graph = read(fetch(client, "/v1/events.jsonld?limit=500"))
    served = client.get("/v1/events?limit=500").json()["data"]
    cited = Counter((c["id"], c["stance"], c.get("link")) for e in served for c in e["citations"])
    assert cited == Counter(told(graph, s) for s in graph.subjects(RDF.type, OA.Annotation))
    claimed = Counter((c["value"], c["rank"], c.get("relation"), c.get("note")) for e in served for c in e["claims"])
    names = (SCHEMA.text, OWN.rank, OWN.relation, SKOS.note)
    assert claimed == Counter(
        tuple(o if (o := graph.value(s, name)) is None else str(o) for name in names)
        for s in graph.subjects(RDF.type, SCHEMA.Claim)
    )
    sources = {c["source"]["id"] for e in served for c in e["citations"]}
    assert {str(graph.value(source(one), SCHEMA.identifier)) for one in sources} == sources


def told(graph: Graph, subject: Any) -> tuple[str, str, str | None]:
    link = graph.value(graph.value(subject, OA.hasTarget), SCHEMA.url)
    return (*(str(graph.value(subject, name)) for name in (SCHEMA.identifier, OWN.stance)), link and str(link))
