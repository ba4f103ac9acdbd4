"""The parts in which a page is gathered are disjoint, in order, and together all that there is."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.queries.spans import FEW_TERMS, Condition, Parts, Span
from app.tables import OPEN, Citation, Entry, Event, Link
from tests.generator import generate, write

SEED = 7
LIMIT = 5


@pytest.fixture(scope="module")
def held(database, make_store, tmp_path_factory):
    """A store, and the rows of each link table."""
    store = make_store(database)
    store.load(write(generate(SEED, events=300), tmp_path_factory.mktemp("record")))
    with store.engine.connect() as connection:
        links = [tuple(row) for row in connection.execute(select(col(Link.term), col(Link.key)))]
        entries = [tuple(row) for row in connection.execute(select(col(Entry.term), col(Entry.id)))]
    return store.client().app.state.database, {Event: links, Citation: entries}


def frequent(rows, count):
    """The terms with the most rows, and how many rows they have together."""
    terms = [term for term, _ in rows]
    most = tuple(sorted(set(terms), key=lambda one: (-terms.count(one), one))[:count])
    return Condition(most, sum(term in most for term in terms))


def within(span, keys):
    return [
        key for key in keys if (span.above is None or span.above < key) and (span.below is None or key < span.below)
    ]


@pytest.mark.parametrize(
    ("table", "count", "ascending"),
    [
        (Event, 3, True), (Event, 3, False), (Event, FEW_TERMS + 9, True), (Event, FEW_TERMS + 9, False),
        (Citation, 3, True), (Citation, FEW_TERMS + 9, True),
    ],
)  # fmt: skip
def test_each_link_is_gathered_once_in_order(held, table, count, ascending):
    database, rows = held
    driver = frequent(rows[table], count)
    keys = sorted({key for term, key in rows[table] if term in driver.terms}, reverse=not ascending)
    events = 300 if table is Event else 0
    gathered, found = [], []
    for part in Parts(table, driver, events, ascending).of(database, Span(), LIMIT, found, OPEN):
        some = within(part, keys)
        gathered.append(len(some))
        found += some
    assert found == keys
    assert len(gathered) > 3


def test_a_part_grows_where_little_was_found_and_shrinks_where_little_is_missing(held):
    database, rows = held
    driver, found, sizes = frequent(rows[Event], 3), [], []
    keys = {key for term, key in rows[Event] if term in driver.terms}
    for part in Parts(Event, driver, 300, True).of(database, Span(), 8, found, 22):
        sizes.append(len(within(part, keys)))
        found += [0] * {1: 0, 2: 20}.get(len(sizes), 1)
    assert sizes[0] < sizes[1] > sizes[2]
