"""Reads NDJSON, one object a line: fast where nothing is wrong, token by token where places are asked for."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from seed.building import DEEPEST, MOST_VALUES, Builder, Spot, number
from seed.faults import Faults
from seed.syntax import BYTE_ORDER_MARK, decode, ids_in_json, json_fault

LONGEST_LINE = 4 * 2**20
SUSPECT = re.compile(r"[\x7f-\x9f\ufffe\uffff]|\\(?:[bf]|u(?:00[01789]|[dD][89a-fA-F]|[fF]{3}[eEfF]))")
WORDS = {"null": None, "true": True, "false": False}
NOT_FINITE = ("NaN", "Infinity", "-Infinity")
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s"{}\[\],:]+')


class _Decoder:
    """Decodes lines of JSON; `is_suspect` tells that the last one may hold what JSON allows and a record does not."""

    def __init__(self) -> None:
        self.is_suspect = False
        of = self._number
        decoder = json.JSONDecoder(object_pairs_hook=self._mapping, parse_int=of, parse_float=of, parse_constant=of)
        self._decode = decoder.decode

    def decode(self, text: str) -> Any:
        self.is_suspect = ("\\" in text or not text.isprintable()) and bool(SUSPECT.search(text))
        data = self._decode(text)
        self.is_suspect |= _is_too_much([data] if isinstance(data, dict | list) else [])
        return data

    def _mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        self.is_suspect |= len(mapping) < len(pairs)
        return mapping

    def _number(self, text: str) -> int | float | None:
        value = None if text in NOT_FINITE else number(text)
        self.is_suspect |= value is None
        return value


def _is_too_much(level: list[Any]) -> bool:
    """Whether values are nested too deep, or too many."""
    count = 0
    for _ in range(DEEPEST):
        count += sum(len(whole) for whole in level)
        parts = (part for whole in level for part in (whole.values() if type(whole) is dict else whole))
        level = [part for part in parts if type(part) in (dict, list)]
        if not level or count > MOST_VALUES // 2:
            return count > MOST_VALUES // 2
    return True


def ndjson_items(path: Path, faults: Faults) -> Iterator[tuple[dict[str, Any], Callable[[], Spot]]]:
    """The records of a file, and how to find the places in each."""
    builder, decoder = Builder(str(path), faults), _Decoder()
    with path.open("rb") as file:
        for line, offset, raw in _lines(file, builder):
            text = decode(raw, builder.path, faults, line)
            if text is None:
                faults.is_incomplete = True
            elif text.strip():
                if isinstance(data := _decoded(text, line, decoder, builder), dict):
                    yield data, partial(_reread, path, line, offset)
                else:
                    faults.lost |= ids_in_json(text)


def _lines(file: BinaryIO, builder: Builder) -> Iterator[tuple[int, int, bytes]]:
    """Each line with its number and where its text begins, in bytes."""
    line, offset = 1, len(BYTE_ORDER_MARK) if file.read(3) == BYTE_ORDER_MARK else 0
    file.seek(offset)
    while raw := file.readline(LONGEST_LINE):
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield line, offset, raw.rstrip(b"\r\n")
        else:
            builder.fault((line, 1), f"line longer than {LONGEST_LINE >> 20} MiB; expected one object a line")
            builder.faults.is_incomplete = True
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
        if builder.values > MOST_VALUES:
            builder.open = []
            break
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
