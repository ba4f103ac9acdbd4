"""Calls every operation of a generated Python client, in the folder where it lies, and prints what it makes of answers.

`every_operation.py ADDRESS` finds the paths' ids in the `openapi.json` beside it, where they are examples.
"""

import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

Operations = Iterator[tuple[str, Callable[..., Any]]]


def of_modules(package: Any, address: str) -> Operations:
    """As openapi-python-client has them: a module each."""
    client = package.Client(address, raise_on_unexpected_status=True)
    for one in pkgutil.walk_packages(import_module("dateline_client.api").__path__, "dateline_client.api."):
        if not one.ispkg:
            yield one.name.rpartition(".")[2], partial(import_module(one.name).sync, client=client)


def of_classes(package: Any, address: str) -> Operations:
    """As openapi-generator has them: a method each, and two more for what stands around the answer."""
    client = package.ApiClient(package.Configuration(host=address))
    for group in (value(client) for name, value in vars(package.api).items() if name.endswith("Api")):
        for name, method in inspect.getmembers(group, inspect.ismethod):
            if not name.startswith("_") and not name.endswith(("_with_http_info", "_without_preload_content")):
                yield name, method


def path_values(contract: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What each operation wants in its path."""
    shared = contract["components"]["parameters"]
    values = {}
    for operation in (path["get"] for path in contract["paths"].values()):
        parameters = operation.get("parameters", [])
        resolved = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in parameters]
        values[operation["operationId"]] = {one["name"]: one["example"] for one in resolved if one["in"] == "path"}
    return values


def main(address: str) -> None:
    package = import_module("dateline_client")
    values = path_values(json.loads(Path("openapi.json").read_text(encoding="utf-8")))
    operations = of_classes if hasattr(package, "ApiClient") else of_modules
    for name, ask in operations(package, address):
        most = {"limit": 500} if "limit" in inspect.signature(ask).parameters else {}
        answer = ask(**values[name], **most)
        sys.stdout.write(f"{name} {type(answer).__name__}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main(sys.argv[1])
