"""What nodes of linked data are made of: references to other records, roles, and nothing that is not known."""

from typing import Any

from app.formats.shape import Answer

Node = dict[str, Any]


def held(node: Node) -> Node:
    """Without what the record does not have."""
    return {name: value for name, value in node.items() if value is not None and value != []}


def named(answer: Answer, kind: str, record: dict[str, Any], node_type: str) -> Node:
    """Another record, by its address in the API."""
    return {"@id": answer.absolute(f"/v1/{kind}/{record['id']}"), "@type": node_type, "name": record["name"]}


def role(name: str, code: str, node: Node) -> Node:
    """One that stands in a property under a role: schema.org repeats the property in a `Role` between the two."""
    return {"@type": "Role", "roleName": code, name: node}
