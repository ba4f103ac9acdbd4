"""What must hold of one record by itself, beyond the form of each value.

The rules read the record as the file has it, so that each is told even where other values of it are wrong.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from app.instants import parse_instant
from app.problems import nearest
from seed.dates import Days, parse_date
from seed.passages import Words, faults_of
from seed.reading_yaml import flow_list
from seed.record import LISTS, SUPPORTED_FIELDS, SUPPORTING

Loc = tuple[str | int, ...]
MOST = {"citations": 250, "claims": 100, "earlier": 50}
Told = Iterator[tuple[Loc, str]]
"""What is wrong, and what would be right, of the values at places of a record."""


def broken_rules(kind: str, data: dict[str, Any]) -> Told:
    """What is wrong with a record of some kind."""
    for rule in RULES.get(kind, ()):
        yield from rule(data)


def values_at(data: Any, path: str) -> Iterator[tuple[Loc, Any]]:
    """The values at a path such as `citations.*.source`, where a star is every entry of a list."""
    found: list[tuple[Loc, Any]] = [((), data)]
    for step in path.split("."):
        if step == "*":
            lists = [(loc, value) for loc, value in found if isinstance(value, list)]
            found = [((*loc, n), one) for loc, value in lists for n, one in enumerate(value)]
        else:
            found = [((*loc, step), one[step]) for loc, one in found if isinstance(one, dict) and step in one]
    yield from found


def entries(data: dict[str, Any], path: str) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """The mappings at a path."""
    return ((loc, one) for loc, one in values_at(data, path) if isinstance(one, dict))


def claim_value(claim: dict[str, Any]) -> Any:
    """What a claim says, with a list as a list, however it is written."""
    value = claim.get("value")
    if claim.get("field") not in LISTS or isinstance(value, list):
        return value
    try:
        return flow_list(value) if isinstance(value, str) else [value]
    except ValueError:
        return []


def _coordinates(data: dict[str, Any]) -> Told:
    given = [name for name in ("latitude", "longitude") if data.get(name) is not None]
    if len(given) == 1:
        yield (given[0],), "expected latitude and longitude together"


def _positions(data: dict[str, Any]) -> Told:
    for loc, one in entries(data, "positions.*"):
        start, end = _days(one.get("from", one.get("start"))), _days(one.get("to", one.get("end")))
        if start and end and start.first and end.last and end.last < start.first:
            yield (*loc, "to" if "to" in one else "end"), "expected an end at or after the start, `from`"


def _lineage(data: dict[str, Any]) -> Told:
    for loc, one in entries(data, "derived_from.*"):
        given = [name for name in ("source", "publisher") if one.get(name) is not None]
        if len(given) != 1:
            yield (*loc, *given[1:]), "expected either a source or a publisher"
        if one.get("how") == "cites" and one.get("source") == data.get("id"):
            yield (*loc, "source"), "a source that cites itself; expected another source"


def _times(data: dict[str, Any]) -> Told:
    names = ("published_not_before", "published", "updated")
    given = {name: str(data[name]) for name in names if isinstance(data.get(name), str | int)}
    for earlier, later in pairwise(given):
        if _is_before(given[later], given[earlier]):
            yield (later,), f"expected a time at or after {earlier}, {given[earlier]}"


def _is_before(one: str, other: str) -> bool:
    try:
        if "T" in one and "T" in other:
            return parse_instant(one) < parse_instant(other)
        last, first = parse_date(one.partition("T")[0]).last, parse_date(other.partition("T")[0]).first
    except ValueError:
        return False
    return last is not None and first is not None and last < first


def _start_time(data: dict[str, Any]) -> Told:
    days = _days(data.get("date"))
    if data.get("start_time") is not None and (days.precision != "day" if days else data.get("date") is None):
        yield ("start_time",), "expected a start_time only where date is a day"


def _quantities(data: dict[str, Any]) -> Told:
    for loc, one in entries(data, "quantities.*"):
        given = {name: one[name] for name in ("low", "best", "high") if isinstance(one.get(name), int | float)}
        for lower, higher in pairwise(given):
            if given[lower] > given[higher]:
                yield (*loc, higher), "expected low <= best <= high"
        if all(one.get(name) is None for name in ("value", "low", "best", "high")):
            yield loc, "expected a value, or low, best or high"


def _citations(data: dict[str, Any]) -> Told:
    for name, most in MOST.items():
        if isinstance(data.get(name), list) and len(data[name]) > most:
            yield (name, most), f"more than {most} {name}; expected fewer, since each may give the event another state"
    keys: dict[str, Loc] = {}
    for loc, key in values_at(data, "citations.*.key"):
        if isinstance(key, str) and (first := keys.setdefault(key, loc)) != loc:
            for one in (first, loc):
                yield one, f"the key '{key[:100]}' stands at two citations; expected another"
    for at, citation in entries(data, "citations.*"):
        for place, name in (
            values_at(citation, "supports.*") if str(citation.get("stance", "supports")) in SUPPORTING else ()
        ):
            if name in SUPPORTED_FIELDS and data.get(name) in (None, [], ""):
                yield (*at, *place), f"supports '{name}', which the event does not have; expected a field that it has"


def _claims(data: dict[str, Any]) -> Told:
    keys = [key for _, key in values_at(data, "citations.*.key") if isinstance(key, str)]
    stated: dict[str, list[Any]] = {}
    for loc, one in entries(data, "claims.*"):
        if one.get("citations") == []:
            yield (*loc, "citations"), "expected at least one citation that asserts the value"
        for place, key in values_at(one, "citations.*"):
            if isinstance(key, str) and key not in keys:
                guess = nearest(key, keys)
                right = f"nearest: '{guess}'" if guess else "expected the key of one of the event's citations"
                yield (*loc, *place), f"unknown citation '{key[:100]}'; {right}"
        name, value = str(one.get("field")), _plain(claim_value(one))
        if value == _plain(data.get(name)):
            yield (*loc, "value"), f"the event's own {name} again; expected a value that differs"
        elif value in stated.setdefault(name, []):
            yield (*loc, "value"), f"a {name} that another claim has; expected one claim a value"
        else:
            stated[name].append(value)


def _plain(value: Any) -> Any:
    """The same for values that are told alike: a year as a number or as text, an entry given twice."""
    if isinstance(value, list):
        return [one for n, one in enumerate(value) if one not in value[:n]]
    return str(value) if isinstance(value, int) else value


def _earlier(data: dict[str, Any]) -> Told:
    before: set[str] = set()
    for loc, one in entries(data, "earlier.*"):
        source = str(one.get("before"))
        if source in before:
            yield (*loc, "before"), f"a second entry before '{source[:100]}'; expected one"
        before.add(source)


def _status(data: dict[str, Any]) -> Told:
    is_withdrawn, target = data.get("status") == "withdrawn", data.get("merged_into")
    if is_withdrawn and target is not None:
        yield ("merged_into",), "withdrawn and merged; expected either"
    elif is_withdrawn and data.get("reason") is None:
        yield ("status",), "expected a reason, since the event is withdrawn"
    elif data.get("reason") is not None and not is_withdrawn and target is None:
        yield ("reason",), "a reason for nothing; expected it with `status: withdrawn` or `merged_into`"


def _passages(data: dict[str, Any]) -> Told:
    for loc, one in entries(data, "citations.*.passage"):
        texts = [one.get(name) for name in ("starts", "ends", "before", "after")]
        words = [text if isinstance(text, str) else None for text in texts]
        for fault in faults_of(Words(words[0] or "x", words[1] or "x", words[2], words[3])):
            yield (*loc, fault.split("`")[1]), fault
        start, end = one.get("start"), one.get("end")
        if (start is None) != (end is None):
            yield (*loc, "start" if end is None else "end"), "expected start and end together"
        elif isinstance(start, int) and isinstance(end, int) and start >= end:
            yield (*loc, "end"), f"expected an end after the start {start}"


def _relations(data: dict[str, Any]) -> Told:
    for loc, event in values_at(data, "relations.*.event"):
        if event == data.get("id"):
            yield loc, "a relation of the event to itself; expected another event"


def _days(text: Any) -> Days | None:
    try:
        return parse_date(str(text)) if isinstance(text, str | int) else None
    except ValueError:
        return None


RULES: dict[str, tuple[Callable[[dict[str, Any]], Told], ...]] = {
    "source": (_lineage, _times),
    "actor": (_positions,),
    "location": (_coordinates,),
    "event": (_start_time, _quantities, _citations, _claims, _earlier, _status, _passages, _relations),
}
