"""Which revision is the newest, when one is published in the very moment of a look."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app import watching
from tests.app.test_restarts import until
from tests.conftest import Store
from tests.invented import invented_lines, write_lines


@pytest.mark.parametrize("look", ["known_revision", "newest_revision"])
def test_what_is_published_while_a_revision_is_read_is_seen_at_the_next_look(
    make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    """Of SQLite: what tells whether there is another is as old as what was read, or older."""
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines(1)))
    read, later = watching._read, [2]  # noqa: SLF001 - the moment after a revision was read, and before it is noted

    def publish_first(row: Sequence[Any] | None) -> Any:
        while later:
            store.load(write_lines(tmp_path, invented_lines(later.pop())))
        return read(row)

    monkeypatch.setattr(watching, "_read", publish_first)
    find = getattr(store.client().app.state.database, look)
    assert [find().number for _ in range(3)] == [1, 2, 2]


def test_whoever_is_asked_by_nobody_looks_no_more_for_a_database_that_is_away(
    make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FORSAKEN_SECONDS", 0.5)
    store = make_store("postgresql")
    store.load(write_lines(tmp_path, invented_lines(1)))
    client = store.client()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE revision RENAME TO away")
    assert client.get("/v1").status_code == 503
    assert looking()
    until(lambda: not looking())
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO revision")
    until(lambda: client.get("/v1").status_code == 200)


def looking() -> list[threading.Thread]:
    """The threads that look for a new revision."""
    return [one for one in threading.enumerate() if one.name.endswith("(_find)")]
