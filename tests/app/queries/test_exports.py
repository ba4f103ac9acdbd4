"""`/v1/exports/changes.ndjson`: every revision with what its curators wrote, against the states as they were loaded."""

import hashlib
import json

import pytest

from app.queries.exports import stream_changes
from seed.redacting import redact
from tests.invented import invented_lines, write_lines
from tests.mentions import lines_of
from tests.reduction import is_published


def export(world, **asked):
    answer = world.client.get("/v1/exports/changes.ndjson", params=asked)
    assert answer.status_code == 200
    return answer


def steps(content):
    """The lines of each revision, first what it says of itself; and the line that ends them."""
    *lines, end = [json.loads(line) for line in content.splitlines()]
    found = []
    for line in lines:
        if "revision" in line:
            found.append([line])
        else:
            found[-1].append(line)
    return found, end


def test_each_revision_has_what_its_curators_wrote_otherwise_and_what_they_removed(world):
    found, _ = steps(export(world).content)
    held, published, fates = {}, set(), set()
    for (_, *lines), state in zip(found, world.states, strict=True):
        now = lines_of(state.record)
        gone = {key for key in published if key not in now}
        told = {(one["removed"], one["id"]): None for one in lines if "removed" in one}
        told |= {(one["kind"], one["id"]): one for one in lines if "removed" not in one}
        told = {key: one for key, one in told.items() if key[0] != "vocabulary"}
        assert len(told) == len([one for one in lines if one.get("kind") != "vocabulary"])
        assert {key for key, one in told.items() if one is None} == gone
        assert told.keys() - gone == {key for key, line in now.items() if line != held.get(key)}
        held = {**held, **now} | dict.fromkeys(gone)
        published = {key for key, line in now.items() if is_published(line)}
        fates |= {one is None for one in told.values()}
    assert fates == {True, False}


def test_a_line_says_what_the_file_said(world):
    found, _ = steps(export(world).content)
    lines = [line for (_, *lines) in found for line in lines if line.get("kind") in ("publisher", "location")]
    every = [line for state in world.states for line in lines_of(state.record).values()]
    assert lines
    assert all(line in every for line in lines)
    sources = [line for (_, *lines) in found for line in lines if line.get("kind") == "source"]
    assert {one["source_kind"] for one in sources if "source_kind" in one} > {"article"}


def test_each_revision_says_when_it_was_published(world):
    found, end = steps(export(world).content)
    due = [(one["number"], one["published_at"]) for one in reversed(world.client.walk("/v1/revisions"))]
    assert [(one["revision"], one["published_at"]) for one, *_ in found] == due
    assert len({one["digest"] for one, *_ in found}) == len(due)
    assert end["end"] == len(due)


def test_the_last_line_is_a_digest_of_those_before(world):
    content = export(world).content
    lines = content.splitlines(keepends=True)
    assert content.endswith(b"\n")
    assert json.loads(lines[-1])["sha256"] == hashlib.sha256(b"".join(lines[:-1])).hexdigest()


def test_as_of_ends_the_history_there(world):
    whole = export(world).content.splitlines(keepends=True)
    for state in world.states:
        lines = export(world, as_of=state.number).content.splitlines(keepends=True)
        assert lines[:-1] == whole[: len(lines) - 1]
        assert json.loads(lines[-1])["end"] == state.number


def test_it_is_ndjson_with_the_validators_of_its_revision(world):
    answer = export(world)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    tag = answer.headers["ETag"]
    again = world.client.get("/v1/exports/changes.ndjson", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert export(world, as_of=1).headers["ETag"] != tag
    head = world.client.request("HEAD", "/v1/exports/changes.ndjson")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)


def test_a_history_that_is_rewritten_meanwhile_has_no_end(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    database = store.client().app.state.database
    newest = database.newest_revision()
    whole, cut = list(stream_changes(database, newest)), stream_changes(database, newest)
    told = [next(cut)]
    redact(store.engine, "event", "harbour-talks-1", "title")
    told += cut
    assert "end" in json.loads(whole[-1])
    assert len(told) >= len(whole) - 1
    assert not [line for line in told if "end" in json.loads(line)]


@pytest.mark.parametrize("question", ["as_of=99", "known_at=2022-01-01", "since=1", "limit=5"])
def test_what_it_does_not_take_is_refused(world, question):
    assert world.client.get(f"/v1/exports/changes.ndjson?{question}").status_code == 400


def test_more_records_than_a_batch_are_all_there(world, monkeypatch):
    whole = export(world).content
    monkeypatch.setattr("app.queries.exports.BATCH", 3)
    assert export(world).content == whole
