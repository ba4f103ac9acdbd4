"""Run by Alembic; the connection comes from `seed.migrating`, the settings from `pyproject.toml`."""

from alembic import context
from sqlmodel import SQLModel

from app import tables  # noqa: F401 - fills the metadata
from app.settings import Settings
from seed.writing import writing_engine

connection = context.config.attributes.get("connection")
if connection is None:
    connection = writing_engine(Settings().database).connect()
with connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
