"""What `dateline redact` refuses, and what it leaves alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seed.redacting import redact
from seed.redactions import RedactionRefused
from tests.conftest import Store
from tests.content import content
from tests.invented import reference_lines, write_lines
from tests.secret import FIRST, SECRET, TALK, cleared, held, load_both, state
from tests.upheavals import load


@pytest.fixture
def two(store: Store, tmp_path: Path) -> Callable[[str], Store]:
    """A store with two revisions of a record with a secret."""
    return lambda case: load_both(store, case, tmp_path)


REFUSED = [
    ("event", TALK, "titel", "nearest: 'title'"),
    ("event", TALK, "id", "cannot be redacted"),
    ("event", TALK, "citations", "cannot be redacted"),
    ("event", TALK, "earlier", "cannot be redacted"),
    ("event", TALK, "merged_into", "cannot be redacted"),
    ("event", f"{TALK}~c", "key", "cannot be redacted"),
    ("event", f"{TALK}~c", "source", "cannot be redacted"),
    ("event", f"{TALK}~c", "title", "cannot be redacted"),
    ("event", f"{TALK}~zzz", "note", "has no note"),
    ("event", "nothing-like-it", "title", "has no title"),
    ("event", TALK, "start_time", "has no start_time"),
    ("actor", "anna-berg~c", "note", "only events have citations"),
    ("actor", "anna-berg", "title", "cannot be redacted"),
    ("actor", TALK, "name", "has no name"),
    ("vocabulary", "measure", "codes", "expected"),
    ("nonsense", "measure", "name", "expected"),
]


@pytest.fixture(scope="module")
def kept(database: str, make_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of which nothing can be redacted as it is asked here."""
    return load_both(make_store(database), "title", tmp_path_factory.mktemp("record"))


@pytest.mark.parametrize(("kind", "record", "name", "told"), REFUSED)
def test_what_is_not_there_or_is_structure_is_refused_and_nothing_changes(kept, kind, record, name, told):
    before = content(kept)
    with pytest.raises(RedactionRefused, match=told):
        redact(kept.engine, kind, record, name)
    assert content(kept) == before


def test_redacting_again_changes_nothing(two):
    """It is no mistake: whoever was interrupted cannot know how far the command had come."""
    store = two("summary")
    for name in ("summary", "title"):
        revision = redact(store.engine, "event", TALK, name)
        before = content(store)
        assert redact(store.engine, "event", TALK, name) == revision
        assert content(store) == before


def test_another_value_in_its_place_can_be_redacted_too(two, tmp_path):
    store = two("title")
    redact(store.engine, "event", TALK, "title")
    load(store, write_lines(tmp_path, cleared(state("title", 1), "title", f"{SECRET} again")))
    assert redact(store.engine, "event", TALK, "title") == 5
    assert SECRET.lower() not in held(store)
    for title in (f"{SECRET} again", FIRST["title"]):
        with pytest.raises(RedactionRefused):
            load(store, write_lines(tmp_path, cleared(state("title", 1), "title", title)))


def test_an_event_that_is_withdrawn_stays_withdrawn_since_when_it_was(store, tmp_path):
    lines = state("actor", 0)
    gone = {"status": "withdrawn", "reason": "It was none."}
    load(store, write_lines(tmp_path, lines))
    load(store, write_lines(tmp_path, [line | gone if line["id"] == "harbour-talks-0" else line for line in lines]))
    client = store.client()
    before = client.get("/v1/events/harbour-talks-0").json()
    redact(store.engine, "actor", "anna-berg", "name")
    assert store.client().get("/v1/events/harbour-talks-0").json() == before
    assert "harbour-talks-0" not in {one["id"] for one in store.client().walk("/v1/changes?since=2")}


def test_a_removed_record_can_be_redacted(store, tmp_path):
    spare = {"kind": "actor", "id": "spare", "name": f"The {SECRET}"}
    load(store, write_lines(tmp_path, [*reference_lines(), spare]))
    load(store, write_lines(tmp_path, reference_lines()))
    redact(store.engine, "actor", "spare", "name")
    assert SECRET.lower() not in held(store)
    client = store.client()
    assert client.get("/v1/actors/spare?as_of=1").json()["data"]["name"] == "[redacted]"
    assert client.get("/v1/actors/spare").json()["tombstone"]["revision"] == 2
