"""What is wrong between records, told at every place where it shows.

It reads the files again, as they are, so that a fault is told even where another spoils the same record.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from app.problems import nearest
from seed.collection import Collection
from seed.faults import Faults
from seed.forms import ID
from seed.hierarchies import HIERARCHIES, MOST_EDGES, cycles, onward, shown
from seed.parsing import shortened
from seed.reading import Item
from seed.record import SUPPORTING, Lineage, Source, Vocabulary
from seed.references import RECORDS, references
from seed.rules import entries
from seed.shelf import Shelf

MOST_CODES = 100
Key = tuple[str, str]


class Telling:
    """Tells the faults of one record as a whole, item by item."""

    def __init__(self, shelf: Shelf, collection: Collection, faults: Faults, *, allow_uncited: bool) -> None:
        self.shelf = shelf
        self.collection = collection
        self.faults = faults
        self.allow_uncited = allow_uncited
        self.first: dict[Key, Item] = {}
        self.around: dict[Key, list[tuple[str, str, str]]] = defaultdict(list)
        """Of each record in a cycle: the hierarchy, what it stands below, and the cycle."""
        for kind, path in HIERARCHIES:
            for cycle in cycles(shelf.onward(kind, path)):
                for one, other in islice(pairwise([*cycle, cycle[0]]), MOST_EDGES):
                    self.around[kind, one].append((path, other, shown(cycle)))
        self.sound = Collection(source=dict(self._sound_sources()))

    def tell(self, items: Iterable[Item], repeated: set[Key]) -> None:
        for item in items:
            self._check_uses(item)
            key = item.kind, str(item.data.get("id"))
            if key in repeated:
                self._check_repeated(key, item)
            if self.first.get(key, item) is item:
                self._check_cycles(key, item)
            if item.kind == "event":
                self._check_origins(item)
                if not self.allow_uncited:
                    _check_support(item, self.collection.vocabulary["stance"], self.faults)

    def _check_repeated(self, key: Key, item: Item) -> None:
        first = self.first.setdefault(key, item)
        for one, other in ((item, first), (first, item)) if first is not item else ():
            told = f"the id '{shortened(key[1])}' stands at {other.place(('id',))} too; expected another"
            self.faults.add(one.place(("id",)), told)

    def _check_cycles(self, key: Key, item: Item) -> None:
        for path, other, cycle in self.around.get(key, ()):
            loc = dict(onward(item.data, path))[other]
            self.faults.add(item.place(loc), f"a cycle: {cycle}; expected a hierarchy")

    def _check_uses(self, item: Item) -> None:
        for loc, kind, value in references(item.kind, item.data):
            if not isinstance(value, str) or len(value) > 100:  # noqa: PLR2004 - told with the form of the value
                continue
            if kind not in RECORDS:
                codes = self.collection.vocabulary[kind].codes
                if value not in codes and value not in self.faults.lost:
                    told = f"unknown {kind.replace('-', ' ')} '{value}'{_code(value, codes)}"
                    self.faults.add(item.place(loc), told)
            elif ID.fullmatch(value) and not self.shelf.has(kind, value) and not _may_be_lost(value, self.faults):
                guess = nearest(value, filter(ID.fullmatch, self.shelf.ids(kind)))
                right = f"nearest: '{guess}'" if guess else "expected an id that the record has"
                self.faults.add(item.place(loc), f"unknown {kind} '{value}'; {right}")

    def _check_origins(self, item: Item) -> None:
        for loc, citation in entries(item.data, "citations.*"):
            source = str(citation.get("source"))
            found = self.sound.roots(source) if source in self.sound.source else frozenset()
            if len(found) > 1 and citation.get("origin") is None:
                message = f"expected an origin, since {source} has several: {', '.join(sorted(found))}"
                self.faults.add(item.place(loc), message)

    def _sound_sources(self) -> Iterator[tuple[str, Source]]:
        """Those in no cycle, of which all that they build on is there."""
        in_cycles = {one for kind, one in self.around if kind == "source"}
        sources = {one: source for one, source in self.collection.source.items() if one not in in_cycles}
        while broken := [one.id for one in sources.values() if any(link.source not in sources for link in _links(one))]:
            for one in broken:
                del sources[one]
        return iter(sources.items())


def _may_be_lost(value: str, faults: Faults) -> bool:
    return faults.is_incomplete or value in faults.lost


def _code(value: str, codes: Iterable[str]) -> str:
    folded = {code.lower(): code for code in codes}
    if len(folded) > MOST_CODES:
        found = folded.get(value.lower())
        return f"; nearest: '{found}'" if found else "; expected a code of ISO 3166-1 such as GB or UA"
    guess = nearest(value.lower(), folded)
    return f"; nearest: '{folded[guess]}'" if guess else f"; expected one of {', '.join(codes)}"


def _check_support(item: Item, stances: Vocabulary, faults: Faults) -> None:
    """Of an event that is published. An unknown stance is told by itself."""
    citations = item.data.get("citations", [])
    if item.data.get("merged_into") or item.data.get("status") == "withdrawn":
        return
    if not isinstance(citations, list) or not all(isinstance(one, dict) for one in citations):
        return
    if all(str(one.get("stance", "supports")) in stances.codes.keys() - SUPPORTING for one in citations):
        told = "no citation supports the event; expected at least one that does (bulk data: --allow-uncited)"
        faults.add(item.place(("citations",)), told)


def _links(source: Source) -> Iterator[Lineage]:
    return (link for link in source.derived_from if link.source and link.how != "cites")
