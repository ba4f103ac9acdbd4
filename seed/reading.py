"""Reads the record's files into raw items, each value with its place: YAML as people write it, NDJSON for bulk data.

Every fault of form in every file is collected in one run; an item with a fault is still yielded where its kind is
known, so that whoever checks its content finds what else is wrong with it.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from yaml import MarkedYAMLError, events

from seed.building import DEEPEST, Builder, Position, Spot, number
from seed.faults import Faults, Place
from seed.syntax import cleaned, decode, json_fault, yaml_fault

KINDS = ("publisher", "source", "actor", "location", "vocabulary", "event")
HOPELESS = 1000  # nested so deep, a YAML file is read no further: the time grows with the square of the depth
LARGEST_YAML = 64 * 2**20
LONGEST_LINE = 16 * 2**20
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (*YAML_SUFFIXES, ".ndjson", ".jsonl")
NAME = re.compile(rf"({'|'.join(KINDS)}|vocabularies)s?(?![a-z])", re.IGNORECASE)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SUSPECT_JSON = re.compile(r"[\x7f-\x9f\ufffe\uffff]|\\(?:[bf]|u(?:00[01789]|[dD][89a-fA-F]|[fF]{3}[eEfF]))")

WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?)?")
NOT_FINITE = ("NaN", "Infinity", "-Infinity")
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s"{}\[\],:]+')


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
            if path.resolve() not in read:
                read.add(path.resolve())
                yield from _read(path, _named(path, root if root.is_dir() else root.parent), faults)


def _files(root: Path, faults: Faults) -> list[Path]:
    if root.is_dir():
        found = [path for path in sorted(root.rglob("[!.]*")) if path.suffix.lower() in SUFFIXES and path.is_file()]
        found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
        wrong = "a folder without a record file"
    else:
        found = [root] if root.is_file() and root.suffix.lower() in SUFFIXES else []
        wrong = "not a record file" if root.is_file() else "no such file or folder"
    if not found:
        faults.add(Place(str(root), 1, 1), f"{wrong}; expected .yaml, .yml, .ndjson or .jsonl")
    return found


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
        for data, spot in _yaml_items(path, faults) if is_yaml else _json_items(path, faults):
            item = Item("", data, str(path), spot)
            if kind := _kind(item, named, is_yaml, faults):
                item.kind = kind
                yield item
    except OSError as error:
        faults.add(Place(str(path), 1, 1), f"cannot be read: {str(error.strerror).lower()}; expected a readable file")


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


def _yaml_items(path: Path, faults: Faults) -> Iterator[tuple[dict[str, Any], Spot]]:
    builder = Builder(str(path), faults)
    if path.stat().st_size > LARGEST_YAML:
        builder.fault((1, 1), f"larger than {LARGEST_YAML >> 20} MiB; use NDJSON for bulk data")
        faults.is_incomplete = True
        return
    text = decode(path.read_bytes().removeprefix(BYTE_ORDER_MARK), builder.path, faults)
    if text is None:
        faults.is_incomplete = True
        return
    text, in_conflict = cleaned(text, builder.path, faults)
    try:
        yield from _build(yaml.parse(text, Loader=yaml.CSafeLoader), builder)
    except MarkedYAMLError as error:
        faults.is_incomplete = True
        if not in_conflict:
            builder.fault(*yaml_fault(error, text))


def _build(parsed: Iterator[events.Event], builder: Builder) -> Iterator[tuple[dict[str, Any], Spot]]:
    documents, in_list = 0, False
    for event in parsed:
        if isinstance(event, events.DocumentStartEvent):
            documents += 1
            if documents > 1:
                builder.fault(_start(event), "another document; expected one list in a file, without '---' inside it")
        elif not builder.open and isinstance(event, events.SequenceEndEvent if in_list else events.SequenceStartEvent):
            in_list = not in_list
            _check_written_out(event, builder)
        elif isinstance(event, events.NodeEvent | events.CollectionEndEvent):
            _add(event, builder)
            if len(builder.open) > HOPELESS:
                return
            if not builder.open and in_list and isinstance(builder.root[0], dict):
                yield builder.root
            elif not builder.open:
                at = builder.root[1].at if in_list or builder.root[0] else (1, 1)
                builder.fault(at, f"expected {'a record' if in_list else 'a list of records'}")
    if not documents:
        builder.fault((1, 1), "empty file; expected a list of records")


def _start(event: events.Event) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _check_written_out(event: events.Event, builder: Builder) -> None:
    if anchor := getattr(event, "anchor", None):
        what = f"alias '*{anchor}'" if isinstance(event, events.AliasEvent) else f"anchor '&{anchor}'"
        builder.fault(_start(event), f"{what}; expected the value written out")
    elif getattr(event, "tag", None):
        builder.fault(_start(event), "a tag ('!'); expected the value written out")


def _add(event: events.Event, builder: Builder) -> None:
    _check_written_out(event, builder)
    if isinstance(event, events.MappingStartEvent):
        builder.begin({}, _start(event))
    elif isinstance(event, events.SequenceStartEvent):
        builder.begin([], _start(event))
    elif isinstance(event, events.ScalarEvent):
        _add_scalar(event, builder)
    elif isinstance(event, events.AliasEvent):
        builder.word(None, _start(event))
    else:
        builder.end()


def _add_scalar(event: events.ScalarEvent, builder: Builder) -> None:
    text, at = event.value, _start(event)
    is_plain = not event.style and event.implicit[0]
    if is_plain and text in WORDS:
        builder.word(WORDS[text], at)
    elif is_plain and NUMBER.fullmatch(text):
        builder.number(text, at)
    else:
        builder.text(text, at, is_merge=is_plain and text == "<<")


class _Decoder:
    """Decodes lines of JSON; `is_suspect` tells that the last one may hold what JSON allows and a record does not."""

    def __init__(self) -> None:
        self.is_suspect = False
        of = self._number
        decoder = json.JSONDecoder(object_pairs_hook=self._mapping, parse_int=of, parse_float=of, parse_constant=of)
        self._decode = decoder.decode

    def decode(self, text: str) -> Any:
        self.is_suspect = ("\\" in text or not text.isprintable()) and bool(SUSPECT_JSON.search(text))
        data = self._decode(text)
        self.is_suspect |= _is_too_deep([data] if isinstance(data, dict | list) else [])
        return data

    def _mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        self.is_suspect |= len(mapping) < len(pairs)
        return mapping

    def _number(self, text: str) -> int | float | None:
        value = None if text in NOT_FINITE else number(text)
        self.is_suspect |= value is None
        return value


def _is_too_deep(level: list[Any]) -> bool:
    for _ in range(DEEPEST):
        parts = (part for whole in level for part in (whole.values() if type(whole) is dict else whole))
        level = [part for part in parts if type(part) in (dict, list)]
        if not level:
            return False
    return True


def _json_items(path: Path, faults: Faults) -> Iterator[tuple[dict[str, Any], Callable[[], Spot]]]:
    builder, decoder = Builder(str(path), faults), _Decoder()
    with path.open("rb") as file:
        for line, offset, raw in _lines(file, builder):
            text = decode(raw, builder.path, faults, line)
            if text and text.strip() and isinstance(data := _decoded(text, line, decoder, builder), dict):
                yield data, partial(_reread, path, line, offset)


def _lines(file: BinaryIO, builder: Builder) -> Iterator[tuple[int, int, bytes]]:
    """Each line with its number and where its text begins, in bytes."""
    line, offset = 1, len(BYTE_ORDER_MARK) if file.read(3) == BYTE_ORDER_MARK else 0
    file.seek(offset)
    while raw := file.readline(LONGEST_LINE):
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield line, offset, raw.rstrip(b"\r\n")
        else:
            builder.fault((line, 1), f"line longer than {LONGEST_LINE >> 20} MiB; expected one object a line")
            while not raw.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
                raw, offset = rest, offset + len(raw)
        line, offset = line + 1, offset + len(raw)


def _decoded(text: str, line: int, decoder: _Decoder, builder: Builder) -> Any:
    try:
        data = decoder.decode(text)
    except json.JSONDecodeError as error:
        return builder.fault((line, error.pos + 1), json_fault(error))
    except RecursionError:
        return builder.fault((line, 1), f"nested deeper than {DEEPEST}; expected a flatter record")
    if decoder.is_suspect:
        data, _ = _scan(text, line, builder)
    if not isinstance(data, dict):
        builder.fault((line, len(text) - len(text.lstrip()) + 1), "expected a record, one JSON object a line")
    return data


def _scan(text: str, line: int, builder: Builder) -> tuple[Any, Spot]:
    """The value of a line of valid JSON and the places in it, with what no record may hold as faults."""
    for token in TOKEN.finditer(text):
        word, at = token[0], (line, token.start() + 1)
        if word in "{[":
            builder.begin({} if word == "{" else [], at)
        elif word in "}]":
            builder.end()
        elif word[0] == '"':
            builder.text(json.loads(word), at)
        elif word in WORDS:
            builder.word(WORDS[word], at)
        elif word in NOT_FINITE:
            builder.fault(at, f"{word} is not a number; expected a finite one, or null")
            builder.word(None, at)
        else:
            builder.number(word, at)
    return builder.root


def _reread(path: Path, line: int, offset: int) -> Spot:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            text = file.readline(LONGEST_LINE).decode(errors="replace")
        json.loads(text)
    except (OSError, ValueError, RecursionError):  # changed since, or asked for from deep inside
        return Spot((line, 1))
    return _scan(text, line, Builder(str(path), Faults()))[1]
