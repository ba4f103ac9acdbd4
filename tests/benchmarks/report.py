"""What was measured: JSON, tables in `docs/performance.md` and a picture, with the machine and the versions."""

import json
import os
import platform
import re
import sqlite3
import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.metadata import version
from math import log10
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
FOLDER = DOCUMENT.with_suffix("")
PACKAGES = ("fastapi", "sqlmodel", "sqlalchemy", "pydantic", "uvicorn", "uvloop", "httptools", "psycopg", "datasette")
WIDTH, LABEL, BAR = 760, 300, 22


def machine() -> str:
    """In a line: what it ran on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In Markdown: names on the left, numbers on the right."""
    rule = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def number(value: float) -> str:
    """To three digits or so."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bars(title: str, values: Mapping[str, float]) -> str:
    """Bars on a logarithmic axis, as SVG that is legible on light and on dark."""
    most = max(values.values())
    height = BAR * (len(values) + 2)
    rows = []
    for place, (name, value) in enumerate(values.items()):
        top = BAR * (place + 2)
        length = (WIDTH - LABEL - 90) * max(0.0, log10(value)) / log10(most)
        rows.append(
            f'<text x="{LABEL - 8}" y="{top}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LABEL}" y="{top - 13}" width="{length:.0f}" height="16" fill="{_colour(name)}"/>'
            f'<text x="{LABEL + length + 6:.0f}" y="{top}">{number(value)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="13" fill="#888" role="img"><title>{escape(title)}</title>'
        f'<text x="8" y="{BAR}" font-weight="bold">{escape(title)}</text>{"".join(rows)}</svg>\n'
    )


def _colour(name: str) -> str:
    return "#2a78b5" if name.startswith("Dateline") else "#999" if "floor" in name else "#d08a2e"


def publish(name: str, found: Any, parts: Mapping[str, str], *, document: bool) -> None:
    """Print the tables; on demand keep them, between their marks, in the documentation."""
    print(*parts.values(), sep="\n\n")
    if not document:
        return
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    for part, content in parts.items():
        begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
        before, _, rest = text.partition(begin)
        if end not in rest:
            sys.exit(f"{DOCUMENT} has no {begin} … {end}")
        text = f"{before}{begin}\n\n{content}\n\n{end}{rest.partition(end)[2]}"
    DOCUMENT.write_text(text, encoding="utf-8")
