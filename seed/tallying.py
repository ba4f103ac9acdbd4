"""How many records have a term: counted anew for the terms that a load touched, and kept for each revision."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from app.kinds import ENTRY_KINDS, TALLIED_KINDS, kind_of, kind_range, whole
from app.tables import LAST, OPEN, Entry, Link, Tally, known
from seed.writing import batches, insert_rows

COUNTED: dict[str, type[Link | Entry]] = {"event": Link} | dict.fromkeys(
    (kinds[0] for kinds in ENTRY_KINDS.values()), Entry
)
"""Kinds of which every record has one term, and no record two: what counts all events, actors … and citations."""


class Tallies:
    """The counts that one load changes."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.touched: dict[str, set[int]] = defaultdict(set)
        """Tallied terms by their kinds; of kinds that are only counted as a whole, none is kept."""

    def touch(self, terms: Iterable[int]) -> None:
        """Some links or entries of these terms were written or ended."""
        for term in set(terms):
            kind = kind_of(term)
            if kind in TALLIED_KINDS:
                self.touched[kind].add(term)
            elif kind in COUNTED:
                self.touched[kind] = set()

    def close(self) -> None:
        """Write the counts that are not as before."""
        counts = self._of_terms() | self._of_kinds()
        held: dict[int, int] = {}
        for some in batches(sorted(counts)):
            open_ones = select(col(Tally.term), col(Tally.count)).where(col(Tally.term).in_(some), _IS_OPEN)
            held |= dict(self.connection.execute(open_ones).all())
        changed = [term for term in sorted(counts) if counts[term] != held.get(term, 0)]
        for some in batches(changed):
            ending = update(Tally).where(col(Tally.term).in_(some), _IS_OPEN)
            self.connection.execute(ending.values(until=self.revision))
        rows = ({"term": term, "count": counts[term]} for term in changed if counts[term])
        since = {"since": self.revision, "until": OPEN}
        insert_rows(self.connection, Tally.__table__, (row | since for row in rows))  # type: ignore[attr-defined]

    def _of_terms(self) -> dict[int, int]:
        """How many links each touched term has; of the desk's report, entries too: those of sources."""
        counts: Counter[int] = Counter()
        for kind in TALLIED_KINDS:
            tables = (Link, Entry) if kind == "quality" else (Link,)
            for some in batches(sorted(self.touched.get(kind, ()))):
                counts.update(dict.fromkeys(some, 0))
                for table in tables:
                    term = col(table.term)
                    of_each = select(term, func.count()).where(term.in_(some), *_now(table)).group_by(term)
                    counts.update(dict(self.connection.execute(of_each).all()))
        return dict(counts)

    def _of_kinds(self) -> dict[int, int]:
        """How many records of each touched kind there are."""
        counts = {}
        for kind, table in COUNTED.items():
            if kind in self.touched:
                every = select(func.count()).where(col(table.term).between(*kind_range(kind)), *_now(table))
                counts[whole(kind)] = self.connection.execute(every).scalar_one()
        return counts


_IS_OPEN = col(Tally.until) == OPEN


def _now(table: type[Link | Entry]) -> tuple[Any, ...]:
    """Of the revision that is being written, at the last instant."""
    return col(table.until) == OPEN, known(table, LAST)
