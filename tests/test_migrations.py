"""The migrations: up, down and up again with data, on both databases; they make the tables of the code, no less."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from app.readiness import SCHEMA
from seed.migrating import configuration, migrate
from seed.writing import sole_writer
from tests.conftest import RECORD, Store
from tests.content import Content, content, number_of_rows, timeless

QUESTIONS = ("events?limit=500", "events?q=missile&order=asc", "citations?limit=500", "actors?limit=500", "facets")


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration(None))


def downgrade(store: Store, revision: str) -> None:
    with sole_writer(store.engine) as connection:
        command.downgrade(configuration(connection), revision)


def recorded(store: Store) -> Content:
    """All but what rendered the documents: a store that forgot it has them rendered again by the next load."""
    held = content(store)
    return held | {"revision": {key: {**row, "rendering": ""} for key, row in held["revision"].items()}}


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names())


def answers(store: Store) -> list[tuple[bytes, str]]:
    asked = [store.client().get(f"/v1/{question}") for question in QUESTIONS]
    assert {answer.status_code for answer in asked} == {200}
    return [(answer.content, answer.headers["ETag"]) for answer in asked]


def test_the_command_line_expects_the_newest_migration() -> None:
    assert scripts().get_heads() == [SCHEMA]


def test_the_migrations_are_one_line_without_branches() -> None:
    numbers = [script.revision for script in scripts().walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
    assert scripts().get_bases() == [numbers[-1]]


def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    with sole_writer(store.engine) as connection:
        command.check(configuration(connection))
    assert tables(store) == {*SQLModel.metadata.tables, "alembic_version"}


def test_every_column_has_the_collation_of_the_code(make_store: Callable[[str], Store]) -> None:
    """Which Alembic does not compare: with another, PostgreSQL would give pages in another order."""
    engine = make_store("postgresql").engine
    for table in SQLModel.metadata.sorted_tables:
        made = {one["name"]: one["type"].compile(engine.dialect) for one in inspect(engine).get_columns(table.name)}
        due = {one.name: one.type.compile(engine.dialect) for one in table.columns}
        assert {name for name in made if 'COLLATE "C"' in made[name]} == {
            name for name in due if 'COLLATE "C"' in due[name]
        }


def test_a_store_that_went_down_and_up_again_gives_the_same_answers_from_the_same_record(store: Store) -> None:
    store.load(RECORD)
    before, held = answers(store), timeless(content(store))
    downgrade(store, "base")
    assert tables(store) == {"alembic_version"}
    migrate(store.url)
    assert set(map(len, content(store).values())) == {0}
    store.load(RECORD)
    assert answers(store) == before
    assert timeless(content(store)) == held


def test_migrating_a_store_with_data_again_changes_nothing(store: Store) -> None:
    store.load(RECORD)
    held = content(store)
    migrate(store.url)
    assert content(store) == held


def test_each_migration_alone_goes_down_and_up_with_ten_thousand_rows(store: Store) -> None:
    store.load(RECORD)
    assert sum(number_of_rows(content(store)).values()) > 10_000
    for script in list(scripts().walk_revisions())[:-1]:  # the first has nothing below it to keep
        held = recorded(store)
        downgrade(store, str(script.down_revision))
        migrate(store.url)
        assert recorded(store) == held


def test_a_migration_that_fails_leaves_nothing_half_made(database: str, make_store: Callable[[str], Store]) -> None:
    store = make_store(database)
    downgrade(store, "base")
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE vocabulary (id TEXT)"))  # stands where the last table is to be
    with pytest.raises(Exception, match="vocabulary"):
        migrate(store.url)
    assert tables(store) == {"alembic_version", "vocabulary"}


def test_both_databases_have_the_same_columns_and_indexes(make_store: Callable[[str], Store]) -> None:
    shapes = []
    for database in ("sqlite", "postgresql"):
        inspector = inspect(make_store(database).engine)
        shapes.append({name: _shape(inspector, name) for name in SQLModel.metadata.tables})
    assert shapes[0] == shapes[1]


def _shape(inspector: Any, table: str) -> Any:
    columns = {(column["name"], column["nullable"]) for column in inspector.get_columns(table)}
    indexes = {(one["name"], *one["column_names"], bool(one["unique"])) for one in inspector.get_indexes(table)}
    return columns, indexes, inspector.get_pk_constraint(table)["constrained_columns"]


def test_postgresql_packs_no_document_of_any_table_and_did_before(make_store: Callable[[str], Store]) -> None:
    store = make_store("postgresql")
    kept = text(
        "SELECT relname, attstorage, reloptions FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid "
        "WHERE attname = 'document' AND relkind = 'r'"
    )
    documented = {table.name for table in SQLModel.metadata.sorted_tables if "document" in table.columns}
    for revision, storage, options in (("head", "e", ["toast_tuple_target=8160"]), ("0004", "x", None)):
        if revision != "head":
            downgrade(store, revision)
        with store.engine.connect() as connection:
            told = {name: (how, other) for name, how, other in connection.execute(kept)}
        assert told == dict.fromkeys(documented, (storage, options))


def test_postgresql_keeps_a_document_in_its_row_and_as_it_is_answered(make_store: Callable[[str], Store]) -> None:
    store = make_store("postgresql")
    store.load(RECORD)
    with store.engine.connect() as connection:
        sizes = connection.execute(text("SELECT pg_column_size(document), length(document) FROM event")).all()
        beside = connection.execute(
            text("SELECT reltoastrelid::regclass FROM pg_class WHERE relname = 'event'")
        ).scalar()
        chunks = connection.execute(text(f"SELECT count(DISTINCT chunk_id) FROM {beside}")).scalar()
    assert [size for size, length in sizes if not length <= size <= length + 4] == []
    assert chunks < sum(length > 7500 for _, length in sizes) < len(sizes)
