"""What the contract shows is what is answered: every example, of parameters and of answers, asked of the record."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from jsonschema import Draft202012Validator

from app.contract.examples import recorded
from tests.operations import DOCUMENT, LISTS, OPERATIONS, Operation, resolve
from tests.recording import BINARY, load_shipped, record

LARGEST = 8_000
NEEDS = {"near": {"radius_km": "50"}, "radius_km": {"near": "46.2,6.1"}}
BOUND = {"cursor"}
"""A cursor belongs to one question and one store: its example shows what one looks like."""


def distinct() -> Iterator[tuple[str, Any, Operation]]:
    """Every parameter with its example, of the last operation that takes it: many take the same."""
    taken = {json.dumps(one): (resolve(one), each) for each in OPERATIONS for one in each.content.get("parameters", [])}
    for parameter, operation in taken.values():
        if parameter["in"] == "query" and parameter["name"] not in BOUND:
            yield parameter["name"], resolve(parameter["schema"])["examples"][0], operation


TAKEN = list(distinct())


@pytest.fixture(scope="module")
def shipped_client(database, make_store):
    store = make_store(database)
    load_shipped(store)
    return store.client()


def test_examples_are_what_the_shipped_record_answers(shipped_client):
    """Else `uv run python -m tests.recording` records them anew."""
    now = record(shipped_client)
    assert now.keys() == recorded().keys() == {str(one) for one in OPERATIONS} - BINARY
    assert [name for name in now if now[name] != recorded()[name]] == []


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if str(one) not in BINARY], ids=str)
def test_an_example_is_of_its_schema_and_of_bounded_size(operation: Operation):
    (content,) = operation.content["responses"]["200"]["content"].values()
    (example,) = content["examples"].values()
    Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]}).validate(example["value"])
    assert len(json.dumps(example["value"])) <= LARGEST
    assert example["value"] == recorded()[str(operation)]["answer"]


@pytest.mark.parametrize("name", DOCUMENT["components"]["responses"])
def test_an_example_of_a_problem_is_of_its_schema(name):
    for content in DOCUMENT["components"]["responses"][name].get("content", {}).values():
        Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]}).validate(content["example"])


def test_problems_are_answered_as_shown(client):
    shown = DOCUMENT["components"]["responses"]
    for name, request in (
        ("InvalidQuestion", "/v1/events?actor=natto"),
        ("NotFound", "/v1/events/nothing"),
        ("NotImplemented", "/oembed?format=xml"),
    ):
        assert client.get(request).json() == shown[name]["content"]["application/problem+json"]["example"]


@pytest.mark.parametrize(("name", "example", "operation"), TAKEN, ids=str)
def test_an_example_of_a_parameter_is_answered(client, name, example, operation: Operation):
    given = str(example).lower() if isinstance(example, bool) else example
    query = urlencode(NEEDS.get(name, {}) | {name: given}, doseq=True)
    path = recorded().get(str(operation), {}).get("request", operation.path).partition("?")[0]
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200, (path, query, answer.text)


@pytest.mark.parametrize("operation", [one for one in LISTS if "{" not in one.template], ids=str)
def test_an_example_of_a_parameter_of_a_list_finds_records(client, operation: Operation):
    for name, example in [(one.name, resolve(one.schema)["examples"][0]) for one in operation.parameters]:
        if name not in BOUND:
            given = str(example).lower() if isinstance(example, bool) else example
            query = urlencode(NEEDS.get(name, {}) | {name: given}, doseq=True)
            assert client.get(f"{operation.path}?{query}").json()["data"], (operation.path, query)
