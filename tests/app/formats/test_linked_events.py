"""Events, citations, claims and sources in JSON-LD: the triples that they are."""

from collections.abc import Callable
from typing import Any

import pytest
from rdflib import RDF, XSD, BNode, Literal, URIRef

from tests.conftest import Client, Store
from tests.invented import write_lines
from tests.linked import (
    DCTERMS,
    EDTF,
    OA,
    OWN,
    PASSAGE,
    PUBLIC,
    SCHEMA,
    SKOS,
    TEXT,
    event,
    fetch,
    lines,
    one,
    read,
    source,
)

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
    assert graph.value(target, SCHEMA.url) == URIRef(
        "https://copy.example/a#:~:text=Early%20on%2C%20the,Zo%C3%AB%20said."
    )
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
