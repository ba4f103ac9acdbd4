"""HEAD, OPTIONS, CORS, and the methods of a service that only answers."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import FILES, OPERATIONS, Operation

OTHERS = ["/", "/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css"]
ADDRESSES = [operation.path for operation in OPERATIONS] + OTHERS
FAULTY = ["/v1/events?colour=red", "/v1/events/nothing", "/nothing", "/v1/events/"]
ORIGIN = {"Origin": "https://reader.example"}


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


@pytest.mark.parametrize("path", ADDRESSES + FAULTY)
@pytest.mark.parametrize("encoding", ["identity", "br"])
def test_head_has_the_headers_of_get_and_no_body(client, path, encoding):
    headers = {"Accept-Encoding": encoding, "X-Request-ID": "one"}
    got, head = (client.request(method, path, headers=headers) for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code
    untold = {"content-length"} if path in [one.path for one in FILES] else set()
    assert head.headers == {name: value for name, value in got.headers.items() if name not in untold}
    assert head.content == b""


@pytest.mark.parametrize("path", ADDRESSES + FAULTY)
def test_nothing_is_sent_after_the_headers_of_head(client, portal, path):
    sent: list[bytes] = []

    async def listen(scope: Any, receive: Any, send: Any) -> None:
        async def send_noted(message: Any) -> None:
            sent.append(message.get("body", b""))
            await send(message)

        await client.app(scope, receive, send_noted)

    Client(portal, listen).request("HEAD", path)
    assert len(sent) > 1
    assert b"".join(sent) == b""


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_head_is_conditional_too(client, operation: Operation):
    tag = client.get(operation.path).headers.get("ETag")
    if tag is not None:
        answer = client.request("HEAD", operation.path, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["ETag"]) == (304, tag)


@pytest.mark.parametrize("path", [*ADDRESSES, "/nothing", "*"])
def test_options_names_the_methods(client, path):
    answer = client.request("OPTIONS", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [*ADDRESSES, "/nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY", "PROPFIND", "get"])
def test_every_other_method_is_refused(client, path, method):
    answer = client.request(method.upper() if method != "get" else "X-GET", path, headers=ORIGIN)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/method-not-allowed"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_changes_nothing(client, method):
    before = client.get("/v1/events").content
    answer = client.request(method, "/v1/events/harbour-talks-1", json={"title": "Another"})
    assert answer.status_code == 405
    assert client.get("/v1/events").content == before


@pytest.mark.parametrize("path", ADDRESSES + FAULTY)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_may_be_read_from_every_origin(client, path, method):
    for headers in ({}, ORIGIN, {"Origin": "null"}):
        answer = client.request(method, path, headers=headers)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert {"ETag", "Link"} <= exposed


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_preflight_allows_reading_and_no_more(client, path, method):
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "if-none-match, x-other"}
    answer = client.request("OPTIONS", path, headers=ORIGIN | asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {one.strip() for one in answer.headers["Access-Control-Allow-Methods"].split(",")} == {
        "GET",
        "HEAD",
        "OPTIONS",
    }
    allowed = {one.strip().lower() for one in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert "*" in allowed or {"if-none-match", "x-other"} <= allowed
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
