"""What is served is what is committed and listed, and breaks no promise of `/v1`; and what breaking one is."""

import copy
import json

import pytest

from app.cli import main
from app.problems import KINDS
from tests.documents import text_of
from tests.operations import DOCUMENT
from tests.promises import PROMISED, broken, digest, facts, without_prose
from tests.recording import DOCUMENTED

RECORDS = [{"$ref": "#/components/schemas/Event"}, {"$ref": "#/components/schemas/Order"}]
SMALL = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/events": {
            "get": {
                "operationId": "list_events",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 500, "default": 50}},
                    {"name": "order", "in": "query", "schema": {"$ref": "#/components/schemas/Order"}},
                    {"$ref": "#/components/parameters/tag"},
                    {"$ref": "#/components/parameters/q"},
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {"required": True}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}},
                    },
                    "304": {"$ref": "#/components/responses/NotModified"},
                },
            }
        }
    },
    "components": {
        "responses": {"NotModified": {"description": "held"}},
        "parameters": {
            "q": {"name": "q", "in": "query", "schema": {"type": "string", "pattern": "^a$"}},
            "tag": {
                "name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 50},
            },
        },
        "schemas": {
            "Order": {"type": "string", "enum": ["asc", "desc"]},
            "Count": {"type": "string", "enum": ["exact"]},
            "Event": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "description": "Its title."},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "document": {"anyOf": RECORDS},
                    "geo": {"type": "object", "properties": {"lat": {"type": "number"}}},
                    "ends": {"type": "array", "items": {"type": "object", "properties": {"at": {"type": "string"}}}},
                },
                "required": ["title"],
            },
        },
    },
}  # fmt: skip
ABSENT = object()


def changed(place: tuple, value: object) -> dict:
    """The small contract with something else at a place, or nothing."""
    document = copy.deepcopy(SMALL)
    *path, last = place
    node = document
    for name in path:
        node = node[name]
    if value is ABSENT:
        del node[last]
    elif isinstance(node, list) and last == len(node):
        node.append(value)
    else:
        node[last] = value
    return document


GET = ("paths", "/v1/events", "get")
SCHEMAS = ("components", "schemas")
BREAKING = {
    "a path removed": (("paths", "/v1/events"), ABSENT),
    "another name of an operation": ((*GET, "operationId"), "find_events"),
    "a parameter removed": ((*GET, "parameters", 0), ABSENT),
    "another type of a parameter": ((*GET, "parameters", 0, "schema", "type"), "string"),
    "another default": ((*GET, "parameters", 0, "schema", "default"), 20),
    "a smaller maximum": ((*GET, "parameters", 0, "schema", "maximum"), 100),
    "a new minimum": ((*GET, "parameters", 0, "schema", "minimum"), 10),
    "fewer values": (("components", "parameters", "tag", "schema", "maxItems"), 5),
    "a pattern of each value": (("components", "parameters", "tag", "schema", "items", "pattern"), "^a$"),
    "a parameter that must be given": ((*GET, "parameters", 0, "required"), True),
    "a new parameter that must be given": (
        (*GET, "parameters", 4), {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}},
    ),
    "a choice removed": ((*SCHEMAS, "Order", "enum"), ["asc"]),
    "an answer removed": ((*GET, "responses", "304"), ABSENT),
    "a header removed": ((*GET, "responses", "200", "headers", "ETag"), ABSENT),
    "another media type": ((*GET, "responses", "200", "content"), {"text/csv": {"schema": {"type": "string"}}}),
    "another answer": ((*GET, "responses", "200", "content", "application/json", "schema"), {"type": "object"}),
    "a type removed": ((*SCHEMAS, "Event"), ABSENT),
    "a property removed": ((*SCHEMAS, "Event", "properties", "tags"), ABSENT),
    "another type of a property": ((*SCHEMAS, "Event", "properties", "title", "type"), "integer"),
    "another type in a list": ((*SCHEMAS, "Event", "properties", "tags", "items", "type"), "integer"),
    "another format": ((*SCHEMAS, "Event", "properties", "title", "format"), "date"),
    "a property that may be absent now": ((*SCHEMAS, "Event", "required"), []),
    "a choice where every value was answered": ((*GET, "parameters", 0, "schema", "enum"), [10, 50]),
    "a choice of each value": (("components", "parameters", "tag", "schema", "items", "enum"), ["a", "b"]),
    "another pattern, be it wider": (("components", "parameters", "q", "schema", "pattern"), "^[ab]$"),
    "one value alone": ((*GET, "parameters", 0, "schema", "const"), 10),
    "multiples alone": ((*GET, "parameters", 0, "schema", "multipleOf"), 10),
    "values excluded": ((*GET, "parameters", 0, "schema", "not"), {"const": 7}),
    "values in one parameter that were repeated": (("components", "parameters", "tag", "explode"), False),
    "a choice's type removed": ((*SCHEMAS, "Count"), ABSENT),
    "a list in the place of an object": ((*SCHEMAS, "Event", "type"), "array"),
    "a property within a property removed": ((*SCHEMAS, "Event", "properties", "geo", "properties", "lat"), ABSENT),
    "another type in an object in a list": (
        (*SCHEMAS, "Event", "properties", "ends", "items", "properties", "at", "type"), "integer",
    ),
    "an answer closed to growth": ((*SCHEMAS, "Event", "additionalProperties"), False),
    "a list of codes closed": ((*SCHEMAS, "Event", "properties", "title", "enum"), ["a", "b"]),
    "a key needed": ((*GET, "security"), [{"key": []}]),
    "a body needed": ((*GET, "requestBody"), {"required": True, "content": {}}),
    "a header that may be absent now": ((*GET, "responses", "200", "headers", "ETag"), {}),
    "a kind of record removed": ((*SCHEMAS, "Event", "properties", "document", "anyOf"), [{"type": "string"}]),
}  # fmt: skip
ADDITIVE = {
    "a new path": (("paths", "/v1/tags"), {"get": {"operationId": "list_tags", "responses": {}}}),
    "a new parameter": (
        (*GET, "parameters", 4), {"name": "words", "in": "query", "schema": {"type": "string", "maxLength": 9}},
    ),
    "a larger maximum": ((*GET, "parameters", 0, "schema", "maximum"), 1_000),
    "no maximum": ((*GET, "parameters", 0, "schema", "maximum"), ABSENT),
    "a new choice": ((*SCHEMAS, "Order", "enum"), ["asc", "desc", "random"]),
    "a new answer": ((*GET, "responses", "429"), {"description": "too many"}),
    "a new header": ((*GET, "responses", "200", "headers", "Sunset"), {}),
    "a new property": ((*SCHEMAS, "Event", "properties", "summary"), {"type": "string"}),
    "a property that is always there now": ((*SCHEMAS, "Event", "required"), ["title", "tags"]),
    "a new type": ((*SCHEMAS, "Actor"), {"type": "object"}),
    "a new kind of record": (
        (*SCHEMAS, "Event", "properties", "document", "anyOf"), [*RECORDS, {"type": "string"}],
    ),
    "other words": ((*SCHEMAS, "Event", "properties", "title", "description"), "In our own words."),
}  # fmt: skip


def test_the_committed_document_is_the_one_served():
    """Else `uv run python -m tests.recording` writes it."""
    assert json.loads(DOCUMENTED.read_text(encoding="utf-8")) == DOCUMENT


def test_the_command_prints_it(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["openapi"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == DOCUMENTED.read_text(encoding="utf-8")


def test_a_change_of_the_contract_is_in_the_changelog():
    assert f"`{digest(DOCUMENT)}`" in text_of("CHANGELOG.md"), "list what changed, and its new digest"


def test_no_promise_of_v1_is_broken():
    assert broken(json.loads(PROMISED.read_text(encoding="utf-8")), DOCUMENT) == []


def test_what_is_new_is_promised_from_now_on():
    """Else `uv run python -m tests.recording` adds it."""
    assert json.loads(PROMISED.read_text(encoding="utf-8")) == without_prose(DOCUMENT)


def test_the_promises_cover_the_contract():
    promised = dict(facts(DOCUMENT))
    assert promised["GET /v1/events",] == "list_events"
    assert promised["GET /v1/events", "query parameter actor"] == "array of string"
    assert promised["GET /v1/events", "query parameter limit", "maximum"] == 500
    assert promised["GET /v1/events", "200", "application/json"] == "EventPage"
    assert promised["EventPublic", "citations"] == "array of EventCitation"
    assert ("EventPublic", "citations", "always there") in promised


@pytest.mark.parametrize("change", BREAKING)
def test_this_breaks_a_promise(change):
    assert broken(SMALL, changed(*BREAKING[change]))


@pytest.mark.parametrize("change", ADDITIVE)
def test_this_breaks_none(change):
    assert broken(SMALL, changed(*ADDITIVE[change])) == []


def test_paths_of_operators_are_not_promised():
    health = {"get": {"operationId": "get_liveness", "responses": {}}}
    grown = copy.deepcopy(SMALL)
    grown["paths"]["/health/live"] = health
    assert broken(grown, SMALL) == []


def test_the_types_of_problems_stay():
    """They stand in no schema: a new type is added here."""
    assert {name: kind.status for name, kind in KINDS.items()} == {
        "invalid-question": 400, "not-found": 404, "method-not-allowed": 405, "gone": 410,
        "too-many-requests": 429, "internal-error": 500, "not-implemented": 501, "unavailable": 503,
    }  # fmt: skip


def test_only_prose_may_change_without_another_digest():
    assert digest(changed(*ADDITIVE["other words"])) == digest(SMALL)
    assert digest(changed(*ADDITIVE["a new property"])) != digest(SMALL)


def test_a_property_may_be_called_as_prose_is():
    document = {"properties": {"summary": {"type": "string", "description": "Its summary."}}}
    assert without_prose(document) == {"properties": {"summary": {"type": "string"}}}
