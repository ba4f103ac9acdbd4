"""Schemas as generators bear them: what is unknown is absent and never null, and nothing is said twice."""

from typing import Any

NULL = {"type": "null"}


def simplify(node: Any) -> None:
    """Takes out, wherever in a part of the document: null, which no answer has, and titles that repeat names."""
    if isinstance(node, list):
        for one in node:
            simplify(one)
    if isinstance(node, dict):
        _never_null(node)
        if isinstance(node.get("title"), str):
            del node["title"]
        for one in node.values():
            simplify(one)


def _never_null(schema: dict[str, Any]) -> None:
    choices = [one for one in schema.get("anyOf", []) if one != NULL]
    if NULL in schema.get("anyOf", []):
        del schema["anyOf"]
        schema |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    if schema.get("default", ...) is None:
        del schema["default"]
