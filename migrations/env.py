"""Run by Alembic; the connection comes from `seed.migrating`, the settings from `pyproject.toml`."""

from alembic import context
from sqlalchemy import Connection

from app.settings import Settings
from app.tables import Revision
from seed.writing import sole_writer, writing_engine


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Revision.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sole_writer(writing_engine(Settings().database)) as connection:
        run(connection)
