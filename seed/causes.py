"""Why a document changed whose own record did not: the edited records that it shows, nearest first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from seed.collection import Collection
from seed.references import RECORDS, references

Key = tuple[str, str]
"""A record's kind and id."""
MOST_CAUSES = 20


class Causes:
    """What some edited records bring about in the others of a collection."""

    def __init__(self, collection: Collection, edited: set[Key]) -> None:
        self.collection = collection
        self.edited = edited

    def of(self, key: Key) -> list[Key]:
        """The edited records among those that a record shows; else among those that these refer to, and so on."""
        if not self.edited:
            return []
        shown = set(_referred(self.collection, key))
        shown |= set(_publishers(self.collection, [key, *shown]))
        return sorted(shown & self.edited)[:MOST_CAUSES] or sorted(self._far.get(key, ()))

    @cached_property
    def _far(self) -> dict[Key, list[Key]]:
        """The nearest edited records of every record that refers to one at any distance: found from these outwards."""
        referring = defaultdict(list)
        for key in _every(self.collection):
            for other in _referred(self.collection, key):
                referring[other].append(key)
        found = {key: [key] for key in self.edited}
        level = sorted(self.edited)
        while level:
            following: dict[Key, set[Key]] = defaultdict(set)
            for one in level:
                for key in referring[one]:
                    if key not in found:
                        following[key].update(found[one])
            found |= {key: sorted(causes)[:MOST_CAUSES] for key, causes in following.items()}
            level = sorted(following)
        return found


def with_showing(collection: Collection, keys: set[Key]) -> set[Key]:
    """Some records, and all that may show something of them; of another event, an event shows its title alone."""
    every = _every(collection)
    referred = {key: set(_referred(collection, key)) for key in every}
    found, fresh = set(keys), set(keys)
    while fresh:
        fresh = {key for key in every - found if referred[key] & fresh}
        found |= fresh
        fresh = {key for key in fresh if key[0] != "event"}
    return found


def _every(collection: Collection) -> set[Key]:
    return {(kind, one) for kind in RECORDS for one in getattr(collection, kind)}


def _publishers(collection: Collection, keys: Iterable[Key]) -> Iterator[Key]:
    """Of the sources among some records: whoever cites a source shows its publisher, and whose reporting it carries."""
    for source in (one for kind, one in keys if kind == "source"):
        publishers = {collection.source[source].publisher, *collection.roots(source)}
        yield from (("publisher", one) for one in publishers if one)


def _referred(collection: Collection, key: Key) -> Iterator[Key]:
    kind, record_id = key
    data = getattr(collection, kind)[record_id].model_dump(by_alias=True, exclude_unset=True)
    yield from ((target, value) for _, target, value in references(kind, data) if target in RECORDS and value)
