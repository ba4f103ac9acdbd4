"""What several operations take or answer stands once, in `components`: parameters, choices, and files' objects."""

import json
from collections import Counter
from collections.abc import Collection
from operator import itemgetter
from typing import Any

from app.contract.examples import example_of

Parameter = dict[str, Any]


def share_answers(document: dict[str, Any]) -> None:
    """Gives the objects that files are a type each, by the name that their format gives them."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for content in operation["responses"]["200"].get("content", {}).values():
                if "title" in content["schema"]:
                    name = content["schema"]["title"]
                    document["components"]["schemas"][name] = content["schema"]
                    content["schema"] = {"$ref": f"#/components/schemas/{name}"}


def share_parameters(document: dict[str, Any]) -> None:
    """Replaces what stands twice or more by references."""
    taken = [
        (path, operation["parameters"], number)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for number in range(len(operation.get("parameters", [])))
    ]
    for path, parameters, number in taken:
        _tell_once(parameters[number], path)
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


def _tell_once(parameter: Parameter, path: str) -> None:
    """The meaning is the parameter's, which FastAPI repeats in the schema.

    So is the example of what must be given; else it is the schema's: `/docs` asks with every example of a parameter.
    """
    for said_elsewhere in ("description", "examples"):
        parameter["schema"].pop(said_elsewhere, None)
    in_path = parameter["in"] == "path"
    example = example_of(parameter["name"], list_of(path), in_path=in_path)
    if in_path:
        parameter["example"] = example
    else:
        parameter["schema"]["examples"] = [example]


def _share_choices(parameter: Parameter, schemas: dict[str, Any]) -> None:
    """A closed choice is a type of its own, named after its parameter: `order` is an `Order`.

    It has its default and example with it: some generators make nothing of a reference that has anything beside it.
    """
    schema = parameter["schema"]
    of_each = schema.get("items", schema)
    if "enum" not in of_each:
        return
    name = "".join(part.title() for part in parameter["name"].split("_"))
    choices = {key: of_each[key] for key in ("type", "enum", "default", "examples") if key in of_each}
    if schemas.setdefault(name, choices) != choices:
        raise ValueError(f"{name} has two meanings: {schemas[name]} and {choices}")
    for key in choices:
        of_each.pop(key)
    of_each["$ref"] = f"#/components/schemas/{name}"


def _name(name: str, path: str, names: Collection[str]) -> str:
    """Its own name; where another parameter has that, with the list that it is asked of."""
    of = list_of(path)
    return next(one for one in (name, f"{of}_{name}", f"{of}_{name}_{len(names)}") if one not in names)


def list_of(path: str) -> str:
    """What is asked: `events` of `/v1/exports/events.csv`."""
    parts = [part.partition(".")[0] for part in path.split("/") if part not in ("", "v1", "exports", "embed")]
    return {"timeline": "events", "event": "events"}.get(parts[0], parts[0]) if parts else "dataset"


def _form(parameter: Parameter) -> str:
    return json.dumps(parameter, sort_keys=True)
