"""What is wrong with a record, and where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


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


MOST = 10_000


class Faults:
    """The faults found so far, each once, in the order of their places; too many raise `RecordRefused`."""

    def __init__(self) -> None:
        self._found: set[Fault] = set()
        self.is_incomplete = False
        """Whether some file could not be read at all: what is not found may stand there."""
        self.lost: set[str] = set()
        """The ids that stand in what could not be read as records."""

    def add(self, place: Place, message: str) -> None:
        self._found.add(Fault(place, message))
        if len(self._found) >= MOST:
            raise RecordRefused(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self._found))


class RecordRefused(Exception):  # noqa: N818 - not an error of the program
    """The record has faults, and nothing of it was loaded."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults))
        cut = [f"The first {MOST} faults; there may be more."] * (len(self.faults) >= MOST)
        super().__init__("\n".join([*map(str, self.faults), *cut]))
