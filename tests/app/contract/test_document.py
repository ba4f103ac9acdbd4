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

FORMS = {
    "as_of": ["1", "01", "2099-12-31", "2099-12-31T23:59:59.5Z", "2099-12-31T23:59+02:00",
              "one", "-1", "1.0", "2099-13-01", "2099-01-32", "2099-12-31T24:00Z", "2099-12-31T23:59", "1|2099-12-31"],
    "known_at": ["2099-12-31", "2099-12-31T23:59Z", "2099-12-31T23:59:59.123456-23:59",
                 "1", "2099-12", "2099-1-1", "2099-12-31T23:60Z", "2099-12-31T23:59:60Z", "2099-12-31 23:59Z",
                 "2099-12-31Z"],
    "bbox": ["-180,-90,180,90", "+5,045,010,48.123456789012", "180.0,0,-180.00,090.000", "179.9,-0.5,179.99,89.9",
             "181,0,1,1", "180.1,0,1,1", "0,91,1,91", "0,90.01,1,90.01", "5,45,10", "5,45,10,48,50", "5, 45,10,48",
             "5,45,1e1,48", ".5,0,1,1", "5,45,10,48.1234567890123"],
    "q": ["harbour", "häfen\tand ✓ ports", "a\x00b", "a\x1fb", "a\x7fb", "a\uffff"],
    "cursor": ["not a cursor", "äöü", "a=b"],
}  # fmt: skip
"""Of each parameter texts that are accepted, and others that only look alike."""


def example_in(parameter: dict[str, Any]) -> Any:
    """Of what must be given, beside its schema; else within, since `/docs` asks with what stands beside."""
    (example,) = [parameter["example"]] if parameter["in"] == "path" else resolve(parameter["schema"])["examples"]
    return example


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
        Draft202012Validator(schema).validate(example_in(parameter))


def test_a_question_tried_in_the_reference_has_no_parameter_but_those_typed():
    """Swagger UI fills in what a parameter has as `example` or `examples`."""
    for parameter in (resolve(one) for operation in OPERATIONS for one in operation.content.get("parameters", [])):
        assert parameter["in"] == "path" or not parameter.keys() & {"example", "examples"}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_of_a_parameter_is_that_of_what_is_accepted(client, name):
    pattern = resolve(DOCUMENT["components"]["parameters"][name])["schema"]["pattern"]
    for text in FORMS[name]:
        answer = client.get("/v1/events", params={name: text})
        assert answer.status_code == (200 if re.search(pattern, text) else 400), (text, answer.text)


def test_a_point_has_the_form_of_what_is_accepted(client):
    pattern = resolve(DOCUMENT["components"]["parameters"]["near"])["schema"]["pattern"]
    for text in ("90,180", "-090.0,-180.0", "+45.5,99.5", "100,5", "90.1,5", "45,200", "45", "45,5,6"):
        answer = client.get("/v1/events", params={"near": text, "radius_km": "1"})
        assert answer.status_code == (200 if re.search(pattern, text) else 400), (text, answer.text)


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
            assert answer["description"] != "Successful Response"
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
