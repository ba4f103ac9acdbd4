"""What a look at a store finds: of every version that there was, whether it can be brought up to this one."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.readiness import FIRST, SCHEMA, State, look
from app.settings import Settings
from seed.migrating import configuration
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

VERSIONS = [one.revision for one in ScriptDirectory.from_config(configuration(None)).walk_revisions()]


def found(store: Store, version: str) -> tuple[State, str]:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    return look(Settings(DATABASE_URL=store.url.render_as_string(hide_password=False)))


def test_only_what_is_older_than_the_first_release_or_newer_than_this_one_is_foreign(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(1)))
    assert (min(VERSIONS), max(VERSIONS)) == (FIRST, SCHEMA)
    expected = dict.fromkeys(VERSIONS, State.OLD) | {SCHEMA: State.READY, "0002": State.FOREIGN, "0999": State.FOREIGN}
    assert {version: found(store, version)[0] for version in expected} == expected
    assert "dateline migrate" in found(store, FIRST)[1]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_store_without_a_revision_is_empty_and_without_tables_old(store, is_there):
    if not is_there:
        with store.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
    settings = Settings(DATABASE_URL=store.url.render_as_string(hide_password=False))
    assert look(settings)[0] == (State.EMPTY if is_there else State.OLD)
