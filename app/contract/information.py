"""What the document says of the API as a whole."""

from importlib.metadata import version
from typing import Any

from app.settings import Settings

SUMMARY = "A hand-curated chronology in which every value opens on the passage that supports it."
DESCRIPTION = """\
Dateline publishes a hand-curated chronology as a read-only API in which every value opens on the passage that supports
it, every disagreement between sources is visible, and every answer can be replayed as of any date.

**Revisions.** Every answer is about one published revision of the record, by default the newest; `as_of` asks an
earlier one: *what did we say then?* `known_at` asks *what could have been known then?*

**Pages.** A list answers `limit` records and, while there are more, `links.next`: follow it until it is absent, or ask
the same question with `meta.next_cursor` as `cursor`. All pages of a walk are of one revision.

**Absent, never null.** What is unknown is absent. An empty list says that the record has none.

**Read-only.** GET, HEAD and OPTIONS are answered at every path, and nothing else: 405. Nothing needs a key, and every
origin may read.

**Refused, never guessed.** An unknown parameter, id or code is a problem (RFC 9457) with status 400 that names what was
expected, and the nearest valid name; an error is never an empty page.

**Growing.** Within `/v1`, properties, parameters, paths and codes are added and none is removed. Ignore properties, and
accept codes, that you do not know: codes are explained by `/v1/vocabularies`.

The licence below is that of the program. That of the record is `meta.license` of each answer, `meta.attribution` says
whom to credit.
"""
TAGS = {
    "events": "The chronology: events with their citations, rival claims and evidence.",
    "actors": "Persons, states, bodies, forces, organisations, media and groups that take part in events.",
    "locations": "Places, each in its parent place.",
    "sources": "Published items, and what each was built from.",
    "publishers": "Who put a source out.",
    "citations": "Passages of sources, each bearing on one event.",
    "changes": "What each revision changed, and the whole history as a file.",
    "data set": "The data set itself: its revisions, its code lists, and the desk's own report on it.",
    "formats": "The same questions, answered in the formats of newsroom tools.",
    "embeds": "Pages for the frame of an article, and oEmbed, by which a CMS finds them.",
    "service": "Health, and what problems mean.",
}


def about(settings: Settings) -> dict[str, Any]:
    """As FastAPI takes it."""
    return {
        "title": "Dateline",
        "version": version("dateline"),
        "summary": SUMMARY,
        "description": DESCRIPTION,
        "contact": _contact(settings),
        "license_info": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        "servers": [{"url": settings.public_url or "/", "description": settings.title}],
        "openapi_tags": [{"name": name, "description": told} for name, told in TAGS.items()],
        "openapi_external_docs": {
            "description": "Tutorial, how-to guides, the record's format, and why it is so",
            "url": f"{settings.public_url}/docs/index",
        },
    }


def _contact(settings: Settings) -> dict[str, str]:
    """Whoever is to be credited, and how to reach them, when the desk has said it."""
    kind = "email" if "@" in settings.contact else "url"
    return {"name": settings.attribution} | ({kind: settings.contact} if settings.contact else {})
