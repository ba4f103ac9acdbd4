"""What is remembered of names is bounded, whatever is asked."""

import pytest

from app.database import Patient
from app.queries import terms
from app.queries.terms import MOST_MISSED, fetch_terms
from app.tables import Name
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

QUESTION = 400
"""So many names one question may have, or more."""


@pytest.fixture
def database(make_store, tmp_path) -> Patient:
    store: Store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    client = store.client(cache_bytes=0)
    assert client.get("/v1/events?bbox=-180,-90,180,90").status_code == 200
    found: Patient = client.app.state.database
    return found


def made_up(number: int) -> set[Name]:
    return {("actor", f"nobody-{number}-{n}") for n in range(QUESTION)}


def test_names_that_are_none_take_little_room(database):
    revision = database.newest_revision()
    for number in range(20):
        assert fetch_terms(database, made_up(number), revision) == {}
    remembered = database.memory(revision)
    assert sum(len(part) for part in remembered.values()) < MOST_MISSED + 2 * QUESTION


def test_names_that_push_others_out_leave_the_places(database, monkeypatch):
    monkeypatch.setattr(terms, "MOST_TERMS", 0)
    revision = database.newest_revision()
    known = {("actor", "anna-berg")}
    for number in range(20):
        assert len(fetch_terms(database, known | made_up(number), revision)) == 1
    assert "spots" in database.memory(revision)


def test_a_name_that_is_none_is_looked_up_once(database):
    revision, asked = database.newest_revision(), []
    ask, database.ask = database.ask, lambda *told: asked.append(told) or ask(*told)
    for _ in range(3):
        fetch_terms(database, {("long", "19000101"), ("actor", "anna-berg")}, revision)
    assert len(asked) <= 2


def test_of_many_names_that_are_none_as_many_are_told_as_of_other_faults(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(3)))
    unknown = [(name, f"nobody-{number}") for name in ("actor", "tag") for number in range(30)]
    answer = store.client().get("/v1/events", params=unknown)
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 20
    assert answer.json()["detail"].count("nobody-") == 20
