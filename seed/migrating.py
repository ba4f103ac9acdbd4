"""Bringing the store's tables to the shape that this version expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL

import migrations
from seed.writing import sole_writer, writing_engine


def migrate(url: URL, revision: str = "head") -> None:
    """Run the migrations up to a revision, all or none; nothing happens when the store is there already."""
    engine = writing_engine(url)
    try:
        with sole_writer(engine) as connection:
            command.upgrade(configuration(connection), revision)
    finally:
        engine.dispose()


def configuration(connection: object) -> Config:
    """Alembic's, for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
