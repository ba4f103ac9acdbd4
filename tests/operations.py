"""Every operation and parameter of the published contract, so that a new one is covered by itself."""

import re
from dataclasses import dataclass
from typing import Any

from app.main import create_app
from app.settings import Settings

DOCUMENT: dict[str, Any] = create_app(Settings(DATABASE_URL="sqlite:///never-opened.db")).openapi()
IDS = {
    "/v1/events/{id}": "harbour-talks-1",
    "/v1/events/{id}/claims": "harbour-talks-1",
    "/v1/events/{id}/history": "harbour-talks-1",
    "/v1/actors/{id}": "anna-berg",
    "/v1/locations/{id}": "old-harbour",
    "/v1/sources/{id}": "post-tuesday",
    "/v1/publishers/{id}": "island-post",
    "/embed/event/{id}": "harbour-talks-1",
    "/problems/{name}": "not-found",
}
"""An address for each path with a name in it; the records are those of `tests.invented`."""


def resolve(node: Any) -> Any:
    """A part of the contract without references to what it shares."""
    while "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = {key: value for key, value in node.items() if key != "$ref"} | DOCUMENT["components"][kind][name]
    return node


@dataclass(frozen=True)
class Operation:
    template: str
    content: dict[str, Any]

    @property
    def path(self) -> str:
        """An address that answers."""
        known = IDS.get(self.template) or IDS.get(re.sub(r"\}\..*", "}", self.template), "")
        return re.sub(r"\{.*\}", known, self.template)

    @property
    def parameters(self) -> "list[Parameter]":
        return [
            Parameter(self, one["name"], one["schema"])
            for one in map(resolve, self.content.get("parameters", []))
            if one["in"] == "query"
        ]

    def __str__(self) -> str:
        return str(self.content["operationId"])


@dataclass(frozen=True)
class Parameter:
    operation: Operation
    name: str
    schema: dict[str, Any]

    @property
    def repeats(self) -> bool:
        return self.schema.get("type") == "array"

    @property
    def value_schema(self) -> dict[str, Any]:
        """The schema of one value that is not null."""
        return dict(resolve(self.schema["items"] if self.repeats else self.schema))

    def __str__(self) -> str:
        return f"{self.operation}-{self.name}"


OPERATIONS = [
    Operation(template, content) for template, methods in DOCUMENT["paths"].items() for content in methods.values()
]
PARAMETERS = [parameter for operation in OPERATIONS for parameter in operation.parameters]
FORMATTED = [one for one in OPERATIONS if {"formats", "embeds"} & set(one.content.get("tags", []))]
"""In the words of another tool, or a page: without an envelope."""
LISTS = [
    operation
    for operation in OPERATIONS
    if "limit" in {one.name for one in operation.parameters} and operation not in FORMATTED
]
OF_THE_STORE = [operation for operation in OPERATIONS if "as_of" in {one.name for one in operation.parameters}]
STREAMS = [operation for operation in OF_THE_STORE if operation.template.startswith("/v1/exports/")]
ENVELOPED = [operation for operation in OF_THE_STORE if operation not in STREAMS and operation not in FORMATTED]
FILES = [
    operation for operation in STREAMS if "application/vnd.sqlite3" in operation.content["responses"]["200"]["content"]
]
"""Sent as they are, with their length, which only making them tells."""
RECORDS = [operation for operation in OF_THE_STORE if operation.template.endswith("/{id}")]
