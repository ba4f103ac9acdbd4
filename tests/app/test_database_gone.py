"""The database gone, in every way that it goes: what is served says so to a steady reader, and comes back by itself.

Each test shows (`pytest -rP`) how long the slowest answers took, and how soon after the return every path was answered.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from seed.granting import grant_reading
from tests.app.test_cli_serve import serving
from tests.conftest import Store
from tests.invented import invented_lines, write_lines
from tests.postgres import Server, create_database, own_server
from tests.steady import LIVE, QUESTIONS, READY, SteadyReader

EVERY = (LIVE, READY, *QUESTIONS)
GONE_SECONDS = 2.5
NAME = "dateline"


@contextmanager
def gone(reader: SteadyReader) -> Iterator[None]:
    """Within it, the database goes; everything but whether the process lives is 503 until its end."""
    yield
    reader.wait_for(503, READY)
    time.sleep(GONE_SECONDS)
    reader.wait_for(503, READY, *QUESTIONS)
    assert all(one.status == 503 for one in reader.answers[-20:] if one.path != LIVE)


def came_back(reader: SteadyReader) -> None:
    """By itself, and there was nothing but right answers and refusals that say when to ask again."""
    back = reader.wait_for(200, *EVERY)
    answers = list(reader.answers)
    assert [one for one in answers if not one.is_right] == []
    slowest = [max(one.seconds for one in answers if one.path in paths) for paths in ((LIVE,), (READY,), QUESTIONS)]
    refused = sum(one.status == 503 for one in answers)
    live, ready, question = slowest
    sys.stdout.write(f"{refused} of {len(answers)} refused, back after {back:.2f} s; slowest: ")
    sys.stdout.write(f"live {live:.2f} s, ready {ready:.2f} s, a question {question:.2f} s\n")
    reader.answers.clear()


@contextmanager
def reading(address: str, folder: Path) -> Iterator[SteadyReader]:
    """Of a process that serves this store."""
    with serving(folder / "working", DATABASE_URL=address) as server, SteadyReader(server.address()) as reader:
        reader.wait_for(200, *EVERY)
        yield reader
        assert server.process.poll() is None
        assert "Traceback" not in server.log.read_text()


class Postgres:
    """A server with a store, and the roles of its owner and of its reader."""

    def __init__(self, server: Server, portal: BlockingPortal, folder: Path) -> None:
        self.server = server
        self.owner = create_database(server.url)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{make_url(self.owner).database}" RENAME TO {NAME}')
        self.owner = make_url(server.url).set(database=NAME).render_as_string()
        with closing(Store(make_url(self.owner).set(drivername="postgresql+psycopg"), portal)) as store:
            store.load(write_lines(folder, invented_lines(12)))
            self.run("CREATE ROLE reader LOGIN")
            grant_reading(store.engine, "reader")
        self.address = make_url(self.owner).set(username="reader").render_as_string()

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def end_connections(self) -> None:
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

    def crash(self) -> None:
        """One of its processes is killed, so it ends all connections and begins anew by itself."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        while True:
            with suppress(psycopg.OperationalError):
                return self.run("SELECT 1")

    def restart(self) -> None:
        self.server.end()
        self.server.start()


@pytest.fixture(scope="module")
def postgres(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with own_server() as server:
        yield Postgres(server, portal, tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="module")
def postgres_reader(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteadyReader]:
    """Of one process, which goes through every fault."""
    with reading(postgres.address, tmp_path_factory.mktemp("serving")) as reader:
        yield reader


def test_postgresql_is_stopped(postgres, postgres_reader):
    with gone(postgres_reader):
        postgres.server.end(signal.SIGQUIT)
    postgres.server.start()
    came_back(postgres_reader)


def test_postgresql_hangs(postgres, postgres_reader):
    with gone(postgres_reader):
        postgres.server.signal(signal.SIGSTOP)
    postgres.server.signal(signal.SIGCONT)
    came_back(postgres_reader)


def test_postgresql_hangs_and_is_restarted(postgres, postgres_reader):
    with gone(postgres_reader):
        postgres.server.signal(signal.SIGSTOP)
    postgres.restart()
    came_back(postgres_reader)


def test_postgresql_has_no_connection_left(postgres, postgres_reader):
    with gone(postgres_reader):
        postgres.run("ALTER ROLE reader CONNECTION LIMIT 0")
        postgres.end_connections()
    postgres.run("ALTER ROLE reader CONNECTION LIMIT -1")
    came_back(postgres_reader)


@pytest.mark.parametrize("fault", [Postgres.restart, Postgres.crash])
def test_postgresql_begins_anew(postgres, postgres_reader, fault):
    fault(postgres)
    came_back(postgres_reader)


def test_connections_to_postgresql_are_ended(postgres, postgres_reader):
    for _ in range(30):
        postgres.end_connections()
        time.sleep(random.random() / 5)
    came_back(postgres_reader)


def test_postgresql_fails_over(postgres, portal, tmp_path):
    with own_server() as second:
        places = [make_url(one.address) for one in (postgres, Postgres(second, portal, tmp_path))]
        hosts = ",".join(f"{one.host}:{one.port}" for one in places)
        address = f"postgresql://reader@{hosts}/{NAME}?target_session_attrs=any"
        with reading(address, tmp_path) as reader:
            postgres.server.end(signal.SIGQUIT)
            came_back(reader)
            postgres.server.start()
            second.end(signal.SIGQUIT)
            came_back(reader)


class Sqlite:
    """A served file, and a copy that can take its place."""

    def __init__(self, folder: Path, portal: BlockingPortal) -> None:
        self.path, self.copy = folder / "served.db", folder / "copy.db"
        loaded = Store(make_url(f"sqlite:///{folder / 'loaded.db'}"), portal)
        with closing(loaded):
            loaded.load(write_lines(folder, invented_lines(12)))
            with loaded.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM INTO ?", (str(self.copy),))
        shutil.copy(self.copy, self.path)
        self.address = f"sqlite:///{self.path}"

    def replace(self) -> None:
        shutil.copy(self.copy, self.path.with_suffix(".next"))
        self._clear()
        self.path.with_suffix(".next").rename(self.path)

    def rewrite(self) -> None:
        with self.path.open("r+b") as file:
            file.write(self.copy.read_bytes())
            file.truncate()

    def _clear(self) -> None:
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)

    def miss(self) -> None:
        self._clear()

    def be_a_folder(self) -> None:
        self._clear()
        self.path.mkdir()

    def be_a_pipe(self) -> None:
        self._clear()
        os.mkfifo(self.path)

    def lead_nowhere(self) -> None:
        self._clear()
        self.path.symlink_to(self.path)

    def be_emptied(self) -> None:
        os.truncate(self.path, 0)

    def be_cut(self) -> None:
        os.truncate(self.path, 3 * 4096 + 5)

    def be_a_letter(self) -> None:
        self.path.write_bytes(b"Dear reader, " * 40_000)


GONE = (Sqlite.miss, Sqlite.be_a_folder, Sqlite.be_a_pipe, Sqlite.lead_nowhere, Sqlite.be_emptied, Sqlite.be_cut,
        Sqlite.be_a_letter)  # fmt: skip
MENDED = (Sqlite.be_emptied, Sqlite.be_cut, Sqlite.be_a_letter)


@pytest.fixture(scope="module")
def sqlite(portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("store"), portal)


@pytest.fixture(scope="module")
def sqlite_reader(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteadyReader]:
    """Of one process, which goes through every fault."""
    with reading(sqlite.address, tmp_path_factory.mktemp("serving")) as reader:
        yield reader


@pytest.mark.parametrize("fault", GONE)
def test_a_sqlite_file_goes_and_another_takes_its_place(sqlite, sqlite_reader, fault: Callable[[Sqlite], None]):
    with gone(sqlite_reader):
        fault(sqlite)
    sqlite.replace()
    came_back(sqlite_reader)


@pytest.mark.parametrize("fault", MENDED)
def test_a_sqlite_file_is_damaged_and_mended_where_it_is(sqlite, sqlite_reader, fault: Callable[[Sqlite], None]):
    with gone(sqlite_reader):
        fault(sqlite)
    sqlite.rewrite()
    came_back(sqlite_reader)


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_sqlite_file_is_locked_by_another_process(sqlite, sqlite_reader):
    command = [sys.executable, "-c", LOCK, str(sqlite.path)]
    with ExitStack() as stack:
        with gone(sqlite_reader):
            other = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            assert other.stdout
            assert other.stdout.readline() == b"locked\n"
        other.communicate()
    came_back(sqlite_reader)


def test_a_sqlite_file_is_replaced_and_read_on(sqlite, sqlite_reader):
    for _ in range(10):
        sqlite.replace()
        time.sleep(0.1)
    came_back(sqlite_reader)


def test_a_sqlite_file_is_written_over_and_read_on(sqlite, sqlite_reader):
    """As `cp` does it: for a moment each time there is a file, but with nothing in it, or half of a store."""
    for _ in range(100):
        sqlite.be_a_letter()
        time.sleep(random.random() / 100)
        sqlite.rewrite()
        time.sleep(random.random() / 20)
    came_back(sqlite_reader)
