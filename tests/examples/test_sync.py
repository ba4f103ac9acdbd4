"""A newsroom's copy is what the service has, whatever happens between two runs, or while one goes on."""

import importlib
import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.watching import POLL_SECONDS
from seed.redacting import redact
from tests.conftest import Store
from tests.examples.serving import Document, dateline, documents, run, service_of
from tests.secret import CASES, SECRET, load_both
from tests.upheavals import load, upheavals

sync = importlib.import_module("sync")


class Copy:
    """A newsroom's copy, as it can be read while it is synchronised."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None, timeout=30)

    def rows(self) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            return connection.execute("SELECT * FROM record ORDER BY kind, id").fetchall()
        finally:
            connection.close()

    def documents(self) -> dict[tuple[str, str], Document]:
        return {(row[0], row[1]): json.loads(row[6]) for row in self.rows() if row[6] is not None}

    def sync(self, service: Any) -> tuple[int, int]:
        connection = self.connect()
        try:
            result: tuple[int, int] = sync.sync(service, connection)
            return result
        finally:
            connection.close()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy.db")


def test_a_copy_is_the_newest_revision_however_many_were_published(
    store: Store, tmp_path: Path, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was withdrawn or merged, and as it stands after one revision or several at once."""
    monkeypatch.setattr(sync, "PAGE", 40)
    states = list(upheavals(3, 6, tmp_path))
    load(store, states[0][1])
    client = store.client()
    with service_of(store) as service:
        for number, (_, place) in enumerate(states):
            load(store, place)
            time.sleep(POLL_SECONDS)  # so late may PostgreSQL's readers see it
            if number in (0, 1, 4, 5):
                assert copy.sync(service)[0] == number + 1
                assert copy.documents() == documents(client)
                kept = copy.rows()
                assert copy.sync(service) == (number + 1, 0)
                assert copy.rows() == kept
    gone = {row[1]: row for row in copy.rows() if row[6] is None}
    assert {"withdrawn", "merged"} <= {row[3] for row in gone.values()}
    for kind, name, _, action, _, merged_into, _ in gone.values():
        answer = client.get(f"/v1/{kind}s/{name}")
        assert answer.status_code == {"withdrawn": 410, "merged": 301}[action]
        assert action != "merged" or answer.headers["Location"].endswith(merged_into)


def test_a_walk_goes_on_in_its_revision_while_another_is_published_and_the_next_brings_that(
    store: Store, tmp_path: Path, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 20)
    states = [place for _, place in upheavals(4, 3, tmp_path)]
    load(store, states[0])
    client, asked = store.client(), []

    def publish(answer: httpx.Response) -> None:
        asked.append(answer.url)
        if len(asked) in (1, 3):
            load(store, states[len(asked) // 2 + 1])

    with service_of(store) as service:
        service.client.event_hooks = {"response": [publish]}
        revision, _ = copy.sync(service)
        assert len(asked) > 3
        assert (revision, copy.documents()) == (1, documents(client, as_of=1))
        assert copy.sync(service)[0] == 3
    assert copy.documents() == documents(client)


def test_of_two_runs_at_once_the_second_waits_and_has_nothing_left_to_do(
    tmp_path: Path, copy: Copy, make_store: Callable[[str], Store]
) -> None:
    store = load_both(make_store("sqlite"), "title", tmp_path)
    with service_of(store) as service, ThreadPoolExecutor() as pool:
        other, second = dateline.Dateline(service.address), []

        def begin_another(_: httpx.Response) -> None:
            if not second:
                second.append(pool.submit(copy.sync, other))
                with pytest.raises(TimeoutError):
                    second[0].result(0.5)

        service.client.event_hooks = {"response": [begin_another]}
        assert copy.sync(service)[0] == 2
        assert second[0].result(60) == (2, 0)
        other.client.close()


def test_a_run_that_breaks_off_leaves_the_copy_as_it_was_and_the_next_one_does_all(
    tmp_path: Path, copy: Copy, make_store: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 20)
    store, states = make_store("sqlite"), [place for _, place in upheavals(5, 2, tmp_path)]
    load(store, states[0])

    def break_off(answer: httpx.Response) -> None:
        if "cursor" in str(answer.url):
            raise httpx.ReadError("the cable was pulled")

    with service_of(store) as service:
        copy.sync(service)
        before = copy.rows()
        load(store, states[1])
        monkeypatch.setattr(sync, "PAGE", 1)
        service.client.event_hooks = {"response": [break_off]}
        with pytest.raises(httpx.ReadError):
            copy.sync(service)
        assert copy.rows() == before
        service.client.event_hooks = {"response": []}
        assert copy.sync(service)[0] == 2
    assert copy.documents() == documents(store.client())


def test_a_copy_of_another_store_is_refused(
    copy: Copy, make_store: Callable[[str], Store], write_record: Callable[..., Path]
) -> None:
    record = write_record([{"kind": "actor", "id": "anna-berg", "name": "Anna Berg"}])
    told = []
    for _ in range(2):
        store = make_store("sqlite")
        store.load(record)
        with service_of(store) as service:
            told.append(run("sync.py", service.address, copy.path))
    assert (told[0].returncode, told[0].stderr) == (0, "")
    assert "The copy is of revision 1; changes applied: " in told[0].stdout
    assert (told[1].returncode, told[1].stdout) == (1, "")
    assert told[1].stderr == "revision 1 is not the one that the copy has; begin a new copy\n"


@pytest.mark.parametrize("case", CASES)
def test_a_value_that_is_redacted_leaves_the_file_of_a_copy(
    case: str, make_store: Callable[[str], Store], tmp_path: Path, copy: Copy
) -> None:
    store = load_both(make_store("sqlite"), case, tmp_path)
    with service_of(store) as service:
        copy.sync(service)
        assert SECRET.encode() in copy.path.read_bytes()
        redact(store.engine, *CASES[case])
        assert copy.sync(service)[0] == 3
    assert copy.documents() == documents(store.client())
    assert SECRET.encode() not in copy.path.read_bytes()
