"""Reads the record's files into raw items, each value with its place: YAML as people write it, NDJSON for bulk data.

Every fault of form in every file is collected in one run; an item with a fault is still yielded where its kind is
known, so that whoever checks its content finds what else is wrong with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from seed.building import Spot
from seed.faults import Faults, Place
from seed.reading_ndjson import ndjson_items
from seed.reading_yaml import yaml_items

KINDS = ("publisher", "source", "actor", "location", "vocabulary", "event")
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (*YAML_SUFFIXES, ".ndjson", ".jsonl")
NAME = re.compile(rf"({'|'.join(KINDS)}|vocabularies)s?(?![a-z])", re.IGNORECASE)


@dataclass(slots=True)
class Item:
    """A record as its file has it, without the `kind` that tells which record it is."""

    kind: str
    data: dict[str, Any]
    path: str
    spot: Spot | Callable[[], Spot]

    def place(self, loc: Sequence[str | int] = ()) -> Place:
        """Where the value at `loc` stands, or the nearest that holds it."""
        return Place(self.path, *self._nearest(loc).at)

    def place_of_key(self, loc: Sequence[str | int]) -> Place:
        """Where the key of the value at `loc` stands; of what has no key, the value."""
        spot = self._nearest(loc)
        return Place(self.path, *(spot.key_at or spot.at))

    def _nearest(self, loc: Sequence[str | int]) -> Spot:
        if not isinstance(self.spot, Spot):
            self.spot = self.spot()
        return self.spot.nearest(loc)


def read_record(paths: Sequence[Path], faults: Faults) -> Iterator[Item]:
    """The items of some files, and of all record files in some folders."""
    read = set()
    for root in paths:
        for path in _files(root, faults):
            if (real := path.resolve()) not in read:
                read.add(real)
                yield from _read(path, _named(path, root if root.is_dir() else root.parent), faults)


def _files(root: Path, faults: Faults) -> list[Path]:
    if root.is_dir():
        found = [path for path in sorted(root.rglob("[!.]*")) if path.suffix.lower() in SUFFIXES and not path.is_dir()]
        found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
        wrong = "a folder without a record file"
    else:
        found = [root] if root.is_file() and root.suffix.lower() in SUFFIXES else []
        wrong = "not a record file" if root.exists() else "no such file or folder"
    if not found:
        faults.add(Place(str(root), 1, 1), f"{wrong}; expected .yaml, .yml, .ndjson or .jsonl")
    for path in found:
        if not path.is_file():
            faults.add(Place(str(path), 1, 1), "a link to nothing, or no file; expected a readable file")
            faults.is_incomplete = True
    return [path for path in found if path.is_file()]


def _named(path: Path, root: Path) -> str | None:
    """The kind that the file's name tells, or that of the nearest folder."""
    folders = (root.resolve().name, *path.relative_to(root).parent.parts)
    for name in (path.stem, *reversed(folders)):
        if match := NAME.match(name):
            return match[1].lower().replace("ies", "y")
    return None


def _read(path: Path, named: str | None, faults: Faults) -> Iterator[Item]:
    is_yaml = path.suffix.lower() in YAML_SUFFIXES
    try:
        for data, spot in yaml_items(path, faults) if is_yaml else ndjson_items(path, faults):
            item = Item("", data, str(path), spot)
            if kind := _kind(item, named, is_yaml, faults):
                item.kind = kind
                yield item
            elif isinstance(lost := data.get("id"), str):
                faults.lost.add(lost)
    except OSError as error:
        faults.add(Place(str(path), 1, 1), f"cannot be read: {str(error.strerror).lower()}; expected a readable file")
        faults.is_incomplete = True


def _kind(item: Item, named: str | None, is_yaml: bool, faults: Faults) -> str | None:
    """Takes the record's kind out of its data; in a file of sources, another `kind` is the source's own."""
    if "kind" not in item.data:
        if is_yaml:
            return named or "event"
        faults.add(item.place(), f"no 'kind'; expected one of {', '.join(KINDS)}")
        return None
    given = item.data["kind"]
    if given in KINDS:
        return str(item.data.pop("kind"))
    if named == "source":
        return named
    guess = get_close_matches(given, KINDS, 1, 0) if isinstance(given, str) else []
    wrong, right = (f"unknown kind {given[:40]!r}", guess[0]) if guess else ("kind that is not text", ", ".join(KINDS))
    faults.add(item.place(["kind"]), f"{wrong}; expected {right}")
    return None
