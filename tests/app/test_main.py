"""The application as assembled: its contract, its documentation, its health and its metrics."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from app.main import create_app
from app.settings import Settings
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import DOCUMENT, OPERATIONS, resolve

PATHS = {
    "/v1", "/v1/events", "/v1/events/{id}", "/v1/actors", "/v1/actors/{id}", "/v1/locations", "/v1/locations/{id}",
    "/v1/sources", "/v1/sources/{id}", "/v1/publishers", "/v1/publishers/{id}", "/v1/citations", "/v1/facets",
    "/v1/revisions", "/v1/vocabularies", "/health/live", "/health/ready",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


class Named(HTMLParser):
    """The addresses that a page loads or fetches, and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        named = ("src", "href", "action", "data", "data-contract")
        self.addresses += [value for name, value in attrs if name in named and value]


def test_building_an_application_connects_to_nothing(tmp_path):
    create_app(Settings(DATABASE_URL=f"sqlite:///{tmp_path}/never.db")).openapi()
    create_app(Settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")).openapi()
    assert list(tmp_path.iterdir()) == []


def test_the_served_contract_is_the_one_described(client):
    assert client.get("/openapi.json").json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_promised_path_is_in_the_contract():
    assert set(DOCUMENT["paths"]) >= PATHS


def test_only_get_is_described():
    assert {method for methods in DOCUMENT["paths"].values() for method in methods} == {"get"}


def test_operation_ids_are_short_verbs_and_unique():
    ids = [str(operation) for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(list|get|export)(_[a-z]+)+", one) for one in ids), ids


def test_the_contract_suits_clients():
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert not {"date", "class", "self", "from"} & set(schema.get("properties", {})), name
        assert schema.get("additionalProperties", True) is not False, name
    assert "prefixItems" not in json.dumps(DOCUMENT)


def test_every_parameter_is_described():
    for operation in OPERATIONS:
        for parameter in map(resolve, operation.content.get("parameters", [])):
            if parameter["in"] == "query":
                assert parameter["description"], (str(operation), parameter["name"])
                assert not parameter["required"]


def test_the_documentation_makes_no_third_party_request(client):
    page = client.get("/docs")
    assert page.status_code == 200
    addresses = Named(page.text).addresses
    assert "/openapi.json" in addresses
    assert any(address.endswith(".js") for address in addresses)
    assert any(address.endswith(".css") for address in addresses)
    waiting, seen = [urljoin("/docs", address) for address in addresses], set()
    while waiting:
        address = waiting.pop()
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) in (("", ""), ("data", "")), address
        if parts.scheme or address in seen:
            continue
        seen.add(address)
        asset = client.get(address)
        assert asset.status_code == 200, address
        if address.endswith(".css"):
            named = re.findall(r"""(?:url\(|@import) *["']?([^"')]+)""", asset.text)
            waiting += [urljoin(address, one) for one in named]
    outside = re.findall(r"""https?://[^\s"'<>]+""", page.text)
    assert outside == []


def test_health_is_told_and_never_stored(client):
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready", "revision": 1}


def test_metrics_count_by_path_template_and_status(client):
    client.get("/v1/events/harbour-talks-1")
    client.get("/v1/events/nothing")
    client.get("/no/such/path/1")
    client.get("/no/such/path/2")
    metrics = client.get("/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain")
    counted = dict(re.findall(r"^dateline_requests_total(\{.*\}) ([0-9.]+)$", metrics.text, re.MULTILINE))
    assert float(counted['{path="/v1/events/{id}",status="200"}']) >= 1
    assert float(counted['{path="/v1/events/{id}",status="404"}']) >= 1
    assert float(counted['{path="unknown",status="404"}']) >= 2
    assert "such" not in metrics.text
