"""What is weakly sourced: the checks of the desk's report, each a code of the list `quality`."""

from collections import defaultdict
from collections.abc import Iterator

from app.tables import LAST
from seed.collection import Collection
from seed.knowledge import Knowledge
from seed.record import SUPPORTED_FIELDS, SUPPORTING, Citation, Event, Source

Found = tuple[str, str]
"""The address and the title of a record."""


def report(collection: Collection) -> Iterator[tuple[str, str, list[Found]]]:
    """Each check, its meaning, and the records that it finds as things stand now."""
    knowledge, found = Knowledge(collection), defaultdict(list)
    for event in collection.event.values():
        for check in weak_points(collection, knowledge.at(event, LAST)) if event.is_published else ():
            found[check].append((f"/v1/events/{event.id}", event.title))
    for source in collection.source.values():
        for check in weak_points_of_source(collection, source):
            found[check].append((f"/v1/sources/{source.id}", source.title))
    for check, meaning in collection.vocabulary["quality"].codes.items():
        yield check, meaning, found[check]


def weak_points(collection: Collection, event: Event) -> Iterator[str]:
    """Of an event as it stands at some instant."""
    backing = [one for one in event.citations if one.stance in SUPPORTING]
    origins = {collection.origin(one) for one in backing} - {None}
    if backing and len(origins) <= 1:
        yield "one-origin"
    if event.modality == "alleged" or is_of_one_side(collection, backing):
        yield "one-side"
    if not any(collection.verification(one) == "matched" for one in backing):
        yield "no-matched-citation"
    if any(one.rank != "deprecated" for one in event.claims):
        yield "unresolved-claims"
    if uncited_fields(event):
        yield "uncited-fields"


def is_of_one_side(collection: Collection, backing: list[Citation]) -> bool:
    """Whether all support is attributed, to speakers that belong to one actor in common."""
    sides = [set(collection.with_groups(one.attributed_to)) for one in backing if one.attributed_to]
    return bool(sides) and len(sides) == len(backing) and bool(set.intersection(*sides))


def uncited_fields(event: Event) -> list[str]:
    """The fields that no citation is said to back."""
    named = {name for one in event.citations if one.stance in SUPPORTING for name in one.supports}
    return [name for name in SUPPORTED_FIELDS if getattr(event, name) and name not in named]


def weak_points_of_source(collection: Collection, source: Source) -> Iterator[str]:
    if not source.text_sha256:
        yield "no-text"
    if not source.archive_url:
        yield "no-archive"
    if collection.available_at(source.id) is None:
        yield "undated"
