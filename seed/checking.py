"""What must hold of the record as a whole: references, codes, hierarchies, evidence. All faults, in one run.

One reading of the files checks each record by itself, and notes what the record as a whole has to hold. Only where
something is wrong are the files read again, to tell every fault at its place: see `seed.telling`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from seed.collection import Collection
from seed.faults import Faults, RecordRefused
from seed.hierarchies import HIERARCHIES, cycles, onward
from seed.parsing import parsed_items
from seed.reading import Item, read_record
from seed.record import MODELS, SUPPORTING, Anything, Vocabulary
from seed.references import RECORDS, references
from seed.rules import broken_rules, entries
from seed.shelf import Records, Shelf
from seed.telling import Telling
from seed.vocabularies import check_list, vocabularies
from seed.writing import uncollected

MOST_WARNINGS = 200


@uncollected()
def check(paths: Sequence[Path], *, allow_uncited: bool = False) -> Collection:
    """The whole record under some paths. Raises `RecordRefused` with every fault of every file."""
    faults, shelf = Faults(), Shelf()
    first = _Reading(shelf, faults, allow_uncited=allow_uncited)
    for item, record in parsed_items(read_record(paths, faults), faults):
        first.take(item, record)
    vocabulary = vocabularies(first.vocabularies)
    of_kind = {kind: Records(shelf, model, kind) for kind, model in MODELS.items() if kind in RECORDS}
    collection = Collection(**of_kind, vocabulary=vocabulary)  # type: ignore[arg-type]
    if faults or not first.is_sound(collection):
        telling = Telling(shelf, collection, faults, allow_uncited=allow_uncited)
        telling.tell(read_record(paths, Faults()), first.repeated)
    if faults:
        raise RecordRefused(faults)
    return collection


class _Reading:
    """The first reading of the files: records on a shelf, and what says whether they go together."""

    def __init__(self, shelf: Shelf, faults: Faults, *, allow_uncited: bool) -> None:
        self.shelf = shelf
        self.faults = faults
        self.allow_uncited = allow_uncited
        self.vocabularies: list[Vocabulary] = []
        self.repeated: set[tuple[str, str]] = set()
        self.codes: set[tuple[str, str]] = set()
        self.without_origin: set[str] = set()
        """The sources of citations that name no origin."""
        self.has_several_roots = False
        self.has_unsupported = False

    def take(self, item: Item, record: Anything | None) -> None:
        for loc, told in broken_rules(item.kind, item.data):
            self.faults.add(item.place(loc), told)
        for _, kind, value in references(item.kind, item.data):
            if isinstance(value, str):
                self.shelf.want(kind, value) if kind in RECORDS else self.codes.add((kind, value))
        record_id = item.data.get("id")
        if isinstance(record_id, str):
            self._keep(item, record_id, record)
        match item.kind:
            case "vocabulary":
                check_list(item, self.faults)
                if isinstance(codes := item.data.get("codes"), dict):
                    self.faults.lost |= codes.keys()
            case "source":
                self.has_several_roots |= len(_built_on(item.data)) > 1
            case "event":
                self.without_origin.update(_without_origin(item.data))
                self.has_unsupported |= not self.allow_uncited and not _is_supported(item.data)

    def _keep(self, item: Item, record_id: str, record: Anything | None) -> None:
        if not self.shelf.add(item.kind, record_id, record.written() if record else None):
            self.repeated.add((item.kind, record_id))
            return
        if isinstance(record, Vocabulary):
            self.vocabularies.append(record)
        for kind, path in HIERARCHIES:
            if kind == item.kind:
                for other, _ in onward(item.data, path):
                    self.shelf.lead(kind, path, record_id, other)

    def is_sound(self, collection: Collection) -> bool:
        """Whether there is nothing to tell."""
        return not (
            self.repeated
            or self.has_unsupported
            or any(code not in collection.vocabulary[name].codes for name, code in self.codes)
            or self.shelf.lacks_wanted()
            or any(self._has_cycle(kind, path) for kind, path in HIERARCHIES)
            or (self.has_several_roots and any(len(collection.roots(one)) > 1 for one in self.without_origin))
        )

    def _has_cycle(self, kind: str, path: str) -> bool:
        """What stands below nothing that was read after it is in none, and takes no memory to be sure of."""
        return self.shelf.leads_forward(kind, path) and any(cycles(self.shelf.onward(kind, path)))


def _built_on(source: dict[str, Any]) -> list[Any]:
    return [one for _, one in entries(source, "derived_from.*") if one.get("how") != "cites"]


def _without_origin(event: dict[str, Any]) -> Iterator[str]:
    return (str(one.get("source")) for _, one in entries(event, "citations.*") if one.get("origin") is None)


def _is_supported(event: dict[str, Any]) -> bool:
    citations = event.get("citations")
    return isinstance(citations, list) and any(
        isinstance(one, dict) and str(one.get("stance", "supports")) in SUPPORTING for one in citations
    )


def warnings(paths: Sequence[Path], collection: Collection) -> Iterator[str]:
    """Where words of today may stand at an earlier instant: no fault, but a curator has to look."""
    count = 0
    for item in read_record(paths, Faults()):
        if item.kind == "event" and _is_late(item, collection):
            count += 1
            if count <= MOST_WARNINGS:
                told = "evidence of several instants, and no `earlier`; expected how it stood before, or []"
                yield f"{item.place()}: warning: {item.data['id']}: {told}"
    if count > MOST_WARNINGS:
        yield f"{count - MOST_WARNINGS} more such warnings."


def _is_late(item: Item, collection: Collection) -> bool:
    event = collection.event[item.data["id"]]
    instants = {collection.counts_from(one.source) for one in event.citations}
    return event.earlier is None and event.is_published and len(instants) > 1
