"""The event loop is never kept waiting: what takes longer is left to a thread, and answered there."""

import sqlite3

import pytest
from sqlalchemy import text

from app import haste, sqlite_file
from app.connections import WAIT_SECONDS
from app.database import Patient
from app.haste import MOST_LOOKS, STEPS_BETWEEN_LOOKS, Hasty, Hurried
from app.sqlite_file import File
from app.statements import Template
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

ONE = Template(lambda: text("SELECT 1"))
ENDLESS = Template(lambda: text("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"))
COUNT = Template(
    lambda: text("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT :steps) SELECT max(n) FROM c")
)
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
def hasty(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> Hasty:
    """Steps decide, however busy the machine is."""
    monkeypatch.setattr(haste, "MOST_SECONDS", 60.0)
    assert patient.hasty
    assert patient.newest_revision()
    patient.ask(ONE, {})
    ENDLESS.told(patient.engine.dialect, {})
    return patient.hasty


def test_the_event_loop_waits_for_no_lock(store, monkeypatch):
    waits: list[float] = []

    def connect(file: File, lock_seconds: float = WAIT_SECONDS, **named: int) -> sqlite3.Connection:
        waits.append(lock_seconds)
        return connect_to_file(file, lock_seconds, **named)

    connect_to_file = File.connect
    monkeypatch.setattr(File, "connect", connect)
    patient: Patient = store.client().app.state.database
    ONE.told(patient.engine.dialect, {})
    assert patient.hasty
    assert patient.hasty.at(None)
    assert patient.hasty.ask(ONE, {}) == [(1,)]
    assert waits == [0, 0]


def test_a_statement_without_end_is_left(hasty):
    with pytest.raises(Hurried):
        hasty.ask(ENDLESS, {})
    assert hasty.at(None)
    assert hasty.ask(ONE, {}) == [(1,)]


def test_a_statement_that_was_stopped_amid_its_rows_is_compiled_once_more_and_not_each_time(
    hasty, patient, monkeypatch
):
    compiled = []
    monkeypatch.setattr(sqlite_file, "_authorise", lambda *read: compiled.append(read) or sqlite3.SQLITE_OK)
    rows = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT :rows) SELECT n FROM c"
    some = Template(lambda: text(rows))
    patient.ask(some, {"rows": 1})
    with pytest.raises(Hurried):
        hasty.ask(some, {"rows": MOST_LOOKS * STEPS_BETWEEN_LOOKS})
    compiled.clear()
    assert hasty.at(None)
    assert hasty.ask(some, {"rows": 2}) == [(1,), (2,)]
    assert compiled
    compiled.clear()
    assert hasty.ask(some, {"rows": 3}) == [(1,), (2,), (3,)]
    assert not compiled


def test_a_statement_is_not_built_in_haste(hasty, patient):
    new = Template(lambda: text("SELECT 2"))
    with pytest.raises(Hurried):
        hasty.ask(new, {})
    assert patient.ask(new, {}) == hasty.ask(new, {}) == [(2,)]


def test_many_quick_questions_are_not_taken_for_a_long_one(hasty):
    assert all(hasty.at(None) and hasty.ask(ONE, {}) == [(1,)] for _ in range(MOST_LOOKS * STEPS_BETWEEN_LOOKS // 5))


def test_the_statements_of_one_question_have_one_budget(hasty, patient):
    some = {"steps": MOST_LOOKS * STEPS_BETWEEN_LOOKS // 20}  # each takes some ten steps
    COUNT.told(patient.engine.dialect, some)
    for _ in range(3):
        assert hasty.at(None)
        assert hasty.ask(COUNT, some)
        with pytest.raises(Hurried):
            hasty.ask(COUNT, some)


def test_a_question_is_left_when_time_is_up_whatever_its_steps(hasty, patient, monkeypatch):
    some = {"steps": STEPS_BETWEEN_LOOKS}
    COUNT.told(patient.engine.dialect, some)
    monkeypatch.setattr(haste, "MOST_SECONDS", -1.0)
    assert hasty.at(None)
    with pytest.raises(Hurried):
        hasty.ask(COUNT, some)


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
