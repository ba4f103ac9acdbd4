"""`dateline redact` takes a value out of all that a store holds and says, tells of it, and keeps it out."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from app.queries.exports import stream_changes
from app.tables import Redaction, Revision
from seed import redacting
from seed.history import HistoryRefused
from seed.redacting import redact
from seed.redactions import RedactionRefused
from seed.restoring import restore
from tests.app.test_cli import DATELINE, address, environment
from tests.conftest import Client, Store
from tests.content import content
from tests.invented import event_line, reference_lines, write_lines
from tests.secret import CASES, SECRET, SHOWING, TALK, cleared, held, load_both, state
from tests.upheavals import load

DAY = 23 * 3600 * 10**6
"""Almost, in microseconds: so far another machine's clock may be ahead."""


def everything(store: Store, last: int) -> dict[str, Any]:
    """What is answered at each revision of every record, by its address."""
    client, found = store.client(), {}
    for number in range(1, last + 1):
        for name in ("events", "actors", "locations", "sources", "publishers", "citations"):
            for one in client.walk(f"/v1/{name}?as_of={number}&limit=100"):
                found[number, name, one["id"]] = one
        found[number, "changes", ""] = client.walk(f"/v1/changes?as_of={number}&since={number - 1}&limit=500")
    return found


@dataclass
class Redacted:
    """A store of two revisions before, and after a redaction; the client was there all along."""

    case: str
    store: Store
    client: Client
    held: str
    before: dict[str, Any]
    revisions: list[dict[str, Any]]
    revision: int

    @property
    def after(self) -> dict[str, Any]:
        return everything(self.store, 3)


@pytest.fixture(scope="module", params=CASES)
def redacted(request: Any, database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Redacted:
    case, folder = request.param, tmp_path_factory.mktemp("record")
    store = load_both(make_store(database), case, folder)
    client = store.client()
    told = held(store), everything(store, 2), client.walk("/v1/revisions")
    return Redacted(case, store, client, *told, redact(store.engine, *CASES[case]))


def test_the_value_is_in_no_row_and_no_byte_of_the_files(redacted):
    store = redacted.store
    assert SECRET.lower() in redacted.held
    assert SECRET.lower() not in held(store)
    assert SECRET not in str(redacted.before.keys())
    assert SECRET in str(redacted.before)
    assert SECRET not in str(redacted.after)
    assert SECRET.encode() not in store.client().get("/v1/exports/changes.ndjson").content
    if store.engine.dialect.name == "sqlite":
        assert files_with_the_secret(store) == []


def files_with_the_secret(store: Store) -> list[str]:
    file = Path(str(store.url.database))
    return [
        one.name for one in file.parent.glob(f"{file.name}*") if SECRET.lower().encode() in one.read_bytes().lower()
    ]


def test_it_waits_for_whoever_still_reads_what_was(make_store: Callable[[str], Store], tmp_path: Path) -> None:
    """As long as somebody does, SQLite keeps the old pages."""
    store = load_both(make_store("sqlite"), "title", tmp_path)
    with closing(sqlite3.connect(str(store.url.database), isolation_level=None, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM revision").fetchone() == (2,)
        ending = threading.Timer(1, reader.rollback)
        ending.start()
        redact(store.engine, *CASES["title"])
        ending.join()
        assert files_with_the_secret(store) == []


def files_of(store: Store) -> set[tuple[str, int]]:
    """The file of each of our tables in PostgreSQL."""
    asked = "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(asked).all()
    return {(row[0], row[1]) for row in rows if row[0] in SQLModel.metadata.tables}


def test_postgresql_writes_the_file_of_every_table_anew(make_store, tmp_path):
    """In the old ones, what was deleted stays until it is written over."""
    store = load_both(make_store("postgresql"), "title", tmp_path)
    before = files_of(store)
    redact(store.engine, *CASES["title"])
    after = files_of(store)
    assert len(before) == len(after) == len(SQLModel.metadata.tables)
    assert not before & after


def leave_in_a_free_page(store: Store, value: str) -> None:
    """Whether the rows of before leave any that is not written over depends on their sizes, and on the library."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = 0")
        connection.exec_driver_sql("CREATE TABLE left_over (value TEXT)")
        connection.exec_driver_sql("INSERT INTO left_over VALUES (?)", (value * 1_000,))
        connection.exec_driver_sql("DROP TABLE left_over")


def test_the_same_command_again_completes_one_that_was_interrupted(
    make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the commit and the end, free pages still hold the value."""
    store, case = make_store("sqlite"), next(iter(CASES))
    load_both(store, case, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(redacting, "reclaim", lambda _: sys.exit())
        with pytest.raises(SystemExit):
            redact(store.engine, *CASES[case])
    before = content(store)
    leave_in_a_free_page(store, SECRET)
    store.engine.dispose()
    assert SECRET.lower().encode() in Path(str(store.url.database)).read_bytes().lower()
    assert redact(store.engine, *CASES[case]) == 3
    assert content(store) == before
    store.engine.dispose()
    assert SECRET.lower().encode() not in Path(str(store.url.database)).read_bytes().lower()


def test_a_revision_tells_of_it_at_every_record_that_shows_it(redacted):
    kind, record_id, _ = CASES[redacted.case]
    told = redacted.client.walk("/v1/changes?since=2&as_of=3")
    due = {(kind, record_id.partition("~")[0])} | SHOWING.get(redacted.case, set())
    found = {(one["kind"], one["id"]) for one in told}
    assert redacted.revision == 3
    assert found >= due
    assert {(one["action"], one["cause"]) for one in told} == {("updated", "redaction")}
    if redacted.case == "actor":
        assert found == due


def test_revisions_keep_their_numbers_and_when_they_were_published(redacted):
    assert redacted.client.walk("/v1/revisions?as_of=2") == redacted.revisions


def test_it_is_told_after_all_that_was_published_however_slow_the_clock_of_this_machine_is(two):
    store = two("title")
    with store.engine.begin() as connection:
        later = connection.scalar(select(col(Revision.published_at)).where(col(Revision.number) == 2)) + DAY
        connection.execute(update(Revision).where(col(Revision.number) == 2).values(published_at=later))
    redact(store.engine, *CASES["title"])
    with store.engine.connect() as connection:
        assert connection.scalar(select(col(Revision.published_at)).where(col(Revision.number) == 3)) > later


def test_every_version_lists_it_and_all_else_is_answered_as_before(redacted):
    kind, record_id, name = CASES[redacted.case]
    record, _, key = record_id.partition("~")
    after = redacted.after
    assert {place for place in after if place[0] < 3} == redacted.before.keys()
    for place, one in redacted.before.items():
        if SECRET not in str(one) and place[1:] != (f"{kind}s", record) and place[1] != "changes":
            assert after[place] == one
    for number in (1, 2, 3):
        document = after[number, f"{kind}s", record]
        assert document["redacted"] == [f"citations.{key}.{name}" if key else name]
        left = (document["citations"][0] if key else document).get(name)
        assert left == ("[redacted]" if name in ("title", "name") else [] if name == "aliases" else None)


def test_the_value_is_refused_from_then_on_and_others_are_not(redacted, tmp_path):
    store, case = redacted.store, redacted.case
    before = content(store)
    for number in range(2):
        with pytest.raises(RedactionRefused, match=CASES[case][2]):
            load(store, write_lines(tmp_path, state(case, number)))
    assert content(store) == before
    assert not load(store, write_lines(tmp_path, cleared(state(case, 1), case))).published
    other = ["Another"] if case == "alias" else "Another"
    assert load(store, write_lines(tmp_path, cleared(state(case, 1), case, other))).revision == 4
    assert SECRET.lower() not in held(store)


@pytest.fixture
def two(store: Store, tmp_path: Path) -> Callable[[str], Store]:
    """A store with two revisions of a record with a secret."""
    return lambda case: load_both(store, case, tmp_path)


def test_claims_and_earlier_words_of_the_field_go_with_it(two):
    store = two("summary")
    assert len(store.client().get(f"/v1/events/{TALK}?as_of=1").json()["data"]["claims"]) == 1
    redact(store.engine, "event", TALK, "summary")
    client = store.client()
    for number in (1, 2, 3):
        assert client.get(f"/v1/events/{TALK}?as_of={number}").json()["data"]["claims"] == []
        early = client.get(f"/v1/events/{TALK}?as_of={number}&known_at=2020-03-04T00:00:00Z").json()["data"]
        assert "summary" not in early
        assert early["tags"] == ["plans"]


@pytest.mark.parametrize("case", ["title", "actor"])
def test_a_cursor_and_a_tag_of_before_do_not_hold(two, case):
    store = two(case)
    client = store.client()
    answers = [client.get(f"/v1/events?limit=1&as_of={number}") for number in (1, 2)]
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]
    redact(store.engine, *CASES[case])
    for one in (client, store.client()):
        for number, answer in enumerate(answers, 1):
            assert one.get(answer.json()["links"]["next"]).status_code == 400
            again = one.get(f"/v1/events?limit=1&as_of={number}", headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 200


def test_a_store_is_restored_to_the_byte_after_a_redaction(two, make_store):
    store, other, public = two("title"), make_store("sqlite"), make_store("sqlite")
    redact(store.engine, "event", TALK, "title")
    redact(store.engine, "actor", "anna-berg", "name")
    export = exported(store)
    restore(other.engine, export)
    assert content(other) == content(store)
    assert exported(other) == export
    answer = store.client().get("/v1/exports/changes.ndjson").content
    restore(public.engine, answer.splitlines(keepends=True))
    assert content(public) | {"redaction": {}} == content(store) | {"redaction": {}}
    assert public.client().get("/v1/exports/changes.ndjson").content == answer


def test_what_the_command_exports_has_the_value_refused_by_a_restored_store_too(two, make_store, tmp_path):
    store, other, file = two("summary"), make_store("sqlite"), tmp_path / "changes.ndjson"
    redact(store.engine, "event", TALK, "summary")
    subprocess.run([DATELINE, "export", file], env=environment(DATABASE_URL=address(store)), check=True)
    assert file.read_bytes() == b"".join(exported(store))
    restore(other.engine, file.read_bytes().splitlines(keepends=True))
    with pytest.raises(RedactionRefused):
        load(other, write_lines(tmp_path, state("summary", 1)))


def test_an_export_during_which_a_value_is_taken_out_is_cut_and_says_so(make_store, tmp_path):
    """Its beginning may still have the value."""
    store = make_store("sqlite")
    talks = [event_line(number, summary="word " * 200) for number in range(1_500)]
    load(store, write_lines(tmp_path, [*reference_lines(), *talks]))
    command, variables = [DATELINE, "export", "-"], environment(DATABASE_URL=address(store))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=variables, stdout=pipe, stderr=pipe, bufsize=0) as exporting:
        assert exporting.stdout
        begun = exporting.stdout.read(1)  # the pipe takes no more than a part
        redact(store.engine, "event", TALK, "summary")
        rest, told = exporting.communicate()
    assert exporting.returncode == 1
    assert told.startswith(b"The store was rewritten meanwhile")
    with pytest.raises(HistoryRefused, match="cut"):
        restore(make_store("sqlite").engine, (begun + rest).splitlines(keepends=True))


def exported(store: Store) -> list[bytes]:
    """What `dateline export` writes, with the hashes of what was taken out."""
    database = store.client().app.state.database
    return list(stream_changes(database, database.newest_revision(), hashes=True))


def test_no_one_else_is_told_the_hash_of_what_was_taken_out(redacted):
    with redacted.store.engine.connect() as connection:
        hashes = connection.execute(select(Redaction.value_sha256)).scalars().all()
    assert hashes
    assert all(len(one) == 64 for one in hashes)
    answer = redacted.client.get("/v1/exports/changes.ndjson").text
    assert not [one for one in hashes if one in answer]
