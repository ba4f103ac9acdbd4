"""The SQLite file has of every record what the API has of it, and what was redacted of any."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RECORD, Client, Store
from tests.invented import event_line, write_lines
from tests.secret import CASES, cleared, state

KINDS = ("event", "actor", "location", "source", "publisher")


def ask(client: Client, path: Path, statement: str, question: str = "") -> list[tuple[Any, ...]]:
    path.write_bytes(client.get(f"/v1/exports/dateline.sqlite{question}").content)
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def record(make_store: Callable[[str], Store]) -> Client:
    store = make_store("sqlite")
    store.load(RECORD)
    return store.client()


def parts(client: Client, kind: str, name: str) -> Iterator[tuple[str, Any]]:
    """The entries of one list of every record of a kind, each with the record's id."""
    return ((one["id"], entry) for one in client.walk(f"/v1/{kind}s?limit=500") for entry in one[name])


def test_lists_of_records_are_tables(record, tmp_path):
    def rows(statement: str) -> list[tuple[Any, ...]]:
        return sorted(ask(record, tmp_path / "it.sqlite", statement))

    for kind, name, table in (
        ("actor", "aliases", "actor_alias"),
        ("location", "aliases", "location_alias"),
        ("source", "authors", "source_author"),
        ("source", "corrections", "source_correction"),
    ):
        assert rows(f"SELECT * FROM {table}") == (told := sorted(parts(record, kind, name))), table
        assert told, table
    origins = [(source, one["id"]) for source, one in parts(record, "source", "origins")]
    assert rows("SELECT source, publisher FROM source_origin") == sorted(origins)
    for kind in ("actor", "location", "publisher"):
        same = rows(f"SELECT {kind}, address FROM same_as WHERE {kind} IS NOT NULL")
        assert same == sorted(parts(record, kind, "same_as")), kind
        assert same, kind
    told = [
        (actor, one["title"], one.get("organisation", {}).get("id"), one.get("start_edtf"), one.get("end_edtf"))
        for actor, one in parts(record, "actor", "positions")
    ]
    assert told
    assert sorted(rows("SELECT * FROM actor_position"), key=str) == sorted(told, key=str)


def test_what_a_record_leads_to_is_in_the_file_however_long_the_way_and_whatever_the_ids(make_store, tmp_path):
    """Each leads to one whose id is before its own, and behind: of a place, an actor and a source."""
    ids = ["m", "c", "x", "b", "y", "a", "z"]
    ways = {"location": "parent", "actor": "member_of", "source": "derived_from"}
    lines = []
    for one, following in pairwise([*ids, None]):
        to = {
            "location": following, "actor": [following] * bool(following),
            "source": [{"source": following, "how": "reprints"}] * bool(following),
        }  # fmt: skip
        for kind, name in ways.items():
            line = {"kind": kind, "id": one, **({"title": one} if kind == "source" else {"name": one})}
            line |= {"type": "person" if one == "m" else "organisation"} if kind == "actor" else {}
            lines.append(line | ({name: to[kind]} if following else {}))
    only = event_line(
        0, locations=["m"], actors=[{"actor": "m", "role": "host"}], citations=[{"key": "c", "source": "m"}]
    )
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, [*lines, only]))
    client, path = store.client(), tmp_path / "it.sqlite"
    for kind in ways:
        found = ask(client, path, f"SELECT id FROM {kind}", "?tag=fishing")
        assert {one for (one,) in found} == set(ids), kind
    assert set(ask(client, path, "SELECT id, parent FROM location", "?tag=fishing")) == {*pairwise([*ids, None])}


def test_what_was_redacted_of_any_record_is_told(make_store, tmp_path):
    """An event, an actor, a place, a source and a publisher, each by its own record."""
    for case in ("title", "actor", "alias", "source", "publisher"):
        folder = tmp_path / case
        folder.mkdir()
        store = make_store("sqlite")
        store.load(write_lines(folder, cleared(state(case, 1), case)))
        client = store.client()
        served = chain.from_iterable(
            ((kind, one["id"], name) for one in client.walk(f"/v1/{kind}s") for name in one.get("redacted", ()))
            for kind in KINDS
        )
        found = ask(client, folder / "it.sqlite", "SELECT kind, record, property FROM redaction")
        assert found == list(served) == [CASES[case]]


def test_a_passage_and_a_correction_are_as_the_api_has_them(make_store, record, tmp_path):
    names = ("first_words", "last_words", "start_offset", "end_offset", "sha256")
    passages = {
        one["id"]: tuple(one.get("passage", {}).get(name) for name in names) for one in record.walk("/v1/citations")
    }
    found = ask(record, tmp_path / "it.sqlite", f"SELECT id, {', '.join(names)} FROM citation")
    assert {one: tuple(told) for one, *told in found} == passages
    assert any(start for _, _, start, _, _ in passages.values())
    fixed = [
        (event["id"], one["what"], one.get("why"), one["corrected_edtf"], one.get("source", {}).get("id"))
        for event in record.walk("/v1/events?limit=500")
        for one in event["corrections"]
    ]
    assert fixed
    corrections = "SELECT event, what, why, corrected_edtf, source FROM correction"
    assert sorted(ask(record, tmp_path / "it.sqlite", corrections), key=str) == sorted(fixed, key=str)
