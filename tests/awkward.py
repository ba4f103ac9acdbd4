"""Events that formats trip over: hostile words, dates without ends, the first and last years, places none and many."""

from typing import Any

from tests.invented import Line, event_line, reference_lines

HOSTILE = "<script>alert(\"1\")</script> & 'é'; \\, {x} ]]> 😀 \u202eالعربية"
LONG = "Łódź 東京 " * 37
"""333 characters in more octets."""
PROSE = f"{HOSTILE}\n\nEND:VEVENT\r\nBEGIN:VEVENT\u2028next, line\u2029=cmd|' /C calc'!A0"
URL = "https://news.example/a,b;c?x='1'&y=2"


def awkward_lines() -> list[Line]:
    hostile = {"title": HOSTILE, "archive_url": "https://archive.example/1"}
    others = [
        line | hostile | {"url": f"{URL}&{line['id']}"} if line["kind"] == "source" else line
        for line in reference_lines()
    ]
    pier = {"kind": "location", "id": "pier", "name": f"Pier {HOSTILE}", "latitude": -16.5, "longitude": 179.9}
    own = {"relations": [], "citations": [_citation()]}
    return [*others, pier, *(event_line(0, **(own | changed), id=name) for name, changed in _events())]


def _events() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("hostile", {"title": HOSTILE, "summary": PROSE, "date_basis": HOSTILE, **_rival()}),
        ("long-title", {"title": LONG[:300]}),
        ("undated", {"date": None}),
        ("unknown", {"date": "XXXX", "modality": "cancelled"}),
        ("open-start", {"date": "../2020-03-02"}),
        ("open-end", {"date": "2020-03-02/.."}),
        ("by-then", {"date": "[..2020-03-02]"}),
        ("or-later", {"date": "[2020-03-02..]"}),
        ("within", {"date": "[2020-03-02..2020-03-04]"}),
        ("lasting", {"date": "2020-02/2020-03"}),
        ("about", {"date": "2020-03-02~"}),
        ("timed", {"date": "2020-03-02", "start_time": "23:30-05:00"}),
        ("nowhere", {"locations": []}),
        ("two-places", {"locations": ["old-harbour", "pier"]}),
        ("one-spot-of-two", {"locations": ["north-coast", "pier"]}),
        ("first-day", {"date": "0001-01-01", "start_time": "00:30+02:00"}),
        ("last-day", {"date": "9999-12-31", "start_time": "23:30-05:00"}),
        ("last-year", {"date": "9999"}),
        ("all-time", {"date": "0001-01-01/9999-12-31"}),
        *((code, {"modality": code}) for code in ("planned", "proposed", "predicted", "threatened", "alleged")),
        ("called-off", {"modality": "cancelled", "type": None}),
    ]


def _citation(**changed: Any) -> dict[str, Any]:
    return {
        "key": "c", "source": "gazette-monday", "passage": {"starts": "Early on, the", "ends": "it said."},
        "note": HOSTILE,
    } | changed  # fmt: skip


def _rival() -> dict[str, Any]:
    """A rival date, cited from another source, with the editor's reason."""
    rival = {"field": "date", "value": "2020-03-09", "rank": "deprecated", "citations": ["r"], "relation": "garbles"}
    return {
        "citations": [_citation(), _citation(key="r", source="post-tuesday", stance="disputes", supports=["date"])],
        "claims": [rival | {"note": f"The editor's reason: {HOSTILE}"}],
    }
