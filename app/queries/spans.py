"""Ranges of keys, and the parts of them in which the links of several terms are gathered for a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from app.database import Database
from app.queries.shapes import key_at, key_of_links
from app.queries.terms import Found
from app.tables import OPEN, Event, Name, Record

MOST_GROWTH = 8
"""So many times larger than the last the next part is at most."""
FEW_TERMS = 16
"""Of so few it is worthwhile to look where the links of each are."""
SEEK = 10
"""So many keys are skipped in the time in which a term's links are found."""
BEFORE_ANY = " "
"""Sorts before whatever an id may have."""


class Condition(NamedTuple):
    """A record has at least one of these terms; `rows` is about how many records do."""

    terms: tuple[int, ...]
    rows: int

    @property
    def several(self) -> bool:
        """Whether it takes a list: none is one as well."""
        return len(self.terms) != 1

    def values(self, name: str) -> dict[str, Any]:
        """What the names in a statement stand for."""
        if not self.several:
            return {name: self.terms[0]}
        ends = {f"{name}_least": min(self.terms, default=0), f"{name}_most": max(self.terms, default=0)}
        return {name: self.terms, **ends}


def any_of(names: Iterable[Name], found: Mapping[Name, Found]) -> Condition:
    """The condition that a record has one of some terms."""
    terms = [found[name] for name in dict.fromkeys(names) if name in found]
    return Condition(tuple(term.number for term in terms), sum(term.rows for term in terms))


@dataclass(frozen=True)
class Span:
    """A range of keys, both ends exclusive, and what else must hold in it."""

    above: Any = None
    below: Any = None
    conditions: tuple[Condition, ...] = ()

    def after(self, last: Any, *, ascending: bool) -> "Span":
        """The part of this range that follows a key."""
        if last is None:
            return self
        if ascending:
            return replace(self, above=last if self.above is None else max(self.above, last))
        return replace(self, below=last if self.below is None else min(self.below, last))

    def until(self, edge: Any, *, ascending: bool) -> "Span":
        """The part of this range up to a key, and with it; ids are only read upwards."""
        if ascending:
            return replace(self, below=edge + 1 if isinstance(edge, int) else edge + BEFORE_ANY)
        return replace(self, above=edge - 1)

    @property
    def is_empty(self) -> bool:
        if self.above is None or self.below is None:
            return False
        return bool(self.above >= (self.below - 1 if isinstance(self.below, int) else self.below))


@dataclass(frozen=True)
class Parts:
    """Parts of a span, from its beginning, each with as many links of some terms as a page seems to need."""

    table: type[Event] | type[Record]
    driver: Condition
    events: int
    """About how many events there are; 0 of another resource."""
    ascending: bool

    def of(self, database: Database, span: Span, links: float, rows: Sequence[Any], limit: int) -> Iterator[Span]:
        """The first has so many links; how many the next has, follows from what was found: `rows` grows meanwhile."""
        while (edge := self._edge(database, span, links)) is not None:
            if span.after(edge, ascending=self.ascending).is_empty:
                break
            before = len(rows)
            yield span.until(edge, ascending=self.ascending)
            span = span.after(edge, ascending=self.ascending)
            found = len(rows) - before
            links *= min(MOST_GROWTH, 2 * (limit - len(rows)) / found) if found else MOST_GROWTH
        yield span

    def _edge(self, database: Database, span: Span, links: float) -> Any:
        """A key with about so many links before it: by the events between, or by each of the terms; none at the end."""
        if links >= self.driver.rows:
            return None
        start = span.above if self.ascending else span.below
        if start is None:
            start = (-1 if self.ascending else OPEN) if self.events else ""
        skipped = links * self.events / self.driver.rows
        if self.events and (len(self.driver.terms) > FEW_TERMS or skipped <= links + SEEK * len(self.driver.terms)):
            found = database.ask(key_at(ascending=self.ascending), {"start": start, "skip": round(skipped)})
            return found[0][0] if found else None
        each = {"start": start, "skip": round(links / len(self.driver.terms)), "terms": self.driver.terms}
        return database.ask(key_of_links(self.table, ascending=self.ascending), each)[0][0]
