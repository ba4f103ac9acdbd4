"""A catalogue of damages to the shipped record: each one a change to a line of YAML, or of NDJSON."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Damage:
    """What a line becomes, and which line is to be named: `line` further down, or that of the item's beginning."""

    name: str
    pattern: str
    becomes: str
    line: int = 0
    of_item: bool = False
    unless: str = "\0"
    """A text that keeps the item from being damaged so."""


YAML_DAMAGES = [
    Damage("misspelt key", r"^(  )(\w)(\w)(\w+:)", r"\1\2\4"),
    Damage("misspelt key of a citation", r"^(      )(\w)(\w)(\w+:)", r"\1\2\4"),
    Damage("misspelt key in braces", r"role: ", "rle: "),
    Damage("misspelt key of a passage", r"starts: ", "begins: "),
    Damage("capital in a key", r"^  (t)(itle:|ype:)", r"  T\2"),
    Damage("unknown source", r"^(      source: .*)", r"\1-x"),
    Damage("unknown actor", r"actor: ([\w-]+)", r"actor: \1-x"),
    Damage("unknown location", r"^(  locations: \[[\w-]+)", r"\1-x"),
    Damage("unknown parent", r"^(  parent: .*)", r"\1-x"),
    Damage("unknown group", r"^(  member_of: \[[\w-]+)", r"\1-x"),
    Damage("unknown event", r"(\{type: \w+, event: [\w-]+)", r"\1-x"),
    Damage("unknown publisher", r"publisher: ([\w-]+)", r"publisher: \1-x"),
    Damage("unknown origin", r"^(      origin: .*)", r"\1-x"),
    Damage("unknown speaker", r"^(      attributed_to: .*)", r"\1-x"),
    Damage("unknown organisation", r"(organisation: [\w-]+)", r"\1-x"),
    Damage("unknown type", r"^  type: (.*)", r"  type: \1-x"),
    Damage("unknown role", r"role: (\w+)", r"role: \1s"),
    Damage("unknown measure", r"measure: (\w+)", r"measure: \1x"),
    Damage("capital in a code", r"^  modality: \w", "  modality: X"),
    Damage("unknown country", r"^(  country: ..)$", r"\1X"),
    Damage("unknown ownership", r"^(  ownership: .*)", r"\1x"),
    Damage("unknown precision", r"^(  precision: .*)", r"\1x"),
    Damage("unknown relation", r"\{type: (\w+), event", r"{type: \1x, event"),
    Damage("unknown stance", r"^(      supports: .*)", r"\1\n      stance: suports", line=1),
    Damage("unknown kind", r"^(- id: .*)", r"\1\n  kind: evnt", line=1),
    Damage("unknown claim relation", r"^(      relation: \w+)", r"\1x"),
    Damage("unknown rank", r"^(      rank: \w+)", r"\1x"),
    Damage("unknown field of a claim", r"^(    - field: \w+)", r"\1x"),
    Damage("unknown citation of a claim", r"^(      citations: \[[\w-]+)", r"\1-x"),
    Damage("claim without citations", r"^      citations: \[.*", "      citations: []"),
    Damage("unknown source in earlier", r"^(    - before: .*)", r"\1-x"),
    Damage("misspelt key of a claim", r"^      (rank): ", "      rnak: "),
    Damage("withdrawn without a reason", r"^(  modality: .*)", r"\1\n  status: withdrawn", line=1),
    Damage("unknown status", r"^(  modality: .*)", r"\1\n  status: retracted", line=1),
    Damage("merged into nothing", r"^(  modality: .*)", r"\1\n  merged_into: no-such-event", line=1),
    Damage("merged into itself", r"^(  modality: .*)", r"\1\n  merged_into: {id}", line=1),
    Damage("reason for nothing", r"^(  modality: .*)", r"\1\n  reason: It is so.", line=1),
    Damage("relation to itself", r"(\{type: \w+, event: )[\w-]+", r"\1{id}"),
    Damage("place in itself", r"^  parent: .*", "  parent: {id}"),
    Damage("member of itself", r"^  member_of: .*", "  member_of: [{id}]"),
    Damage("month 13", r"^(  date: .*?\d{4})-\d\d-\d\d", r"\1-13-01"),
    Damage("day 32", r"^(  date: .*?\d{4}-\d\d)-\d\d", r"\1-32"),
    Damage("30 February", r"^(  date: .*?\d{4})-\d\d-\d\d", r"\1-02-30"),
    Damage("date in words", r"^  date: .*", "  date: 27 December 2021"),
    Damage("date without hyphens", r"^  date: .*", "  date: 20211227"),
    Damage("date without quotes", r"^  date: .*", "  date: [2021-12-27..2021-12-29]"),
    Damage("reversed date", r"^  date: .*", "  date: 2021-12-29/2021-12-27"),
    Damage(
        "time without a zone",
        r"^(  date: \d{4}-\d\d-\d\d)$",
        r"\1\n  start_time: '10:00'",
        line=1,
        unless="start_time:",
    ),
    Damage("bad zone", r"^  timezone: .*", "  timezone: Europe/Kiyv"),
    Damage("reversed publication", r"^(  published: .*)", r"\1\n  updated: 1999", line=1, unless="updated:"),
    Damage("capital in an id", r"^- id: \w", "- id: X"),
    Damage("space in an id", r"^- id: (\w+)-", r"- id: \1 "),
    Damage("long id", r"^- id: .*", "- id: " + "a" * 101),
    Damage("number as an id", r"^- id: .*", "- id: 2021"),
    Damage("no id", r"^- id: .*", "- note: x", of_item=True),
    Damage("empty id", r"^- id: .*", "- id:"),
    Damage("no title", r"^  title: .*", "  # no title", of_item=True),
    Damage("no name", r"^  name: .*", "  # no name", of_item=True),
    Damage("no role", r", role: \w+", ""),
    Damage("no end of a passage", r', ends: ("[^"]*"|[^,}]*)', ""),
    Damage("null title", r"^  (title|name): .*", r"  \1:"),
    Damage("long title", r"^  (title|name): .*", r"  \1: " + "x" * 30_000),
    Damage("number as a title", r"^  (title|name): .*", r"  \1: 2021"),
    Damage("word as a title", r"^  (title|name): .*", r"  \1: true"),
    Damage("list as a title", r"^  (title|name): .*", r"  \1: [Talks]"),
    Damage("not a list", r"^  (tags|aliases|locations): \[.*", r"  \1: text"),
    Damage("null in a list", r"^  (tags|aliases|locations): \[.*", r"  \1: [null]"),
    Damage("latitude 91", r"^  latitude: .*", "  latitude: 91.5"),
    Damage("longitude 181", r"^  longitude: .*", "  longitude: -181"),
    Damage("not a number", r"^  latitude: .*", "  latitude: .nan"),
    Damage("text as a number", r"^  longitude: (.*)", r'  longitude: "\1"'),
    Damage("no longitude", r"^  longitude: .*", "  # no longitude", line=-1),
    Damage("quantity in words", r"(low|best|high|value): \d+", r"\1: many"),
    Damage("reversed quantity", r"(low|best|high|value): \d+", "low: 9, high: 3"),
    Damage("bad address", r"^  (url|homepage): https?:", r"  \1: htp:"),
    Damage("bad port", r"^(  (?:url|homepage): https?://[^/]+)", r"\1:99999"),
    Damage("bad identity", r'same_as: \["https:', 'same_as: ["urn:'),
    Damage("bad language", r"^  language: .*", "  language: english!"),
    Damage("bad hash", r"^  text_sha256: .*", "  text_sha256: abc"),
    Damage("long first words", r'starts: ("[^"]*"|[^,}]*)', 'starts: "one two three four five six"'),
    Damage("line break in a passage", r'ends: ("[^"]*"|[^,}]*)', 'ends: "one\\\\ntwo"'),
    Damage("reversed offsets", r"start: \d+, end: \d+", "start: 9, end: 3"),
    Damage("supports what is no field", r"supports: \[\w+", "supports: [dates"),
    Damage("supports what is absent", r"supports: \[", "supports: [start_time, ", unless="start_time:"),
    Damage("lineage of two", r"\{publisher: ([\w-]+), how", r"{source: \1, publisher: \1, how"),
    Damage("key given twice", r"^(  type: .*)", r"\1\n\1", line=1),
    Damage("merge key", r"^(  type: .*)", r"\1\n  <<: {a: b}", line=1),
    Damage("alias", r"^(  \w+: )(\w[^:\[]*)$", r"\1*x"),
    Damage("anchor", r"^(  \w+: )(\w[^:\[]*)$", r"\1&x \2"),
    Damage("tag", r"^(  \w+: )(\w[^:\[]*)$", r"\1!!str \2"),
    Damage("deep nesting", r"^(  tags: ).*", r"\1" + "[" * 30 + "]" * 30),
    Damage("tab", r"^  (\w+: \S)", r"\t\1"),
    Damage("no-break space", r"^  (\w+: \S)", "\u00a0\u00a0\\1"),
    Damage("one space less", r"^  (\w+: [^\s>|])", r" \1"),
    Damage("one space more", r"^  ((?:title|name|type|modality): .)", r"   \1"),
    Damage("colon deleted", r"^(  \w+): (\w.*)", r"\1 \2"),
    Damage("colon deleted in a citation", r"^(      \w+): (\w.*)", r"\1 \2"),
    Damage("colon deleted behind a dash", r"^( *- \w+): (\w.*)", r"\1 \2"),
    Damage("space after a colon deleted", r"^(  \w+): (\w.*)", r"\1:\2"),
    Damage("dash deleted", r"^(    )- (key: )", r"\1  \2"),
    Damage("space after a dash deleted", r"^- id", "-id"),
    Damage("colon in a text", r"^(  (?:title|name): \w+) ", r"\1: "),
    Damage("text that begins with @", r"^(  \w+: )(\w)", r"\1@\2"),
    Damage("text that begins with %", r"^(  \w+: )(\w)", r"\1%\2"),
    Damage("closing quote deleted", r'^( +(?:- )?\w+: ".*)"$', r"\1"),
    Damage("closing quote deleted in braces", r'(starts: "[^"]*)"', r"\1"),
    Damage("opening quote alone", r"^(  (?:title|name|note): )(\w)", r'\1"\2'),
    Damage("single quote alone", r"^(  (?:title|name|note): )(\w)", r"\1'\2"),
    Damage("bracket deleted", r"^(  \w+: \[.*)\]$", r"\1"),
    Damage("brace deleted", r"^(.*\{.*)\}$", r"\1"),
    Damage("comma deleted", r'^(.*\{starts: ".*"), (ends: ".*)', r"\1 \2"),
    Damage("NUL", r"^(  \w+: \w)", "\\1\0"),
    Damage("NUL in front", r"^(  \w+: \w)", "\0\\1"),
    Damage("bell", r"^(  \w+: \w)", "\\1\a"),
    Damage("byte that is not UTF-8", r"^(  \w+: \w)", "\\1\udce9"),
    Damage("byte order mark inside", r"^(  \w+: \w)", "\ufeff\\1"),
    Damage("merge marker", r"^(  \w+: )", r"<<<<<<< HEAD\n\1"),
    Damage("merge marker between", r"^(- id: )", r"=======\n\1"),
    Damage("another document", r"^(- id: )", r"---\n\1"),
    Damage("end of the document", r"^(- id: )", r"...\n\1"),
    Damage("not a record", r"^(- id: )", r"- text\n\1"),
]

ID = r'"id": "([a-z0-9-]+)"'
JSON_DAMAGES = [
    Damage("misspelt key", r'"(title|name)":', r'"x\1":'),
    Damage("unknown source", r'("key": "[^"]+", "source": "[^"]+)"', r'\1-x"'),
    Damage("unknown actor", r'("actor": "[^"]+)"', r'\1-x"'),
    Damage("unknown kind", r'"kind": "(event|actor|location|source)"', r'"kind": "\1z"'),
    Damage("no kind", r'"kind": "\w+", ', ""),
    Damage("no title", r'"(title|name)": "[^"]*", ', ""),
    Damage("month 13", r'("date": "\d{4})-\d\d-\d\d', r"\1-13-01"),
    Damage("number as a title", r'"(title|name)": "(?:[^"\\]|\\.)*"', r'"\1": 7'),
    Damage("word as a title", r'"(title|name)": "(?:[^"\\]|\\.)*"', r'"\1": NaN'),
    Damage("long title", r'("(?:title|name)": ")', r"\1" + "x" * 30_000),
    Damage("capital in an id", ID, r'"id": "X\1"'),
    Damage("number as an id", ID, '"id": 7'),
    Damage("key given twice", ID, r'"id": "\1", "id": "\1"'),
    Damage("latitude 91", r'"latitude": [\d.]+', '"latitude": 91'),
    Damage("no longitude", r'"longitude": [-\d.]+, ', ""),
    Damage("text as a number", r'"latitude": ([\d.]+)', r'"latitude": "\1"'),
    Damage("brace deleted", r"\}$", ""),
    Damage("brace twice", r"\}$", "}}"),
    Damage("comma at the end", r"\}$", ",}"),
    Damage("comma after the object", r"\}$", "},"),
    Damage("comma deleted", ID + ", ", r'"id": "\1" '),
    Damage("colon deleted", r'"id": ', '"id" '),
    Damage("quote deleted", r'"id": "', '"id": '),
    Damage("single quotes", ID, r"'id': '\1'"),
    Damage("two on a line", r"^(.*)$", r"\1\1"),
    Damage("in a list", r"^(.*)$", r"[\1]"),
    Damage("NUL", r'("(?:title|name)": ")', r"\1\\u0000"),
    Damage("raw NUL", r'("(?:title|name)": ")', "\\1\0"),
    Damage("half of a pair", r'("(?:title|name)": ")', r"\1\\ud800"),
    Damage("byte that is not UTF-8", r'("(?:title|name)": ")', "\\1\udce9"),
    Damage("merge marker", r"^", "<<<<<<< HEAD\n"),
    Damage("deep nesting", ID, r'"id": "\1", "tags": ' + "[" * 30 + "]" * 30),
    Damage("number without end", ID, r'"id": "\1", "x": 1' + "0" * 400),
]


@dataclass(frozen=True)
class Damaged:
    """A damage that was done, and the line to be named."""

    damage: Damage
    path: Path
    line: int


class Folder:
    """A copy of the record, in which damages are done and undone."""

    def __init__(self, sound: dict[Path, str]) -> None:
        self.sound = sound
        self.items = [(path, item) for path, text in sound.items() for item in _items(text, path.suffix)]

    @classmethod
    def of_yaml(cls, source: Path, copy: Path) -> "Folder":
        return cls({copy / path.relative_to(source): path.read_text() for path in sorted(source.rglob("*.yaml"))})

    @classmethod
    def of_ndjson(cls, source: Path, copy: Path) -> "Folder":
        lines = [json.dumps(record, ensure_ascii=False) for record in records(source)]
        return cls({copy / "record.ndjson": "\n".join(lines) + "\n"})

    def places(self, damage: Damage) -> Iterator[tuple[Path, int, int]]:
        """Where a damage can be done: a file, the line of the item, the line."""
        for path, (first, lines) in self.items:
            if not any(damage.unless in line for line in lines):
                yield from ((path, first, first + n) for n, line in enumerate(lines) if re.search(damage.pattern, line))

    def damaged(self, damages: list[Damage], draw: random.Random) -> list[Damaged]:
        """Does each damage somewhere, no two in one item, and writes the record."""
        cells = {path: text.split("\n") for path, text in self.sound.items()}
        done: list[tuple[Damage, Path, int, int]] = []
        for damage in damages:
            free = [one for one in self.places(damage) if one[:2] not in [other[1:3] for other in done]]
            path, first, line = draw.choice(free)
            cells[path][line - 1] = self._become(damage, cells[path], first, line)
            done.append((damage, path, first, line))
        for path, lines in cells.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes("\n".join(lines).encode(errors="surrogateescape"))
        return [
            Damaged(damage, path, _number(cells[path], first if damage.of_item else line) + damage.line)
            for damage, path, first, line in done
        ]

    def _become(self, damage: Damage, lines: list[str], first: int, line: int) -> str:
        own = re.search(r"id: ([\w-]+)", lines[first - 1])
        return re.sub(damage.pattern, damage.becomes, lines[line - 1], count=1).replace("{id}", own[1] if own else "")


def records(source: Path) -> Iterator[dict[str, Any]]:
    """The record of a folder of YAML, each with its kind."""
    for path in sorted(source.rglob("*.yaml")):
        kind = "event" if path.parent.name == "events" else path.stem.removesuffix("s")
        for record in yaml.load(path.read_text(), Loader=yaml.BaseLoader):
            if kind == "source" and "kind" in record:
                record["source_kind"] = record.pop("kind")
            yield {"kind": kind, **_typed(record)}


def _typed(value: Any, key: str = "") -> Any:
    """With numbers as numbers where the record has them."""
    if isinstance(value, dict):
        is_claim = "field" in value  # whose value is a number nowhere but inside a list
        return {name: _typed(part, "" if is_claim else name) for name, part in value.items()}
    if isinstance(value, list):
        return [_typed(part) for part in value]
    numbers = {"latitude", "longitude", "value", "low", "best", "high", "start", "end", "text_length", "paraphrase"}
    return json.loads(value) if key in numbers else value


def _items(text: str, suffix: str) -> Iterator[tuple[int, list[str]]]:
    """Each item's first line and its lines."""
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if (line.startswith("- ") if suffix == ".yaml" else line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, lines[start:end]


def _number(cells: list[str], line: int) -> int:
    """The number that a line has when cells before it hold several."""
    return line + sum(cell.count("\n") for cell in cells[: line - 1])
