"""What a contract promises to clients, fact by fact, and which promises another contract breaks.

What clients may count on is kept, what they have to do is not added to: see `docs/compatibility.md`.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tests.documents import ROOT

PROMISED = ROOT / "tests" / "app" / "contract" / "v1.json"
"""The contract of `/v1` without its prose, as it was promised last."""
PROSE = {"description", "summary", "example", "examples", "tags", "info", "servers", "externalDocs"}
AT_MOST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}
AT_LEAST = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
DEMANDS = AT_MOST | AT_LEAST | {"pattern", "required", "const", "multipleOf", "not", "one of several"}
"""What may be taken back from clients, and is not put upon them. Another pattern, be it wider, is another demand."""
CLOSED = "closed"
"""Of an answer: nothing may be added to it, or no other value."""
UNPROMISED = ("/health/", "/problems/", "/metrics")
"""Paths for operators and people."""
Document = dict[str, Any]
Facts = dict[tuple[str, ...], Any]


def without_prose(document: Any) -> Any:
    """What programs read of a document. Properties may be called `description`, and are no prose."""
    if isinstance(document, list):
        return [without_prose(one) for one in document]
    if not isinstance(document, dict):
        return document
    return {
        name: {key: without_prose(one) for key, one in value.items()} if name == "properties" else without_prose(value)
        for name, value in document.items()
        if name == "properties" or name not in PROSE or not isinstance(value, str | list | dict)
    }


def digest(document: Document) -> str:
    """Of what programs read, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(without_prose(document), sort_keys=True).encode()).hexdigest()[:16]


def broken(old: Document, new: Document) -> list[str]:
    """Every promise of one contract that another breaks."""
    before, after = dict(facts(old)), dict(facts(new))
    lost = [one for one in before if one not in after and one[-1] not in {*DEMANDS, CLOSED}]
    changed = [one for one in before if one in after and not _kept(one[-1], before[one], after[one])]
    asked = [one for one in after if one not in before and one[-1] in {*DEMANDS, CLOSED} and _is_known(one, before)]
    return sorted(
        [f"{' '.join(one)}: gone" for one in lost]
        + [f"{' '.join(one)}: {before[one]} became {after[one]}" for one in changed]
        + [f"{' '.join(one)}: {after[one]} is asked now" for one in asked]
    )


def _kept(what: str, before: Any, after: Any) -> bool:
    if what in AT_MOST:
        return bool(after >= before)
    return bool(after <= before) if what in AT_LEAST else bool(after == before)


def _is_known(demand: tuple[str, ...], before: Facts) -> bool:
    """Whether it is put upon who asked before: of a parameter that was there, or of a new one that must be given."""
    return demand[:-1] in before or (demand[-1] == "required" and demand[:1] in before)


def facts(document: Document) -> Iterator[tuple[tuple[str, ...], Any]]:
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            if not path.startswith(UNPROMISED):
                yield from _operation((f"{method.upper()} {path}",), operation, document)
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield (name,), _type(schema)
        yield from _schema((name,), schema)


def _operation(
    place: tuple[str, ...], operation: Document, document: Document
) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield place, operation["operationId"]
    if operation.get("security", document.get("security")) or "requestBody" in operation:
        yield (*place, "required"), True
    for given in operation.get("parameters", []):
        parameter = _resolved(given, document)
        yield from _parameter((*place, f"{parameter['in']} parameter {parameter['name']}"), parameter, document)
    for status, answer in operation["responses"].items():
        told = _resolved(answer, document)
        yield (*place, status), True
        for name, header in told.get("headers", {}).items():
            yield (*place, status, f"header {name}"), True
            if _resolved(header, document).get("required"):
                yield (*place, status, f"header {name}", "always there"), True
        for media_type, content in told.get("content", {}).items():
            yield (*place, status, media_type), _type(content["schema"])
            yield from _schema((*place, status, media_type), content["schema"])


def _parameter(of: tuple[str, ...], parameter: Document, document: Document) -> Iterator[tuple[tuple[str, ...], Any]]:
    schema = _resolved(parameter["schema"], document)
    yield of, _type(schema)
    yield (*of, "default"), schema.get("default")
    yield (*of, "written"), f"{parameter.get('style', 'form')} {parameter.get('explode', True)}"
    yield from _demands(of, schema)
    if "items" in schema:
        each = _resolved(schema["items"], document)
        yield (*of, "each"), _type(each)
        yield from _demands((*of, "each"), each)
    if parameter.get("required"):
        yield (*of, "required"), True


def _demands(of: tuple[str, ...], schema: Document) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What is asked of a value. The choices that there are may come to be more."""
    yield from (((*of, name), schema[name]) for name in sorted(DEMANDS & schema.keys()))
    if "enum" in schema:
        yield (*of, "one of several"), True
        yield from (((*of, f"may be {one}"), True) for one in schema["enum"])


def _schema(place: tuple[str, ...], schema: Document) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Of what is answered, at any depth. An answer may come to hold another kind of record (`anyOf`)."""
    if schema.get("additionalProperties") is False:
        yield (*place, CLOSED), True
    for name, told in schema.get("properties", {}).items():
        yield (*place, name), _type(told)
        yield from (((*place, name, f"may be {_type(one)}"), True) for one in told.get("anyOf", []))
        if told.keys() & {"enum", "const"}:
            yield (*place, name, CLOSED), True
        yield from _schema((*place, name), told)
    if "items" in schema:
        yield from _schema((*place, "each"), schema["items"])
    yield from (((*place, name, "always there"), True) for name in schema.get("required", []))


def _type(schema: Document) -> str:
    """In words: `array of EventPublic`, `string (date)`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return "one of several"
    name = str(schema.get("type", "anything"))
    name += f" ({schema['format']})" if "format" in schema else ""
    return f"{name} of {_type(schema['items'])}" if "items" in schema else name


def _resolved(node: Document, document: Document) -> Document:
    if "$ref" not in node:
        return node
    *_, kind, name = node["$ref"].split("/")
    rest = {key: value for key, value in node.items() if key != "$ref"}
    return _resolved(document["components"][kind][name] | rest, document)
