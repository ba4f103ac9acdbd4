"""The tutorial and the how-to guides, followed to the letter: where they say they lead, they lead."""

import json
import re
import shutil
import sqlite3
import time
from contextlib import closing

import httpx
import psycopg
import pytest
from sqlmodel import SQLModel

from app.watching import POLL_SECONDS
from tests.documents import GUIDES, SERVED, blocks, section, text_of
from tests.following import Reader, is_shown
from tests.postgres import _binaries as server_programs

pytestmark = pytest.mark.skipif(not shutil.which("uv"), reason="uv is missing: pip install uv")
SERVE = "uv run --quiet --project ~/dateline dateline serve"
OF_THE_TUTORIAL = {"correct", "withdraw", "move-to-postgresql"}
OF_THE_SHIPPED_RECORD = {"cite", "sync", "map"}


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The desk of somebody who has followed the tutorial in an empty folder."""
    desk = tmp_path_factory.mktemp("desk")
    with closing(Reader(desk)) as reader:
        reader.follow(text_of("docs/tutorial.md"))
    return desk


@pytest.fixture
def desk(followed, tmp_path):
    return shutil.copytree(followed, tmp_path / "desk", symlinks=True)


@pytest.fixture(scope="module")
def guest(shipped, tmp_path_factory):
    """Somebody to whom the shipped record is served."""
    with closing(
        Reader(tmp_path_factory.mktemp("guest"), variables={"DATABASE_URL": shipped.url.render_as_string(False)})
    ) as guest:
        guest.serve(SERVE)
        yield guest


def test_the_tutorial_leads_to_what_it_shows(followed):
    assert (followed / "folder" / "dateline.db").exists()


def test_every_guide_is_followed():
    assert {guide.stem for guide in GUIDES} == OF_THE_TUTORIAL | OF_THE_SHIPPED_RECORD | {"tutorial"}


@pytest.mark.parametrize("guide", ["correct", "withdraw"])
def test_a_guide_to_changes_leads_on_from_the_tutorial(guide, desk):
    with closing(Reader(desk)) as reader:
        reader.serve("dateline serve")
        reader.follow(text_of(f"docs/how-to/{guide}.md"))


def test_a_store_moves_to_postgresql_as_shown(desk, owner_and_reader):
    owner, role = owner_and_reader
    said = {
        "owner:password@localhost/dateline": owner.partition("://")[2],
        "dateline_reader:choose-one@localhost/dateline": f"{role}:choose-one@{owner.rpartition('@')[2]}",
        "dateline_reader": role,
    }
    with (
        psycopg.connect(owner, autocommit=True) as database,
        closing(Reader(desk, said=said, psql=database.execute)) as one,
    ):
        one.follow(text_of("docs/how-to/move-to-postgresql.md"))
        held = sqlite3.connect(one.folder / "dateline.db").execute("SELECT published_at FROM revision ORDER BY number")
        assert database.execute("SELECT published_at FROM revision ORDER BY number").fetchall() == held.fetchall()


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="sqlite3 is missing: apt-get install sqlite3")
@pytest.mark.parametrize("part", ["Backup", "Taking a value out"])
def test_what_an_operator_types_works_as_shown(part, desk):
    said = {
        "uv run dateline": "dateline",
        "an-event-id~a-citation-key": "old-bridge-reopens~wire-open",
        "an-event-id": "old-bridge-closes",
        "an-actor-id": "ada-holm",
    }
    Reader(desk, said=said).follow(section(text_of("docs/operations.md"), part))


def test_a_store_on_postgresql_is_backed_up_and_restored_as_shown(tmp_path, owner_and_reader, new_postgres_database):
    (owner, role), restored = owner_and_reader, new_postgres_database()
    said = {"uv run dateline": "dateline", "dateline_reader": role}
    said |= {f"{name} ": f"{server_programs()[0] / name} " for name in ("pg_dump", "pg_restore")}
    reader = Reader(tmp_path, said=said, variables={"DATABASE_URL": owner, "RESTORED_URL": restored})
    reader.follow("```sh\ndateline seed\n```\n")
    tables = [table.name for table in SQLModel.metadata.sorted_tables]
    with psycopg.connect(owner, autocommit=True) as one, psycopg.connect(restored, autocommit=True) as other:
        one.execute(f"CREATE ROLE {role}")
        reader.follow(section(text_of("docs/operations.md"), "Backup of PostgreSQL"))
        for table in tables:
            every = f"SELECT array_agg(row ORDER BY row) FROM (SELECT {table}::text AS row FROM {table})"
            assert one.execute(every).fetchone() == other.execute(every).fetchone(), table
        readable = f"SELECT has_table_privilege('{role}', 'event', 'SELECT')"
        assert other.execute(readable).fetchone() == (True,)
        other.execute(f"DROP OWNED BY {role}")


def test_a_store_goes_back_to_an_older_schema_and_on_again_as_shown(desk):
    store = desk / "folder" / "dateline.db"
    variables = {"DATABASE_URL": f"sqlite:///{store}"}
    reader = Reader(desk, said={"uv run alembic": "cd ~/dateline && alembic"}, variables=variables)

    def published():
        with closing(sqlite3.connect(store)) as opened:
            return opened.execute("SELECT number, digest FROM revision ORDER BY number").fetchall()

    before = published()
    reader.follow(section(text_of("docs/operations.md"), "Upgrade and roll back"))
    told, status = reader.type("dateline serve --port 0")
    assert (status, "dateline migrate" in told) == (1, True), told
    reader.follow("```sh\ndateline migrate\n```\n")
    assert published() == before != []


def test_a_record_of_one_s_own_is_loaded_as_shown(desk):
    """But for what serves, what asks the web, and what wants an empty store: they have tests of their own."""
    said = {"uv run dateline": "dateline", "my-record": "record", "my-texts": "texts"}
    said |= {"ID PROPERTY": "old-bridge-closes summary"}
    lines = "".join(blocks(section(text_of("README.md"), "Load your own record"), "sh")).splitlines(keepends=True)
    kept = [line for line in lines if not re.search(r"dateline (serve|links|restore)\b", line)]
    assert len(kept) > 6
    Reader(desk, said=said).follow("".join(["```sh\n", *kept, "```\n"]))


def test_citing_works_as_shown(guest):
    guest.follow(text_of("docs/how-to/cite.md"))


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="GDAL is missing: apt-get install gdal-bin")
def test_making_a_map_works_as_shown(guest):
    guest.follow(text_of("docs/how-to/map.md"))


def test_what_a_map_is_drawn_by_is_in_the_features_that_it_loads(guest):
    (script,) = blocks(text_of("docs/how-to/map.md"), "js")
    (path,) = re.findall(rf'"{SERVED}(/[^"]*)"', script)
    features = httpx.get(guest.address + path).json()["features"]
    names = re.findall(r'\["get", "(\w+)"\]', script)
    assert names
    assert features
    assert all(feature["properties"][name] is not None for name in names for feature in features)


def test_the_loop_keeps_a_copy_through_a_withdrawal(store, write_record, tmp_path):
    (program,) = blocks(text_of("docs/how-to/sync.md"), "python")
    loop = {}
    exec(program, loop)
    event = {"kind": "event", "title": "One"}
    store.load(write_record([event | {"id": "one"}, event | {"id": "two"}]))
    variables = {"DATABASE_URL": store.url.render_as_string(hide_password=False)}
    with closing(Reader(tmp_path, variables=variables)) as reader, closing(sqlite3.connect(":memory:")) as copy:
        reader.serve(SERVE)
        assert loop["sync"](reader.address, copy) == 1
        assert documents(copy) == {one["id"]: one for one in reader.get("/v1/events")["data"]}
        gone = event | {"id": "two", "status": "withdrawn", "reason": "Never so."}
        store.load(write_record([event | {"id": "one", "title": "The one"}, gone]))
        time.sleep(2 * POLL_SECONDS)  # on PostgreSQL it is seen no sooner
        assert loop["sync"](reader.address, copy) == loop["sync"](reader.address, copy) == 2
        assert documents(copy) == {"one": reader.get("/v1/events/one")["data"]}


def documents(copy):
    """The events of a copy."""
    return {
        id_: json.loads(document)
        for id_, document in copy.execute("SELECT id, document FROM record WHERE kind = 'event'")
    }


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ echo one; echo two\none\n```\n",
        "```sh\nfalse\n```\n",
        "```yaml a.yaml\n- one\n```\n```diff\n--- a.yaml\n-- two\n+- three\n```\n",
    ],
)
def test_a_page_that_leads_astray_is_found_out(page, tmp_path):
    with pytest.raises(AssertionError):
        Reader(tmp_path / "desk").follow(page)


def test_what_is_left_out_may_be_anything_and_what_is_shown_may_not():
    assert is_shown("a…\nb\n", "and so on\nb\n")
    assert is_shown("…\nb\n", "a\n\nb\n")
    assert not is_shown("…b\n", "b\nc\n")
    assert not is_shown("a.c\n", "abc\n")
