"""Growth: what a question costs in a large record against a small one, first page and deep, alone and in pairs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx

from tests.benchmarks.figures import Figure
from tests.benchmarks.filters import Question, filters, questions
from tests.benchmarks.generate import TYPES, World
from tests.benchmarks.report import machine, number, publish, table
from tests.benchmarks.serving import Server, free_port
from tests.benchmarks.stores import Store, dateline, postgres, postgres_store, sqlite_store

LIMITS = range(46, 55)
"""Each is asked with each: pages of 50 on the whole, and no question twice."""
DEEP = 2_000
FULL = min(LIMITS)
TOO_LONG = 503
NO_PAGES = ("few", "none", "count", "facets", "sort=reported")
"""What these rows are called begins so: they are bounded by the time limit, not by the page."""


@dataclass(frozen=True)
class Cost:
    """What an answer costs the server and its database, and how many events it has."""

    store: str
    events: int
    what: str
    microseconds: float
    found: int
    is_refused: bool = False
    """Whether it took too long."""


Sizes = Mapping[str, Sequence[int]]
"""Of each database's stores, from the smallest to the largest."""


def growth(sizes: Sizes, work: Path, *, pairs: bool, document: bool) -> None:
    """Measure, print, and on demand write into the documentation."""
    costs: list[Cost] = []
    deep: list[Cost] = []
    for store, world in _stores(sizes, work):
        with dateline(store, free_port()) as server, _client(server) as client:
            costs += (_cost(server, client, store, world, *one) for one in questions(world, pairs=pairs).items())
            deep += _deep(server, client, store, world)
            costs += _counts(server, client, store, world)
    ranges = ", ".join(f"{store} from {some[0]:,} to {some[-1]:,} events" for store, some in sizes.items())
    about = f"{ranges}, {len(LIMITS)} questions each, on {machine()}."
    ratios = [one for store, some in sizes.items() for one in _figures(store, some, costs, deep)]
    parts = {
        "growth": f"{_table(sizes, [one for one in costs if ' + ' not in one.what])}\n\n{about}",
        "growth of pairs": _worst(sizes, costs) if pairs else "Not measured.",
        "growth figures": table(("figure", "wanted", "got"), [one.row() for one in ratios]),
    }
    publish("growth", {"about": about, "costs": [asdict(one) for one in costs + deep]}, parts, document=document)


def _client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.address, timeout=30, headers={"Accept-Encoding": "identity"})


def _stores(sizes: Sizes, work: Path) -> Iterator[tuple[Store, World]]:
    """One after the other, so that a disk holds them."""
    for size in sizes["SQLite"]:
        world = World(1, size)
        yield sqlite_store(world, work), world
    with postgres() as (base_url, process):
        for size in sizes["PostgreSQL"]:
            world = World(1, size)
            with postgres_store(world, work, base_url, process) as store:
                yield store, world


def _cost(
    server: Server,
    client: httpx.Client,
    store: Store,
    world: World,
    what: str,
    question: Question,
    path: str = "/v1/events",
) -> Cost:
    addresses = [f"{path}?{urlencode({**question, 'limit': limit})}" for limit in LIMITS]
    return _asked(server, client, Cost(store.name, world.events, what, 0, 0), addresses)


def _asked(server: Server, client: httpx.Client, cost: Cost, addresses: Sequence[str]) -> Cost:
    """The median over several questions; what a first one looks up for all that follow is not in it."""
    spent, found = [], 0
    for address in addresses:
        before = server.cpu_seconds()
        answer = client.get(address)
        spent.append(server.cpu_seconds() - before)
    is_refused = answer.status_code == TOO_LONG
    if not is_refused:
        found = len(answer.raise_for_status().json()["data"])
    return Cost(cost.store, cost.events, cost.what, median(spent) * 1e6, found, is_refused)


def _deep(server: Server, client: httpx.Client, store: Store, world: World) -> Iterator[Cost]:
    """The 2,000th page, or the last that there is, against the first."""
    for what, question in (("nothing", {}), ("type", {"type": TYPES[0]})):
        yield _cost(server, client, store, world, f"first page, {what}", question)
        address, pages = f"/v1/events?{urlencode({**question, 'limit': 500})}", 0
        while pages < DEEP - 10 and (following := client.get(address).json()["links"].get("next")):
            address, pages = following, pages + 10
        addresses = [address.replace("limit=500", f"limit={limit}") for limit in LIMITS]
        yield _asked(server, client, Cost(store.name, world.events, f"page {pages}, {what}", 0, 0), addresses)


def _counts(server: Server, client: httpx.Client, store: Store, world: World) -> Iterator[Cost]:
    """Counting everything, what one term has, and what has to be found first."""
    alone = filters(world)
    some = [alone[name] for name in ("type", "actor", "q", "phrase", "bbox", "date_from", "known_at")]
    for question in ({}, *some, {**alone["actor"], **alone["type"]}):
        named = " and ".join(question) or "all"
        named = "phrase" if question == alone["phrase"] else named
        yield _cost(server, client, store, world, f"count=exact, {named}", {**question, "count": "exact"})
        addresses = [f"/v1/facets?{urlencode({**question, 'facet': facet})}" for facet in ("type", "actor", "month")]
        yield _asked(server, client, Cost(store.name, world.events, f"facets, {named}", 0, 0), addresses)


def _figures(store: str, sizes: Sequence[int], costs: Sequence[Cost], deep: Sequence[Cost]) -> Iterator[Figure]:
    """The worst of each kind."""
    full = list(_ratios(store, sizes, costs, full=True))
    worst, what = max((ratio, one.what) for one, ratio in full)
    yield Figure(f"{store}: a full first page, the worst ({what})", 1.5, worst, at_most=True)
    for first, last in zip(deep[::2], deep[1::2], strict=True):
        if (first.store, first.events) == (store, sizes[-1]):
            ratio = last.microseconds / first.microseconds
            yield Figure(f"{store}: {last.what}, of the first", 1.2, ratio, at_most=True)
    largest = {one.what: one for one in costs if (one.store, one.events) == (store, sizes[-1])}
    few = largest["few: a rare type in a box by an actor"]
    yield Figure(
        f"{store}: {few.what}, times a page by actor",
        20,
        few.microseconds / largest["actor"].microseconds,
        at_most=True,
    )


def _ratios(store: str, sizes: Sequence[int], costs: Sequence[Cost], *, full: bool) -> Iterator[tuple[Cost, float]]:
    """The cost in the largest record over that in the smallest; of questions with a full page in both, or of others."""
    held = {(one.events, one.what): one for one in costs if one.store == store}
    for (events, what), large in held.items():
        small = held[sizes[0], what]
        is_page = not what.startswith(NO_PAGES)
        if events == sizes[-1] and full == (is_page and min(small.found, large.found) >= FULL):
            yield large, large.microseconds / small.microseconds


def _table(sizes: Sizes, costs: Sequence[Cost]) -> str:
    held = {(one.store, one.events, one.what): one for one in costs}
    columns = [(store, size) for store, some in sizes.items() for size in some]
    rows = [
        (what, *(_cell(held.get((*column, what))) for column in columns))
        for what in dict.fromkeys(one.what for one in costs)
    ]
    return table(("microseconds an answer", *(f"{store}, {size:,}" for store, size in columns)), rows)


def _cell(cost: Cost | None) -> str:
    if cost is None:
        return ""
    told = "too long: 503" if cost.is_refused else "" if cost.found >= FULL else f"{cost.found} found"
    return number(cost.microseconds) + (f" ({told})" if told else "")


def _worst(sizes: Sizes, costs: Sequence[Cost]) -> str:
    rows = []
    for store, some in sizes.items():
        full = sorted(_ratios(store, some, costs, full=True), key=lambda one: -one[1])
        middle = median([ratio for _, ratio in full])
        rows.append((f"{store}: the middle of {len(full)} full pages", "", number(middle)))
        rows += [(f"{store}: {one.what}", number(one.microseconds), number(ratio)) for one, ratio in full[:12]]
    return table(("the worst", "microseconds, large", "large over small"), rows)
