"""The SQLite file: read with SQLite itself, and opened in a real Datasette."""

import json
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import write_lines
from tests.rivals import contest

PATH = "/v1/exports/dateline.sqlite"
SEED = 11
PATIENCE = 30
Read = Callable[..., Any]


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store.client()


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: Any) -> Path:
    return write(contest(generate(SEED, events=250), SEED), tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="module")
def other(make_store: Callable[[str], Store], made_up: Path) -> Client:
    """A made-up record, with rival claims."""
    store = make_store("sqlite")
    store.load(made_up)
    return store.client()


def save(client: Client, path: Path, question: str = "") -> Path:
    answer = client.get(PATH + question)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vnd.sqlite3"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dateline.sqlite"'
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    path.write_bytes(answer.content)
    return path


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., sqlite3.Connection]]:
    """Opens the answer to a question."""
    held: list[sqlite3.Connection] = []

    def open_(client: Client, question: str = "") -> sqlite3.Connection:
        connection = sqlite3.connect(save(client, tmp_path / f"{len(held)}.sqlite", question))
        held.append(connection)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection

    yield open_
    for connection in held:
        connection.close()


def column(connection: sqlite3.Connection, statement: str, *values: str) -> list[Any]:
    return [row[0] for row in connection.execute(statement, values)]


def told(connection: sqlite3.Connection, event_id: str) -> dict[str, Any]:
    """What the tables have of an event, put together as the API has it."""

    def each(statement: str) -> list[tuple[Any, ...]]:
        return connection.execute(statement, (event_id,)).fetchall()

    return {
        "actors": each(
            "SELECT actor.id, actor.name, role FROM event_actor JOIN actor ON actor.id = actor "
            "WHERE event = ? ORDER BY event_actor.rowid"
        ),
        "locations": each(
            "SELECT location.id, location.name, latitude, longitude FROM event_location "
            "JOIN location ON location.id = location WHERE event = ? ORDER BY event_location.rowid"
        ),
        "tags": each("SELECT tag FROM event_tag WHERE event = ? ORDER BY rowid"),
        "uncited": each("SELECT field FROM event_uncited_field WHERE event = ? ORDER BY rowid"),
        "quantities": each("SELECT measure, value FROM quantity WHERE event = ? ORDER BY rowid"),
        "citations": each(
            "SELECT citation.id, stance, link, verification, source.id, source.title, publisher.name, attributed_to, "
            "origin, first_words, (SELECT group_concat(field) FROM citation_support WHERE citation = citation.id) "
            "FROM citation JOIN source ON source.id = source LEFT JOIN publisher ON publisher.id = publisher "
            "WHERE event = ? ORDER BY citation.rowid"
        ),
        "claims": each(
            "SELECT field, value, rank, relation, note, "
            "(SELECT group_concat(citation) FROM claim_citation WHERE claim = claim.id) "
            "FROM claim WHERE event = ? ORDER BY claim.rowid"
        ),
        "relations": each("SELECT type, related_id, related_title FROM relation WHERE event = ? ORDER BY rowid"),
    }


def expected(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "actors": [(one["id"], one["name"], one["role"]) for one in event["actors"]],
        "locations": [
            (one["id"], one["name"], one.get("latitude"), one.get("longitude")) for one in event["locations"]
        ],
        "tags": [(tag,) for tag in event["tags"]],
        "uncited": [(field,) for field in event["evidence"]["uncited_fields"]],
        "quantities": [(one["measure"], one.get("value")) for one in event["quantities"]],
        "citations": [
            (
                one["id"], one["stance"], one.get("link"), one["verification"], one["source"]["id"],
                one["source"]["title"], one["source"].get("publisher", {}).get("name"),
                one.get("attributed_to", {}).get("id"), one.get("origin", {}).get("id"),
                one.get("passage", {}).get("first_words"), ",".join(one["supports"]) or None,
            )
            for one in event["citations"]
        ],
        "claims": [
            (one["field"], one["value"], one["rank"], one.get("relation"), one.get("note"), ",".join(one["citations"]))
            for one in event["claims"]
        ],
        "relations": [(one["type"], one["event"]["id"], one["event"]["title"]) for one in event["relations"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    "question",
    ["", "?known_at=2022-01-05", "?as_of=1&order=asc", "?tag=sea&disputed=true", "?q=harbour", "?known_at=1999-01-01"],
)
def test_the_tables_hold_what_the_api_tells_of_every_event_of_the_question(other, opened, question):
    connection = opened(other, question)
    events = other.walk(f"/v1/events{question}")
    assert column(connection, "SELECT id FROM event ORDER BY rowid") == [event["id"] for event in events]
    for event in events:
        assert told(connection, event["id"]) == expected(event)
        names = ("title", "summary", "date_edtf", "start_date", "end_date", "start_time", "revision")
        row = connection.execute(f"SELECT {', '.join(names)} FROM event WHERE id = ?", (event["id"],)).fetchone()
        assert row == tuple(event.get(name) for name in names)
        counted = connection.execute(
            "SELECT sources, independent_origins, disputed FROM event WHERE id = ?", (event["id"],)
        ).fetchone()
        assert counted == tuple(event["evidence"][name] for name in ("sources", "independent_origins", "disputed"))


@pytest.mark.parametrize("kind", ["actor", "location", "source", "publisher"])
def test_the_whole_data_set_has_every_record_and_a_question_only_those_that_it_names(other, opened, kind):
    records = {one["id"] for one in other.walk(f"/v1/{kind}s?limit=500")}
    assert set(column(opened(other), f"SELECT id FROM {kind}")) == records
    some = set(column(opened(other, "?tag=rare"), f"SELECT id FROM {kind}"))
    assert some < records


def test_records_have_the_records_that_they_name_in_turn(other, opened):
    connection = opened(other, "?tag=rare")
    for actor_id in column(connection, "SELECT id FROM actor"):
        actor = other.get(f"/v1/actors/{actor_id}").json()["data"]
        groups = column(connection, "SELECT member_of FROM actor_membership WHERE actor = ? ORDER BY rowid", actor_id)
        assert groups == [one["id"] for one in actor["member_of"]]
    for source_id in column(connection, "SELECT id FROM source"):
        source = other.get(f"/v1/sources/{source_id}").json()["data"]
        lines = column(
            connection, "SELECT coalesce(from_source, from_publisher) FROM lineage WHERE source = ?", source_id
        )
        assert lines == [(one.get("source") or one["publisher"])["id"] for one in source["derived_from"]]


def test_nothing_is_told_of_sources_that_were_not_known_by_then(other, opened):
    connection = opened(other, "?known_at=2021-12-15")
    known = {one["id"] for one in other.walk("/v1/sources?known_at=2021-12-15&limit=500")}
    assert 0 < len(known) < len(other.walk("/v1/sources?limit=500"))
    assert set(column(connection, "SELECT id FROM source")) == known


def test_an_event_that_is_not_in_the_file_is_named_and_not_led_to(other, opened):
    connection = opened(other, "?tag=rare")
    beyond = "SELECT count(*) FROM relation WHERE related_event IS NULL"
    assert column(connection, f"{beyond} AND related_id NOT IN (SELECT id FROM event)") == column(connection, beyond)
    assert column(connection, beyond) > [0]
    assert column(opened(other), beyond) == [0]


def test_hostile_words_disputes_and_extreme_dates_survive(client, opened):
    connection = opened(client)
    assert column(connection, "SELECT title FROM event WHERE id = 'hostile'") == [HOSTILE]
    claims = connection.execute("SELECT rank, relation, citation FROM claim JOIN claim_citation ON claim.id = claim")
    assert claims.fetchall() == [("deprecated", "garbles", "hostile~r")]
    assert column(connection, "SELECT stance FROM citation WHERE event = 'hostile'") == ["supports", "disputes"]
    assert column(connection, "SELECT start_date FROM event WHERE id = 'first-day'") == ["0001-01-01"]
    assert column(connection, "SELECT end_date FROM event WHERE id = 'last-year'") == ["9999-12-31"]
    assert column(connection, "SELECT start_date FROM event WHERE id = 'undated'") == [None]


def test_the_file_says_whose_it_is_and_what_was_asked(client, opened):
    (row,) = opened(client, "?tag=fishing&known_at=2020-03-03").execute("SELECT * FROM dataset")
    title, licence, attribution, revision, published_at, question, known_at = row
    dataset = client.get("/v1").json()["data"]
    assert (title, licence, attribution) == (dataset["title"], "CC-BY-4.0", "Dateline")
    assert {"number": revision, "published_at": published_at} == dataset["revision"]
    assert question == f"{PATH}?known_at=2020-03-03&tag=fishing"
    assert known_at == "2020-03-03T23:59:59Z"
    assert opened(client).execute("SELECT known_at FROM dataset").fetchall() == [(None,)]


def test_every_foreign_key_has_an_index_and_every_code_its_meaning(client, opened):
    connection = opened(client)
    tables = column(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    keys = {(table, row[3]) for table in tables for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
    assert len(keys) > 30
    for table, name in keys:
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {name} = 'x'")
        assert "USING INDEX" in plan[3], (table, name)
    codes = {
        (one["id"], code["code"], code["meaning"])
        for one in client.get("/v1/vocabularies").json()["data"]
        for code in one["codes"]
    }
    assert set(connection.execute("SELECT * FROM code")) == codes


def test_the_file_is_the_same_every_time_and_from_either_database(make_store, other, made_up, tmp_path):
    first, second = (save(other, tmp_path / name).read_bytes() for name in ("1", "2"))
    assert first == second
    store = make_store("postgresql")
    store.load(made_up)
    save(store.client(), tmp_path / "3")
    dumps = []
    for name in ("1", "3"):
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            connection.execute("UPDATE dataset SET published_at = ''")
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]
    store.close()


@pytest.fixture(scope="module")
def datasette(client: Client, tmp_path_factory: Any) -> Iterator[Callable[[str], Any]]:
    """Asks a real Datasette that has the file."""
    path = save(client, tmp_path_factory.mktemp("datasette") / "dateline.sqlite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", str(path), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE

    def ask(path: str) -> Any:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                raise AssertionError(error.read()) from error
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)

    try:
        yield ask
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_its_tag_covers_when_its_revision_was_published(make_store, tmp_path):
    """Two stores of one record were published at different times, which the file tells."""
    path, tags = write_lines(tmp_path, awkward_lines()), set()
    for _ in range(2):
        store = make_store("sqlite")
        store.load(path)
        tags.add(store.client().get("/v1/exports/dateline.sqlite").headers["ETag"])
    assert len(tags) == 2


def test_datasette_opens_it_and_follows_its_keys(client, datasette):
    tables = {one["name"]: one for one in datasette("/dateline.json")["tables"]}
    assert tables["event"]["count"] == len(client.walk("/v1/events"))
    assert tables["citation"]["count"] == len(client.walk("/v1/citations"))
    assert {(one["other_table"], one["other_column"]) for one in tables["event"]["foreign_keys"]["incoming"]} >= {
        ("citation", "event"), ("claim", "event"), ("event_actor", "event"), ("relation", "related_event")
    }  # fmt: skip
    (row, *_) = datasette("/dateline/citation.json?_shape=array&event=hostile&_labels=on")
    assert row["event"] == {"value": "hostile", "label": HOSTILE}
    assert row["source"]["label"] == HOSTILE
    facets = datasette("/dateline/event_actor.json?_facet=actor&_size=0")["facet_results"]["actor"]["results"]
    assert {one["label"] for one in facets} == {"Anna Berg", "Sea League"}
