"""Whether a store can be served: one cheap look, without Alembic."""

import shlex
from enum import Enum

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.database import Patient
from app.problems import Problem
from app.settings import Settings
from app.terminal import cause_of, reason_of, variable

SCHEMA = "0005"
"""The migration that this version's queries expect: the newest."""
FIRST = "0003"
"""The migration of the first release: what was made before holds less, and cannot be brought up."""
UNDEFINED_TABLE, DENIED = "42P01", "42501"
"""What PostgreSQL calls these errors."""
State = Enum("State", ["READY", "EMPTY", "OLD", "FOREIGN", "DENIED", "UNREADABLE"])
"""What a look at the store finds."""


def look(settings: Settings) -> tuple[State, str]:
    """The store's state, and why it cannot be served."""
    name = variable("database_url")
    if (path := settings.file) and not path.exists():
        return State.OLD, f"There is no file {path}, which {name} names. Run: dateline seed"
    database = Patient(settings.database)
    try:
        return _state(database, f"The store of {name}")
    except (DatabaseError, Problem) as error:
        if getattr(cause_of(error), "sqlstate", None) == DENIED:
            role = shlex.quote(settings.database.username or "ROLE")
            advice = f"Run, as the owner of the store: dateline migrate --grant-to {role}"
            return State.DENIED, f"The role of {name} may not read the store. {advice}"
        return State.UNREADABLE, f"The database of {name} cannot be read: {reason_of(error)}"
    finally:
        database.close()


def _state(database: Patient, store: str) -> tuple[State, str]:
    """Of a store that can be read."""
    version = _version(database)
    if version > SCHEMA:
        return State.FOREIGN, f"{store} was made by a newer Dateline. Expected: that one, or another store"
    if version and version < FIRST:
        return State.FOREIGN, f"{store} was made before Dateline 0.1.0. Expected: a new store, loaded from the record"
    if version < SCHEMA:
        return State.OLD, f"{store} is not of this version. Run: dateline migrate"
    if not database.newest_revision():
        return State.EMPTY, f"{store} is empty. Run: dateline seed"
    return State.READY, ""


def _version(database: Patient) -> str:
    """The migration that made the store's tables; nothing when there are none."""
    with database.engine.connect() as connection:
        try:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
        except DatabaseError as error:
            cause = cause_of(error)
            if getattr(cause, "sqlstate", None) != UNDEFINED_TABLE and "no such table" not in str(cause):
                raise
            return ""
