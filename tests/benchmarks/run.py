"""Running: how soon it answers, what it holds after hours, what more processes bring, what twenty revisions cost."""

import os
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

import httpx
import psutil
from sqlalchemy import make_url

from tests.benchmarks.figures import Figure
from tests.benchmarks.generate import TYPES, World, identifier
from tests.benchmarks.pressing import Load, press
from tests.benchmarks.questions import ACTOR, EVENT, KINDS, addresses
from tests.benchmarks.report import machine, publish, table
from tests.benchmarks.serving import PROGRAMS, cpu_seconds, free_port
from tests.benchmarks.stores import Store, dateline, postgres, postgres_store, record, sqlite_store

MIB = 2**20
STARTS = 5
REVISIONS = 20


def run(world: World, work: Path, *, minutes: float, revised: int, document: bool) -> None:
    """Measure, print, and on demand write into the documentation."""
    with ExitStack() as stack:
        base_url, process = stack.enter_context(postgres())
        stores = [sqlite_store(world, work), stack.enter_context(postgres_store(world, work, base_url, process))]
        ratios = [*_starting(stores[0])]
        for store in stores:
            ratios += _holding(store, world, minutes)
        ratios += _sharing(stores[0], world)
        small = World(world.seed, revised)
        ratios += _revised(Store("SQLite", f"sqlite:///{work / 'revised.db'}"), small, work)
        ratios += _revised(stack.enter_context(postgres_store(None, work, base_url, process)), small, work)
    about = (
        f"{world.events:,} events, {minutes:g} minutes of mixed load, {REVISIONS} revisions of {revised:,} events, "
        f"on {machine()}."
    )
    parts = {"run": table(("figure", "wanted", "got"), [one.row() for one in ratios]) + f"\n\n{about}"}
    publish("run", {"about": about, "figures": [asdict(one) for one in ratios]}, parts, document=document)


def _starting(store: Store) -> Iterator[Figure]:
    """`dateline serve` until its first answer, against the imports that any such server has."""
    imports = [PROGRAMS / "python", "-c", "import fastapi, sqlmodel"]
    took = [(_spent(imports), _start(store)) for _ in range(STARTS)]
    ratio = median([start / bare for bare, start in took])
    yield Figure(
        "`dateline serve` to its first answer, of `import fastapi, sqlmodel` (time of CPU)", 2.5, ratio, at_most=True
    )


def _spent(command: Sequence[str | Path]) -> float:
    process = subprocess.Popen(command)
    _, process.returncode, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


def _start(store: Store) -> float:
    port = free_port()
    command = [PROGRAMS / "dateline", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": store.url}, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/v1/events?limit=1", timeout=30).raise_for_status()
                return cpu_seconds([psutil.Process(process.pid)])
            except httpx.ConnectError:
                time.sleep(0.01)
    finally:
        process.terminate()
        process.wait()


def _mixed(world: World) -> list[str]:
    """Every kind of page, formats and single events, in no order."""
    pages = [path for kind in KINDS for path in addresses(world, kind, 400)]
    others = [
        path.replace("/events?", f"/events{suffix}?") for suffix in (".csv", ".geojson", ".ics") for path in pages[::40]
    ]
    counted = [f"{path}&count=exact" for path in pages[::40]]
    facets = [f"/v1/facets?type={one}" for one in TYPES]
    mixed = pages + others + counted + facets + addresses(world, EVENT, 5_000)
    return random.Random(1).sample(mixed, len(mixed))


def _holding(store: Store, world: World, minutes: float) -> Iterator[Figure]:
    """Memory of the serving process, its share of shared pages included, after a mixed load."""
    with dateline(store, free_port()) as server:
        for seconds, headers in ((round(60 * minutes), ("Accept-Encoding: gzip",)), (5, ())):
            press(server, Load(_mixed(world), headers, may_be_refused=True), seconds=seconds)
        held = server.memory() / MIB
    yield Figure(f"{store.name}: MiB held after a mixed load", 160, held, at_most=True)


def _sharing(store: Store, world: World) -> Iterator[Figure]:
    """Two workers against one: what an answer costs the one and the other, and how evenly two share the work."""
    load, rates, shares = Load(addresses(world, ACTOR, 20_000), connections=32), [], []
    for workers in (1, 2):
        with dateline(store, free_port(), workers=workers) as server:
            children = server.processes[0].children(recursive=True)
            for one in (server.processes[0], *children):
                one.cpu_affinity(list(os.sched_getaffinity(0)))
            before = [cpu_seconds([one]) for one in children]
            rates.append(press(server, load, seconds=5).rate)
            shares = [cpu_seconds([one]) - spent for one, spent in zip(children, before, strict=True)]
    yield Figure("answers a second of a core, of two workers over one", 0.9, rates[1] / rates[0])
    yield Figure("work of the less busy of two workers, of the busier", 0.5, min(shares[-2:]) / max(shares[-2:]))


def _revised(store: Store, world: World, work: Path) -> Iterator[Figure]:
    """The same current questions after one revision and after twenty, each of which touches every event."""
    if store.name == "SQLite":
        for name in ("", "-wal", "-shm"):
            Path(f"{make_url(store.url).database}{name}").unlink(missing_ok=True)
    questions = {
        "actor": f"/v1/events?actor={identifier('actor', 1)}",
        "type": f"/v1/events?type={TYPES[0]}",
        "place": f"/v1/events?location={identifier('location', 0)}",
        "words": "/v1/events?q=government",
        "box": "/v1/events?bbox=-90,-60,90,60",
        "nothing": "/v1/events?",
    }
    costs = []
    for number in range(1, REVISIONS + 1):
        store.run("seed", "--allow-uncited", record(replace(world, revision=number), work))
        if number in (1, REVISIONS):
            with dateline(store, free_port()) as server:
                loads = {
                    what: Load([f"{path}&limit={limit}" for limit in range(41, 61)]) for what, path in questions.items()
                }
                costs.append({what: 1 / press(server, load, seconds=1).rate for what, load in loads.items()})
    worst, what = max((costs[1][one] / costs[0][one], one) for one in questions)
    yield Figure(
        f"{store.name}: current questions after {REVISIONS} revisions, the worst ({what})", 1.5, worst, at_most=True
    )
