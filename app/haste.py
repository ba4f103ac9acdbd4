"""Asking in haste: what SQLite answers at once is answered on the event loop; whatever is not, waits."""

import math
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, Row

from app.connections import is_damaged, is_late, is_unavailable
from app.problems import Problem
from app.sqlite_file import File
from app.statements import Rows, Template, Values
from app.tables import Revision

if TYPE_CHECKING:
    from app.database import Patient

STEPS_BETWEEN_LOOKS = 1_000
MOST_LOOKS = 30
"""So many thousand steps of SQLite's virtual machine take about a millisecond: all that one question may take."""
MOST_SECONDS = 0.05
"""Steps are no time: pages may have to come from a disk, and other threads take their turns meanwhile."""
MOST_PASSES = 63
"""A statement that was stopped is not asked in haste the next time; then the next three times, seven, and so on."""

CACHE_KIB = 8_192
"""Four times SQLite's own: enough for the inner pages of its indices, which every answer reads."""


class Hurried(Exception):  # noqa: N818 - not an error: whoever asks may wait instead
    """There is no answer at once."""


@contextmanager
def hurrying() -> Iterator[None]:
    """In a thread, which waits for a moment: what was stopped when it was over has no answer at once."""
    try:
        yield
    except Problem as problem:
        if is_late(getattr(problem.__cause__, "orig", None)):
            raise Hurried from problem
        raise


class Hasty:
    """A SQLite store that never keeps the event loop waiting: it waits for no lock, and counts a question's steps.

    Only templates are run, and only on this one connection, which no thread uses.
    """

    def __init__(self, patient: "Patient", file: File) -> None:
        self.memory = patient.memory
        self._watch = patient.watch
        self._dialect = patient.engine.dialect
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._newest: Revision | None = None
        self._looks = 0
        self._late = math.inf

    def fetch(self, _statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """What has yet to be built is not asked in haste."""
        raise Hurried

    def ask(self, template: Template, values: Values) -> Rows:
        """Raises `Hurried` when the answer takes long, there is none, or the statement has yet to be built."""
        if not template.is_told(self._dialect) or _pass_over(template):
            raise Hurried
        try:
            found = self._connected().execute(*self._told(template, values)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if is_damaged(error):
                self.close()
            if is_late(error):
                template.stops += 1
                template.stops_in_a_row += 1
                template.passes = min(2**template.stops_in_a_row - 1, MOST_PASSES)
            if is_unavailable(error) or self._file.is_replaced():
                raise Hurried from error
            raise
        template.stops_in_a_row = 0
        return found

    def _told(self, template: Template, values: Values) -> tuple[str, dict[str, Any]]:
        """Python 3.11 takes a statement that was stopped amid its rows for one in use ever after, and compiles it anew
        each time that it is asked in the same words: so they are numbered."""
        words, named = template.told(self._dialect, values)
        return (f"{words} -- {template.stops}" if template.stops else words), named

    def at(self, newest: Revision | None) -> "Hasty":
        """Begins a question. Raises `Hurried` when the newest revision is not known, and has yet to be read."""
        self._looks, self._late = 0, time.monotonic() + MOST_SECONDS
        self._newest = newest or self._watch.known()
        if self._newest is None:
            raise Hurried
        return self

    def newest_revision(self) -> Revision | None:
        """As it was when the question began."""
        return self._newest

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._file.connect(lock_seconds=0, cache_kib=CACHE_KIB)
            self._connection.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS)
        return self._connection

    def _is_late(self) -> bool:
        self._looks += 1
        return self._looks > MOST_LOOKS or time.monotonic() > self._late


def _pass_over(template: Template) -> bool:
    """Whether it was stopped of late: what is slow, as a rule, would keep the event loop for nothing."""
    if template.passes:
        template.passes -= 1
        return True
    return False
