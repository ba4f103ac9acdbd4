"""The room that kept answers take: all of what is kept, each once, and no more than there is."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from app.database import Patient
from app.kept import ENTRY_BYTES, LARGEST_PART, Kept, KeptAnswers, Stand
from app.metrics import Outcome
from app.tables import Revision
from tests.app.test_remembering import count
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

QUESTION = (("/v1", b"", ""), b"")


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store


def test_conditions_count_as_much_as_bodies(store):
    client, path = store.client(), "/v1/actors?q=anna"
    condition = f'"{"a" * 5_000}", {client.get(path).headers["ETag"]}'
    before = count(client, "dateline_cache_bytes")
    assert client.get(path, headers={"If-None-Match": condition}).status_code == 304
    assert count(client, "dateline_cache_bytes") >= before + ENTRY_BYTES + len(condition)


def test_no_answer_takes_most_of_the_room(store):
    alone = store.client()
    alone.get("/v1/actors")
    size = int(count(alone, "dateline_cache_bytes"))
    for room, entries in ((LARGEST_PART * size, 1), (LARGEST_PART * size - 1, 0)):
        client = store.client(cache_bytes=room)
        client.get("/v1/actors")
        assert count(client, "dateline_cache_entries") == entries


def test_what_is_kept_again_takes_room_once():
    """As when two ask at once what is not kept yet."""
    stand = Stand(cast("Patient", "store"), Revision(number=1, published_at=0, digest="digest"))
    taken = []
    for bodies in ([b"answer"], [b"answer", b"another", b"answer"]):
        answers = KeptAnswers(1_000_000)
        assert answers.find(stand, QUESTION) is None
        for body in bodies:
            answers.keep(stand, QUESTION, Kept(200, [(b"etag", b'"a"')], body, Outcome(), None))
        taken.append({one.name: one.samples[0].value for one in answers.collect()})
    assert taken[0] == taken[1]
    assert taken[0]["dateline_cache_entries"] == 1


def test_what_went_with_its_revision_takes_no_room():
    answers, taken = KeptAnswers(1_000_000), set()
    for digest in ("first", "second", "third"):
        stand = Stand(cast("Patient", "store"), Revision(number=1, published_at=0, digest=digest))
        assert answers.find(stand, QUESTION) is None
        answers.keep(stand, QUESTION, Kept(200, [(b"etag", b'"a"')], b"answer", Outcome(), None))
        taken |= {one.samples[0].value for one in answers.collect() if one.name == "dateline_cache_bytes"}
    assert len(taken) == 1
