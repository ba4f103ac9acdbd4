"""What must hold of the record as a whole: references, codes, hierarchies, evidence. All faults, in one run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pycountry

from app.problems import nearest
from seed.collection import Collection
from seed.dates import parse_date
from seed.faults import Faults, RecordRefused
from seed.parsing import Parsed, parse
from seed.passages import Words, faults_of
from seed.reading import Item, read_record
from seed.record import SUPPORTING, Actor, Anything, Event, Location, Publisher, Source, Vocabulary

Path_ = tuple[str | int, ...]
Use = tuple[Path_, str, str | None]
"""Where a value is used, what kind it must be of, and the value."""

SHIPPED_VOCABULARIES = Path(__file__).parent / "vocabularies.yaml"


def check(paths: Sequence[Path], *, allow_uncited: bool = False) -> Collection:
    """The whole record under some paths. Raises `RecordRefused` with every fault of every file."""
    faults = Faults()
    parsed = parse(read_record(paths, faults), faults)
    collection = parsed.collection
    collection.vocabulary = vocabularies(collection)
    for (kind, record_id), item in parsed.items.items():
        record = getattr(collection, kind).get(record_id)
        if record is not None and kind != "vocabulary":
            _check_uses(record, item, parsed, faults)
            if isinstance(record, Event):
                _check_event(record, item, faults, allow_uncited=allow_uncited)
    _check_hierarchies(parsed, faults)
    if not faults:
        _check_origins(parsed, faults)
    if faults:
        raise RecordRefused(faults)
    return collection


def vocabularies(collection: Collection) -> dict[str, Vocabulary]:
    """The code lists that Dateline ships, with what the record adds to them."""
    every = dict(_shipped())
    for one in collection.vocabulary.values():
        shipped = every.get(one.id)
        every[one.id] = Vocabulary(id=one.id, codes={**shipped.codes, **one.codes} if shipped else one.codes)
    return every


@cache
def _shipped() -> dict[str, Vocabulary]:
    faults = Faults()
    lists = parse(read_record([SHIPPED_VOCABULARIES], faults), faults).collection.vocabulary
    if faults:
        raise RecordRefused(faults)
    countries = {country.alpha_2: country.name for country in pycountry.countries}
    return lists | {"country": Vocabulary.model_construct(id="country", codes=countries)}


def _check_uses(record: Anything, item: Item, parsed: Parsed, faults: Faults) -> None:
    for path, kind, value in uses(record):
        if value is None:
            continue
        if kind in Collection.__dataclass_fields__:
            if (kind, value) not in parsed.items and not faults.is_incomplete:
                ids = [one for other, one in parsed.items if other == kind]
                faults.add(item.place(path), f"unknown {kind} '{value}'{_hint(value, ids)}")
        elif value not in parsed.collection.vocabulary[kind].codes:
            codes = parsed.collection.vocabulary[kind].codes
            faults.add(item.place(path), f"unknown {kind.replace('-', ' ')} '{value}'{_hint(value, codes)}")


def _hint(value: str, known: Iterable[str]) -> str:
    guess = nearest(value, known)
    return f"; nearest: '{guess}'" if guess else "; expected an id that the record has"


def uses(record: Anything) -> Iterator[Use]:
    """Every id and code that a record uses."""
    match record:
        case Publisher():
            yield ("country",), "country", record.country
            yield ("ownership",), "ownership", record.ownership
        case Source():
            yield ("publisher",), "publisher", record.publisher
            yield ("kind",), "source-kind", record.source_kind
            for n, link in enumerate(record.derived_from):
                yield ("derived_from", n, "source"), "source", link.source
                yield ("derived_from", n, "publisher"), "publisher", link.publisher
                yield ("derived_from", n, "how"), "lineage", link.how
        case Actor():
            yield ("type",), "actor-type", record.type
            yield ("country",), "country", record.country
            yield from ((("member_of", n), "actor", one) for n, one in enumerate(record.member_of))
            for n, position in enumerate(record.positions):
                yield ("positions", n, "organisation"), "actor", position.organisation
        case Location():
            yield ("type",), "location-type", record.type
            yield ("parent",), "location", record.parent
            yield ("country",), "country", record.country
            yield ("precision",), "precision", record.precision
        case Event():
            yield from _event_uses(record)


def _event_uses(event: Event) -> Iterator[Use]:
    yield ("type",), "type", event.type
    yield ("modality",), "modality", event.modality
    yield from ((("locations", n), "location", one) for n, one in enumerate(event.locations))
    yield from ((("quantities", n, "measure"), "measure", one.measure) for n, one in enumerate(event.quantities))
    for n, one in enumerate(event.actors):
        yield ("actors", n, "actor"), "actor", one.actor
        yield ("actors", n, "role"), "role", one.role
    for n, citation in enumerate(event.citations):
        yield ("citations", n, "source"), "source", citation.source
        yield ("citations", n, "stance"), "stance", citation.stance
        yield ("citations", n, "attributed_to"), "actor", citation.attributed_to
        yield ("citations", n, "origin"), "publisher", citation.origin
        yield ("citations", n, "verification"), "verification", citation.verification
    for n, relation in enumerate(event.relations):
        yield ("relations", n, "type"), "relation", relation.type
        yield ("relations", n, "event"), "event", relation.event


def _check_event(event: Event, item: Item, faults: Faults, *, allow_uncited: bool) -> None:
    if not allow_uncited and not any(one.stance in SUPPORTING for one in event.citations):
        message = "expected at least one citation that supports the event (bulk data: --allow-uncited)"
        faults.add(item.place(("citations",) if event.citations else ()), f"{event.id}: {message}")
    keys: dict[str, int] = {}
    for n, citation in enumerate(event.citations):
        if keys.setdefault(citation.key, n) != n:
            faults.add(
                item.place(("citations", n, "key")), f"the key '{citation.key}' stands already; expected another"
            )
        if passage := citation.passage:
            words = Words(passage.starts, passage.ends, passage.before, passage.after)
            for fault in faults_of(words):
                faults.add(item.place(("citations", n, "passage")), fault)
            if passage.start is not None and passage.end is not None and passage.start >= passage.end:
                faults.add(
                    item.place(("citations", n, "passage", "end")), f"expected an end after the start {passage.start}"
                )
        for m, name in enumerate(citation.supports):
            if not getattr(event, name):
                message = f"supports '{name}', which the event does not have; expected a field that it has"
                faults.add(item.place(("citations", n, "supports", m)), message)


def _check_hierarchies(parsed: Parsed, faults: Faults) -> None:
    collection = parsed.collection

    def part_of(event: str) -> list[str]:
        return [one.event for one in collection.event[event].relations if one.type == "part_of"]

    def derived_from(source: str) -> list[str]:
        return [one.source for one in collection.source[source].derived_from if one.source]

    def parent(location: str) -> list[str]:
        return [one] if (one := collection.location[location].parent) else []

    hierarchies: list[tuple[str, str, Callable[[str], list[str]]]] = [
        ("location", "parent", parent),
        ("actor", "member_of", lambda actor: collection.actor[actor].member_of),
        ("source", "derived_from", derived_from),
        ("event", "relations", part_of),
    ]
    for kind, key, onward in hierarchies:
        for cycle in _cycles(getattr(collection, kind), onward):
            place = parsed.items[kind, cycle[0]].place((key,))
            faults.add(place, f"a cycle: {' > '.join([*cycle, cycle[0]])}; expected a hierarchy")


def _cycles(records: dict[str, Any], onward: Callable[[str], list[str]]) -> Iterator[list[str]]:
    """Each cycle once, as the path around it. Iterative: a chain may have any length."""
    done: set[str] = set()
    for start in records:
        path: list[str] = []
        waiting: list[tuple[str, bool]] = [(start, True)]
        while waiting:
            one, entering = waiting.pop()
            if not entering:
                done.add(path.pop())
            elif one in path:
                yield path[path.index(one) :]
            elif one not in done:
                path.append(one)
                waiting.append((one, False))
                waiting.extend((other, True) for other in onward(one) if other in records)


def _check_origins(parsed: Parsed, faults: Faults) -> None:
    collection = parsed.collection
    for event in collection.event.values():
        for n, citation in enumerate(event.citations):
            roots = collection.roots[citation.source]
            if len(roots) > 1 and citation.origin is None:
                place = parsed.items["event", event.id].place(("citations", n))
                message = f"expected an origin, since {citation.source} has several: {', '.join(sorted(roots))}"
                faults.add(place, message)
    for source in collection.source.values():
        _check_times(source, parsed.items["source", source.id], faults)


def _check_times(source: Source, item: Item, faults: Faults) -> None:
    if source.published and source.updated and _days(source.updated)[1] < _days(source.published)[0]:
        faults.add(item.place(("updated",)), f"expected a time at or after published, {source.published}")


def _days(text: str) -> tuple[Any, Any]:
    days = parse_date(text.partition("T")[0])
    return days.first, days.last
