"""Whoever finds a lock waits, or is told in a line; whoever loses the connection, too, and leaves the old revision."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, make_url

from seed import loading, redacting, writing
from seed.migrating import migrate
from tests.app.test_cli import DATELINE, environment
from tests.app.test_restarts import until
from tests.conftest import Store
from tests.faults.conftest import Seed
from tests.faults.loading import load, redact_one
from tests.faults.states import write
from tests.faults.stores import Stores, held, opened, plain, seen
from tests.postgres import postgres_server

PATIENCE = 60


@contextmanager
def locked(url: URL) -> Iterator[None]:
    """Another writer is at work, without end."""
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(plain(url)) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [writing.WRITER_LOCK])
            yield


def test_a_writer_that_waited_long_enough_is_refused_in_a_line(
    first: URL, folder: Path, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "WAIT_SECONDS", 0.2)
    path = write(folder, 2)
    with locked(first):
        status, told = seed(first, path)
    waiting = "Waiting for another writer, 0.2 seconds at most.\n"
    reason = "another writer has held it for 0.2 seconds; nothing was written. Try again later"
    assert (status, told) == (1, f"{waiting}The database of DATABASE_URL says: {reason}")
    assert seen(first) == (1, {1})
    assert seed(first, path)[0] == 0


HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Starts a program as a terminal does; one in the background of a shell inherits that interrupts are ignored."""


def test_a_writer_that_waits_says_so_and_can_be_interrupted(first: URL, folder: Path, tmp_path: Path) -> None:
    path, log = write(folder, 2), tmp_path / "log"
    command = [sys.executable, "-c", HEARING, str(DATELINE), "seed", "--allow-uncited", str(path)]
    with (
        locked(first),
        log.open("w") as output,
        subprocess.Popen(command, env=environment(DATABASE_URL=plain(first)), stderr=output) as waiting,
    ):
        try:
            until(lambda: "Waiting for another writer, 3600 seconds at most." in log.read_text())
            assert waiting.poll() is None
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(PATIENCE) == 130
        finally:
            waiting.kill()
    assert seen(first) == (1, {1})


def test_a_first_load_holds_no_table_while_it_waits_for_a_reader(
    make_stores: Callable[[str], Stores], folder: Path
) -> None:
    """A reader that has one table and wants another would wait for a load that has that one and wants the first."""
    stores = make_stores("postgresql")
    url, path = stores.new(), write(folder, 1)
    with opened(url) as one, psycopg.connect(plain(url)) as reader:
        reader.execute("SELECT FROM vocabulary")
        loading_it = threading.Thread(target=load, args=(one.engine, path))
        loading_it.start()
        for table in ("revision", "event", "link", "term", "change", "citation"):
            reader.execute("SET LOCAL lock_timeout = '10s'")
            reader.execute(f"SELECT FROM {table}")
            loading_it.join(0.1)
        assert loading_it.is_alive()
        reader.commit()
        loading_it.join(PATIENCE)
    assert seen(url) == (1, {1})
    stores.drop(url)


def test_readers_are_answered_while_a_redaction_is_under_way(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.load(write(folder, 1))
    client, found, replay = store.client(CACHE_BYTES=0), [], redacting.replay

    def replay_and_read(*given: Any, **named: Any) -> Any:
        outcome = replay(*given, **named)
        found.extend(client.get(f"/v1/{path}").status_code for path in ("events?q=talks", "facets", "citations"))
        return outcome

    monkeypatch.setattr(redacting, "replay", replay_and_read)
    redact_one(store.engine, folder)
    assert found == [200, 200, 200]


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the given server must not crash")
    with postgres_server() as server:
        yield server


@pytest.fixture
def on_own_server(own_server: str, folder: Path) -> Iterator[URL]:
    """A store with the first state, on a server that may crash."""
    with psycopg.connect(own_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE broken TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(own_server).set(database="broken", drivername="postgresql+psycopg")
    migrate(url)
    with opened(url) as one:
        load(one.engine, write(folder, 1))
    yield url
    with psycopg.connect(own_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE broken WITH (FORCE)")


def terminate(server: str, backend: int) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def crash(server: str, backend: int) -> None:
    """The server restarts, as when one of its processes dies: with a witness, who is thrown out too."""
    with suppress(psycopg.OperationalError), psycopg.connect(server) as witness:
        os.kill(backend, signal.SIGKILL)
        witness.execute("SELECT pg_sleep(60)")
    for _ in range(PATIENCE * 20):
        with suppress(psycopg.OperationalError), psycopg.connect(server, connect_timeout=2):
            return
        time.sleep(0.05)


@pytest.mark.parametrize("end", [terminate, crash])
@pytest.mark.parametrize("where", ["refuse_redacted", "rendering", "refresh_statistics"])
def test_a_connection_that_is_lost_leaves_the_old_revision(
    end: Callable[[str, int], None],
    where: str,
    own_server: str,
    on_own_server: URL,
    folder: Path,
    seed: Seed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the beginning, before the revision is inserted, and before the commit."""
    before, path, lost = held(on_own_server), write(folder, 2), []
    usual = getattr(loading, where)

    def lose(*given: Any) -> Any:
        with psycopg.connect(own_server) as connection:
            [(backend,)] = connection.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory'").fetchall()
        if not lost:
            lost.append(backend)
            end(own_server, backend)
        return usual(*given)

    monkeypatch.setattr(loading, where, lose)
    status, told = seed(on_own_server, path)
    assert (status, len(lost), told.count("\n")) == (1, 1, 0), told
    assert told.startswith("The database of DATABASE_URL says: ")
    assert held(on_own_server) == before
    monkeypatch.undo()
    with opened(on_own_server) as one:
        load(one.engine, path)
    assert seen(on_own_server) == (2, {2})
