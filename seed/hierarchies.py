"""What leads from record to record, and may never lead back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from seed.rules import Loc, values_at

HIERARCHIES = (
    ("location", "parent"),
    ("actor", "member_of.*"),
    ("source", "derived_from.*.source"),
    ("event", "relations.*.event"),
    ("event", "merged_into"),
)
MOST_EDGES = 20


def onward(data: dict[str, Any], path: str) -> Iterator[tuple[str, Loc]]:
    """What a record stands below, and where it says so."""
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


def cycles(onward: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
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


def shown(cycle: list[str]) -> str:
    around = [*cycle, cycle[0]]
    return " > ".join(around if len(around) <= MOST_EDGES else [*around[:MOST_EDGES], "…", cycle[0]])
