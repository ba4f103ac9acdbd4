"""The values of claims in words: a record writes lists of actors, places and quantities as YAML."""

from collections.abc import Mapping
from typing import Any

from app.wording.codes import tell_code
from app.wording.dates import tell_date

CODED = ("type", "modality")
LISTS = ("actors", "locations", "quantities")


def tell_value(field: str, value: str, names: Mapping[str, str]) -> str:
    """`Joe Biden (initiator)`, `troops: low 100000`: a claim holds the ids of records, and some of them have names."""
    if field == "date":
        return tell_date(value)
    if field in CODED:
        return tell_code(value)
    if field not in LISTS:
        return value
    import yaml  # noqa: PLC0415 - few claims are lists, and every start would wait for it

    try:
        items = yaml.load(value, Loader=yaml.CBaseLoader)  # noqa: S506 - text, lists and mappings alone
    except yaml.YAMLError:
        return value
    if not isinstance(items, list):
        return value
    return "; ".join(_tell_item(one, names) for one in items) or "none"


def _tell_item(item: Any, names: Mapping[str, str]) -> str:
    if not isinstance(item, dict):
        return _tell_id(str(item), names)
    facts = dict(item)
    subject = _tell_id(str(facts.pop("actor", None) or facts.pop("measure", "")), names)
    role = facts.pop("role", None)
    rest = ", ".join(str(one) if name == "value" else f"{tell_code(name)} {one}" for name, one in facts.items())
    told = f"{subject} ({tell_code(str(role))})" if role else subject
    return f"{told}: {rest}" if rest else told


def _tell_id(one: str, names: Mapping[str, str]) -> str:
    return names.get(one, tell_code(one))
