"""What is written is on the disk; a load takes as much memory for many batches as for a few."""

import gc

from sqlalchemy import BindParameter

from seed.checking import check
from seed.loading import publish
from seed.restoring import restore
from seed.writing import BATCH, sole_writer, writing_engine
from tests.benchmarks.generate import World, write
from tests.content import content, number_of_rows
from tests.invented import invented_lines, write_lines
from tests.upheavals import load

BATCHES = 5


def statements() -> int:
    """How many values of statements are in memory."""
    return sum(isinstance(one, BindParameter) for one in gc.get_objects())


def test_the_statements_of_a_batch_are_forgotten_with_it(make_store, tmp_path):
    store = make_store("sqlite")
    record = check([write(World(1, BATCHES * BATCH), tmp_path / "record")], allow_uncited=True)
    engine = writing_engine(store.url)
    for _ in ("first", "again"):
        held: list[int] = []
        publish(engine, record, lambda _, held=held: held.append(statements()))
        assert len(held) > BATCHES
        assert held[-1] - held[-BATCHES + 1] < BATCHES
    engine.dispose()


def test_what_was_published_survives_a_loss_of_power(make_store):
    """In WAL mode SQLite would else leave it to the system when a commit is written to the disk."""
    with sole_writer(make_store("sqlite").engine) as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_a_writer_of_postgresql_keeps_the_options_of_its_address_and_has_its_own(make_store):
    """Who is no longer there is noticed within a minute: or its lock would stay for hours."""
    address = make_store("postgresql").url.update_query_dict({"options": "-c work_mem=9MB"})
    engine = writing_engine(address)
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in (
                "work_mem",
                "lock_timeout",
                *(f"tcp_keepalives_{one}" for one in ("idle", "interval", "count")),
            )
        }
    engine.dispose()
    assert list(settings.values()) == ["9MB", "1h", "30", "10", "3"]


def test_postgresql_plans_by_what_was_published_or_restored_at_once(make_store, tmp_path):
    store, other = make_store("postgresql"), make_store("postgresql")
    load(store, write_lines(tmp_path, invented_lines(2)))
    restore(other.engine, store.client().get("/v1/exports/changes.ndjson").content.splitlines(keepends=True))
    for one in (store, other):
        with one.engine.connect() as connection:
            known = connection.exec_driver_sql("SELECT tablename FROM pg_stats WHERE schemaname = 'public'").scalars()
            assert set(known) >= {table for table, rows in number_of_rows(content(one)).items() if rows}
