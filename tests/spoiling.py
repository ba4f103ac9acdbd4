"""Records with one value spoilt: a key dropped, misspelt or added, a value replaced by one of another form."""

import copy
import random
from collections.abc import Iterator
from typing import Any

Line = dict[str, Any]
Place = tuple[Any, str | int]
"""What holds a value, and by which key or index."""

OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -7, 2021, 7.5, 10**16, "", " ", "x", "X y", "a-b", "a--b", "-a", "two\nlines", "one\n", "é",
    [], ["x"], ["a-b", "a-b"], [None], [7], [[]], {}, {"x": 1}, {"id": "a"}, [{}], [{"actor": "a", "role": "host"}],
    "2021", "2021-12", "2021-12-27", "2021-13-01", "2021-12-32", "0000", "202X", "2021-XX", "20211227", "27 December",
    "2021-12-27T10:00:00Z", "2021-12-27T10:00Z", "2021-12-27T25:00:00Z", "2021-12-01/2021-12-27", "2021-12/..", "XXXX",
    "[2021-12-01..2021-12-27]", "[..]", "2021-21", "2021-25", "10:00", "10:00Z", "24:00Z", "https://example.org/a",
    "htp://example.org", "https://", "https://example.org/a b", "en", "pt-BR", "english!", "UA", "ua", "supports",
    "a" * 64, "a" * 101, "x" * 501, "x" * 20_001,
)  # fmt: skip


def spoilt(lines: list[Line], count: int, seed: int) -> Iterator[Line]:
    """As many records, each a copy of one of the lines with one thing changed; its `id` and `kind` stay most often."""
    chance = random.Random(seed)
    for _ in range(count):
        line = copy.deepcopy(chance.choice(lines))
        whole, key = chance.choice([place for place in _places(line) if place[1] != "kind"])
        _spoil(whole, key, chance)
        yield line


def _places(whole: Any) -> Iterator[Place]:
    """Every value of a record, however deep."""
    parts = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for key, value in parts:
        yield whole, key
        yield from _places(value)


def _spoil(whole: Any, key: str | int, chance: random.Random) -> None:
    match chance.choice(("drop", "misspell", "add", "replace", "replace", "replace", "replace")):
        case "drop":
            del whole[key]
        case "misspell" if isinstance(whole, dict):
            whole[f"{key}x"] = whole.pop(key)
        case "add" if isinstance(whole, dict):
            whole[chance.choice(("note", "title", "type", "extra", "start", "redacted"))] = chance.choice(OTHERS)
        case _:
            whole[key] = copy.deepcopy(chance.choice(OTHERS))
