"""What is weakly sourced, by plain loops over a record as it is written, at any instant."""

from tests.days import LAST, counts
from tests.generator import FIELDS, Line, Record
from tests.lineage import by_id, origin
from tests.reduction import is_published, is_support, reduce

OF_EVENTS = ("one-origin", "one-side", "no-matched-citation", "unresolved-claims", "uncited-fields")
OF_SOURCES = ("no-text", "no-archive", "undated")


def weak(record: Record, known_at: float = LAST) -> dict[str, set[str]]:
    """The ids that each check finds."""
    state = reduce(record, known_at)
    found: dict[str, set[str]] = {name: set() for name in (*OF_EVENTS, *OF_SOURCES)}
    for event in filter(is_published, state["event"]):
        for name in _of_event(event, state):
            found[name].add(event["id"])
    known = counts(state)
    for source in state["source"]:
        lacks = {"no-text": "text_sha256" not in source, "no-archive": "archive_url" not in source}
        for name in [name for name, is_so in {**lacks, "undated": known[source["id"]] == LAST}.items() if is_so]:
            found[name].add(source["id"])
    return found


def _of_event(event: Line, state: Record) -> list[str]:
    support = [one for one in event.get("citations", []) if is_support(one)]
    origins = {origin(by_id(state), one) for one in support} - {None}
    sides = [_groups(one["attributed_to"], state) if "attributed_to" in one else set() for one in support]
    shared = set.intersection(*sides) if sides else set()
    cited = {name for one in support for name in one.get("supports", [])}
    texts = {one["id"]: one.get("text_sha256") for one in state["source"]}
    checks = {
        "one-origin": bool(support) and len(origins) < 2,
        "one-side": bool(shared) or event.get("modality") == "alleged",
        "no-matched-citation": not any(_is_matched(one, texts[one["source"]]) for one in support),
        "unresolved-claims": any(one.get("rank") != "deprecated" for one in event.get("claims", [])),
        "uncited-fields": any(event.get(name) and name not in cited for name in FIELDS),
    }
    return [name for name, is_so in checks.items() if is_so]


def _is_matched(citation: Line, text: str | None) -> bool:
    """While the text that it was found in is the one that the source has."""
    read = citation.get("passage", {}).get("text_sha256")
    return citation.get("verification") == "matched" and read is not None and read == text


def _groups(actor: str, state: Record) -> set[str]:
    line = next(one for one in state["actor"] if one["id"] == actor)
    return {actor}.union(*(_groups(one, state) for one in line.get("member_of", [])))
