"""The documentation as data: its code blocks, its questions with their abridged answers, its tables, its links."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDES = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
"""Pages that are followed from top to bottom, in a folder of the reader's own."""
SERVED = "http://127.0.0.1:8000"

ANYTHING = "\0"
"""Stands for `…` in an answer: any value, any other members, any items."""

_BLOCK = re.compile(
    r"^(?P<fence>```+)(?P<language>[a-z]+) ?(?P<name>[^\n]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|…|[{}\[\]:,]|[^\s"…{}\[\]:,]+')
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class Example:
    """A question as `curl` asks it, and the answer shown for it."""

    page: Path
    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    answer: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.method} {self.url}"

    @property
    def path(self) -> str:
        assert self.url.startswith(f"{SERVED}/"), self
        return self.url.removeprefix(SERVED)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, *languages: str) -> list[str]:
    """The code blocks in some languages."""
    return [found["text"] for found in _BLOCK.finditer(text) if found["language"] in languages]


def parts(text: str) -> Iterator[tuple[str, str, str]]:
    """A page from top to bottom: of code blocks the language, the file that each is said to be, and the text; prose."""
    end = 0
    for found in _BLOCK.finditer(text):
        yield "", "", text[end : found.start()]
        yield found["language"], found["name"], found["text"]
        end = found.end()
    yield "", "", text[end:]


def prose(text: str) -> str:
    """All but the code blocks."""
    return _BLOCK.sub("", text)


def section(text: str, heading: str) -> str:
    """What stands under a heading, down to the next."""
    start = re.search(rf"^#+ +{re.escape(heading)}\n", text, re.MULTILINE)
    assert start, heading
    rest = text[start.end() :]
    end = re.search("^#+ ", _BLOCK.sub(lambda found: "\0" * len(found[0]), rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_column(text: str) -> list[str]:
    """The names, in backticks, of the first column of the tables of a text."""
    cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("| "))
    return [name for cell in cells for name in re.findall("`([^`]+)`", cell)]


def anchors(text: str) -> set[str]:
    """The fragments that headings are given."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(text)))
    return {heading.replace(" ", "-") for heading in kept}


def links(page: Path) -> list[str]:
    return _LINK.findall(prose(page.read_text(encoding="utf-8")))


def examples(page: Path, text: str | None = None) -> list[Example]:
    """The questions of a page, or of a part of it: `$ curl` in a console block, followed by its answer."""
    found: list[Example] = []
    for block in blocks(text or page.read_text(encoding="utf-8"), "console"):
        open_ = False
        for line in block.splitlines():
            if line.startswith("$ "):
                open_ = line.startswith("$ curl ")
                found += [asked(page, line.removeprefix("$ "))] * open_
            elif line.startswith("#"):
                open_ = False
            elif open_:
                found[-1].answer += line + "\n"
    return found


def asked(page: Path, command: str) -> Example:
    example = Example(page, "")
    words = iter(shlex.split(command)[1:])
    for word in words:
        match word:
            case "-X":
                example.method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                example.headers[name] = value
            case _:
                assert not word.startswith("-"), f"an option that the tests do not know: {command}"
                example.url = word
    return example


def read_abridged(answer: str) -> Any:
    """JSON in which `…` stands for what is left out."""
    written: list[str] = []
    inside: list[str] = []
    for token in _TOKEN.findall(answer):
        if token in "{[":
            inside.append(token)
        elif token in "}]":
            inside.pop()
        if token != "…":
            written.append(token)
        elif written[-1] == ":" or inside[-1] == "[":
            written.append(json.dumps(ANYTHING))
        else:
            written += [json.dumps(ANYTHING), ":", "0"]
    return json.loads(" ".join(written))


def fits(shown: Any, given: Any) -> bool:
    """Whether an answer is the one shown, but for what is left out; text shown may be cut short by `…`."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict) and isinstance(given, dict):
        names = shown.keys() - {ANYTHING}
        complete = ANYTHING in shown or names == given.keys()
        return complete and all(name in given and fits(shown[name], given[name]) for name in names)
    if isinstance(shown, list) and isinstance(given, list):
        return _items_fit(shown, given)
    if isinstance(shown, str) and shown.endswith("…") and isinstance(given, str):
        return given.startswith(shown[:-1])
    return type(shown) is type(given) and bool(shown == given)


def _items_fit(shown: list[Any], given: list[Any]) -> bool:
    if not shown:
        return not given
    if shown[0] == ANYTHING:
        return any(_items_fit(shown[1:], given[start:]) for start in range(len(given) + 1))
    return bool(given) and fits(shown[0], given[0]) and _items_fit(shown[1:], given[1:])


def commands(text: str) -> Iterator[list[str]]:
    """Every `dateline` command of a page, as words."""
    for block in blocks(text, "sh", "console", "yaml"):
        for line in block.splitlines():
            if found := re.search(r"(?:^|uv run |&& |\$ )(dateline [a-z][^&]*?)(?: +#.*| &&.*|\])?$", line.strip()):
                yield shlex.split(found[1])
    for span in re.findall(r"`(?:uv run )?(dateline [a-z][^`]*)`", prose(text)):
        yield shlex.split(span)
