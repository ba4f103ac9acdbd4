"""A first load of more terms than are kept in memory."""

from pathlib import Path

import pytest
from sqlalchemy import event, make_url

from seed import numbering
from seed.checking import check
from seed.loading import publish
from seed.migrating import migrate
from seed.writing import writing_engine
from tests.benchmarks.generate import World, write
from tests.conftest import Store
from tests.content import content, timeless

FEW, MANY = 300, 1_200
KEPT = 500
"""Terms: of either record they are forgotten again and again."""


def test_forgetting_terms_changes_nothing_that_is_stored(
    store: Store, make_store, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = write(World(1, FEW), tmp_path / "record")
    store.load(record)
    forgetful = make_store(database)
    monkeypatch.setattr(numbering, "MOST_KNOWN", KEPT)
    forgetful.load(record)
    assert timeless(content(forgetful)) == timeless(content(store))


def steps_of_a_load(events: int, folder: Path) -> int:
    """How many hundred steps of SQLite's virtual machine it takes."""
    url = make_url(f"sqlite:///{folder / f'{events}.db'}")
    migrate(url)
    engine, looks = writing_engine(url), [0]

    def look() -> None:
        looks[0] += 1

    event.listen(engine, "connect", lambda connection, _: connection.set_progress_handler(look, 100))
    record = write(World(1, events), folder / str(events))
    publish(engine, check([record], allow_uncited=True))
    engine.dispose()
    return looks[0]


def test_forgetting_terms_costs_no_more_for_each_event_of_a_larger_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "MOST_KNOWN", KEPT)
    few, many = (steps_of_a_load(events, tmp_path) for events in (FEW, MANY))
    assert many / MANY < 1.05 * few / FEW
