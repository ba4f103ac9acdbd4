"""The numbers of terms, by which links and entries refer to them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import col

from app.kinds import kind_range
from app.tables import Name, Term
from seed.writing import batches, insert_rows

MOST_KNOWN = 100_000
ONCE = frozenset({"event", "citation-event"})
"""Kinds of terms that one event has alone: no other will ask for their numbers."""


class Numbering:
    """The numbers of terms, given as they are first met."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.known: dict[Name, int] = {}
        self.knows_all = revision == 1
        """Whether the store has no term besides: it was empty, and nothing was forgotten since."""
        self.counts: Counter[int] = Counter()
        self.next: dict[str, int] = {}

    def numbers(self, names: AbstractSet[Name]) -> dict[Name, int]:
        """The number of each term; new ones are numbered in the order of their names."""
        found = {name: self.known[name] for name in names if name in self.known}
        unknown = sorted(names - found.keys())
        if self.revision > 1:
            found |= self._held(unknown)
        elif not self.knows_all:
            found |= self._held([name for name in unknown if name[0] not in ONCE])
        rows: list[dict[str, Any]] = [
            {"number": self._new(name[0]), "kind": name[0], "value": name[1], "since": self.revision, "rows": 0}
            for name in unknown
            if name not in found
        ]
        insert_rows(self.connection, Term.__table__, rows)  # type: ignore[attr-defined]
        found |= {(row["kind"], row["value"]): row["number"] for row in rows}
        self._remember(found)
        return found

    def _held(self, names: Sequence[Name]) -> dict[Name, int]:
        """The numbers of those that the store has."""
        numbers: dict[Name, int] = {}
        for kind, some in groupby(names, itemgetter(0)):
            for values in batches(value for _, value in some):
                found = select(col(Term.value), col(Term.number)).where(Term.kind == kind, col(Term.value).in_(values))
                numbers |= {(kind, value): number for value, number in self.connection.execute(found)}
        return numbers

    def _remember(self, numbers: dict[Name, int]) -> None:
        if len(self.known) > MOST_KNOWN:
            self.known, self.knows_all = {}, False
        self.known |= {name: number for name, number in numbers.items() if name[0] not in ONCE}

    def _new(self, kind: str) -> int:
        """The next number of a kind."""
        if kind not in self.next:
            first, last = kind_range(kind)
            highest = select(func.max(col(Term.number))).where(col(Term.number).between(first, last))
            self.next[kind] = (self.connection.execute(highest).scalar() or first) + 1
        number = self.next[kind]
        self.next[kind] += 1
        return number

    def count(self, numbers: Iterable[int]) -> None:
        """So many links are given to terms."""
        self.counts.update(numbers)
        if len(self.counts) > MOST_KNOWN:
            self.close()

    def close(self) -> None:
        """Store how many links each term was given."""
        if self.counts:
            more = update(Term).where(col(Term.number) == bindparam("term")).values(rows=Term.rows + bindparam("more"))
            self.connection.execute(more, [{"term": term, "more": more} for term, more in sorted(self.counts.items())])
            self.counts.clear()
