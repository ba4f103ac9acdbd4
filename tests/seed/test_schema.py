"""The JSON Schemas of the record's files know its form as `dateline check` does, and never refuse what that accepts."""

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from jsonschema.validators import extend
from pydantic import TypeAdapter, ValidationError

from app.cli import main
from seed import forms
from seed.dates import parse_date
from seed.faults import Faults
from seed.forms import ID
from seed.patterns import ADDRESS, COARSE, DATE, PUBLISHED, TIME, ZONE
from seed.reading import KINDS, read_record
from seed.record import LISTS, MODELS
from seed.references import RECORDS, references
from seed.schema import FILES, SCHEMAS, schemas, written
from seed.vocabularies import SHIPPED_VOCABULARIES, vocabularies
from tests.conftest import RECORD
from tests.damages import YAML_DAMAGES, Damage, Folder, records
from tests.generator import generate
from tests.rivals import contest
from tests.spoiling import spoilt

NAME_OF = {kind: name for name, kind in FILES.items()}
SPOILT = 3_000
BEYOND = re.compile("at or after the start|-02-30|time zone such as|:99999")
"""What no pattern tells of a value: the order of two dates, the length of months, time zones, ports."""


def ecma(_: Any, pattern: str, text: Any, __: Any) -> Iterator[SchemaError]:
    """A pattern as ECMAScript reads it: `$` is the very end of a text, and not before its last line break."""
    if isinstance(text, str) and not re.search(pattern.replace("$", r"\Z"), text):
        yield SchemaError(f"{text!r} does not match")


Validator = extend(Draft202012Validator, {"pattern": ecma})


@cache
def validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Validator(schema)


def is_refused(kind: str, data: dict[str, Any]) -> bool:
    """By the schema of a YAML file of that kind."""
    return not validator(NAME_OF[kind]).is_valid([data])


def why_refused(kind: str, data: dict[str, Any]) -> str:
    """By the models; empty when they accept it."""
    try:
        MODELS[kind].model_validate({key: value for key, value in data.items() if key != "kind" or value not in KINDS})
    except ValidationError as error:
        return str(error)
    return ""


def has_unknown_code(kind: str, data: dict[str, Any]) -> bool:
    lists = vocabularies(())
    found = references(kind, data)
    return any(of not in RECORDS and value is not None and value not in lists[of].codes for _, of, value in found)


def is_a_list_as_text(data: dict[str, Any]) -> bool:
    """Whether a claim gives several values as one text, which no schema reads."""
    claims = data.get("claims") if isinstance(data.get("claims"), list) else []
    return any(
        isinstance(one, dict) and str(one.get("field")) in LISTS and isinstance(one.get("value"), str) for one in claims
    )


def nodes(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every property of a schema, with its path."""
    if isinstance(schema, dict):
        for name, one in schema.get("properties", {}).items() if isinstance(schema.get("properties"), dict) else ():
            yield (*path, name), one
        for name, one in schema.items():
            if name not in ("allOf", "properties"):
                yield from nodes(one, (*path, name))


def test_the_files_are_what_the_models_give() -> None:
    told = {f"{name}.json": written(schema) for name, schema in schemas().items()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert kept == told, "run `uv run python -m seed.schema`"


def test_the_command_writes_them_where_a_desk_wants_them(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit) as stopped:
            main(["schema", str(tmp_path / "desk" / "schemas")])
        assert stopped.value.code == 0
    found = {path.name: path.read_bytes() for path in (tmp_path / "desk" / "schemas").iterdir()}
    assert found == {path.name: path.read_bytes() for path in SCHEMAS.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: str) -> None:
    described = list(nodes(schemas()[NAME_OF[kind]]))
    assert len(described) > len(MODELS[kind].model_fields)
    assert [path for path, one in described if len(one.get("description", "")) < 8] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_record_fits(kind: str) -> None:
    faults = Faults()
    items = [item for item in read_record([RECORD, SHIPPED_VOCABULARIES], faults) if item.kind == kind]
    assert items
    assert [item.data["id"] for item in items if is_refused(kind, item.data)] == []
    told = [{"kind": kind, **item.data} for item in items if kind != "source"]
    assert validator("records").is_valid(told)


@pytest.mark.parametrize("path", [*sorted(RECORD.rglob("*.yaml")), SHIPPED_VOCABULARIES], ids=lambda path: path.stem)
def test_a_shipped_file_names_the_schema_of_its_kind(path: Path) -> None:
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text(encoding="utf-8"))
    assert named
    [kind] = {item.kind for item in read_record([path], Faults())}
    assert (path.parent / named[1]).resolve() == SCHEMAS / f"{NAME_OF[kind]}.json"


def test_a_line_of_ndjson_says_its_kind_and_fits_that_alone() -> None:
    lines = list(records(RECORD))
    line = validator("line")
    assert all(line.is_valid(one) for one in lines)
    assert not any(line.is_valid({key: value for key, value in one.items() if key != "kind"}) for one in lines)
    others = {"publisher": "event", "event": "publisher", "source": "actor", "actor": "source", "location": "event"}
    assert not any(line.is_valid(one | {"kind": others[one["kind"]]}) for one in lines if len(one) > 3)


def test_in_a_file_of_several_kinds_what_says_none_is_an_event() -> None:
    actor = {"kind": "actor", "id": "anna-berg", "name": "Anna Berg"}
    assert validator("records").is_valid([{"id": "talks", "title": "Talks"}, actor])
    assert not validator("records").is_valid([{"id": "anna-berg", "name": "Anna Berg"}])
    assert not validator("records").is_valid([actor | {"kind": "actress"}])


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_models_refuse_the_schema_refuses_and_it_refuses_nothing_that_check_accepts(kind: str) -> None:
    lists = [item.data for item in read_record([SHIPPED_VOCABULARIES], Faults())]
    lines = lists if kind == "vocabulary" else contest(generate(20, 60), 20)[kind]
    assert [line["id"] for line in lines if is_refused(kind, line)] == []
    refused = accepted = 0
    for data in spoilt(lines, SPOILT, 20):
        why = why_refused(kind, data)
        if why:
            refused += 1
            assert is_refused(kind, data) or BEYOND.search(why) or is_a_list_as_text(data), (data, why)
        elif not why and not has_unknown_code(kind, data):
            accepted += 1
            assert not is_refused(kind, data), (
                data,
                [one.message for one in validator(NAME_OF[kind]).iter_errors([data])],
            )
    assert min(refused, accepted) > SPOILT / 20


@pytest.mark.parametrize("damage", YAML_DAMAGES, ids=lambda damage: damage.name)
def test_a_damage_to_the_form_of_a_value_is_refused(damage: Damage, tmp_path: Path) -> None:
    """Of what YAML itself breaks, an editor tells without a schema."""
    [done] = Folder.of_yaml(RECORD, tmp_path).damaged([damage], random.Random(5))
    for item in read_record([done.path], Faults()):
        if why := why_refused(item.kind, item.data):
            assert is_refused(item.kind, item.data) or BEYOND.search(why), why


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("event", {"id": "a", "title": "A", "date": "2021-12-29/2021-12-27"}),
        ("event", {"id": "a", "title": "A", "date": "2021-02-30"}),
        ("publisher", {"id": "a", "name": "A", "timezone": "Europe/Nowhere"}),
        ("publisher", {"id": "a", "name": "A", "homepage": "https://example.org:99999/"}),
        ("source", {"id": "a", "title": "A", "text_length": 5.0}),
    ],
)
def test_what_only_check_can_tell_is_left_to_it(kind: str, data: dict[str, Any]) -> None:
    """As the page says: an editor that is silent has not checked the record."""
    assert why_refused(kind, data)
    assert not is_refused(kind, data)


PIECES = ("2021", "0000", "0999", "2021-02", "2021-13", "2021-00", "2021-02-29", "2021-12-31", "2021-21", "2021-25",
          "2021-21-01", "202X", "000X", "20XX", "00XX", "2XXX", "2021-XX", "2021-12-XX", "2021-XX-XX", "2021-XX-01",
          "XXXX", "", "..", "x", "2021-1", "02021")  # fmt: skip
FORMS = (
    "{a}",
    "{a}?",
    "{a}~",
    "{a}%",
    "{a}?~",
    "{a}/{b}",
    "[{a}..{b}]",
    "{a}..{b}",
    "[{a}]",
    "{a}/{b}/{a}",
    "{a}~/{b}?",
)


@pytest.mark.parametrize(
    ("form", "pattern"), [(forms.Date, DATE), (forms.Published, PUBLISHED), (forms.Earliest, COARSE)]
)
def test_a_pattern_of_dates_tells_all_but_their_order_and_the_length_of_months(form: Any, pattern: str) -> None:
    ends = PIECES[:: 3 if form is forms.Date else 13]
    texts = {shape.format(a=a, b=b) for shape in FORMS for a in PIECES for b in ends}
    texts |= {
        f"{a}T10:00:0{b}" for a in PIECES for b in ("0Z", "0+02:00", "0", "0.5Z", "0+0200", "0-23:59", "0+24:00", "Z")
    }
    differ = {text for text in texts if accepts(form, text) != bool(re.search(pattern, text))}
    assert {text for text in differ if not ("2021-02-29" in text or is_reversed(text))} == set()


def is_reversed(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError as error:
        return "at or after the start" in str(error)
    return False


@pytest.mark.parametrize(
    ("form", "pattern", "texts"),
    [
        (forms.Time, TIME, ("10:00Z", "23:59+14:00", "23:59+15:00", "24:00Z", "10:00", "10:0Z", "1:00Z", "10:60Z", "")),
        (forms.Zone, ZONE, ("UTC", "Etc/GMT+5", "America/Port-au-Prince", "EST5EDT", "", " UTC", "/UTC", "../UTC")),
        (
            forms.Address,
            ADDRESS,
            ("https://a.b/c?d#e", "HTTP://a", "http://a:80", "https://[::1]/", "https://", "https:///a", "//a.b", "a.b",
             "ftp://a", "https://a.b/ c", "https://a.b/<", "https://.b/", "https://?a", "https://u@a.b/", "mailto:a@b"),
        ),
    ],
)  # fmt: skip
def test_a_pattern_tells_what_the_form_does(form: Any, pattern: str, texts: tuple[str, ...]) -> None:
    assert [text for text in texts if accepts(form, text) != bool(re.search(pattern, text))] == []


def accepts(form: Any, value: Any) -> bool:
    try:
        TypeAdapter(form).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_is_a_value(kind: str) -> None:
    for path, one in nodes(schemas()[NAME_OF[kind]]):
        for example in one.get("examples", []):
            assert Draft202012Validator(one).is_valid(example), (path, example)
            assert not re.search(ID, example) or accepts(forms.Line, example)
