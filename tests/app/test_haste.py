"""The event loop is never kept waiting: what takes longer is left to a thread, and answered there."""

import pytest
from sqlalchemy import text

from app.database import Patient
from app.haste import STEPS_BETWEEN_LOOKS, Hasty, Hurried
from app.statements import Template
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

ONE = Template(text("SELECT 1"))
ENDLESS = Template(text("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"))
LONG_PAGE = "/v1/events?bbox=-180,-90,180,90&sort=reported&limit=500"


@pytest.fixture
def store(make_store, tmp_path) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(30)))
    return store


@pytest.fixture
def patient(store: Store) -> Patient:
    return store.client().app.state.database


@pytest.fixture
def hasty(patient: Patient) -> Hasty:
    assert patient.hasty
    return patient.hasty


def test_a_statement_without_end_is_left(hasty):
    with pytest.raises(Hurried):
        hasty.ask(ENDLESS, {})
    assert hasty.ask(ONE, {}) == [(1,)]


def test_many_quick_statements_are_not_taken_for_a_long_one(hasty):
    assert all(hasty.ask(ONE, {}) == [(1,)] for _ in range(20 * STEPS_BETWEEN_LOOKS))


def test_what_is_not_quick_is_answered_all_the_same(store, patient):
    client = store.client(cache_bytes=0)
    answer = client.get(LONG_PAGE)
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 30
    client.app.state.database.hasty.ask = _hurry
    quick = "/v1/events?limit=5&order=asc"
    assert client.get(quick).content == store.client(cache_bytes=0).get(quick).content


def _hurry(*_: object) -> None:
    raise Hurried
