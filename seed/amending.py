"""Values put into the record's files at their exact places; every other byte stays as the curator wrote it."""

import json
import os
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import yaml
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from seed.reading import YAML_SUFFIXES, Item

Step = str | int
Values = dict[str, int | str]

BYTE_ORDER_MARK = "\ufeff"
LINE_BREAK = re.compile(r"\r\n|\n|\r")
EMPTY_LINES = re.compile(r"[\r\n]+\Z")


@dataclass(frozen=True)
class Amendment:
    """What one mapping of an item is to hold."""

    item: Item
    loc: tuple[Step, ...]
    values: Values


@dataclass(frozen=True, order=True)
class Edit:
    """New text for a range of the old; at one place, what fills a value goes before what is inserted after it."""

    start: int
    inserts: bool
    end: int = field(compare=False)
    text: str = field(compare=False)


@dataclass
class Node:
    """A value of a YAML file: where it stands, and its parts."""

    event: Any
    end: int
    parts: dict[Step, "Node"] = field(default_factory=dict)

    @property
    def start(self) -> int:
        return int(self.event.start_mark.index)

    @property
    def is_block(self) -> bool:
        return bool(self.parts) and not self.event.flow_style

    @property
    def last(self) -> "Node":
        return next(reversed(self.parts.values()))

    def end_in(self, text: str) -> int:
        """The parser ends what is in block style only where the next thing begins."""
        if self.is_block:
            return self.last.end_in(text)
        if not isinstance(self.event, ScalarEvent) or self.event.style not in ("|", ">"):
            return self.end
        block = text[self.start : self.end]
        keeps_empty_lines = "+" in LINE_BREAK.split(block, maxsplit=1)[0].partition("#")[0]
        trailing = re.search(r"(\r\n|\n|\r)\Z", block) if keeps_empty_lines else EMPTY_LINES.search(block)
        return self.start + trailing.start() if trailing else self.end

    def edits(self, text: str, values: Values) -> Iterator[Edit]:
        for key, value in values.items():
            new, part = _scalar(value), self.parts.get(key)
            if part is None:
                yield self._insertion(text, f"{key}: {new}")
            elif part.event.value != str(value):
                is_apart = text[part.start - 1].isspace() or part.end > part.start
                yield Edit(part.start, False, part.end_in(text), new if is_apart else f" {new}")

    def _insertion(self, text: str, pair: str) -> Edit:
        after = self.last.end_in(text)
        if not self.is_block:
            return Edit(after, True, after, f", {pair}")
        line_break = LINE_BREAK.search(text, after)
        after = line_break.start() if line_break else len(text)
        style = line_break or LINE_BREAK.search(text)
        indentation = (style.group() if style else "\n") + " " * self.event.start_mark.column
        return Edit(after, True, after, indentation + pair)


def amend(amendments: Iterable[Amendment]) -> None:
    """Each file is replaced as a whole or, where nothing in it differs, not at all."""
    of_files: dict[str, list[Amendment]] = defaultdict(list)
    for amendment in amendments:
        of_files[amendment.item.path].append(amendment)
    for name, group in of_files.items():
        path = Path(name)
        before = path.read_bytes().decode()
        body = before.removeprefix(BYTE_ORDER_MARK)
        after = _amended_yaml(body, group) if path.suffix.lower() in YAML_SUFFIXES else _amended_lines(body, group)
        if after != body:
            _replace(path.resolve(), before[: len(before) - len(body)] + after)


def _replace(path: Path, content: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode())
        shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _amended_lines(text: str, amendments: list[Amendment]) -> str:
    lines = text.split("\n")
    for amendment in amendments:
        number = amendment.item.place().line - 1
        old = lines[number].strip()
        data = json.loads(old)
        mapping = reduce(lambda part, step: part[step], amendment.loc, data)
        if any(mapping.get(key) != value for key, value in amendment.values.items()):
            mapping.update(amendment.values)
            lines[number] = lines[number].replace(old, json.dumps(data, ensure_ascii=False))
    return "\n".join(lines)


def _amended_yaml(text: str, amendments: list[Amendment]) -> str:
    items = _items(text)
    edits: list[Edit] = []
    for amendment in amendments:
        place = amendment.item.place()
        item = items[place.line, place.column]
        node = reduce(lambda part, step: part.parts[step], amendment.loc, item)
        edits += node.edits(text, amendment.values)
    pieces, done = [], 0
    for edit in sorted(edits):
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, text[done:]])


def _items(text: str) -> dict[tuple[int, int], Node]:
    """By line and column, from 1."""
    events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
    roots = [_node(event, events) for event in events if isinstance(event, (MappingStartEvent, SequenceStartEvent))]
    found = [item for root in roots for item in (root, *root.parts.values())]
    return {(item.event.start_mark.line + 1, item.event.start_mark.column + 1): item for item in found}


def _node(event: Any, events: Iterator[Any]) -> Node:
    node = Node(event, event.end_mark.index)
    if isinstance(event, ScalarEvent):
        return node
    while not isinstance(part := next(events), (MappingEndEvent, SequenceEndEvent)):
        if isinstance(event, MappingStartEvent):
            node.parts[part.value] = _node(next(events), events)
        else:
            node.parts[len(node.parts)] = _node(part, events)
    node.end = part.end_mark.index
    return node


def _scalar(value: int | str) -> str:
    return f'"{value}"' if isinstance(value, str) and value.isdigit() else str(value)
