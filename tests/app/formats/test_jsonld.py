"""JSON-LD, as pyld and rdflib read it, without any request."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyld import jsonld
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import event_line, write_lines
from tests.rivals import contest

pytestmark = pytest.mark.filterwarnings("ignore:(ConjunctiveGraph|Dataset)[ .].*deprecated:DeprecationWarning")
"""rdflib's parser of JSON-LD uses what rdflib deprecates."""
PUBLIC = "https://chronology.example/dateline"
SCHEMA = Namespace("http://schema.org/")
OA = Namespace("http://www.w3.org/ns/oa#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
OWN = Namespace("urn:uuid:6d33c2f1-aa13-590e-81c9-28528955815b#")
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
TEXT = "Words before. Early on, the two sides met, it said. Words after; it said no more."
PASSAGE = "Early on, the two sides met, it said."


def lines() -> list[dict[str, Any]]:
    """The awkward record, and an event that has something of everything."""
    start = TEXT.index(PASSAGE)
    passage = {"starts": "Early on, the", "ends": "it said.", "start": start, "end": start + len(PASSAGE)}
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


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client(public_url=PUBLIC)


def fetch(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/ld+json"
    return answer.content


def read(content: bytes, base: str | None = None) -> Graph:
    return Graph().parse(data=content, format="json-ld", publicID=base)


def one(client: Client, event_id: str) -> Graph:
    return read(fetch(client, f"/v1/events/{event_id}.jsonld"))


def refuse(address: str, _options: Any) -> None:
    raise AssertionError(f"{address} was asked for")


def triples(document: Any, loader: Any = refuse) -> Graph:
    """As pyld has them."""
    options = {"format": "application/n-quads", "documentLoader": loader}
    return Graph().parse(data=jsonld.to_rdf(document, options), format="nt")


def event(name: str) -> URIRef:
    return URIRef(f"{PUBLIC}/v1/events/{name}")


def source(name: str) -> URIRef:
    return URIRef(f"{PUBLIC}/v1/sources/{name}")


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


def test_an_event_is_one_of_schema_org(client):
    graph, rich = one(client, "rich"), event("rich")
    assert graph.value(rich, RDF.type) == SCHEMA.Event
    assert str(graph.value(rich, SCHEMA.name)) == "Harbour talks, round 1"
    assert graph.value(rich, SCHEMA.startDate) == Literal("2020-03-02T09:30:00+02:00", datatype=SCHEMA.Date)
    assert graph.value(rich, SCHEMA.endDate) == Literal("2020-03-02", datatype=SCHEMA.Date)
    assert graph.value(rich, DCTERMS.date) == Literal("2020-03-02", datatype=EDTF)
    assert str(graph.value(rich, OWN.modality)) == "occurred"
    assert graph.value(rich, SCHEMA.superEvent) == event("hostile")
    place = graph.value(rich, SCHEMA.location)
    spot = graph.value(place, SCHEMA.geo)
    assert place == URIRef(f"{PUBLIC}/v1/locations/old-harbour")
    assert graph.value(spot, SCHEMA.latitude) == Literal(60.5, datatype=XSD.double)
    assert str(graph.value(spot, OWN.precision)) == "exact"
    roles = {
        (str(graph.value(r, SCHEMA.roleName)), graph.value(r, OWN.involves)) for r in graph.objects(rich, OWN.involves)
    }
    assert roles == {
        ("initiator", URIRef(f"{PUBLIC}/v1/actors/anna-berg")), ("host", URIRef(f"{PUBLIC}/v1/actors/sea-league")),
    }  # fmt: skip
    assert graph.value(URIRef(f"{PUBLIC}/v1/actors/anna-berg"), RDF.type) == SCHEMA.Person
    counted = graph.value(rich, OWN.quantity)
    assert (graph.value(counted, SCHEMA.minValue).toPython(), graph.value(counted, OWN.best).toPython()) == (100, 150.5)
    related = graph.value(rich, OWN.related)
    assert (str(graph.value(related, SCHEMA.roleName)), graph.value(related, OWN.related)) == (
        "follows",
        event("undated"),
    )
    fixed = graph.value(rich, SCHEMA.correction)
    assert graph.value(fixed, DCTERMS.date) == Literal("2020-04", datatype=EDTF)
    evidence = graph.value(rich, OWN.evidence)
    assert graph.value(evidence, OWN.disputed).toPython() is True
    assert graph.value(evidence, OWN.independent_origins).toPython() == 1


@pytest.mark.parametrize(
    ("event_id", "start", "end"),
    [
        ("hostile", "2020-03-01", "2020-03-01"),
        ("timed", "2020-03-02T23:30:00-05:00", "2020-03-02"),
        ("open-end", "2020-03-02", None),
        ("open-start", None, "2020-03-02"),
        ("about", None, None),
        ("within", None, None),
        ("by-then", None, None),
        ("lasting", None, None),
        ("undated", None, None),
        ("unknown", None, None),
        ("first-day", "0001-01-01T00:30:00+02:00", "0001-01-01"),
        ("last-day", "9999-12-31T23:30:00-05:00", "9999-12-31"),
        ("all-time", "0001-01-01", "9999-12-31"),
        ("last-year", None, None),
    ],
)
def test_a_day_is_told_only_where_it_is_exact(client, event_id, start, end):
    graph, subject = one(client, event_id), event(event_id)
    found = [graph.value(subject, name) for name in (SCHEMA.startDate, SCHEMA.endDate)]
    assert [day if day is None else str(day) for day in found] == [start, end]
    served = client.get(f"/v1/events/{event_id}").json()["data"].get("date_edtf")
    literal = graph.value(subject, DCTERMS.date)
    assert (literal and str(literal)) == served


def test_what_is_planned_is_scheduled_and_what_is_cancelled_is_cancelled(client):
    graph = read(fetch(client, "/v1/events.jsonld?limit=500"))
    found = {str(graph.value(s, SCHEMA.identifier)): o for s, o in graph.subject_objects(SCHEMA.eventStatus)}
    cancelled = dict.fromkeys(("called-off", "unknown"), SCHEMA.EventCancelled)
    assert found == cancelled | {"planned": SCHEMA.EventScheduled}


def test_a_citation_is_an_annotation_of_its_source(client):
    graph, subject = one(client, "rich"), URIRef(f"{event('rich')}#first")
    assert graph.value(subject, RDF.type) == OA.Annotation
    assert graph.value(subject, OA.hasBody) == event("rich")
    assert graph.value(subject, OA.motivatedBy) == OA.linking
    assert str(graph.value(subject, OWN.stance)) == "supports"
    assert [str(name) for name in graph.objects(subject, OWN.supports)] == ["date"]
    assert graph.value(subject, OWN.attributed_to) == URIRef(f"{PUBLIC}/v1/actors/anna-berg")
    assert graph.value(subject, OWN.origin) == URIRef(f"{PUBLIC}/v1/publishers/island-post")
    target = graph.value(subject, OA.hasTarget)
    assert graph.value(target, OA.hasSource) == source("copy")
    assert graph.value(target, SCHEMA.url) == URIRef("https://copy.example/a#:~:text=Early%20on%2C%20the,it%20said.")
    assert graph.value(graph.value(target, OA.hasState), OA.cachedSource) == URIRef("https://archive.example/2")


def test_both_selectors_find_the_passage_in_the_text(client):
    graph = one(client, "rich")
    target = graph.value(URIRef(f"{event('rich')}#first"), OA.hasTarget)
    selectors = {graph.value(node, RDF.type): node for node in graph.objects(target, OA.hasSelector)}
    position, quoted = selectors[OA.TextPositionSelector], selectors[OA.RangeSelector]
    assert TEXT[graph.value(position, OA.start).toPython() : graph.value(position, OA.end).toPython()] == PASSAGE
    first, last = graph.value(quoted, OA.hasStartSelector), graph.value(quoted, OA.hasEndSelector)
    start = TEXT.index(str(graph.value(first, OA.exact)))
    end = TEXT.index(str(graph.value(last, OA.exact)), start)
    edge = graph.value(last, OA.refinedBy)
    assert TEXT[start : end + graph.value(edge, OA.start).toPython()] == PASSAGE
    assert graph.value(edge, OA.start) == graph.value(edge, OA.end)


def test_a_rival_is_a_claim_with_its_rank_relation_and_reason(client):
    graph = one(client, "rich")
    (claim,) = graph.objects(event("rich"), SCHEMA.subjectOf)
    assert graph.value(claim, RDF.type) == SCHEMA.Claim
    told = [str(graph.value(claim, name)) for name in (SCHEMA.text, OWN.field, OWN.rank, OWN.relation, SKOS.note)]
    assert told == ["2020-03-04", "date", "normal", "denies", "Why."]
    assert graph.value(claim, OWN.asserted_by) == URIRef(f"{event('rich')}#second")
    assert graph.value(claim, SCHEMA.appearance) == source("gazette-monday")


def test_a_source_says_what_it_is_based_on(client):
    graph, copy = one(client, "rich"), source("copy")
    based = set(graph.objects(copy, SCHEMA.isBasedOn))
    (unknown,) = [node for node in based if isinstance(node, BNode)]
    assert based == {source("post-tuesday"), unknown}
    assert graph.value(unknown, SCHEMA.publisher) == URIRef(f"{PUBLIC}/v1/publishers/island-post")
    assert set(graph.objects(copy, SCHEMA.citation)) == {source("gazette-monday")}
    how = {
        (str(graph.value(r, SCHEMA.roleName)), graph.value(r, OWN.derived_from))
        for r in graph.objects(copy, OWN.derived_from)
    }
    assert how == {("reprints", source("post-tuesday")), ("summarises", unknown), ("cites", source("gazette-monday"))}
    assert graph.value(copy, SCHEMA.publisher) == URIRef(f"{PUBLIC}/v1/publishers/harbour-gazette")
    assert graph.value(copy, SCHEMA.datePublished) == Literal("2020-03-05T09:00:00-05:00", datatype=SCHEMA.Date)
    assert str(graph.value(graph.value(copy, SCHEMA.author), SCHEMA.name)) == "Ann O'Neill"
    assert graph.value(copy, OWN.paraphrase).toPython() is True
    assert graph.value(copy, SCHEMA.archivedAt) == URIRef("https://archive.example/2")


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
