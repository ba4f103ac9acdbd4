"""What addresses answered, kept in a file of one answer a line, so that a later run goes on and compares."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from seed.faults import Fault, Faults, Place, RecordRefused
from seed.verifying import Status

FIRST_KEY = '{"url":'
"""What every line begins with."""
COMPARED = ("text_sha256", "etag", "last_modified")
"""What tells that a page has changed: the first that is known of both answers decides."""


class Looked(BaseModel):
    """What became of looking one citation's passage up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    citation: str
    status: Status
    detail: str = ""


class Answer(BaseModel):
    """What an address answered. Of the page's text only a hash is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    asked_at: AwareDatetime
    status: Literal["ok", "moved", "changed", "gone", "failed"]
    detail: str = ""
    needs_care: bool = False
    """Whether a person has something to do."""
    moved_to: str | None = None
    """Where it has moved for good."""
    text_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    sought: str | None = None
    """A hash of the passages that were looked up."""
    passages: tuple[Looked, ...] = ()


@dataclass
class Past:
    """The answers of earlier runs."""

    last: dict[str, Answer] = field(default_factory=dict)
    known: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    """By address and key of `COMPARED`: the last value, and when it was told."""

    def add(self, answer: Answer) -> None:
        self.last[answer.url] = answer
        for key in COMPARED:
            if value := getattr(answer, key):
                self.known[answer.url, key] = value, answer.asked_at

    def change(self, url: str, now: dict[str, str | None]) -> str:
        """What tells that the page is not what it was; nothing where it is, or where that is not known."""
        for key in COMPARED:
            before, value = self.known.get((url, key)), now[key]
            if before and value:
                told = {"text_sha256": "its text", "etag": "its ETag", "last_modified": "its Last-Modified"}[key]
                return f"{told} is not what it was on {before[1]:%Y-%m-%d}" if before[0] != value else ""
        return ""


def read_answers(path: Path) -> Past:
    """Raises `RecordRefused` for a file that holds anything else; a last line that was cut off is passed over."""
    faults, past = Faults(), Past()
    for number, line in enumerate(_lines(path), 1):
        try:
            past.add(Answer.model_validate_json(line))
        except ValidationError:
            faults.add(Place(str(path), number, 1), "no answer of an address; expected a file that `--report` wrote")
    if faults:
        raise RecordRefused(faults)
    return past


def _lines(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise _unusable(path, "read", error) from None
    return content[: _end_of_whole_lines(content)].splitlines()


def _end_of_whole_lines(content: bytes) -> int:
    end = content.rfind(b"\n") + 1
    return end if _is_cut_off(content[end:]) else len(content)


def _is_cut_off(line: bytes) -> bool:
    return line.startswith(FIRST_KEY.encode()) or FIRST_KEY.encode().startswith(line)


@contextmanager
def kept_answers(path: Path, record: Sequence[Path]) -> Iterator[Callable[[Answer], None]]:
    """Gives what appends an answer to a file that was read, and that is no part of the record."""
    for folder in record:
        if folder.is_dir() and path.resolve().is_relative_to(folder.resolve()) and not path.name.startswith("."):
            right = f"expected --report to name a file outside {folder}, or one whose name begins with a dot"
            raise RecordRefused([Fault(Place(str(path), 1, 1), f"would be read as a part of the record; {right}")])
    try:
        file = path.open("ab")
        file.truncate(_end_of_whole_lines(path.read_bytes()))
    except OSError as error:
        raise _unusable(path, "written", error) from None
    with file:

        def keep(answer: Answer) -> None:
            file.write(answer.model_dump_json(exclude_defaults=True).encode() + b"\n")
            file.flush()

        yield keep


def _unusable(path: Path, verb: str, error: OSError) -> RecordRefused:
    reason = str(error.strerror).lower()
    return RecordRefused([Fault(Place(str(path), 1, 1), f"cannot be {verb}: {reason}; expected --report FILE")])
