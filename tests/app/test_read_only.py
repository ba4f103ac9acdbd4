"""Nothing can be written through the application's own connections, whichever switch is undone first."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.pool import Pool

from app.sqlite_file import LIMITS, File
from seed.granting import grant_reading
from tests.app.test_cli import new_role
from tests.conftest import Client, Store
from tests.content import content
from tests.invented import invented_lines, write_lines

WRITES = """
INSERT INTO revision (number, published_at, digest) VALUES (99, 0, 'x')
UPDATE revision SET digest = 'x'
UPDATE event SET document = ''
DELETE FROM event
DELETE FROM term WHERE 1 = 0
WITH one AS (SELECT 1 AS n) INSERT INTO revision SELECT n, n, 'x' FROM one
INSERT INTO revision SELECT number + 1, published_at, digest FROM revision
INSERT INTO revision (number, published_at, digest) VALUES (1, 0, 'x') ON CONFLICT (number) DO UPDATE SET digest = 'x'
DELETE FROM event RETURNING id
CREATE TABLE stray (id INTEGER)
CREATE TABLE stray AS SELECT 1 AS n
CREATE TEMPORARY TABLE stray (id INTEGER)
CREATE TEMPORARY TABLE stray AS SELECT 1 AS n
CREATE TEMPORARY VIEW stray AS SELECT 1 AS n
CREATE VIEW stray AS SELECT 1 AS n
CREATE INDEX stray ON event (id)
DROP TABLE event
DROP INDEX event_id
ALTER TABLE event ADD COLUMN stray INTEGER
ALTER TABLE event RENAME TO stray
""".strip().splitlines()
SQLITE_WRITES = """
REPLACE INTO revision (number, published_at, digest) VALUES (1, 0, 'x')
CREATE TRIGGER stray AFTER INSERT ON event BEGIN SELECT 1; END
CREATE TEMP TRIGGER stray AFTER INSERT ON event BEGIN SELECT 1; END
CREATE VIRTUAL TABLE stray USING fts5(words)
CREATE VIRTUAL TABLE temp.stray USING rtree(id, low, high)
REINDEX event
ANALYZE
VACUUM
VACUUM INTO '{folder}/stray.db'
ATTACH DATABASE '{folder}/stray.db' AS stray
ATTACH DATABASE 'file:{file}?mode=rwc' AS again
ATTACH DATABASE ':memory:' AS stray
DETACH DATABASE main
PRAGMA user_version = 7
PRAGMA application_id = 7
PRAGMA journal_mode = DELETE
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA writable_schema = 1
UPDATE sqlite_master SET name = 'stray'
SELECT load_extension('{folder}/stray')
""".strip().splitlines()
POSTGRESQL_WRITES = """
TRUNCATE event
MERGE INTO revision USING (SELECT 1 AS n) s ON number = n WHEN MATCHED THEN DELETE
SELECT * INTO stray FROM event
SELECT * FROM event FOR UPDATE
DO $$ BEGIN LOCK TABLE event IN ACCESS EXCLUSIVE MODE; END $$
CREATE SCHEMA stray
CREATE SEQUENCE stray
CREATE FUNCTION stray() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE TYPE stray AS (n integer)
CREATE ROLE stray
GRANT pg_write_all_data TO CURRENT_USER
COMMENT ON TABLE event IS 'x'
COPY revision FROM PROGRAM 'echo 1'
COPY (SELECT 1) TO PROGRAM 'cat'
COPY (SELECT 1) TO '/tmp/stray'
DO $$ BEGIN DELETE FROM event; END $$
EXPLAIN ANALYZE DELETE FROM event
SELECT lo_create(0)
SELECT lo_from_bytea(0, 'x')
SELECT pg_logical_emit_message(false, 'stray', 'x')
""".strip().splitlines()
UNDONE = """
SET default_transaction_read_only = off
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET transaction_read_only = off
RESET SESSION AUTHORIZATION
RESET ROLE
""".strip().splitlines()
REFUSAL = "not authorized|authorization denied|table sqlite_master may not be modified|prohibited"
NOT_PERMITTED = "42501"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every connection that is made: of the pools, of whoever looks for a new revision, and of the event loop."""
    made: list[Any] = []

    def connect(file: File, *given: Any, **named: Any) -> sqlite3.Connection:
        made.append(connect_to_file(file, *given, **named))
        return made[-1]

    def note(connection: Any, _record: Any) -> None:
        if isinstance(connection, psycopg.Connection):
            made.append(connection)

    connect_to_file = File.connect
    monkeypatch.setattr(File, "connect", connect)
    event.listen(Pool, "connect", note)
    yield made
    event.remove(Pool, "connect", note)


def ask(client: Client) -> None:
    """On the event loop, in haste and patiently, so that each of the ways has connected."""
    database = client.app.state.database
    for path in ("/v1/events", "/v1/events?q=talks", "/v1/events.csv"):
        assert client.get(path).status_code == 200
    for attempt in (database.in_haste(), database.patiently()):
        assert attempt.fetch(text("SELECT count(*) FROM event"))[0][0] == 3


def in_folder(store: Store) -> dict[str, str]:
    """The digest of each file; the index of the log that readers share is no part of the store."""
    files = Path(str(store.url.database)).parent.iterdir()
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files if one.suffix != ".db-shm"}


@pytest.fixture
def sqlite(make_store: Callable[[str], Store], tmp_path: Path) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    store.engine.dispose()
    return store


def filled(store: Store) -> list[str]:
    file = Path(str(store.url.database))
    return [one.format(folder=file.parent, file=file) for one in WRITES + SQLITE_WRITES]


def test_forty_writes_are_refused_by_every_connection_to_sqlite(sqlite, connections):
    client = sqlite.client()
    ask(client)
    before = in_folder(sqlite)
    assert len(connections) >= 4
    for connection in connections:
        refused = 0
        for statement in filled(sqlite):
            for switch in ("query_only = 0", "writable_schema = 1", "trusted_schema = 1", "journal_mode = DELETE"):
                with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
                    connection.execute(f"PRAGMA {switch}")
            with pytest.raises(sqlite3.DatabaseError, match=REFUSAL):
                connection.execute(statement).fetchall()
            refused += 1
        assert refused == 40
    assert in_folder(sqlite) == before
    ask(client)


def allow_all(connection: sqlite3.Connection) -> None:
    connection.set_authorizer(None)


def allow_writing(connection: sqlite3.Connection) -> None:
    connection.set_authorizer(None)
    for switch in ("query_only = 0", "writable_schema = 1", "trusted_schema = 1"):
        connection.execute(f"PRAGMA {switch}")


def allow_attaching(connection: sqlite3.Connection) -> None:
    for limit in LIMITS:
        connection.setlimit(limit, 1_000_000)


@pytest.mark.parametrize("undo", [allow_all, allow_writing, allow_attaching])
def test_no_switch_of_sqlite_is_all_that_keeps_a_file_from_being_written(sqlite, connections, undo):
    ask(sqlite.client())
    before = in_folder(sqlite)
    for connection in connections:
        undo(connection)
        for statement in filled(sqlite):
            try:
                connection.execute(statement).fetchall()
            except sqlite3.Error:
                continue
        connection.close()
    assert in_folder(sqlite) == before


def test_every_switch_of_sqlite_is_on_for_every_connection(sqlite, connections):
    ask(sqlite.client())
    assert len(connections) >= 4
    for connection in connections:
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute("CREATE TABLE more (number)")
        connection.set_authorizer(None)
        assert {limit: connection.getlimit(limit) for limit in LIMITS} == LIMITS
        for pragma, value in (("query_only", 1), ("trusted_schema", 0)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
        connection.execute("PRAGMA query_only = 0")
        with pytest.raises(sqlite3.OperationalError, match="readonly database"):
            connection.execute("CREATE TABLE more (number)")
        connection.close()


def held(store: Store) -> tuple[Any, ...]:
    """Everything in a database: rows of ours, and what else there is."""
    with store.engine.connect() as connection:
        names = connection.execute(text("SELECT relname, relacl::text FROM pg_class ORDER BY 1")).all()
        others = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("pg_proc", "pg_type", "pg_namespace", "pg_largeobject_metadata", "pg_description")
        ]
    return content(store), names, others


def test_forty_writes_are_refused_by_every_connection_to_postgresql(make_store, connections, tmp_path):
    store = make_store("postgresql")
    store.load(write_lines(tmp_path, invented_lines(3)))
    with new_role(store) as (role, _reader):
        assert grant_reading(store.engine, role) == []
        connections.clear()
        owner, store.url = store.url, store.url.set(username=role)
        client = store.client()
        ask(client)
        store.url = owner
        before, of_app = held(store), [one for one in connections if one.info.user == role]
        assert len(of_app) >= 3
        for connection in of_app:
            refused = 0
            for statement in WRITES + POSTGRESQL_WRITES:
                for switch in UNDONE:
                    connection.execute(switch)
                with pytest.raises(psycopg.Error) as told:
                    connection.execute(statement)
                assert told.value.sqlstate == NOT_PERMITTED, (statement, told.value)
                refused += 1
            assert refused == 40
        assert held(store) == before
        ask(client)
        client.app.state.database.close()


def test_whoever_serves_as_the_owner_writes_nothing_by_mistake(make_store, connections, tmp_path):
    """A role that may only read is better: what a setting forbids, a setting allows."""
    store = make_store("postgresql")
    store.load(write_lines(tmp_path, invented_lines(3)))
    connections.clear()
    client = store.client()
    ask(client)
    assert len(connections) >= 3
    for connection in connections:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM event")
    ask(client)


def test_an_owner_who_may_not_revoke_is_told_what_is_left(make_store):
    store = make_store("postgresql")
    with new_role(store) as (role, _), store.engine.connect() as connection:
        connection.execute(text(f'GRANT CREATE, USAGE ON SCHEMA public TO "{role}"'))
        connection.commit()
        assert grant_reading(store.engine, role) == ["CREATE ON SCHEMA public"]
        connection.execute(text(f'REVOKE CREATE ON SCHEMA public FROM "{role}"'))
        connection.commit()
        assert grant_reading(store.engine, role) == []


def test_a_table_that_a_later_migration_makes_can_be_read_and_not_written(make_store):
    store = make_store("postgresql")
    with new_role(store) as (role, _), store.engine.connect() as connection:
        assert grant_reading(store.engine, role) == []
        connection.execute(text("CREATE TABLE later (number INTEGER)"))
        rights = [
            connection.execute(text(f"SELECT has_table_privilege('{role}', 'later', '{right}')")).scalar()
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        ]
        connection.rollback()
    assert rights == [True, False, False, False, False]
