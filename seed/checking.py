"""What must hold of the record as a whole: references, codes, hierarchies, evidence. All faults, in one run.

It reads the record as the files have it, so that a fault is told even where another spoils the same record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pycountry

from app.problems import nearest
from seed.collection import Collection
from seed.faults import Faults, RecordRefused
from seed.forms import ID
from seed.parsing import Parsed, parse
from seed.reading import Item, read_record
from seed.record import SUPPORTING, Lineage, Source, Vocabulary
from seed.references import RECORDS, references
from seed.rules import Loc, broken_rules, entries, values_at

SHIPPED_VOCABULARIES = Path(__file__).parent / "vocabularies.yaml"
COMPLETE = "country"
"""The list that no record may add to."""
MOST_EDGES = 20
MOST_CODES = 100
MOST_WARNINGS = 200

HIERARCHIES = (
    ("location", "parent"),
    ("actor", "member_of.*"),
    ("source", "derived_from.*.source"),
    ("event", "relations.*.event"),
    ("event", "merged_into"),
)
"""What may lead from record to record, and never back."""


def check(paths: Sequence[Path], *, allow_uncited: bool = False) -> Collection:
    """The whole record under some paths. Raises `RecordRefused` with every fault of every file."""
    faults = Faults()
    parsed = parse(read_record(paths, faults), faults)
    collection = parsed.collection
    collection.vocabulary = vocabularies(collection)
    for item in parsed.every:
        if item.kind == "vocabulary" and isinstance(codes := item.data.get("codes"), dict):
            faults.lost |= codes.keys()
    for item in parsed.every:
        for loc, told in broken_rules(item.kind, item.data):
            faults.add(item.place(loc), told)
        _check_uses(item, parsed, faults)
        if item.kind == "vocabulary":
            _check_list(item, faults)
        if item.kind == "event" and not allow_uncited:
            _check_support(item, collection.vocabulary["stance"], faults)
    in_cycles = {path: set(check_hierarchy(kind, path, parsed, faults)) for kind, path in HIERARCHIES}
    _check_origins(parsed, in_cycles["derived_from.*.source"], faults)
    if faults:
        raise RecordRefused(faults)
    collection.warnings = list(_hindsight(parsed))
    parsed.release()
    return collection


def vocabularies(collection: Collection) -> dict[str, Vocabulary]:
    """The code lists that Dateline ships, with what the record adds to them."""
    every = dict(_shipped())
    for one in collection.vocabulary.values():
        if one.id in every and one.id != COMPLETE:
            every[one.id] = Vocabulary(id=one.id, codes={**every[one.id].codes, **one.codes})
    return every


@cache
def _shipped() -> dict[str, Vocabulary]:
    faults = Faults()
    lists = parse(read_record([SHIPPED_VOCABULARIES], faults), faults).collection.vocabulary
    if faults:
        raise RecordRefused(faults)
    countries = {country.alpha_2: country.name for country in pycountry.countries}
    return lists | {COMPLETE: Vocabulary.model_construct(id=COMPLETE, codes=countries)}


def _check_list(item: Item, faults: Faults) -> None:
    """Codes may only be added to the lists that Dateline ships, and to no complete one."""
    name, extensible = item.data.get("id"), sorted(_shipped().keys() - {COMPLETE})
    if name == COMPLETE:
        faults.add(item.place(("id",)), f"the list '{name}' is complete, as ISO 3166-1; expected no addition to it")
    elif isinstance(name, str) and ID.fullmatch(name) and name not in extensible:
        guess = nearest(name, extensible)
        right = f"nearest: '{guess}'" if guess else f"expected one of {', '.join(extensible)}"
        faults.add(item.place(("id",)), f"unknown list '{name[:100]}'; {right}")


def _check_uses(item: Item, parsed: Parsed, faults: Faults) -> None:
    for loc, kind, value in references(item.kind, item.data):
        if not isinstance(value, str) or len(value) > 100:  # noqa: PLR2004 - told with the form of the value
            continue
        if kind not in RECORDS:
            codes = parsed.collection.vocabulary[kind].codes
            if value not in codes and value not in faults.lost:
                faults.add(item.place(loc), f"unknown {kind.replace('-', ' ')} '{value}'{_code(value, codes)}")
        elif ID.fullmatch(value) and (kind, value) not in parsed.items and not _may_be_lost(value, faults):
            ids = [one for other, one in parsed.items if other == kind and ID.fullmatch(one)]
            guess = nearest(value, ids)
            right = f"nearest: '{guess}'" if guess else "expected an id that the record has"
            faults.add(item.place(loc), f"unknown {kind} '{value}'; {right}")


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
    if all(one.get("stance", "supports") in stances.codes.keys() - SUPPORTING for one in citations):
        told = "no citation supports the event; expected at least one that does (bulk data: --allow-uncited)"
        faults.add(item.place(("citations",)), told)


def check_hierarchy(kind: str, path: str, parsed: Parsed, faults: Faults) -> Iterator[str]:
    """The records in cycles, each of which is told at every record that is in it."""
    onward = {
        record_id: dict(_onward(item.data, path)) for (other, record_id), item in parsed.items.items() if other == kind
    }
    for cycle in _cycles(onward):
        around = [*cycle, cycle[0]]
        shown = " > ".join(around if len(around) <= MOST_EDGES else [*around[:MOST_EDGES], "…", cycle[0]])
        for one, other in islice(pairwise(around), MOST_EDGES):
            faults.add(parsed.items[kind, one].place(onward[one][other]), f"a cycle: {shown}; expected a hierarchy")
        yield from cycle


def _onward(data: dict[str, Any], path: str) -> Iterator[tuple[str, Loc]]:
    for loc, value in values_at(data, path):
        is_told = loc[0] == "relations" and value == data.get("id")
        if isinstance(value, str) and not is_told and _is_link(data, loc):
            yield value, loc


def _is_link(data: dict[str, Any], loc: Loc) -> bool:
    """Of relations only `part_of` is a link of a hierarchy; of what a source builds on, all but what it `cites`."""
    match loc[0]:
        case "relations":
            return bool(data["relations"][loc[1]].get("type") == "part_of")
        case "derived_from":
            return bool(data["derived_from"][loc[1]].get("how") != "cites")
    return True


def _cycles(onward: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each cycle, as the path around it. Iterative: a chain may have any length."""
    done: set[str] = set()
    for start in onward:
        path: dict[str, int] = {}
        waiting = [(start, True)]
        while waiting:
            one, entering = waiting.pop()
            if not entering:
                path.popitem()
                done.add(one)
            elif one in path:
                yield list(path)[path[one] :]
            elif one not in done:
                path[one] = len(path)
                waiting.append((one, False))
                waiting.extend((other, True) for other in onward[one] if other in onward)


def _check_origins(parsed: Parsed, in_cycles: set[str], faults: Faults) -> None:
    sources = {one: source for one, source in parsed.collection.source.items() if one not in in_cycles}
    while broken := [one.id for one in sources.values() if any(link.source not in sources for link in _links(one))]:
        for one in broken:
            del sources[one]
    roots = Collection(source=sources).roots
    for item in parsed.every:
        for loc, citation in entries(item.data, "citations.*") if item.kind == "event" else ():
            found = roots.get(str(citation.get("source")), frozenset())
            if len(found) > 1 and citation.get("origin") is None:
                message = f"expected an origin, since {citation['source']} has several: {', '.join(sorted(found))}"
                faults.add(item.place(loc), message)


def _hindsight(parsed: Parsed) -> Iterator[str]:
    """Where words of today may stand at an earlier instant: no fault, but a curator has to look."""
    collection = parsed.collection
    late = [
        event.id
        for event in collection.event.values()
        if event.earlier is None
        and event.is_published
        and len({collection.counts_from(one.source) for one in event.citations}) > 1
    ]
    for one in late[:MOST_WARNINGS]:
        told = "evidence of several instants, and no `earlier`; expected how it stood before, or []"
        yield f"{parsed.items['event', one].place()}: warning: {one}: {told}"
    if len(late) > MOST_WARNINGS:
        yield f"{len(late) - MOST_WARNINGS} more such warnings."


def _links(source: Source) -> Iterator[Lineage]:
    return (link for link in source.derived_from if link.source and link.how != "cites")
