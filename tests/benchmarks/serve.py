"""Serving, measured in one run: the floors, Dateline in every way it can be asked, and its peers, in turns.

Every server has the first core while it is asked, and `wrk` the other. A rate is answers per second of CPU time, the
database's included: on an idle machine the same as per second of the clock, and steady on a busy one.
"""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.capacity import capacity
from tests.benchmarks.figures import figures
from tests.benchmarks.generate import World
from tests.benchmarks.pressing import Load, Pressed, ask, press
from tests.benchmarks.questions import ACTOR, EVENT, KINDS, addresses
from tests.benchmarks.report import FOLDER, bars, machine, number, publish, table
from tests.benchmarks.serving import LOAD_CORE, Server, free_port, serving, uvicorn
from tests.benchmarks.stores import Store, dateline, postgres, postgres_store, sqlite_store

DIFFERENT = 20_000
"""So many addresses of a kind, where there are as many: more than any cache holds."""
AGAIN = 16
"""So few, where the same are asked again and again."""
STEADY = 64
"""Connections at which a server is steady that has nearly nothing to do."""
CODINGS = ("gzip", "zstd", "br")
FORMATS = (".geojson", ".csv")


@dataclass(frozen=True)
class Cell:
    """One server, asked one kind of question."""

    server: Server
    kind: str
    load: Load
    is_new: bool = False
    """Whether no question may have been asked before, as long as answers are kept."""


def serve(world: World, work: Path, *, rounds: int, seconds: int, document: bool) -> None:
    """Measure, print, and on demand write into the documentation."""
    with ExitStack() as stack:
        cells, left_out = _cells(stack, world, work)
        os.sched_setaffinity(0, {LOAD_CORE})
        found = _measure(cells, rounds, seconds)
    medians = {key: _median(some) for key, some in found.items()}
    by_cpu = list(figures({key: one.rate for key, one in medians.items()}))
    by_clock = list(figures({key: one.per_second for key, one in medians.items()}))
    title = f"{world.events:,} events, {rounds} rounds of {seconds} s"
    about = f"{title}, on {machine()}. `wrk` used {max(one.load for one in medians.values()):.0%} of its core at most."
    parts = {
        "figures": table(
            ("figure", "wanted", "got, by CPU time", "by the clock"),
            [(*cpu.row(), clock.row()[-1]) for cpu, clock in zip(by_cpu, by_clock, strict=True)],
        ),
        "rates": "\n\n".join((_rates(medians), about, *(f"Left out: {one}." for one in left_out))),
        "capacity": capacity(medians),
    }
    rows = [
        {"server": server, "kind": kind, "rate": one.rate, "per_second": one.per_second, **asdict(one)}
        for (server, kind), one in medians.items()
    ]
    ratios = {"figures": [asdict(one) for one in by_cpu], "figures_by_the_clock": [asdict(one) for one in by_clock]}
    publish("serve", {"about": about, "cells": rows, **ratios}, parts, document=document)
    if document:
        shown = {server: one.rate for (server, kind), one in medians.items() if kind == ACTOR}
        shown = dict(sorted(shown.items(), key=lambda one: -one[1]))
        (FOLDER / "serve.svg").write_text(
            bars(f"Pages of 50 events a second of one core (logarithmic); {title}", shown), encoding="utf-8"
        )


def _cells(stack: ExitStack, world: World, work: Path) -> tuple[list[Cell], list[str]]:
    base_url, process = stack.enter_context(postgres())
    stores = [sqlite_store(world, work), stack.enter_context(postgres_store(world, work, base_url, process))]
    asked = {kind: addresses(world, kind, DIFFERENT) for kind in (*KINDS, EVENT)}
    servers = [stack.enter_context(dateline(store, free_port())) for store in stores]
    own_bytes = round(mean(len(ask(servers[0], path).content) for path in asked[ACTOR][:20]))
    cells = [cell for server in servers for cell in _of_dateline(server, asked)]
    cells += _of_floors(stack, own_bytes)
    data = peers.Data.of(servers[0], work)
    left_out = []
    for make in _peers(data, asked, work, stack.enter_context(postgres_store(None, work, base_url, process))):
        try:
            server, loads = stack.enter_context(make())
            cells += [Cell(server, kind, load) for kind, load in loads.items()]
        except peers.NotHere as reason:
            left_out.append(str(reason))
    return cells, left_out


def _of_dateline(server: Server, asked: dict[str, list[str]]) -> Iterator[Cell]:
    for kind, paths in asked.items():
        yield Cell(server, kind, Load(paths[::4] if kind == ACTOR else paths), is_new=True)
    few, one = asked[ACTOR][:AGAIN], asked[ACTOR][0]
    again = Load(few, connections=STEADY)
    yield Cell(server, "again", again)
    yield Cell(server, "one event, again", Load(asked[EVENT][:AGAIN], connections=STEADY))
    for suffix in FORMATS:
        paths = [path.replace("/events?", f"/events{suffix}?") for path in few]
        yield Cell(server, f"again, {suffix}", Load(paths, connections=STEADY))
    tag = ask(server, one).headers["etag"]
    yield Cell(server, "304", Load([one], headers=(f"If-None-Match: {tag}",), connections=STEADY))
    for place, coding in enumerate(CODINGS, start=1):
        paths = asked[ACTOR][place::4]  # every fourth: those of another coding, or of none, may be kept
        header = f"Accept-Encoding: {coding}"
        if ask(server, one, [header]).headers.get("content-encoding") == coding:
            yield Cell(server, coding, Load(paths, headers=(header,)), is_new=True)
            yield Cell(server, f"{coding}, again", replace(again, headers=(header,)))


def _of_floors(stack: ExitStack, own_bytes: int) -> Iterator[Cell]:
    environment = {"OWN_BYTES": str(own_bytes)}
    for name, connections in (("server", STEADY), ("framework", 8)):
        command = uvicorn(f"tests.benchmarks.floors:{name}", port := free_port())
        server = stack.enter_context(serving(f"The {name}'s floor", command, port, "/event", environment=environment))
        query = "?actor=a-state&date_from=2001-01-01&date_to=2011-12-31&limit=50&order=desc"
        for kind, path in ((ACTOR, "/page"), ("own page", "/own"), (EVENT, "/event")):
            yield Cell(server, kind, Load([path + query], connections=connections))


def _peers(data: peers.Data, asked: peers.Asked, work: Path, empty: Store) -> Sequence[Callable[[], Any]]:
    (work / "usual.db").unlink(missing_ok=True)
    small = Store("SQLite", f"sqlite:///{work / 'usual.db'}")
    return (
        lambda: peers.usual(data, asked, small),
        lambda: peers.usual(data, asked, empty),
        lambda: peers.datasette(data, asked),
        lambda: peers.roapi(data, asked),
        lambda: peers.pygeoapi(data, asked),
        lambda: peers.postgraphile(data, asked, empty),
    )


def _measure(cells: Sequence[Cell], rounds: int, seconds: int) -> dict[tuple[str, str], list[Pressed]]:
    """In turns, in another order each time; each goes on where it was in the list of its addresses."""
    found: dict[tuple[str, str], list[Pressed]] = {(cell.server.name, cell.kind): [] for cell in cells}
    for turn in range(rounds):
        for cell in random.Random(turn).sample(cells, len(cells)):
            before = found[cell.server.name, cell.kind]
            before.append(_press(cell, seconds, start=sum(one.requests for one in before)))
    return found


def _press(cell: Cell, seconds: int, start: int) -> Pressed:
    """Raises `RuntimeError` where answers came from the cache to questions that must be new."""
    if len(cell.load.addresses) <= AGAIN:  # what is asked again was asked before
        for address in cell.load.addresses:
            ask(cell.server, address, cell.load.headers)
    hits = _hits(cell.server) if cell.is_new else 0
    pressed = press(cell.server, cell.load, seconds=seconds, start=start)
    if cell.is_new and _hits(cell.server) - hits > pressed.requests / 100:
        raise RuntimeError(f"{cell.server.name} had kept answers of what is measured as new: {cell.kind}")
    return pressed


def _hits(server: Server) -> float:
    """How many answers came from the cache so far."""
    metrics = ask(server, "/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in metrics if line.startswith("dateline_cache_hits_total"))


def _median(some: Sequence[Pressed]) -> Pressed:
    """The one in the middle, by its rate."""
    middle = median([one.rate for one in some])
    return min(some, key=lambda one: abs(one.rate - middle))


def _rates(medians: dict[tuple[str, str], Pressed]) -> str:
    kinds = list(dict.fromkeys(kind for _, kind in medians))
    servers = list(dict.fromkeys(server for server, _ in medians))
    rows = [(kind, *(_rate(medians.get((server, kind))) for server in servers)) for kind in kinds]
    return table(("answers a second: of CPU time, by the clock", *servers), rows)


def _rate(pressed: Pressed | None) -> str:
    """By either clock, with the size of an answer, headers included."""
    if pressed is None:
        return ""
    size = pressed.bytes / pressed.requests / 1000
    return f"{number(pressed.rate)}, {number(pressed.per_second)} ({size:.0f} KB)"
