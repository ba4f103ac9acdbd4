"""From raw items to records: each validated by its model, every fault in the words of the record's format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.problems import nearest
from seed.collection import Collection
from seed.faults import Faults
from seed.reading import Item
from seed.record import MODELS, Anything

MOST_FAULTS_A_RECORD = 50


@dataclass
class Parsed:
    """The records that could be read, and where each stands in its file."""

    collection: Collection = field(default_factory=Collection)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)


def parse(items: Iterable[Item], faults: Faults) -> Parsed:
    """Validate each item by itself; what is wrong is added to `faults`, and the rest is returned."""
    parsed = Parsed()
    for item in items:
        record = _validate(item, faults)
        record_id = item.data.get("id")
        if not isinstance(record_id, str):
            continue
        first = parsed.items.setdefault((item.kind, record_id), item)
        if first is not item:
            place = item.place(("id",))
            faults.add(
                place, f"the {item.kind} id '{record_id}' stands already at {first.place(('id',))}; expected another"
            )
        elif record is not None:
            getattr(parsed.collection, item.kind)[record_id] = record
    return parsed


def _validate(item: Item, faults: Faults) -> Anything | None:
    try:
        return MODELS[item.kind].model_validate(item.data)
    except ValidationError as error:
        for one in error.errors(include_url=False)[:MOST_FAULTS_A_RECORD]:
            _describe(item, one, faults)
        return None


def _describe(item: Item, error: Any, faults: Faults) -> None:
    path = tuple(part for part in error["loc"] if part not in ("int", "float"))
    kind, context = error["type"], error.get("ctx", {})
    name = ".".join(str(part) for part in path) or item.kind
    if kind == "extra_forbidden":
        guess = nearest(str(path[-1]), _keys(MODELS[item.kind], path[:-1]))
        faults.add(item.place_of_key(path), f"unknown key '{path[-1]}'" + (f"; nearest: '{guess}'" if guess else ""))
    elif kind == "missing":
        faults.add(item.place(path[:-1]), f"{name} is missing; expected it in every {_owner(item, path)}")
    else:
        faults.add(item.place(path), f"{name}: {_expected(kind, context, error)}")


def _expected(kind: str, context: dict[str, Any], error: Any) -> str:
    match kind:
        case "value_error":
            return str(context["error"])
        case "string_pattern_mismatch":
            return f"expected text of the form {context['pattern']}"
        case "string_too_long":
            return f"expected at most {context['max_length']} characters"
        case "string_too_short":
            return "expected text, not nothing"
        case "string_type":
            return "expected text; put quotes around a number or a word such as true"
        case "greater_than_equal":
            return f"expected at least {context['ge']}"
        case "less_than_equal":
            return f"expected at most {context['le']}"
        case "literal_error":
            return f"expected {context['expected']}"
        case "list_type":
            return "expected a list"
        case "dict_type" | "model_type":
            return "expected keys and values"
        case "bool_type":
            return "expected true or false"
    if kind.startswith(("int_", "float_", "finite_")):
        return "expected a number"
    return str(error["msg"]).lower()


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
