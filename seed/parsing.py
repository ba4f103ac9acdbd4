"""From raw items to records: each validated by its model, every fault in the words of the record's format."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.problems import nearest
from seed.collection import Collection
from seed.faults import Faults
from seed.forms import ID, LANGUAGE_PATTERN, PROPERTY_PATTERN, SHA256_PATTERN
from seed.reading import Item
from seed.record import MODELS, Anything

MOST_FAULTS_A_RECORD = 50
LONGEST_SHOWN = 60
FORMS = {
    ID.pattern: "lower-case letters, digits and single hyphens between them, such as black-sea",
    SHA256_PATTERN: "a SHA-256 in 64 hexadecimal digits, as `dateline verify --write` puts it in",
    LANGUAGE_PATTERN: "a language tag such as en or pt-BR",
    PROPERTY_PATTERN: "the name of a property, such as title or date_basis",
}


@dataclass
class Parsed:
    """The records that could be read, and where each stands in its file."""

    collection: Collection = field(default_factory=Collection)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)


def parse(items: Iterable[Item], faults: Faults) -> Parsed:
    """Validate each item by itself; what is wrong is added to `faults`, and the rest is returned."""
    parsed = Parsed()
    for item, record in parsed_items(items, faults):
        record_id = item.data.get("id")
        if not isinstance(record_id, str):
            continue
        first = parsed.items.setdefault((item.kind, record_id), item)
        if first is not item:
            for one, other in ((item, first), (first, item)):
                told = f"the id '{shortened(record_id)}' stands at {other.place(('id',))} too; expected another"
                faults.add(one.place(("id",)), told)
        elif record is not None:
            getattr(parsed.collection, item.kind)[record_id] = record
    return parsed


def parsed_items(items: Iterable[Item], faults: Faults) -> Iterator[tuple[Item, Anything | None]]:
    """Each item with its record; what is wrong with it is added to `faults`, and then there is none."""
    for item in items:
        record_id = item.data.get("id")
        if isinstance(record_id, str) and not ID.fullmatch(record_id):
            faults.lost.add(re.sub(r"[\W_]+", "-", record_id[:200]).strip("-").lower())
        yield item, _validate(item, faults)


def _validate(item: Item, faults: Faults) -> Anything | None:
    try:
        return MODELS[item.kind].model_validate(item.data)
    except ValidationError as error:
        for one in error.errors(include_url=False)[:MOST_FAULTS_A_RECORD]:
            _describe(item, one, faults)
        return None


def _describe(item: Item, error: Any, faults: Faults) -> None:
    path = tuple(part for part in error["loc"] if part not in ("int", "float", "[key]"))
    kind, value = error["type"], error["input"]
    names = [shortened(part) for part in path if isinstance(part, str)]
    name = ".".join(names) or item.kind
    if kind == "extra_forbidden":
        keys = _keys(MODELS[item.kind], path[:-1])
        guess = nearest(names[-1].lower(), keys)
        right = f"nearest: '{guess}'" if guess else f"expected one of {', '.join(keys)}"
        faults.add(item.place_of_key(path), f"unknown key '{names[-1]}'; {right}")
    elif kind == "missing":
        faults.add(item.place(path[:-1]), f"{name} is missing; expected it in every {_owner(item, path)}")
    elif "[key]" in error["loc"]:
        faults.add(item.place_of_key(path), f"{name}: expected {FORMS[ID.pattern]}")
    else:
        faults.add(item.place(path), f"{name}: {_expected(kind, error.get('ctx', {}), value)}")


def shortened(part: Any) -> str:
    text = str(part)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _expected(kind: str, context: dict[str, Any], value: Any) -> str:
    match kind:
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch":
            return f"expected {FORMS[context['pattern']]}, not {shortened(value)!a}"
        case "string_too_long":
            return f"expected at most {context['max_length']} characters, not {len(value)}"
        case "string_too_short":
            return "expected text, not nothing"
        case "string_type":
            return _expected_text(value)
        case "greater_than_equal":
            return f"expected at least {context['ge']}"
        case "less_than_equal":
            return f"expected at most {context['le']}"
        case "literal_error":
            guess = nearest(str(value).lower(), re.findall("'([^']*)'", context["expected"]))
            return f"expected {context['expected']}" + (f"; nearest: '{guess}'" if guess else "")
        case "list_type":
            return "expected a list: [ ] around it, or each entry after '- '"
        case "dict_type" | "model_type":
            return "expected keys and values"
        case "bool_type":
            return "expected true or false"
    return "expected a number, in digits and without quotes"


def _expected_text(value: Any) -> str:
    if value is None:
        return "expected text, not nothing; leave the key out where there is none"
    if isinstance(value, list | dict):
        return "expected text; put quotes around what begins with [ or {"
    return "expected text; put quotes around a number or a word such as true"


def _owner(item: Item, path: tuple[Any, ...]) -> str:
    names = [part for part in path[:-1] if isinstance(part, str)]
    return f"entry of {names[-1]}" if names else item.kind


def _keys(model: Any, path: tuple[Any, ...]) -> list[str]:
    """The keys that the record format has at a path."""
    for part in path:
        if isinstance(part, str):
            field = next((one for name, one in model.model_fields.items() if part in (name, one.alias)), None)
            model = _model_within(field.annotation) if field else None
        if model is None:
            return []
    return [one.alias or name for name, one in model.model_fields.items()]


def _model_within(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    found = (_model_within(part) for part in getattr(annotation, "__args__", ()))
    return next((one for one in found if one is not None), None)
