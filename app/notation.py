"""Values as the record writes them: scalars as they are, lists in YAML's flow style."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

_PLAIN = re.compile(r"(?![0-9.]+$)[A-Za-z0-9][A-Za-z0-9_.%/-]*")


def notation(value: Any) -> str:
    """Such as `2021-12-27`, `[kyiv, lviv]` or `[{measure: troops, low: 100000}]`; what is None is left out."""
    if isinstance(value, list):
        return f"[{', '.join(map(_entry, value))}]"
    return str(value)


def _entry(value: Any) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_entry(one)}' for key, one in value.items() if one is not None)}}}"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value not in ("true", "false", "null") else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """In YAML, JSON's quotes mean the same."""
    return json.dumps(text, ensure_ascii=False)
