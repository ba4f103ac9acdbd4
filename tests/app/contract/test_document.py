"""The contract as people and generators read it: described throughout, without null, and true of what is answered."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.contract.information import TAGS
from app.main import create_app
from app.settings import Settings
from tests.operations import DOCUMENT, OPERATIONS, Operation, resolve

SCHEMAS = DOCUMENT["components"]["schemas"]
ANSWERED = [one for one in OPERATIONS if "304" in one.content["responses"]]


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a part of the contract, but of examples."""
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, dict):
            yield one
            for name, value in one.items():
                if name not in ("example", "examples"):
                    yield from nodes(value)


def test_the_document_is_openapi():
    validate(DOCUMENT)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_says_what_it_does_under_one_tag(operation: Operation):
    (tag,) = operation.content["tags"]
    assert tag in TAGS
    assert len(operation.content["summary"]) > 5
    assert len(operation.content["description"]) > 20


def test_every_tag_is_described_and_used():
    assert [one["name"] for one in DOCUMENT["tags"]] == list(TAGS)
    assert all(one["description"] for one in DOCUMENT["tags"])
    assert {tag for operation in OPERATIONS for tag in operation.content["tags"]} == set(TAGS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_parameter_says_what_it_means_and_shows_an_example_of_its_schema(operation: Operation):
    for parameter in map(resolve, operation.content.get("parameters", [])):
        assert len(parameter["description"]) > 5, parameter["name"]
        schema = parameter["schema"] | {"components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(parameter["example"])


def test_every_property_says_what_it_means():
    for name, schema in SCHEMAS.items():
        for property_name, told in schema.get("properties", {}).items():
            described = told if "description" in told else resolve(told)
            assert described.get("description"), (name, property_name)


def test_nothing_is_null_in_a_schema_and_no_title_repeats_a_name():
    for node in nodes([DOCUMENT["paths"], SCHEMAS]):
        assert node.get("type") != "null"
        assert not isinstance(node.get("title"), str), node


def test_numbers_are_as_wide_as_they_get():
    for node in nodes([DOCUMENT["paths"], SCHEMAS]):
        if node.get("type") in ("integer", "number"):
            assert node["format"] in ("int64", "double")


def test_no_answer_has_a_closed_list_of_codes():
    assert [
        name for name, schema in SCHEMAS.items() if any("enum" in one for one in nodes(schema.get("properties")))
    ] == []


def test_no_schema_stands_beside_a_reference():
    """Some generators make nothing of what has a default beside a reference."""
    assert [
        one for one in nodes([DOCUMENT["paths"], SCHEMAS]) if "$ref" in one and one.keys() - {"$ref", "description"}
    ] == []


def test_an_answer_is_a_named_type_a_text_or_bytes():
    for operation in OPERATIONS:
        for media_type, content in operation.content["responses"]["200"]["content"].items():
            schema = content["schema"]
            is_text = media_type.startswith("text/")
            if "json" in media_type and "ndjson" not in media_type:
                assert "$ref" in schema or schema["type"] == "array", media_type
            else:
                assert schema == {"type": "string"} | ({} if is_text else {"format": "binary"}), media_type


def test_names_make_good_names_of_types_and_methods():
    assert all(re.fullmatch("[A-Z][A-Za-z]+", name) for name in SCHEMAS), list(SCHEMAS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_error_of_an_operation_is_a_problem_with_its_type(operation: Operation):
    answers = {int(status): resolve(one) for status, one in operation.content["responses"].items()}
    assert {400, 500} <= answers.keys()
    assert list(answers) == sorted(answers)
    for status, answer in answers.items():
        if status < 400:
            assert answer["description"]
            continue
        assert "/problems/" in answer["description"]
        (media_type,) = answer["content"]
        assert media_type == "application/problem+json"
        assert answer["content"][media_type]["example"]["status"] == status


@pytest.mark.parametrize("operation", ANSWERED, ids=str)
def test_the_headers_that_are_told_are_sent(client, operation: Operation):
    answer = client.get(shown(operation))
    told = operation.content["responses"]["200"]["headers"]
    assert answer.status_code == 200
    assert {"ETag", "Cache-Control", "Vary"} <= told.keys()
    assert [name for name in told if name not in answer.headers] == []
    held = client.get(shown(operation), headers={"If-None-Match": answer.headers["ETag"]})
    assert held.status_code == 304
    assert [
        name for name in resolve(operation.content["responses"]["304"])["headers"] if name not in held.headers
    ] == []
    assert not held.content


def shown(operation: Operation) -> str:
    """The request of the example."""
    (content,) = operation.content["responses"]["200"]["content"].values()
    return content["examples"]["shipped"]["summary"].removeprefix("GET ") if "examples" in content else operation.path


def test_server_contact_and_licence_are_those_of_the_settings():
    told = create_app(
        Settings(public_url="https://dateline.example", attribution="The Desk", contact="desk@dateline.example")
    ).openapi()
    assert told["servers"][0]["url"] == "https://dateline.example"
    assert told["info"]["contact"] == {"name": "The Desk", "email": "desk@dateline.example"}
    assert told["info"]["license"]["identifier"] == "Apache-2.0"
    assert DOCUMENT["servers"][0]["url"] == "/"
    assert DOCUMENT["info"]["contact"] == {"name": "Dateline"}
