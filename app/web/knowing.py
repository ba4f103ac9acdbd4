"""The slider of what was known when: its stops are the instants at which sources begin to count."""

from dataclasses import dataclass

from app.web.drawing import Moments
from app.web.view import View
from app.wording.dates import tell_day, tell_instant

MOST_STOPS = 240
MOST_TOLD = 9
"""So many stops are named under the slider; of more, each is a step without its name."""
FINAL_SECOND = "23:59:59"


@dataclass(frozen=True)
class Stop:
    """An instant, or now."""

    instant: str | None
    told: str
    day: str
    time: str
    sources: list[str]
    """Publishers of the sources that count from here on."""
    address: str
    is_current: bool = False


@dataclass(frozen=True)
class Stops:
    stops: list[Stop]
    asked: str
    """The instant of the view in words; nothing for now."""
    told: str
    """How many instants these are: `All 12 instants`, `200 of 2,013 instants`."""

    @property
    def current(self) -> int:
        return next((at for at, one in enumerate(self.stops) if one.is_current), len(self.stops) - 1)

    @property
    def are_told(self) -> bool:
        return len(self.stops) <= MOST_TOLD

    @property
    def before(self) -> Stop | None:
        return self.stops[self.current - 1] if self.current else None

    @property
    def after(self) -> Stop | None:
        return self.stops[self.current + 1] if self.current + 1 < len(self.stops) else None


def list_stops(view: View, moments: Moments, known_at: str | None) -> Stops:
    """Every instant at which a source begins to count, and now; `known_at` is the instant of the view."""
    named = moments.publishers
    instants = _thinned(sorted(named))
    reached = [one for one in instants if known_at and one <= known_at]
    current = reached[-1] if reached else instants[0] if known_at and instants else None
    stops = [_stop(view, one, named[one], one == current) for one in instants]
    now = Stop(None, "now", "Now", "", [], view.known_at(None), current is None)
    return Stops([*stops, now], tell_instant(known_at) if known_at else "", _tell_instants(len(instants), moments))


def _tell_instants(shown: int, moments: Moments) -> str:
    total = len(moments.publishers)
    if not moments.are_all:
        return f"{shown} of more than {total:,} instants"
    return f"{shown} of {total:,} instants" if shown < total else f"All {total} instants"


def _thinned(instants: list[str]) -> list[str]:
    step = -(-len(instants) // MOST_STOPS) or 1
    return instants[::-1][::step][::-1]


def _stop(view: View, instant: str, sources: list[str], is_current: bool) -> Stop:
    day, _, time = instant.partition("T")
    told = "day’s end" if time.startswith(FINAL_SECOND) else f"{time[:5]} UTC"
    return Stop(
        instant, tell_instant(instant), tell_day(day, short=True), told, sources, view.known_at(instant), is_current
    )
