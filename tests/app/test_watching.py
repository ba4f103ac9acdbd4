"""Which revision is the newest, when one is published in the very moment of a look."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app import watching
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
