"""How pages are read: from an index, in its order, whatever the size of the store. Told by the plan, not by a clock."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.database import Patient
from app.queries.events import EventQuery, fetch_matching
from app.statements import Rows, Template, Values
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


class Explaining:
    """Runs statements, and says how the database does it."""

    def __init__(self, database: Patient) -> None:
        self.database = database
        self.plans: list[list[str]] = []

    def ask(self, template: Template, values: Values) -> Rows:
        words, named = template.told(self.database.engine.dialect, values)
        with self.database.engine.connect() as connection:
            self.plans.append([row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", named)])
        return self.database.ask(template, values)


def plan(database: Patient, question: EventQuery, *, ascending: bool) -> list[str]:
    revision, explaining = database.newest_revision(), Explaining(database)
    fetch_matching(database, question, revision).page(explaining, None, 51, ascending=ascending)
    return [step for one in explaining.plans for step in one]


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
