"""Reads YAML as people write it: a list of records, each value with its place."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from yaml import MarkedYAMLError, events

from seed.building import Builder, Position, Spot
from seed.faults import Faults
from seed.syntax import BREAK, BYTE_ORDER_MARK, QUOTE, cleaned, decode, ids_in_yaml, yaml_fault

LARGEST = 4 * 2**20
HOPELESS = 100  # nested so deep, an item is read no further: the time grows with the square of the depth
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?)?")
FIRST_ITEM = re.compile(r"^( *)-(?: |\r?$)", re.MULTILINE)

Root = tuple[Any, Spot]


class TooDeepError(Exception):
    """The rest of an item is not worth reading."""


def yaml_items(path: Path, faults: Faults) -> Iterator[tuple[dict[str, Any], Spot]]:
    """The records of a file with their places; where one is broken, those around it are still read."""
    builder = Builder(str(path), faults)
    if path.stat().st_size > LARGEST:
        builder.fault((1, 1), f"larger than {LARGEST >> 20} MiB; use several files, or NDJSON for bulk data")
        faults.is_incomplete = True
        return
    written = decode(path.read_bytes().removeprefix(BYTE_ORDER_MARK), builder.path, faults)
    if written is None:
        faults.is_incomplete = True
        return
    text, conflicts = cleaned(written, builder.path, faults)
    if conflicts:
        faults.lost |= ids_in_yaml(written)
    for data, spot in _roots(text, builder, conflicts):
        if isinstance(data, dict):
            yield data, spot
        else:
            builder.fault(spot.at, "expected a record")


def flow_list(text: str) -> list[Any]:
    """The entries of a list such as `[kyiv, lviv]`; the brackets may be left out. Raises `ValueError`."""
    builder = Builder("", Faults())
    try:
        roots = list(_build(_events(f"- {text if text.startswith('[') else f'[{text}]'}"), builder))
    except (MarkedYAMLError, TooDeepError):
        roots = []
    if builder.faults or len(roots) != 1 or not isinstance(roots[0][0], list):
        raise ValueError("expected a list such as [kyiv, lviv]")
    return roots[0][0]


def _roots(text: str, builder: Builder, conflicts: list[int]) -> Iterator[Root]:
    """What stands in the list; an item counts once the next has begun, since an error may belong to it."""
    held: Root | None = None
    try:
        for root in _build(_events(text), builder):
            if held:
                yield held
            held = root
    except (MarkedYAMLError, TooDeepError) as error:
        yield from _salvage(text, held[1].at[0] if held else 0, error, builder, conflicts)
    else:
        if held:
            yield held


def _salvage(text: str, line: int, error: Exception, builder: Builder, conflicts: list[int]) -> Iterator[Root]:
    """The items from the one at a line on, each read by itself, so that an error ends one item and not the file."""
    told = bool(conflicts)
    for above, part in _parts(text, line):
        builder.above, builder.open = above, []
        try:
            yield from list(_build(_events(part), builder, is_part=True))
        except (MarkedYAMLError, TooDeepError) as one:
            told = True
            builder.faults.lost |= ids_in_yaml(part)
            below = above + part.count("\n")
            if isinstance(one, MarkedYAMLError) and not any(above < marker <= below for marker in conflicts):
                (line, column), said = yaml_fault(one, part)
                builder.fault((above + line, column), said)
    if not told and isinstance(error, MarkedYAMLError):
        builder.faults.lost |= ids_in_yaml(text)
        builder.fault(*yaml_fault(error, text))


def _parts(text: str, line: int) -> Iterator[tuple[int, str]]:
    """What stands above the list, and each item from the one at `line` on, with how many lines stand above it."""
    if not (first := FIRST_ITEM.search(text)):
        return
    lines = BREAK.sub("\n", text).split("\n")
    dash = first[1] + "-"
    starts = [n for n, one in enumerate(lines) if one == dash or one.startswith(dash + " ")]
    for start, end in pairwise([0, *starts, len(lines)]):
        if end >= line and start < end:
            yield start, "\n".join(lines[start:end]) + "\n"


def _events(text: str) -> Iterator[events.Event]:
    """What the parser finds; an error right behind a quoted text of several lines is that of its quote."""
    last: Any = None
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            last = event
            yield event
    except MarkedYAMLError as error:
        is_quoted = isinstance(last, events.ScalarEvent) and last.style in ("'", '"')
        if is_quoted and last.start_mark.line < last.end_mark.line == error.problem_mark.line:
            error.problem, error.problem_mark, error.context_mark = QUOTE, last.start_mark, None
        raise


def _build(parsed: Iterator[events.Event], builder: Builder, *, is_part: bool = False) -> Iterator[Root]:
    documents, in_list = 0, False
    for event in parsed:
        if isinstance(event, events.DocumentStartEvent):
            documents += 1
            if documents > 1:
                at = _start(event, builder)
                builder.fault(at, "another document; expected one list in a file, without '---' inside it")
        elif isinstance(event, events.DocumentEndEvent):
            if is_part and event.explicit:
                builder.fault(_start(event, builder), "'...' ends the list; expected it left out")
        elif not builder.open and isinstance(event, events.SequenceEndEvent if in_list else events.SequenceStartEvent):
            in_list = not in_list
            _check_written_out(event, builder)
        elif isinstance(event, events.NodeEvent | events.CollectionEndEvent):
            _add(event, builder)
            if len(builder.open) > HOPELESS:
                raise TooDeepError
            if not builder.open and in_list:
                yield builder.root
            elif not builder.open and not is_part:
                builder.fault(builder.root[1].at if builder.root[0] else (1, 1), "expected a list of records")
    if not documents and not is_part:
        builder.fault((1, 1), "empty file; expected a list of records")


def _start(event: events.Event, builder: Builder) -> Position:
    return builder.above + event.start_mark.line + 1, event.start_mark.column + 1


def _check_written_out(event: events.Event, builder: Builder) -> None:
    if anchor := getattr(event, "anchor", None):
        what = f"alias '*{anchor[:40]}'" if isinstance(event, events.AliasEvent) else f"anchor '&{anchor[:40]}'"
        builder.fault(_start(event, builder), f"{what}; expected the value written out")
    elif getattr(event, "tag", None):
        builder.fault(_start(event, builder), "a tag ('!'); expected the value written out")


def _add(event: events.Event, builder: Builder) -> None:
    at = _start(event, builder)
    _check_written_out(event, builder)
    if isinstance(event, events.MappingStartEvent):
        builder.begin({}, at)
    elif isinstance(event, events.SequenceStartEvent):
        builder.begin([], at)
    elif isinstance(event, events.ScalarEvent):
        _add_scalar(event, at, builder)
    elif isinstance(event, events.AliasEvent):
        builder.word(None, at)
    else:
        builder.end()


def _add_scalar(event: events.ScalarEvent, at: Position, builder: Builder) -> None:
    text = event.value
    is_plain = not event.style and event.implicit[0]
    if is_plain and text in WORDS:
        builder.word(WORDS[text], at)
    elif is_plain and NUMBER.fullmatch(text):
        builder.number(text, at)
    else:
        builder.text(text, at, is_merge=is_plain and text == "<<")
