"""JSON Schemas of the record's files, for editors: made of the models, with what `docs/record.md` says of each key.

`python -m seed.schema` writes them into `seed/schemas`. They know the form of every value, and no reference: whether an
id or a desk's own code exists, and what one value says of another, `dateline check` alone tells.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from seed.parsing import FORMS
from seed.reading import KINDS
from seed.record import LISTS, MODELS, SUPPORTED_FIELDS, Anything
from seed.references import RECORDS, USES
from seed.vocabularies import COMPLETE, vocabularies

SCHEMAS = Path(__file__).parent / "schemas"
FORMAT = Path(__file__).parent.parent / "docs" / "record.md"
CODE = "^[a-z0-9]+([-_][a-z0-9]+)*$"
HEADINGS = {"Earlier": "Earlier state"}
FILES = {f"{kind}s" if not kind.endswith("y") else f"{kind[:-1]}ies": kind for kind in KINDS}
Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """One for the YAML files of each kind, one for a YAML file of several kinds, one for a line of NDJSON."""
    found = {name: _file(kind) for name, kind in FILES.items()}
    told = _definitions(Anything)
    for kind in KINDS:
        told["$defs"][MODELS[kind].__name__]["properties"]["kind"] = {"const": kind, "description": "Of the record."}
    every = {"$defs": told["$defs"], "properties": {"kind": {"enum": list(KINDS)}}, "allOf": list(_by_kind())}
    found["line"] = _head("A line of NDJSON") | {"type": "object", "required": ["kind"]} | every
    one = {"if": {"not": {"required": ["kind"]}}, "then": {"$ref": "#/$defs/Event"}}
    items = {"type": "object", "properties": every["properties"], "allOf": [one, *every["allOf"]]}
    found["records"] = _head("A file of several kinds") | {"type": "array", "items": items, "$defs": told["$defs"]}
    return found


def _file(kind: str) -> Schema:
    """Of a file of one kind; each record may say that it is of this kind."""
    told = _definitions(MODELS[kind])
    properties = told["$defs"][MODELS[kind].__name__]["properties"]
    properties.setdefault("kind", {"const": kind, "description": "Of the record."})
    return _head(f"A file of {kind} records") | told


def _head(title: str) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}


def _by_kind() -> Iterator[Schema]:
    for kind in KINDS:
        condition = {"required": ["kind"], "properties": {"kind": {"const": kind}}}
        yield {"if": condition, "then": {"$ref": f"#/$defs/{MODELS[kind].__name__}"}}


class _Generator(GenerateJsonSchema):
    """Without titles of single values, and with `null` as another type of a value rather than another schema."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's interface
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        if "type" not in inner:
            return {"anyOf": [inner, {"type": "null"}]}
        types = inner["type"] if isinstance(inner["type"], list) else [inner["type"]]
        return inner | {"type": [*types, "null"]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        return super().dict_schema(schema) | {"additionalProperties": False}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        told = super().default_schema(schema)
        return {name: value for name, value in told.items() if name != "default" or value not in (None, [], False)}


def _definitions(form: Any) -> Schema:
    """The schema of a list of records in a form, with each key described."""
    told: Schema = TypeAdapter(list[form]).json_schema(schema_generator=_Generator)
    named = {model.__name__: kind for kind, model in MODELS.items()}
    for name, one in told["$defs"].items():
        _describe(name, one)
        for path, target in USES.get(named.get(name, ""), {}).items():
            if target not in RECORDS:
                _suggest(_at(path, one, told["$defs"]), target)
    if "Claim" in told["$defs"]:
        told["$defs"]["Claim"]["allOf"] = list(_values(told["$defs"]["Event"]["properties"]))
    return cast("Schema", _explained(told))


def _describe(name: str, model: Schema) -> None:
    """Each key with its meaning. Some have a second name, and only a source of NDJSON says both its kinds."""
    rows = _section(HEADINGS.get(name, name))
    for key, one in model["properties"].items():
        one["description"] = rows[key]
    for key, other in {"kind": "source_kind", "from": "start", "to": "end"}.items():
        if key in model["properties"]:
            model["properties"][other] = dict(model["properties"][key])
            both = {"required": [key, other], "properties": {"kind": {"not": {"const": "source"}}}}
            model.setdefault("allOf", []).append({"not": both})


def _section(heading: str) -> dict[str, str]:
    """What the first table under a heading says of each key."""
    text = FORMAT.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \| (.*) \|$", text, re.MULTILINE)
    plain = ((keys, re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", meaning)) for keys, meaning in rows)
    return {
        key: f"{meaning[0].upper()}{meaning[1:]}." for keys, meaning in plain for key in re.findall("`(.*?)`", keys)
    }


def _suggest(one: Schema, target: str) -> None:
    """Offers the codes of a list that Dateline ships; where a desk may add to it, another code will do."""
    codes = vocabularies(())[target].codes
    if target == COMPLETE:
        one["enum"] = [*codes, *([None] if "null" in one["type"] else [])]
    else:
        one["anyOf"] = [{"enum": [*codes], "enumDescriptions": [*codes.values()]}, {"pattern": CODE}]


def _at(path: str, model: Schema, definitions: Schema) -> Schema:
    for step in path.split("."):
        one = definitions[model["$ref"].rpartition("/")[2]] if "$ref" in model else model
        model = one["items"] if step == "*" else one["properties"][step]
    return model


def _values(event: Schema) -> Iterator[Schema]:
    """What a claim says is what an event may have in the field; of a list, also an entry of it, or the list as text."""
    for name in SUPPORTED_FIELDS:
        form = {key: value for key, value in event[name].items() if key != "description"}
        if name in LISTS:
            form = {"anyOf": [form, form["items"], {"type": "string"}]}
        if isinstance(form.get("type"), list):
            form["type"] = [one for one in form["type"] if one != "null"]
        yield {"if": {"properties": {"field": {"const": name}}}, "then": {"properties": {"value": form}}}


def _explained(told: Any) -> Any:
    """With what was expected, in words, beside each pattern."""
    if isinstance(told, list):
        return [_explained(one) for one in told]
    if not isinstance(told, dict):
        return told
    found = {name: _explained(one) for name, one in told.items()}
    words = FORMS.get(found.get("pattern", "")) if isinstance(found.get("pattern", ""), str) else None
    return found | ({"patternErrorMessage": f"expected {words}"} if words else {})


def main() -> None:
    SCHEMAS.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (SCHEMAS / f"{name}.json").write_text(written(schema), encoding="utf-8")


def written(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
