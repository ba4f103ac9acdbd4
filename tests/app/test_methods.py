"""HEAD, OPTIONS, CORS, and the methods of a service that only answers."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import Response

from app.main import create_app
from app.methods import POLICY, ReadOnly
from app.settings import Settings
from app.web.explorer import event_formats
from app.web.pages import files_digest
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import FILES, OPERATIONS, Operation

OTHERS = {
    "/": "/",
    "/docs": "/docs",
    "/docs/{page:path}": "/docs/index",
    "/metrics": "/metrics",
    "/openapi.json": "/openapi.json",
    "/static/{digest}/{name}": f"/static/{files_digest()}/explorer.js",
    "/static-offline-docs": "/static-offline-docs/swagger-ui.css",
    "/.well-known/api-catalog": "/.well-known/api-catalog",
    **{
        f"/v1/events/{{id}}{one.suffix}": f"/v1/events/harbour-talks-1{one.suffix}"
        for one in event_formats()
        if not one.of_one
    },
}
"""What is in no contract, and an address of each."""
ADDRESSES = [operation.path for operation in OPERATIONS] + [one for one in OTHERS.values() if one != "/metrics"]
EVERYTHING = [*ADDRESSES, "/metrics"]
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


def test_every_route_of_the_application_is_asked_here(client):
    assert {route.path for route in routes_of(client.app)} == {one.template for one in OPERATIONS} | OTHERS.keys()


def routes_of(app: Any) -> list[Any]:
    """Those of routers that are included, too."""
    included = [one for one in app.routes if hasattr(one, "effective_route_contexts")]
    return [one for one in app.routes if one not in included] + [
        route for one in included for route in one.effective_route_contexts()
    ]


def policy_of(answer: Any) -> dict[str, str]:
    """The one policy of an answer, by directive. That every answer has the other headers is asserted as well."""
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }.items():
        assert answer.headers.get_list(name) == [value]
    (policy,) = answer.headers.get_list("Content-Security-Policy")
    return dict(f"{directive.strip()} ".split(" ", 1) for directive in policy.split(";"))


@pytest.mark.parametrize("path", EVERYTHING + FAULTY)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_answer_says_what_may_be_done_with_it(client, path, method):
    answer = client.request(method, path)
    policy = policy_of(answer)
    assert policy["default-src"].strip() == "'none'"
    assert "unsafe" not in policy.get("script-src", "")
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    is_picture = answer.headers.get("Content-Type", "").startswith("image/svg") and path.startswith("/v1")
    if not (is_page or is_picture):
        assert answer.headers["Content-Security-Policy"] == POLICY
    if is_page:
        assert policy["script-src"].strip() == policy["style-src"].strip() == "'self'"
    may_be_framed = path.startswith("/embed/") and method in ("GET", "HEAD")
    if not is_picture:
        assert policy["frame-ancestors"].strip() == ("*" if may_be_framed else "'none'")
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", EVERYTHING)
def test_what_the_client_holds_already_has_the_same_policy(client, path):
    answer = client.get(path)
    if tag := answer.headers.get("ETag"):
        held = client.get(path, headers={"If-None-Match": tag})
        if path != OTHERS["/static-offline-docs"]:  # its tag is of the file, which says nothing of encodings
            assert held.status_code == 304
        assert policy_of(held) == policy_of(answer)


@pytest.mark.parametrize("status", [200, 204, 301, 304, 400, 404, 410, 416, 500, 501, 503])
@pytest.mark.parametrize("public_url", ["", "http://a.example", "https://a.example", "https://a.example/b"])
def test_an_answer_has_the_same_headers_whatever_its_status(portal, status, public_url):
    own = {"X-Content-Type-Options": "other", "Referrer-Policy": "unsafe-url"}
    client = Client(portal, ReadOnly(Response(status_code=status, headers=own), Settings(public_url=public_url)))
    answer = client.get("/")
    assert policy_of(answer)
    assert ("X-Request-ID" in answer.headers) == (status >= 400)
    is_https = public_url.startswith("https")
    assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"] * is_https


@pytest.mark.parametrize("part", ["bytes=5-1", "bytes=99999999-", "lines=0-1"])
def test_a_refusal_of_a_part_of_a_file_is_not_kept_for_those_who_ask_for_all(client, part):
    path = OTHERS["/static-offline-docs"]
    refused = client.get(path, headers={"Range": part})
    assert refused.status_code in (400, 416)
    assert refused.headers["Cache-Control"] == "no-store"
    assert "max-age" in client.get(path).headers["Cache-Control"]


def test_a_fault_of_ours_has_them_too(portal, monkeypatch):
    monkeypatch.setattr("app.routes.service.linkset", None)
    client = Client(portal, create_app(Settings(DATABASE_URL="sqlite:///never.db", public_url="https://a.example")))
    answer = client.get("/.well-known/api-catalog")
    assert answer.status_code == 500
    assert policy_of(answer)
    assert {"strict-transport-security", "x-request-id"} <= set(answer.headers)
