"""What is wrong with a record, and where: its places, its faults, and the faults of form that both formats share."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

DEEPEST = 20
Position = tuple[int, int]
"""A line and a column."""

BREAK = re.compile(r"\r\n?|\n")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"
UNPRINTABLE_IN_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""With the separators that the parser takes for line breaks, and editors do not."""
CONFLICT = re.compile(r"^(?:<<<<<<< |>>>>>>> |\|{7} |={7}\r?$)", re.MULTILINE)
CONFLICT_FOUND = "merge-conflict marker; expected one version of these lines"

SYNTAX = (
    ("tab", "a tab in the indentation; expected spaces"),
    ("indentation space", "a tab in the indentation; expected spaces"),
    ("unexpected end of stream", "a quote that is never closed; expected the same quote at the end of the text"),
    ("mapping values", "a ':' out of place; expected the text in quotes, or the key in line with the others"),
    ("cannot start any token", "text cannot begin with {character}; expected it in quotes"),
    ("unexpected ':'", "a ':' in text inside [ ] or { }; expected the text in quotes"),
    ("block sequence entries", "a '- ' out of place; expected the list to begin on a line of its own"),
    ("',' or ']'", "a list that is not closed; expected ',' or ']'"),
    ("',' or '}'", "a mapping that is not closed; expected ',' or '}'"),
    ("could not find expected ':'", "text without a key; expected 'key: value', or the text indented further"),
    ("expected key", "expected a key here, in line with its neighbours"),
    ("'-' indicator", "expected the next item of the list, '- ', in line with its neighbours"),
    ("node content", "expected a value here"),
    ("escape", "an unknown escape after '\\'; expected '\\\\' for a backslash, or the text in single quotes"),
)
"""What the parser says, and what is said of it."""
NOTICED_LATE = ("unexpected end of stream", "could not find expected ':'")
"""Said of where the text begins, as is all that the parser only notices at the end of the file."""
JSON_SYNTAX = (
    ("property name", "expected a key in double quotes"),
    ("':'", "expected ':' after the key"),
    ("','", "expected ',' or the end of what is open"),
    ("expecting value", "expected a value: text in double quotes, a number, true, false, null, '{' or '['"),
    ("extra data", "more than one value; expected one object a line"),
    ("unterminated", "a quote that is never closed; expected '\"' in the same line"),
    ("control character", "unprintable character in text; expected an escape such as \\t, or nothing"),
    ("escape", "an unknown escape after '\\'; expected '\\\\' for a backslash"),
)


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file; line and column count from 1, and a column is a character."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong at a place, and what would be right."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Faults:
    """The faults found so far, each once, in the order of their places."""

    def __init__(self) -> None:
        self._found: set[Fault] = set()

    def add(self, place: Place, message: str) -> None:
        self._found.add(Fault(place, message))

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self._found))


class RecordRefused(Exception):
    """The record has faults, and nothing of it was loaded."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(slots=True)
class Spot:
    """Where a value stands, where its key does, and the same for its parts."""

    at: Position
    key_at: Position | None = None
    parts: "dict[str | int, Spot] | None" = None

    def nearest(self, loc: Sequence[str | int]) -> "Spot":
        """The part at `loc`, or the deepest one on the way there."""
        spot = self
        for step in loc:
            if spot.parts is None or step not in spot.parts:
                break
            spot = spot.parts[step]
        return spot


def decode(raw: bytes, path: str, faults: Faults, line: int = 1) -> str | None:
    """The text of bytes that begin at `line`; where it is not UTF-8 the first bad byte is a fault.

    None where it is not text in any encoding akin to UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = BREAK.split(raw[: error.start].decode())
        place = Place(path, line + len(before) - 1, len(before[-1]) + 1)
        faults.add(place, f"byte 0x{raw[error.start]:02x} is not UTF-8; expected a file saved as UTF-8")
        return None if b"\0" in raw else raw.decode(errors="replace")


def cleaned(text: str, path: str, faults: Faults) -> tuple[str, bool]:
    """The text without unprintable characters, and with our side alone of a merge conflict; whether there was one."""
    in_conflict = CONFLICT.search(text) is not None
    if not in_conflict and not UNPRINTABLE_IN_YAML.search(text):
        return text, False
    lines, side = BREAK.split(text), ""
    for index, line in enumerate(lines):
        if bad := UNPRINTABLE_IN_YAML.search(line):
            message = f"unprintable character U+{ord(bad[0]):04X}; expected it left out"
            faults.add(Place(path, index + 1, bad.start() + 1), message)
            lines[index] = UNPRINTABLE_IN_YAML.sub(REPLACEMENT, line)
        if CONFLICT.match(line):
            faults.add(Place(path, index + 1, 1), CONFLICT_FOUND)
            side = line[0] if side or line[0] == "<" else ""
        if CONFLICT.match(line) or side in ("=", "|"):
            lines[index] = ""
        side = side.replace(">", "")
    return "\n".join(lines), in_conflict


def yaml_fault(error: MarkedYAMLError, text: str) -> tuple[Position, str]:
    """Where YAML went wrong, and what to say of it."""
    problem, mark, end = error.problem or "not YAML", error.problem_mark, len(text.rstrip())
    if error.context_mark and (mark.index >= end or any(sign in problem for sign in NOTICED_LATE)):
        mark = error.context_mark
    at = mark.line + 1, mark.column + 1
    if mark.index >= end:
        lines = BREAK.split(text[:end])
        at = len(lines), len(lines[-1]) + 1
    character = text[mark.index : mark.index + 1]
    said = next((said for sign, said in SYNTAX if sign in problem), f"{problem}; expected YAML")
    if character == "\t":
        said = SYNTAX[0][1]
    return at, said.replace("{character}", repr(character))


def json_fault(error: json.JSONDecodeError) -> str:
    """What to say of JSON that went wrong."""
    if CONFLICT.match(error.doc):
        return CONFLICT_FOUND
    problem = error.msg.lower()
    return next((said for sign, said in JSON_SYNTAX if sign in problem), f"{problem}; expected JSON")


def number(text: str) -> int | float | None:
    """The number that is written so; None where 64 bits cannot hold it."""
    if not text.lstrip("-").isdecimal():
        value = float(text)
        return value if isfinite(value) else None
    whole = int(text) if len(text) <= len("-9223372036854775808") else 2**63
    return whole if -(2**63) <= whole < 2**63 else None


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; a value that comes after a bad key has no key, and is dropped."""

    value: Any
    parts: dict[str | int, Spot]
    after_key: bool = False
    key: str | None = None
    key_at: Position | None = None


class Builder:
    """Builds a value and its places from its parts, which come in the order of the file; never recurses."""

    def __init__(self, path: str, faults: Faults) -> None:
        self.path = path
        self.faults = faults
        self.open: list[_Open] = []
        self.root: tuple[Any, Spot] = (None, Spot((1, 1)))

    def fault(self, at: Position, message: str) -> None:
        self.faults.add(Place(self.path, *at), message)

    def begin(self, value: dict[str, Any] | list[Any], at: Position) -> None:
        parts: dict[str | int, Spot] = {}
        depth = len(self.open)
        if depth == DEEPEST:
            self.fault(at, f"nested deeper than {DEEPEST}; expected a flatter record")
        self._put(value if depth < DEEPEST else None, Spot(at, parts=parts), is_key=False)
        self.open.append(_Open(value, parts))

    def end(self) -> None:
        self.open.pop()

    def text(self, value: str, at: Position, *, is_merge: bool = False) -> None:
        if bad := UNPRINTABLE.search(value):
            self.fault(at, f"unprintable character U+{ord(bad[0]):04X} in the text; expected it left out")
            value = UNPRINTABLE.sub(REPLACEMENT, value)
        if is_merge and self.expects_key:
            self.fault(at, "merge key '<<'; expected the values written out")
            self.open[-1].after_key = True
        else:
            self._put(value, Spot(at), is_key=True)

    def number(self, text: str, at: Position) -> None:
        value = number(text)
        if value is None:
            self.fault(at, "number too large; expected one that fits in 64 bits")
        self._put(0 if value is None else value, Spot(at), is_key=False)

    def word(self, value: bool | None, at: Position) -> None:
        self._put(value, Spot(at), is_key=False)

    @property
    def expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and not self.open[-1].after_key

    def _put(self, value: Any, spot: Spot, *, is_key: bool) -> None:
        if not self.open:
            self.root = (value, spot)
            return
        around = self.open[-1]
        if isinstance(around.value, list):
            around.parts[len(around.value)] = spot
            around.value.append(value)
        elif around.after_key:
            around.after_key = False
            if around.key is not None:
                spot.key_at = around.key_at
                around.parts[around.key] = spot
                around.value[around.key] = value
                around.key = None
        else:
            around.after_key = True
            around.key_at = spot.at
            around.key = value if self._is_good_key(value if is_key else None, spot.at, around.parts) else None

    def _is_good_key(self, key: str | None, at: Position, parts: dict[str | int, Spot]) -> bool:
        if key is None:
            self.fault(at, "key that is not plain text; expected text, in quotes if need be")
        elif key in parts:
            line, column = parts[key].key_at or parts[key].at
            self.fault(at, f"key {key[:40]!r} given again, first in line {line}, column {column}; expected it once")
        return key is not None and key not in parts
