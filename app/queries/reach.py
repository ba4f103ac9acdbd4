"""Where in the order of keys the events of a question can lie: around its days, and not long after its evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from app.keys import FORESEEN_DAYS, LONG_DAYS, first_key
from app.periods import around
from app.queries.spans import Condition, Span, any_of
from app.queries.terms import Found
from app.tables import Name

DATED = first_key(1) - 1
"""Below every event that has a day."""


@dataclass(frozen=True)
class Reach:
    """The days that an event must touch, or lie within, and the last day of the evidence that counts."""

    first: date | None
    last: date | None
    is_within: bool
    heard: date | None

    @property
    def long(self) -> list[Name]:
        """Of the events that begin long before the first day, those that may last until then."""
        return [("long", period) for period in around(self.first)] if self.first and not self.is_within else []

    @property
    def foreseen(self) -> list[Name]:
        """Of the events that begin long after the evidence, those of which there may have been some."""
        return [("foreseen", period) for period in around(self.heard)] if self.heard else []

    def spans(self, found: Mapping[Name, Found]) -> tuple[Span, ...]:
        """Ranges of keys, the last first, each with what holds for all that is found in it."""
        ranges = tuple(self._around_days(any_of(self.long, found)))
        if not self.heard:
            return ranges
        cut = first_key(self.heard.toordinal() + FORESEEN_DAYS + 1)
        halves = chain.from_iterable(_halves(one, cut, any_of(self.foreseen, found)) for one in ranges)
        return tuple(one for one in halves if not one.is_empty)

    def _around_days(self, long: Condition) -> Iterator[Span]:
        below = first_key(self.last.toordinal() + 1) if self.last else None
        start = self.first.toordinal() if self.first else 0
        if not self.first:
            yield Span(DATED if self.last else None, below)
        elif self.is_within or start <= LONG_DAYS:
            yield Span(first_key(start) - 1 if self.is_within else DATED, below)
        else:
            edge = first_key(start - LONG_DAYS)
            yield Span(edge - 1, below)
            yield Span(DATED, edge, (long,))


def _halves(span: Span, cut: int, foreseen: Condition) -> Iterator[Span]:
    """A range in two, at a key: in the upper half all that is found was foreseen."""
    upper = span.after(cut - 1, ascending=True)
    yield replace(upper, conditions=(*span.conditions, foreseen))
    yield span.after(cut, ascending=False)
