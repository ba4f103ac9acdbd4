"""A full page costs what it costs, whatever the size of the record: counted, not timed."""

from urllib.parse import urlencode

import pytest

from app.queries.events import EventQuery, fetch_events
from app.questions import Form
from tests.benchmarks.filters import questions
from tests.benchmarks.generate import World, write
from tests.plans import Counting

SMALL, LARGE = World(1, 500), World(1, 5_000)
MOST_GROWTH = 4
"""Of a record ten times as large: what grows with it costs ten times as much."""
LITTLE = 500
"""Steps or blocks: a page that costs less is cheap, whatever it cost before."""
PAGE = 50


@pytest.fixture(scope="module")
def counting(database, make_store, tmp_path_factory) -> list[Counting]:
    """A small store and a large one, of the same kind of record."""
    stores = []
    for world in (SMALL, LARGE):
        store = make_store(database)
        store.load(write(world, tmp_path_factory.mktemp("record")))
        stores.append(Counting(store.client().app.state.database))
    return stores


def cost(counting: Counting, question: dict[str, str | int]) -> tuple[int, int]:
    """What a page takes once its names are known, and how many events it has."""
    text = urlencode({**question, "limit": PAGE}).encode()
    asked = Form("question", EventQuery, {}).read(text, {})["question"]
    revision = counting.newest_revision()
    fetch_events(counting.database, asked, revision, ())
    before = counting.count
    page = fetch_events(counting, asked, revision, ())
    return counting.count - before, len(page.documents)


def grown(counting: list[Counting], order: str, *, pairs: bool) -> tuple[int, dict[str, tuple[int, int]]]:
    """How many questions have a full page in both stores, and those that cost far more in the large one."""
    full, costly = 0, {}
    small, large = (questions(world, pairs=pairs) for world in (SMALL, LARGE))
    for name in small:
        if name.startswith(("few", "none", "sort=reported")):
            continue
        asked = ({**some[name], "order": order} for some in (small, large))
        (least, *found), (most, *found_again) = map(cost, counting, asked)
        if found == found_again == [PAGE]:
            full += 1
            costly |= {name: (least, most)} if most > max(LITTLE, MOST_GROWTH * least) else {}
    return full, costly


def test_a_full_page_by_any_filter_or_two_costs_no_more_in_a_larger_record(counting):
    full, costly = grown(counting, "desc", pairs=True)
    assert full > 150
    assert not costly


def test_a_full_page_from_the_oldest_on_by_any_filter_costs_no_more_in_a_larger_record(counting):
    full, costly = grown(counting, "asc", pairs=False)
    assert full > 15
    assert not costly
