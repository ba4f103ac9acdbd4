"""Every error is one shape, of a stable type that opens, and tells nothing of what is inside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.main import create_app
from app.settings import Settings
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import DOCUMENT, OF_THE_STORE, OPERATIONS, RECORDS, Operation, resolve

INSIDES = ("Traceback", "sqlalchemy", "sqlite", "psycopg", "SELECT", "Error(", ".py", "Exception", "pydantic", "ctx")
STATUS = {
    "invalid-question": 400, "not-found": 404, "method-not-allowed": 405, "internal-error": 500, "unavailable": 503,
    "not-implemented": 501,
}  # fmt: skip


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


def problem(answer: httpx.Response, kind: str) -> dict[str, Any]:
    """The body of an error, when it is of this kind and of the one shape."""
    assert answer.status_code == STATUS[kind], answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = answer.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail"}
    assert (body["type"], body["status"]) == (f"/problems/{kind}", STATUS[kind])
    assert body["title"]
    assert body["detail"]
    for error in body.get("errors", []):
        assert {"parameter", "detail"} <= set(error) <= {"parameter", "detail", "nearest"}
        assert all(isinstance(value, str) and value for value in error.values())
    assert not [inside for inside in INSIDES if inside in answer.text]
    return dict(body)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_refused_question_is_a_problem(client, operation: Operation):
    body = problem(client.get(operation.path, params={"colour": "red", "'; DROP TABLE event": "1"}), "invalid-question")
    assert [error["parameter"] for error in body["errors"]] == ["colour", "'; DROP TABLE event"]


@pytest.mark.parametrize("operation", RECORDS, ids=str)
def test_a_record_that_does_not_exist_is_not_found(client, operation: Operation):
    problem(client.get(operation.template.replace("{id}", "no-such-record")), "not-found")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_trailing_slash_is_not_found_and_not_a_redirect(client, operation: Operation):
    answer = client.get(operation.path + "/")
    problem(answer, "not-found")
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/v2", "/v1/nothing", "/V1", "/v1//events", "/v1/events/a/b", "/v1/events/harbour-talks-1/x",
     "/static-offline-docs/nothing.js", "/static-offline-docs", "/static-offline-docs/..%2f..%2fcore.py", "/redoc",
     "/problems", "/problems/nothing", "/health", "/.env", "/v1/events.geojson%00", "/%ff", "/\N{SNOWMAN}"],
)  # fmt: skip
def test_an_unknown_path_is_not_found(client, path):
    problem(client.get(path), "not-found")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_another_method_is_a_problem(client, operation: Operation):
    body = problem(client.request("POST", operation.path), "method-not-allowed")
    assert "errors" not in body


def test_every_type_opens_on_its_meaning(client):
    for name, status in STATUS.items():
        answer = client.get(f"/problems/{name}")
        assert answer.status_code == 200
        assert (answer.json()["type"], answer.json()["status"]) == (f"/problems/{name}", status)
        assert len(answer.json()["meaning"]) > 20


@pytest.mark.parametrize(
    "operation", [*OF_THE_STORE, *(one for one in OPERATIONS if one.path == "/health/ready")], ids=str
)
def test_a_missing_sqlite_file_is_503(portal, tmp_path, operation: Operation):
    app = create_app(Settings(DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/missing.db"))
    answer = Client(portal, app).get(operation.path)
    problem(answer, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert Client(portal, app).get("/health/live").status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_503(portal, tmp_path):
    path = tmp_path / "text.db"
    path.write_text("This is no database. " * 200)
    app = create_app(Settings(DATABASE_URL=f"sqlite:///{path}"))
    problem(Client(portal, app).get("/v1/events"), "unavailable")
    app.state.database.close()


def test_a_server_that_does_not_listen_is_503(portal):
    app = create_app(Settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"))
    problem(Client(portal, app).get("/v1/events"), "unavailable")
    app.state.database.close()


def test_a_store_that_comes_back_is_asked_again(portal, store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    if store.url.get_backend_name() != "sqlite":
        return
    path = Path(str(store.url.database))
    store.engine.dispose()
    client = store.client()
    aside = path.rename(path.with_suffix(".aside"))
    problem(client.get("/v1/events"), "unavailable")
    aside.rename(path)
    assert client.get("/v1/events").status_code == 200


def test_an_empty_store_is_503(store):
    client = store.client()
    for path in ("/v1", "/v1/events", "/v1/events/anything", "/health/ready"):
        answer = client.get(path)
        problem(answer, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_ours_is_500_and_says_nothing_of_it(store, tmp_path):
    """A label of `/v1/facets` is read from an actor's document: here one that is damaged."""
    store.load(write_lines(tmp_path, invented_lines(2)))
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE actor SET document = :damaged"), {"damaged": b"{secret"})
    client = store.client()
    for method in ("GET", "HEAD"):
        answer = client.request(method, "/v1/facets?facet=actor", headers={"Origin": "https://reader.example"})
        assert answer.status_code == 500
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = problem(client.get("/v1/facets?facet=actor"), "internal-error")
    assert "secret" not in str(body)


def test_the_contract_describes_every_error_with_one_schema():
    for operation in OPERATIONS:
        responses = operation.content["responses"]
        assert "422" not in responses
        assert "400" in responses
        asks = operation.template == "/oembed"  # about any other address
        assert ("404" in responses) == ("{" in operation.template or asks)
        assert ("503" in responses) == (operation in OF_THE_STORE or operation.path == "/health/ready" or asks)
        for status, response in responses.items():
            if int(status) >= 400:
                content = resolve(response)["content"]
                assert content.keys() == {"application/problem+json"}
                assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/ProblemPublic"}
    assert "ValidationError" not in str(DOCUMENT)
    schema = DOCUMENT["components"]["schemas"]["ProblemPublic"]
    assert set(schema["properties"]) == {"type", "title", "status", "detail", "errors", "tombstone"}
    assert set(schema["required"]) == {"type", "title", "status", "detail"}
