"""Schemas as generators bear them: what is unknown is absent and never null, and nothing is said twice."""

from typing import Any

NULL = {"type": "null"}
WIDTHS = {"integer": "int64", "number": "double"}
"""Some languages have narrower numbers, which they take unless told."""


def simplify(node: Any) -> None:
    """Takes out null, which no answer has, and titles that repeat names; says how wide numbers are. At any depth."""
    if isinstance(node, list):
        for one in node:
            simplify(one)
    if isinstance(node, dict):
        _never_null(node)
        if isinstance(node.get("title"), str):
            del node["title"]
        if isinstance(node.get("type"), str) and node["type"] in WIDTHS:
            node.setdefault("format", WIDTHS[node["type"]])
        if node.get("type") == "integer":
            node |= {bound: int(node[bound]) for bound in ("minimum", "maximum") if bound in node}
        for one in node.values():
            simplify(one)


def _never_null(schema: dict[str, Any]) -> None:
    choices = [one for one in schema.get("anyOf", []) if one != NULL]
    if NULL in schema.get("anyOf", []):
        del schema["anyOf"]
        schema |= (choices[0] | schema) if len(choices) == 1 else {"anyOf": choices}
    if schema.get("default", ...) is None:
        del schema["default"]
