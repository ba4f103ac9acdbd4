"""How pages are read: from an index, in its order, whatever the size of the store. Told by the plan, not by a clock."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen
from sqlmodel import col

from app.queries.events import EventQuery, fetch_matching
from app.tables import Term, named

ONE_TERM: list[dict[str, Any]] = [
    {"type": ["agree"]},
    {"modality": ["occurred"]},
    {"role": ["target"]},
    {"type": ["agree"], "modality": ["occurred"]},
    {"type": ["agree"], "date_to": "2021-12-31"},
    {"type": ["agree"], "date_from": "2021-01-01", "date_to": "2021-12-31", "date_match": "within"},
    {"date_to": "2021-12-31"},
    {},
]


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""PostgreSQL chooses by what it has counted; only SQLite's plans can be read by a test."""


def plan(database: Any, question: EventQuery, *, ascending: bool) -> list[str]:
    revision = database.newest_revision()
    page = fetch_matching(database, question, revision).page(None, 51, ascending=ascending)
    sql = str(page.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]


@on_sqlite
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("question", ONE_TERM, ids=str)
def test_a_page_is_read_in_the_order_of_an_index_and_nothing_is_sorted(generated, question, ascending):
    steps = plan(generated.app.state.database, EventQuery(**question), ascending=ascending)
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
    assert all("USING" in step for step in steps if step.startswith(("SCAN event", "SCAN link", "SEARCH"))), steps


@on_sqlite
def test_terms_are_searched_and_never_scanned(generated):
    reading = generated.app.state.database
    names = named([("type", "agree"), ("type", "aid"), ("modality", "occurred"), ("word", "talks")])
    sql = str(select(col(Term.number)).where(names).compile(reading.engine, compile_kwargs={"literal_binds": True}))
    with reading.engine.connect() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert any("SEARCH term USING" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


def test_a_store_without_long_events_answers_a_page_in_one_statement(store, write_record):
    store.load(write_record([{"kind": "event", "id": "one", "title": "One", "date": "2021-12-27"}]))
    client, statements = store.client(), []
    client.get("/v1/events?date_from=2021-12-01")
    listen(client.app.state.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert client.get("/v1/events?date_from=2021-12-01&limit=2").json()["data"]
    assert len([one for one in statements if "document" in one]) == len(statements) == 1, statements
