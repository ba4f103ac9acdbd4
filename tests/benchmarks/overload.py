"""More than can be answered: what is still answered, how soon the rest is refused, and what a bystander notices."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from statistics import median

import uvloop

from tests.benchmarks.figures import Figure
from tests.benchmarks.flooding import SHED, Came, Flood
from tests.benchmarks.generate import World
from tests.benchmarks.questions import KINDS, addresses
from tests.benchmarks.report import machine
from tests.benchmarks.serving import LOAD_CORE, PROGRAMS, SERVER_CORE, Server, free_port, serving
from tests.benchmarks.stores import Store, postgres, postgres_store, sqlite_store

STEPS = (1, 2, 4, 8, 16, 32)
ENOUGH = 0.95
TIMES = 4
MANY, IDLE, HOSTILE = 256, 1_000, 8
ROUNDS, WARM = 3, 1.0
PAUSE = 0.01
"""Seconds between a bystander's questions."""
SLOW = {
    "slow questions": [
        f"/v1/events?bbox=-180,-90,{east}.5,90&sort=reported&known_at=2020-01-{day:02}&limit=500&count=exact"
        for east in range(100, 179)
        for day in range(1, 29)
    ],
    "pictures": [f"/v1/events.svg?limit=500&min_origins=1&q={word}" for word in ("a", "b")],
    "exports": [f"/v1/exports/events.{one}?order=asc" for one in ("csv", "geojson", "ics", "ndjson")],
    "files": ["/v1/exports/dateline.sqlite"],
    "views": [f"/?limit=500&known_at=2020-01-{day:02}" for day in range(1, 29)],
}
"""Of each kind, questions that take long."""


def overload(world: World, work: Path, *, seconds: float) -> None:
    """Measure and print, on both databases."""
    with ExitStack() as stack:
        _tell(sqlite_store(world, work), world, seconds)
        _tell(stack.enter_context(postgres_store(world, work, *stack.enter_context(postgres()))), world, seconds)
    print(f"\n{world.events:,} events, {seconds:g} seconds each, nothing kept, on {machine()}.")


def _tell(store: Store, world: World, seconds: float) -> None:
    print(f"\n{store.name}")
    for one in _measured(store, world, seconds):
        print("  ", one if isinstance(one, str) else ": ".join(one.row()), flush=True)


def _measured(store: Store, world: World, seconds: float) -> Iterator[Figure | str]:
    """Of one store, each figure on a server of its own process."""
    kinds = [addresses(world, kind, 300) for kind in KINDS]
    paths = [path for some in zip(*kinds, strict=False) for path in some]
    with _serving(store) as server:
        yield from uvloop.run(_flooded(server, paths, seconds))
    for kind, slow in SLOW.items():
        with _serving(store, {SERVER_CORE, LOAD_CORE}) as server:
            yield from uvloop.run(_beside(server, paths, kind, slow, seconds))


@contextmanager
def _serving(store: Store, cores: Iterable[int] = (SERVER_CORE,)) -> Iterator[Server]:
    """With nothing kept, so that every question is work; we have the other core for ourselves, if there is one."""
    port, listed = free_port(), ",".join(map(str, cores))
    command = ["taskset", "-c", listed, PROGRAMS / "dateline", "serve", "--port", str(port)]
    environment = {"DATABASE_URL": store.url, "DATELINE_CACHE_BYTES": "0"}
    with serving(store.name, command, port, "/health/ready", environment=environment) as server:
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {LOAD_CORE})
        try:
            yield server
        finally:
            os.sched_setaffinity(0, before)


async def _flooded(server: Server, paths: Sequence[str], seconds: float) -> list[Figure | str]:
    """From one connection to many, and at a pace that nobody could answer."""
    await _press(server, paths, 4, seconds)
    came = {count: await _press(server, paths, count, seconds) for count in STEPS}
    peak = max(one.goodput for one in came.values())
    enough = next(count for count, one in came.items() if one.goodput >= ENOUGH * peak)
    found: list[Figure | str] = [f"{peak:,.0f} answers a second of a core at most, {enough} connections saturate"]
    async with AsyncExitStack() as idle:
        await Flood(server.port, IDLE, idle).open()
        beside = await _press(server, paths, enough, seconds)
    found.append(Figure(f"goodput beside {IDLE:,} idle connections, of that without", 0.9, beside.goodput / peak))
    found += _judged(
        f"{TIMES * enough} connections, {TIMES} times those", await _press(server, paths, TIMES * enough, seconds), peak
    )
    found += _judged(f"{MANY} connections", await _press(server, paths, MANY, seconds), peak)
    found += _judged(
        f"{MANY} connections that wait a second when told to",
        await _press(server, paths, MANY, seconds, patience=1),
        peak,
    )
    async with AsyncExitStack() as stack:
        flood = Flood(server.port, IDLE, stack)
        await flood.open()
        before = server.cpu_seconds()
        paced = await flood.pace(paths, TIMES * peak, seconds)
        paced.cpu_seconds = server.cpu_seconds() - before
    found += _judged(f"{TIMES} times the questions, paced", paced, peak)
    return found


def _judged(what: str, came: Came, peak: float) -> Iterator[Figure | str]:
    shed = len(came.seconds[SHED])
    yield Figure(f"goodput, {what}, of the peak", 0.9, came.goodput / peak)
    yield Figure(f"p99 of refusals in ms, {what}", 50, came.percentile(SHED, 0.99), at_most=True)
    yield (
        f"{shed / came.elapsed:,.0f} refusals a second, {came.without_retry_after} without Retry-After, "
        f"p99 of answers {came.percentile(200, 0.99):.0f} ms, {came.unsent:,} unsent, others: {came.others}"
    )


async def _press(server: Server, paths: Sequence[str], count: int, seconds: float, *, patience: float = 0) -> Came:
    async with AsyncExitStack() as stack:
        flood = Flood(server.port, count, stack)
        await flood.open()
        before = server.cpu_seconds()
        came = await flood.press(paths, seconds, patience=patience)
        came.cpu_seconds = server.cpu_seconds() - before
        return came


async def _beside(
    server: Server, paths: Sequence[str], kind: str, slow: Sequence[str], seconds: float
) -> list[Figure | str]:
    """One who asks quick questions, alone and beside some who ask slow ones without pause: in turns."""
    ratios, came = [], Came()
    async with AsyncExitStack() as stack:
        bystander, hostile = Flood(server.port, 1, stack), Flood(server.port, HOSTILE, stack)
        await bystander.open()
        await hostile.open()
        await bystander.press(paths, seconds)
        for _ in range(ROUNDS):
            alone = await bystander.press(paths, seconds, pause=PAUSE)
            pressing = asyncio.ensure_future(hostile.press(slow, seconds + WARM))
            await asyncio.sleep(WARM)
            beside = await bystander.press(paths, seconds, pause=PAUSE)
            came = await pressing
            ratios.append(beside.percentile(200, 0.99) / alone.percentile(200, 0.99))
    got = {status: f"{len(times)} in {median(times) * 1000:.0f} ms" for status, times in came.seconds.items()}
    what = f"p99 of a bystander beside {HOSTILE} who ask for {kind}, of that alone"
    p99, p50 = ([one.percentile(200, part) for one in (alone, beside)] for part in (0.99, 0.5))
    refused = len(beside.seconds[SHED])
    told = f"p99 {p99[0]:.1f} and {p99[1]:.1f} ms, median {p50[0]:.1f} and {p50[1]:.1f}; {refused} refused"
    return [Figure(what, 2, median(ratios), at_most=True), f"{told}; they got {got}"]
