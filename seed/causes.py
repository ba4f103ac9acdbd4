"""Why a document changed whose own record did not: the edited records that it shows, nearest first."""

from collections.abc import Iterable, Iterator

from seed.collection import Collection
from seed.references import RECORDS, references

Key = tuple[str, str]
"""A record's kind and id."""


def nearest_edited(collection: Collection, key: Key, edited: set[Key]) -> list[Key]:
    """The edited records among those that a record shows; else among those that these refer to, and so on."""
    seen, level = {key}, [key]
    while level:
        following = {other for one in level for other in _referred(collection, one)} - seen
        if level == [key]:
            following |= set(_publishers(collection, [key, *following]))
        if found := following & edited:
            return sorted(found)
        seen |= following
        level = sorted(following)
    return []


def with_showing(collection: Collection, keys: set[Key]) -> set[Key]:
    """Some records, and all that may show something of them; of another event, an event shows its title alone."""
    every = {(kind, one) for kind in RECORDS for one in getattr(collection, kind)}
    referred = {key: set(_referred(collection, key)) for key in every}
    found, fresh = set(keys), set(keys)
    while fresh:
        fresh = {key for key in every - found if referred[key] & fresh}
        found |= fresh
        fresh = {key for key in fresh if key[0] != "event"}
    return found


def _publishers(collection: Collection, keys: Iterable[Key]) -> Iterator[Key]:
    """Of the sources among some records: whoever cites a source shows its publisher, and whose reporting it carries."""
    for source in (one for kind, one in keys if kind == "source"):
        publishers = {collection.source[source].publisher, *collection.roots[source]}
        yield from (("publisher", one) for one in publishers if one)


def _referred(collection: Collection, key: Key) -> Iterator[Key]:
    kind, record_id = key
    data = getattr(collection, kind)[record_id].model_dump(by_alias=True, exclude_unset=True)
    yield from ((target, value) for _, target, value in references(kind, data) if target in RECORDS and value)
