"""What is counted at load time is what a plain count of the record gives, at every revision."""

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.kinds import TALLIED_KINDS, whole
from app.tables import LAST, Entry, Link, Tally, Term, known, published
from seed.tallying import COUNTED
from tests.conftest import Store
from tests.upheavals import load, upheavals

REVISIONS = 6


def tallied(store: Store, revision: int) -> dict[int, int]:
    with store.engine.connect() as connection:
        rows = connection.execute(select(col(Tally.term), col(Tally.count)).where(published(Tally, revision)))
        return {row.term: row.count for row in rows}


def counted(store: Store, revision: int) -> dict[int, int]:
    """The same, from all links and entries of the revision, one by one."""
    counts: Counter[int] = Counter()
    with store.engine.connect() as connection:
        kinds = {row.number: row.kind for row in connection.execute(select(Term.__table__))}
        for table in (Link, Entry):
            current = select(col(table.term)).where(published(table, revision), known(table, LAST))
            for (term,) in connection.execute(current):
                kind = kinds[term]
                if COUNTED.get(kind) is table:
                    counts[whole(kind)] += 1
                if kind in TALLIED_KINDS and (table is Link or kind == "quality"):
                    counts[term] += 1
    return dict(counts)


@pytest.mark.parametrize("seed", range(4))
def test_every_revision_keeps_how_many_records_each_term_has(store, tmp_path, seed):
    for _, folder in upheavals(seed, REVISIONS, tmp_path):
        load(store, folder)
    with store.engine.connect() as connection:
        revisions = connection.execute(select(func.max(col(Tally.since)))).scalar_one()
    assert revisions > 1
    for revision in range(1, revisions + 1):
        assert tallied(store, revision) == counted(store, revision)


def test_a_term_that_nothing_has_any_more_has_no_tally(store, write_record):
    event = {"kind": "event", "id": "one", "title": "One", "tags": ["x"]}
    store.load(write_record([event | {"type": "aid"}]))
    store.load(write_record([event | {"type": "agree"}]))
    counts = {(row["facet"], row["value"]): row["count"] for row in store.client().get("/v1/facets").json()["data"]}
    assert counts["type", "agree"] == 1
    assert ("type", "aid") not in counts
