"""The numbers of terms, by which links and entries refer to them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import col

from app.kinds import kind_range
from app.tables import Name, Term, named
from seed.writing import batches, insert_rows


class Numbering:
    """The numbers of terms, given as they are first met."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.known: dict[Name, int] = {}
        self.counts: Counter[int] = Counter()
        self.next: dict[str, int] = {}

    def numbers(self, names: set[Name]) -> dict[Name, int]:
        """The number of each term; new ones are numbered in the order of their names."""
        for batch in batches(sorted(names - self.known.keys())):
            columns = (col(Term.kind), col(Term.value))
            found = select(*columns, col(Term.number)).where(named(batch))
            self.known |= {(kind, value): number for kind, value, number in self.connection.execute(found)}
        rows: list[dict[str, Any]] = [
            {"number": self._new(kind), "kind": kind, "value": value, "since": self.revision, "rows": 0}
            for kind, value in sorted(names - self.known.keys())
        ]
        if rows:
            insert_rows(self.connection, Term.__table__, rows)  # type: ignore[attr-defined]
            self.known |= {(row["kind"], row["value"]): row["number"] for row in rows}
        return {name: self.known[name] for name in names}

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
        self.counts.update(numbers)

    def close(self) -> None:
        """Store how many links each term was given."""
        if self.counts:
            more = update(Term).where(col(Term.number) == bindparam("term")).values(rows=Term.rows + bindparam("more"))
            self.connection.execute(more, [{"term": term, "more": more} for term, more in sorted(self.counts.items())])
