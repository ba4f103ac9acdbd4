"""Letting a role of PostgreSQL read the store, and taking from everybody what would let it write anything else."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

LARGE_OBJECTS = (
    "lo_creat", "lo_create", "lo_from_bytea", "lo_open", "lo_put", "lo_truncate", "lo_truncate64", "lo_unlink",
    "lowrite",
)  # fmt: skip
LOGGED = ("pg_logical_emit_message",)
"""Writes into the log that replicas and backups read."""


def grant_reading(engine: Engine, role: str) -> list[str]:
    """Let a PostgreSQL role read every table of the store, and nothing else. Raises `ValueError` on SQLite.

    Returns what it may do all the same, since whoever asks may not take that from everybody.
    """
    if engine.dialect.name == "sqlite":
        raise ValueError("a SQLite store has no roles: readers open the file read-only")
    name = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
        connection.execute(text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {name}"))
        return [right for right, asked in _everybodys(connection) if _is_left(connection, right, asked, role)]


def _everybodys(connection: Connection) -> Iterator[tuple[str, str]]:
    """What everybody may do unless it is revoked, and how PostgreSQL is asked whether a role still may."""
    database = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    yield f"TEMPORARY ON DATABASE {database}", "has_database_privilege(:role, current_database(), 'TEMPORARY')"
    yield "CREATE ON SCHEMA public", "has_schema_privilege(:role, 'public', 'CREATE')"
    found = text(
        "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace "
        "AND proname = ANY(:names) ORDER BY oid"
    )
    for function in connection.execute(found, {"names": [*LARGE_OBJECTS, *LOGGED]}).scalars():
        yield f"EXECUTE ON FUNCTION {function}", f"has_function_privilege(:role, '{function}'::regprocedure, 'EXECUTE')"


def _is_left(connection: Connection, right: str, asked: str, role: str) -> bool:
    """Whether a role has a right when it was revoked from everybody, as far as whoever asks may do that."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"REVOKE {right} FROM PUBLIC"))
    except ProgrammingError:
        pass  # whether that matters, PostgreSQL is asked
    return bool(connection.execute(text(f"SELECT {asked}"), {"role": role}).scalar_one())
