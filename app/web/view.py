"""The address of a view: the API's own parameters, and which event is read."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.parameters import NOT_FILTERS, TIMES
from app.web.asking import Parameters

READ = "event"
"""The one parameter of the page that is not the API's: the event in the reading pane."""
KNOWN_AT = "known_at"
EVENTS_SHOWN = "200"


@dataclass(frozen=True)
class View:
    """What is asked, and what is read."""

    parameters: tuple[tuple[str, str], ...]
    event: str | None

    @classmethod
    def of(cls, given: Parameters) -> "View":
        """Empty values are left out: a form sends every field that it has."""
        read = [value for name, value in given if name == READ and value]
        rest = dict.fromkeys((name, value) for name, value in given if name != READ and value)
        return cls(tuple(rest), read[-1] if read else None)

    def values(self, name: str) -> list[str]:
        return [value for one, value in self.parameters if one == name]

    def value(self, name: str) -> str:
        """The one value of a parameter; nothing where it is not asked."""
        return next(iter(self.values(name)), "")

    def asked(self, *without: str) -> Parameters:
        return [one for one in self.parameters if one[0] not in without]

    @property
    def filters(self) -> Parameters:
        """What narrows the answer down: all but times, order and place in the list."""
        return self.asked(*NOT_FILTERS, *TIMES)

    @property
    def address(self) -> str:
        return self._address(self.parameters, self.event)

    @property
    def unread(self) -> str:
        """Without the event in the reading pane."""
        return self._address(self.parameters, None)

    @property
    def unfiltered(self) -> str:
        return self._address(self.times, self.event)

    def reading(self, event: str) -> str:
        return self._address(self.parameters, event)

    def toggled(self, name: str, value: str) -> str:
        """With one more filter, or without it."""
        one = (name, value)
        kept = [pair for pair in self._from_the_start() if pair != one]
        return self._address(kept if one in self.parameters else [*kept, one], self.event)

    def without(self, *names: str) -> str:
        return self._address([one for one in self._from_the_start() if one[0] not in names], self.event)

    def only(self, *filters: tuple[str, str]) -> str:
        """These filters and no other, at the same times."""
        return self._address([*self.times, *filters], self.event)

    def replacing(self, *filters: tuple[str, str]) -> str:
        """These filters in the place of others of their names."""
        names = {name for name, _ in filters}
        return self._address([*(one for one in self._from_the_start() if one[0] not in names), *filters], self.event)

    def known_at(self, instant: str | None) -> str:
        return self.replacing(("known_at", instant)) if instant else self.without("known_at")

    def paged(self, cursor: str, revision: str) -> str:
        return self._address([*self.asked("cursor", "as_of"), ("as_of", revision), ("cursor", cursor)], self.event)

    @property
    def times(self) -> Parameters:
        return [one for one in self.parameters if one[0] in TIMES]

    def _from_the_start(self) -> Parameters:
        return self.asked("cursor")

    def _address(self, parameters: Parameters | tuple[tuple[str, str], ...], event: str | None) -> str:
        """Relative to the page, so that it holds wherever the page stands."""
        query = urlencode([*parameters, *([(READ, event)] if event else [])])
        return f"?{query}" if query else "?"
