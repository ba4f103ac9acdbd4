"""Parameters that several operations take stand once, in `components`; so do the choices that they offer."""

import json
from collections import Counter
from collections.abc import Collection
from operator import itemgetter
from typing import Any

Parameter = dict[str, Any]


def share_parameters(document: dict[str, Any]) -> None:
    """Replaces what stands twice or more by references."""
    taken = [
        (path, operation["parameters"], number)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for number in range(len(operation.get("parameters", [])))
    ]
    for _, parameters, number in taken:
        _tell_once(parameters[number])
        _share_choices(parameters[number], document["components"]["schemas"])
    count = Counter(_form(parameters[number]) for _, parameters, number in taken)
    names: dict[str, str] = {}
    for path, parameters, number in taken:
        form = _form(parameters[number])
        if count[form] > 1:
            if form not in names:
                names[form] = _name(parameters[number]["name"], path, names.values())
            parameters[number] = {"$ref": f"#/components/parameters/{names[form]}"}
    document["components"]["parameters"] = {
        name: json.loads(form) for form, name in sorted(names.items(), key=itemgetter(1))
    }


def _tell_once(parameter: Parameter) -> None:
    """Meaning and example are the parameter's; FastAPI repeats the one in the schema, and leaves the other there."""
    schema = parameter["schema"]
    schema.pop("description", None)
    examples = schema.pop("examples", None)
    if examples:
        parameter["example"] = examples[0]


def _share_choices(parameter: Parameter, schemas: dict[str, Any]) -> None:
    """A closed choice is a type of its own, named after its parameter: `order` is an `Order`."""
    schema = parameter["schema"]
    of_each = schema.get("items", schema)
    if "enum" not in of_each:
        return
    name = "".join(part.title() for part in parameter["name"].split("_"))
    choices = {"type": "string", "enum": of_each["enum"]}
    if schemas.setdefault(name, choices) != choices:
        raise ValueError(f"{name} has two meanings: {schemas[name]} and {choices}")
    for key in choices:
        of_each.pop(key)
    of_each["$ref"] = f"#/components/schemas/{name}"


def _name(name: str, path: str, names: Collection[str]) -> str:
    """Its own name; where another parameter has that, with the list that it is asked of."""
    parts = [part.partition(".")[0] for part in path.split("/") if part not in ("", "v1", "exports")]
    of = next(iter(parts), "dataset")
    return next(one for one in (name, f"{of}_{name}", f"{of}_{name}_{len(names)}") if one not in names)


def _form(parameter: Parameter) -> str:
    return json.dumps(parameter, sort_keys=True)
