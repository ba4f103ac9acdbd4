"""Pages that cost one statement, and how soon a new revision is seen."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import URL, event, text
from sqlmodel import SQLModel

from app.database import Patient
from app.statements import Rows, Template, Values
from app.watching import POLL_SECONDS
from tests.conftest import Client, Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines

EVENTS = 520
QUESTIONS = [
    "", "id=harbour-talks-1&id=harbour-talks-2", "actor=anna-berg", "actor=anna-berg&actor=sea-league&actor_match=all",
    "actor=sea-league&role=host", "role=initiator", "location=north-coast", "bbox=0,50,10,70", "bbox=170,50,10,70",
    "near=60,5&radius_km=500", "source=post-tuesday", "publisher=island-post",
    "source=post-tuesday&publisher=island-post",
    "reported_from=2020-03-01", "reported_to=2020-03-10T00:00:00Z", "reported_from=2020-03-01&publisher=island-post",
    "type=consult", "type=consult&type=assault", "modality=occurred", "tag=fishing", "part_of=harbour-talks-0",
    "q=harbour", 'q="harbour talks" round', "date_from=2020-03-02", "date_to=2020-03-02",
    "date_from=2020-03-01&date_to=2020-04-02", "date_from=2020-03-01&date_to=2020-04-02&date_match=within",
    "sort=reported", "order=asc", "sort=reported&order=asc", "as_of=1", "as_of=2", "as_of=1&tag=fishing",
    "actor=anna-berg&tag=fishing&q=talks&date_from=2020-03-01&bbox=0,50,10,70&near=60,5&radius_km=500",
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store, folder = make_store(database), tmp_path_factory.mktemp("record")
    store.load(write_lines(folder, invented_lines(EVENTS)))
    lines = reference_lines() + [event_line(n) for n in range(EVENTS)] + [event_line(EVENTS, title="The last")]
    store.load(write_lines(folder, lines))
    return store


@pytest.fixture(scope="module")
def client(loaded: Store) -> Client:
    return loaded.client(cache_bytes=0)


@contextmanager
def counted(client: Client) -> Iterator[list[str]]:
    """The statements that the application runs, but for its looks at which revision is the newest.

    One that is asked in haste, and then again in a thread, is one statement.
    """
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "FROM revision ORDER BY" not in " ".join(statement.split()) and statement not in statements:
            statements.append(statement)

    def ask(template: Template, values: Values) -> Rows:
        note(None, None, template.told(database.engine.dialect, values)[0])
        return ask_in_haste(template, values)

    database: Patient = client.app.state.database
    for engine in (database.engine, database.hasty_engine):
        event.listen(engine, "before_cursor_execute", note)
    if database.hasty:
        ask_in_haste, database.hasty.ask = database.hasty.ask, ask  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        for engine in (database.engine, database.hasty_engine):
            event.remove(engine, "before_cursor_execute", note)
        if database.hasty:
            database.hasty.ask = ask_in_haste  # type: ignore[method-assign]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_of_events_is_read_by_one_statement(client, question):
    for limit in (1, 500):
        path = f"/v1/events?limit={limit}&{question}"
        answer = client.get(path).json()
        assert answer["data"]
        following = answer["links"].get("next")
        for page in (path, following) if following else (path,):
            with counted(client) as statements:
                assert client.get(page).status_code == 200
            assert len([one for one in statements if "document" in one]) == 1, statements
            assert len(statements) <= 2, statements  # of several terms, one finds how far to look


def test_a_store_without_long_events_answers_a_page_in_one_statement(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    client = store.client(cache_bytes=0)
    client.get("/v1/events?date_from=2020-03-01")
    with counted(client) as statements:
        assert client.get("/v1/events?date_from=2020-03-01&limit=2").json()["data"]
    assert len(statements) == 1, statements


@pytest.mark.parametrize("path", ["actors", "locations", "sources", "publishers", "citations"])
def test_a_page_of_other_records_costs_one_statement(client, path):
    for limit in (1, 500):
        assert client.get(f"/v1/{path}?limit={limit}").json()["data"]
        with counted(client) as statements:
            client.get(f"/v1/{path}?limit={limit}")
        assert len(statements) == 1, statements


def test_an_answer_that_the_client_holds_costs_no_statement(client):
    tag = client.get("/v1/events?tag=fishing").headers["ETag"]
    with counted(client) as statements:
        assert client.get("/v1/events?tag=fishing", headers={"If-None-Match": tag}).status_code == 304
    assert statements == []


def test_a_new_revision_is_seen_at_once_or_within_100_milliseconds(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    client = store.client()
    for revision in range(2, 6):
        assert client.get("/v1/events").json()["meta"]["revision"] == revision - 1
        store.load(write_lines(tmp_path, invented_lines(1 + revision)))
        if store.url.get_backend_name() != "sqlite":
            time.sleep(0.1)
        assert client.get("/v1/events").json()["meta"]["revision"] == revision


def test_postgresql_makes_no_plan_for_the_values_of_a_question(make_store, tmp_path):
    store = make_store("postgresql")
    store.load(write_lines(tmp_path, invented_lines(30)))
    client = store.client()
    for number in range(20):
        assert client.get(f"/v1/events?bbox=-{number},0,{number},80&limit=5").status_code == 200
    with client.app.state.database.hasty_engine.connect() as connection:
        planned = connection.exec_driver_sql("SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements")
        generic, custom = planned.one()
    assert generic
    assert custom == 0


def test_who_serves_loads_the_driver_of_a_server_only_for_one_and_what_writes_calendars_not_yet(store, database):
    asked = (
        "import sys; from app.settings import Settings; from app.main import create_app;"
        f"create_app(Settings(DATABASE_URL={store.url.render_as_string(hide_password=False)!r}));"
        "print([name for name in ('psycopg', 'icalendar') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(["psycopg"] if database == "postgresql" else [])


def test_a_store_that_was_closed_is_opened_again_by_whoever_asks(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    database = store.client().app.state.database
    for _ in range(2):
        assert database.newest_revision().number == 1
        database.close()
        time.sleep(2 * POLL_SECONDS)  # until what was seen is too old to be said again


def test_a_store_that_was_emptied_and_loaded_anew_is_answered_from_as_it_is_now(store, tmp_path):
    """Its revision has the number of the old one; terms have other numbers."""
    store.load(write_lines(tmp_path, invented_lines(3)))
    client = store.client(cache_bytes=0)
    paths = [f"/v1/{path}" for path in ("events?actor=anna-berg", "events?tag=fishing", "events?q=harbour", "facets")]
    before = [client.get(path).json()["data"] for path in paths]
    with store.engine.begin() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
    others = [{"kind": "actor", "id": f"aa-{number}", "name": f"A {number}"} for number in range(3)]
    cited = {"actors": [{"actor": one["id"], "role": "host"} for one in others], "tags": ["aa", "ab"], "title": "A B"}
    store.load(write_lines(tmp_path, [*invented_lines(3), *others, event_line(3, **cited)]))
    time.sleep(2 * POLL_SECONDS)
    fresh = store.client(cache_bytes=0)
    assert [client.get(path).content for path in paths] == [fresh.get(path).content for path in paths]
    assert [client.get(path).json()["data"] for path in paths] != before


@pytest.mark.parametrize("name", ["why? not.db", "50%25.db", "a#b.db"])
def test_a_file_of_any_name_is_read(make_store, tmp_path, name):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(2)))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(tmp_path / name),))
    database = Patient(URL.create("sqlite", database=str(tmp_path / name)))
    assert database.newest_revision().number == 1
    assert database.fetch(text("SELECT count(*) FROM event"))[0][0] == 2
    database.close()


def test_a_store_that_was_closed_knows_what_was_published_meanwhile(make_store, tmp_path):
    """Each connection to SQLite counts the commits of others by itself, and a new one may begin with the same count."""
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(1)))
    client = store.client(cache_bytes=0)
    assert client.get("/v1").json()["meta"]["revision"] == 1
    for number in range(2, 6):
        client.app.state.database.close()
        store.load(write_lines(tmp_path, invented_lines(number)))
        newest = store.client().get("/v1").json()["meta"]["revision"]
        assert [client.get(path).json()["meta"]["revision"] for path in ("/v1", "/v1/actors")] == [newest, newest]


def test_a_store_that_was_closed_holds_no_connection(store, tmp_path):
    """Else a file that was replaced would keep its room on the disk."""
    store.load(write_lines(tmp_path, invented_lines(1)))
    database = store.client().app.state.database
    for reader in (database.patiently(), database.in_haste()):
        assert reader.fetch(text("SELECT number FROM revision"))
    pools = [engine.pool for engine in (database.engine, database.hasty_engine)]
    assert [pool.checkedin() for pool in pools] == [1, 1]
    database.close()
    assert [pool.checkedin() for pool in pools] == [0, 0]


def test_nothing_is_asked_of_sqlite_while_nothing_was_published(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    client = store.client()
    client.get("/v1/events")
    statements: list[str] = []
    event.listen(client.app.state.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    for _ in range(20):
        assert client.app.state.database.newest_revision().number == 1
    assert len(statements) <= (0 if store.url.get_backend_name() == "sqlite" else 1)
