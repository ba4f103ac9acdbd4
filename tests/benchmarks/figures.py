"""The figures to reach, as ratios of what one run measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.benchmarks.questions import ACTOR, BOX, EVENT

Rates = Mapping[tuple[str, str], float]
"""Answers per second, by server and kind of question."""
SQLITE, POSTGRES = "Dateline, SQLite", "Dateline, PostgreSQL"
FLOOR, FRAMEWORK = "The server's floor", "The framework's floor"
ONE_FILTER = (BOX, "source", "place", "type", "actor and type", "place and actor")
PEERS = ("FastAPI + SQLModel, SQLite", "Datasette, SQLite", "ROAPI, in memory", "pygeoapi, SpatiaLite")
POSTGRES_PEERS = ("FastAPI + SQLModel, PostgreSQL", "PostGraphile, PostgreSQL")


@dataclass(frozen=True)
class Figure:
    what: str
    wanted: float
    got: float
    at_most: bool = False

    def row(self) -> tuple[str, str, str]:
        is_reached = self.got <= self.wanted if self.at_most else self.got >= self.wanted
        sign = "<=" if self.at_most else ">="
        return self.what, f"{sign} {self.wanted:g}", f"{self.got:.2f}{'' if is_reached else ' (missed)'}"


def figures(rates: Rates) -> Iterator[Figure]:
    """Each that the run can tell."""
    framework, event_floor = rates[FRAMEWORK, ACTOR], rates[FRAMEWORK, EVENT]
    yield Figure("first time asked, actor and dates, of the framework's floor", 0.45, rates[SQLITE, ACTOR] / framework)
    for kind in ONE_FILTER:
        yield Figure(f"first time asked, {kind}, of the framework's floor", 0.25, rates[SQLITE, kind] / framework)
    yield Figure("first time asked, one event, of the framework's floor", 1.0, rates[SQLITE, EVENT] / event_floor)
    for kind in (ACTOR, BOX):
        best = max((rates.get((peer, kind), 0) for peer in PEERS + POSTGRES_PEERS), default=0)
        if best:
            yield Figure(f"{kind}, times the best peer", 10, rates[SQLITE, kind] / best)
    for kind in (ACTOR, *ONE_FILTER):
        yield Figure(f"{kind}, PostgreSQL, of the framework's floor", 0.20, rates[POSTGRES, kind] / framework)
    for kind in (ACTOR, BOX):
        best = max((rates.get((peer, kind), 0) for peer in POSTGRES_PEERS), default=0)
        if best:
            yield Figure(f"{kind}, PostgreSQL, times the best peer there", 5, rates[POSTGRES, kind] / best)
    for server in (SQLITE, POSTGRES):
        yield from _kept(server, rates)


def _kept(server: str, rates: Rates) -> Iterator[Figure]:
    """Answers that were given before, and those that are compressed."""
    own = rates[FLOOR, "own page"]
    for kind in (kind for one, kind in rates if one == server and kind.startswith("again")):
        yield Figure(
            f"{kind}, {server}, of the server's floor (62 KB)", 0.75, rates[server, kind] / rates[FLOOR, ACTOR]
        )
        if kind == "again":
            yield Figure(f"{kind}, {server}, of the server's floor at the same size", 0.75, rates[server, kind] / own)
    yield Figure(f"304, {server}, of the server's floor (62 KB)", 1.0, rates[server, "304"] / rates[FLOOR, ACTOR])
    for coding in ("gzip", "zstd", "br"):
        if (server, coding) in rates:
            kept = rates[server, f"{coding}, again"] / rates[server, "again"]
            yield Figure(
                f"{coding}, {server}, first time, of the uncompressed",
                0.6,
                rates[server, coding] / rates[server, ACTOR],
            )
            yield Figure(f"{coding}, {server}, again, of the uncompressed", 0.75, kept)
