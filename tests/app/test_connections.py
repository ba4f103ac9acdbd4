"""What is not available is 503, and a fault of ours 500; a file that is replaced is opened anew, all of it together."""

import os
import pwd
import random
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, exc, text

from app.connections import answering, is_damaged
from app.database import Patient
from app.kept import STAND, Stand
from app.problems import Problem
from app.sqlite_file import File
from app.statements import Template, Values
from app.watching import watch
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import OF_THE_STORE, STREAMS

WRONG = [
    "SELECT nothing FROM event",
    "SELEC 1",
    "SELECT DISTINCT id FROM event ORDER BY key +",
]
ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"
PAGE = 4096
WHOLE = [one.path for one in OF_THE_STORE if one not in STREAMS]


class Told(Template):
    """A statement in the words of a database."""

    def __init__(self, words: str) -> None:
        self.words = words

    def is_told(self, _dialect: Dialect) -> bool:
        return True

    def told(self, _dialect: Dialect, values: Values) -> tuple[str, dict[str, Any]]:
        return self.words, dict(values)


@pytest.fixture
def client(store: Store, tmp_path: Path) -> Client:
    store.load(write_lines(tmp_path, invented_lines(3)))
    return store.client(cache_bytes=0)


@pytest.mark.parametrize("statement", WRONG)
def test_a_statement_that_is_wrong_is_no_overload(client, statement):
    database: Patient = client.app.state.database
    with pytest.raises(exc.DBAPIError):
        database.fetch(text(statement))
    with pytest.raises(exc.DBAPIError):
        database.ask(Told(statement), {})
    if database.hasty:
        with pytest.raises(sqlite3.Error):
            database.hasty.ask(Told(statement), {})


def test_a_fault_is_told_as_one_and_time_that_is_over_as_such(client, store):
    with pytest.raises(Problem):
        client.app.state.database.ask(Told(ENDLESS), {})
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME COLUMN document TO away")
    assert [client.get(path).status_code for path in ("/v1/events", "/v1/events.csv", "/v1/actors")] == [500, 500, 200]


def test_who_waits_in_vain_for_a_connection_is_told_so():
    with pytest.raises(Problem), answering():
        raise exc.TimeoutError


@contextmanager
def refusing() -> Iterator[tuple[int, list[socket.socket]]]:
    """A port at which nobody is let in, and who was there."""
    came: list[socket.socket] = []

    def refuse(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                came.append(listener.accept()[0])
                came[-1].close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1], came
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_of_several_servers_all_ask_the_one_that_was_found(make_store, tmp_path):
    """Another may be behind: its rows are no answer at the newest revision of this one."""
    store = make_store("postgresql")
    store.load(write_lines(tmp_path, invented_lines(3)))
    with refusing() as (port, came):
        hosts = [f"127.0.0.1:{port}", f"{store.url.host}:{store.url.port}"]
        database = Patient(store.url.set(host=None, port=None).update_query_dict({"host": hosts}))
        assert database.newest_revision().number == 1
        assert len(came) == 1
        for engine in (database.engine, database.hasty_engine):
            with engine.connect() as one, engine.connect() as other:
                assert one.scalar(text("SELECT 1")) == other.scalar(text("SELECT 1")) == 1
        assert len(came) == 1
        database.close()


class Replaced:
    """A served SQLite file, in whose place another is put, with other events at the same revision."""

    def __init__(self, make_store: Callable[[str], Store], folder: Path) -> None:
        self.store, self.other = make_store("sqlite"), make_store("sqlite")
        self.store.load(write_lines(folder, invented_lines(3)))
        self.other.load(write_lines(folder, invented_lines(9)))
        self.path = Path(str(self.store.url.database))
        for store in (self.store, self.other):
            store.engine.dispose()

    def replace(self) -> None:
        Path(str(self.other.url.database)).rename(self.path)


@pytest.fixture
def store_file(make_store: Callable[[str], Store], tmp_path: Path) -> Replaced:
    """A store whose file is all there is of it."""
    found = Replaced(make_store, tmp_path)
    with closing(sqlite3.connect(found.path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return found


@pytest.fixture
def replaced(make_store: Callable[[str], Store], tmp_path: Path) -> Replaced:
    return Replaced(make_store, tmp_path)


@pytest.mark.parametrize("cache_bytes", [0, 1_000_000])
def test_a_file_that_was_replaced_is_answered_from_alone(replaced, cache_bytes):
    client = replaced.store.client(cache_bytes=cache_bytes)
    before = {path: client.get(path).content for path in WHOLE[::2]}
    replaced.replace()
    after = replaced.store.client()
    assert {path: client.get(path).content for path in WHOLE} == {path: after.get(path).content for path in WHOLE}
    assert client.get("/v1/events").content != before.get("/v1/events")
    assert len(client.get("/v1/events").json()["data"]) == 9


def test_a_question_that_is_under_way_never_sees_the_other_file(replaced):
    client, count = replaced.store.client(), text("SELECT count(*) FROM event")
    client.get("/v1/events")
    database: Patient = client.app.state.database
    before = database.fetch(count)
    replaced.replace()
    assert len(client.get("/v1/events").json()["data"]) == 9
    assert database.fetch(count) == before
    with database.engine.connect(), pytest.raises(Problem):
        database.fetch(count)  # needs another connection, which would be to the other file


def test_what_was_looked_up_in_a_file_is_asked_of_that_file_and_of_no_other(replaced, portal):
    """As when it is replaced between the look at its newest revision and the question."""
    client = replaced.store.client(cache_bytes=0)
    before, database = client.get("/v1/events").json(), client.app.state.database
    stand = Stand(database, database.newest_revision())

    async def looked_at(scope: Any, receive: Any, send: Any) -> None:
        await client.app({**scope, STAND: stand}, receive, send)

    replaced.replace()
    assert Client(portal, looked_at).get("/v1/events").json() == before
    assert len(client.get("/v1/events").json()["data"]) == 9


def test_without_its_file_nothing_is_answered_until_one_is_there(replaced):
    client = replaced.store.client()
    for path in WHOLE:
        client.get(path)
    aside = replaced.path.rename(replaced.path.with_suffix(".aside"))
    assert {client.get(path).status_code for path in [*WHOLE, "/health/ready"]} == {503}
    aside.rename(replaced.path)
    assert {client.get(path).status_code for path in [*WHOLE, "/health/ready"]} == {200}
    replaced.replace()
    assert client.get("/v1/events/harbour-talks-7").status_code == 200


def test_damaged_pages_are_no_fault_of_ours_and_are_read_anew_when_they_are_mended(store_file, caplog):
    whole, noise = store_file.path.read_bytes(), random.Random(7)
    client = store_file.store.client(cache_bytes=0)
    with store_file.path.open("r+b") as file:
        for start in range(PAGE, len(whole), 3 * PAGE):
            file.seek(start)
            file.write(noise.randbytes(PAGE))
    told = {client.get(path).status_code for path in WHOLE}
    assert 503 in told
    assert told <= {200, 503}
    assert "malformed" in caplog.text
    store_file.path.write_bytes(whole)
    assert {client.get(path).status_code for path in WHOLE} == {200}


def test_a_file_that_may_not_be_read_is_answered_for_when_it_may(store_file):
    client = store_file.store.client(cache_bytes=0)
    assert client.get("/v1/events").status_code == 200
    client.app.state.database.close()
    store_file.path.chmod(0)
    try:
        with nobody():
            assert {client.get(path).status_code for path in [*WHOLE, "/health/ready"]} == {503}
    finally:
        store_file.path.chmod(0o644)
    assert {client.get(path).status_code for path in [*WHOLE, "/health/ready"]} == {200}


def test_while_a_file_is_away_one_looks_for_it_and_nobody_waits_for_that(store_file):
    looking, ended = watch(File(store_file.store.url)), []

    def look(name: str) -> None:
        with suppress(Problem):
            looking.revision()
        ended.append(name)

    assert looking.revision().number == 1
    with closing(sqlite3.connect(store_file.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Problem):
            looking.revision()
        first = threading.Thread(target=look, args=("who looks",))
        first.start()
        while not looking._lock.locked():  # noqa: SLF001 - until it has begun to look
            time.sleep(0.001)
        look("who does not")
        first.join()
    assert ended == ["who does not", "who looks"]
    looking.close()


@pytest.mark.parametrize(
    ("code", "is_so"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_CORRUPT_INDEX, True),
        (sqlite3.SQLITE_IOERR_SHORT_READ, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, False),
        (sqlite3.SQLITE_ERROR, False),
    ],
)
def test_a_file_is_damaged_wherever_sqlite_says_that_it_is(code, is_so):
    error = sqlite3.DatabaseError("told")
    error.sqlite_errorcode = code
    assert is_damaged(error) is is_so


@contextmanager
def nobody() -> Iterator[None]:
    """As a user whom permissions hold for: root may read everything."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
