"""Sources whose titles and dates bibliographies trip over, and bibliographies as the parsers of others read them."""

import json
from typing import Any

import bibtexparser
import rispy
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from tests.awkward import awkward_lines
from tests.conftest import Client
from tests.invented import event_line

PUBLIC = "https://chronology.example/dateline"
TITLE = r"50% of {a} \ $5 & #1 a_b x^2 ~ }{ \end{document} @misc{x, \TY  - “q” ''"
AUTHORS = ["Ann O'Neill and Sons, Inc.", "Łódź & 東京 {Co}"]
URL = "https://news.example/a_b?x=1%20&y=~#z"
DATES = {
    "instant": ("2020-03-05T23:00:00-05:00", "2020-03-05", "2020/03/05/", [[2020, 3, 5]]),
    "day": ("2020-03-05", "2020-03-05", "2020/03/05/", [[2020, 3, 5]]),
    "about": ("2020-03-05~", "2020-03-05~", "2020/03/05/", [[2020, 3, 5]]),
    "month": ("2020-03", "2020-03", "2020/03//", [[2020, 3]]),
    "some-day": ("2020-03-XX", "2020-03", "2020/03//", [[2020, 3]]),
    "year": ("2020?", "2020?", "2020///", [[2020]]),
    "first": ("0001-01-01", "0001-01-01", "0001/01/01/", [[1, 1, 1]]),
    "last": ("9999-12-31", "9999-12-31", "9999/12/31/", [[9999, 12, 31]]),
    "undated": (None, None, None, None),
}
"""The date of publication as the record has it, and in each format."""


def lines() -> list[dict[str, Any]]:
    sources = [
        {"kind": "source", "id": f"published-{name}", "title": name, "published": day, "published_not_before": None}
        for name, (day, *_) in DATES.items()
    ]
    sources[-1]["published_not_before"] = "2020-03-01"
    text = {
        "kind": "source", "id": "text", "title": TITLE, "authors": AUTHORS, "url": URL,
        "archive_url": "https://archive.example/a_b", "language": "pt-BR", "publisher": "island-post",
        "published": "2020-03-04", "paraphrase": True, "note": "A note.\n\nER  - \n@end", "corrections": ["Was: x."],
        "derived_from": [{"source": "gazette-monday", "how": "reprints"}],
    }  # fmt: skip
    cited = [{"key": f"c{number}", "source": one["id"]} for number, one in enumerate([*sources, text])]
    event = event_line(1, id="dates", citations=[one | {"origin": "island-post"} for one in cited])
    told = [{name: value for name, value in one.items() if value is not None} for one in [*sources, text]]
    return [*awkward_lines(), *told, event | {"relations": []}]


def fetch(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content.decode()


def bib(client: Client, path: str = "/v1/events.bib?limit=500") -> dict[str, dict[str, str]]:
    """The fields of each entry, as bibtexparser has them, by its key."""
    library = bibtexparser.parse_string(fetch(client, path))
    assert library.failed_blocks == []
    return {
        entry.key: {"entry": entry.entry_type} | {f.key: f.value for f in entry.fields} for entry in library.entries
    }


def ris(client: Client, path: str = "/v1/events.ris?limit=500") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in rispy.loads(fetch(client, path))}


def csl(client: Client, path: str = "/v1/events.csl.json?limit=500") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in json.loads(fetch(client, path))}


def plain(latex: str) -> str:
    """What LaTeX prints; pylatexenc does not know these commands, or gives an accent for a sign."""
    names = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^", "textasciitilde": "~"}
    known = get_default_latex_context_db()
    known.add_context_category("signs", prepend=True, macros=[MacroTextSpec(*one) for one in names.items()])
    return " ".join(LatexNodes2Text(latex_context=known).latex_to_text(latex).split())


def printed(text: str) -> str:
    """On one line; two apostrophes are one closing quote in LaTeX."""
    return " ".join(text.split()).replace("''", "”")


def cited(client: Client, path: str = "/v1/events?limit=500") -> dict[str, list[str]]:
    """The sources of the answer, and the events that cite each."""
    found: dict[str, list[str]] = {}
    for event in client.get(path).json()["data"]:
        for source in dict.fromkeys(one["source"]["id"] for one in event["citations"]):
            found.setdefault(source, []).append(event["id"])
    return dict(sorted(found.items()))


NAMES = {"type": "array", "items": {"properties": {"literal": {"type": "string"}}, "additionalProperties": False}}
PARTS = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}
TEXTS = (
    "title", "container-title", "publisher", "language", "URL", "archive_location", "source", "keyword", "note",
)  # fmt: skip
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "type": {"enum": ["article-newspaper", "broadcast", "dataset", "document", "post", "report", "webpage"]},
            "author": NAMES,
            "issued": {
                "properties": {
                    "date-parts": {"type": "array", "items": PARTS, "minItems": 1, "maxItems": 2},
                    "circa": {"type": ["string", "number", "boolean"]},
                },
                "additionalProperties": False,
            },
            "custom": {"type": "object"},
            **{name: {"type": "string"} for name in TEXTS},
        },
    },
}
"""What we use of csl-data.json of the Citation Style Language, 1.0.2, in our words."""
