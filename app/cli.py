"""The command line. Heavy imports stand inside the commands: `serve` starts as fast as what it serves."""

import shlex
import socket
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from app.problems import Problem
from app.settings import Settings

if TYPE_CHECKING:
    from app.database import Database
    from seed.collection import Collection
    from seed.faults import RecordRefused
    from seed.loading import Outcome

RECORD = Path(__file__).parent.parent / "seed" / "data"
SCHEMA = "0001"
"""The migration that this version's queries expect: the newest."""
UNDEFINED_TABLE, DENIED = "42P01", "42501"
"""What PostgreSQL calls these errors."""
State = Enum("State", ["READY", "EMPTY", "OLD", "NEWER", "DENIED", "UNREADABLE"])
"""What a look at the store finds."""

command = typer.Typer(
    name="dateline",
    help="A read-only REST API over a hand-curated chronology.\n\n"
    "Settings come from the environment: DATABASE_URL (default: a SQLite file, dateline.db, in the working folder), "
    "DATELINE_PUBLIC_URL, DATELINE_TITLE, DATELINE_LICENSE, DATELINE_ATTRIBUTION, DATELINE_MAX_AGE.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files and folders of the record (default: the one that Dateline ships).")
]
AllowUncited = Annotated[bool, typer.Option("--allow-uncited", help="Accept events without a citation, for bulk data.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a bad setting, and what the database says, are told in a line."""
    try:
        command(args=list(arguments) if arguments is not None else None, prog_name="dateline")
    except DatabaseError as error:
        _stop(f"The database of {_variable('database_url')} says: {_reason(error)}")


@command.command()
def serve(
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", min=0, max=65535, help="0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="DATELINE_WORKERS", min=1, max=256, help="Processes.")] = 1,
) -> None:
    """Serve the API.

    Without DATABASE_URL: create a SQLite file in the working folder, load the record that Dateline ships when the
    file is empty, and serve it. With DATABASE_URL: only read; an old schema or an empty store stops the command.
    """
    settings = _settings()
    port = _free_port(host, port)
    state, reason = _look(settings)
    if state in (State.OLD, State.EMPTY) and "database_url" not in settings.model_fields_set:
        _bring_up_to_date(settings)
        _publish(settings, _check([RECORD], allow_uncited=False))
    elif state is not State.READY:
        _stop(reason)
    import uvicorn

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    print(f"Serving {settings.title}\n  {address}/docs   documentation\n  {address}/v1     the API", flush=True)
    uvicorn.run(
        "app.main:create_served_app", factory=True, host=host, port=port, workers=workers, log_level="warning",
        server_header=False,
    )  # fmt: skip


@command.command()
def migrate(
    grant_to: Annotated[
        str | None, typer.Option(help="A PostgreSQL role that may read the store, and no more.")
    ] = None,
) -> None:
    """Bring the store's tables up to date."""
    settings = _settings()
    _migrate(settings)
    if grant_to:
        from seed.migrating import grant_reading
        from seed.writing import writing_engine

        engine = writing_engine(settings.database)
        try:
            grant_reading(engine, grant_to)
        except ValueError as error:
            _stop(str(error), status=2)
        finally:
            engine.dispose()
    print("The store is up to date.")


@command.command()
def seed(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Publish a record as the next revision.

    The whole record is checked first, and the store's tables are brought up to date. Nothing is published when
    nothing changed.
    """
    settings = _settings()
    collection = _check(paths or [RECORD], allow_uncited=allow_uncited)
    _migrate(settings)
    _publish(settings, collection)


@command.command()
def check(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Check a record, and load nothing.

    Every fault of every file is told, as file:line:column.
    """
    collection = _check(paths or [RECORD], allow_uncited=allow_uncited)
    print(f"The record is sound: {len(collection.event)} events.")


@command.command()
def verify(
    texts: Annotated[Path, typer.Option(help="The folder with the captured texts, *.txt.")],
    paths: Paths = None,
    *,
    write: Annotated[bool, typer.Option("--write", help="Record offsets, hashes and results in the files.")] = False,
) -> None:
    """Check every passage of a record against texts."""
    from seed.faults import RecordRefused
    from seed.verifying import verify as verify_passages

    try:
        report = verify_passages(paths or [RECORD], texts, write)
    except RecordRefused as refused:
        _refuse(refused)
    print("\n".join(report.lines()))
    sys.exit(0 if report.ok else 1)


def _check(paths: Sequence[Path], *, allow_uncited: bool) -> "Collection":
    from seed.checking import check as check_record
    from seed.faults import RecordRefused

    try:
        return check_record(paths, allow_uncited=allow_uncited)
    except RecordRefused as refused:
        _refuse(refused)


def _publish(settings: Settings, collection: "Collection") -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from seed.loading import RemovalRefused, publish
    from seed.writing import writing_engine

    columns = (TextColumn("Loading the record"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    engine = writing_engine(settings.database)
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=_count(collection))
            outcome = publish(engine, collection, lambda done: bar.advance(task, done))
    except RemovalRefused as refused:
        _stop(f"{refused}\nNothing was loaded: a published record never silently disappears.")
    finally:
        engine.dispose()
    print(_tell(outcome))


def _count(record: "Collection") -> int:
    """How many records there are, of all kinds."""
    kinds = (record.publisher, record.source, record.actor, record.location, record.vocabulary, record.event)
    return sum(len(kind) for kind in kinds)


def _tell(outcome: "Outcome") -> str:
    if not outcome.published:
        return f"Nothing changed: revision {outcome.revision} stands."
    changed = (f"{count} {_named(kind, count)}" for kind, count in sorted(outcome.changed.items()))
    return f"Published revision {outcome.revision}: {', '.join(changed)}."


def _named(kind: str, count: int) -> str:
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    return kind if count == 1 else plural


def _migrate(settings: Settings) -> None:
    state, reason = _look(settings)
    if state is State.NEWER:
        _stop(reason)
    _bring_up_to_date(settings)


def _bring_up_to_date(settings: Settings) -> None:
    from seed.migrating import migrate as migrate_store

    migrate_store(settings.database)


def _look(settings: Settings) -> tuple[State, str]:
    """The store's state, and why it cannot be served: one cheap look, without Alembic."""
    from app.database import Database

    name = _variable("database_url")
    if (path := settings.file) and not path.exists():
        return State.OLD, f"There is no file {path}, which {name} names. Run: dateline seed"
    database = Database(settings.database)
    try:
        return _state(database, f"The store of {name}")
    except (DatabaseError, Problem) as error:
        if getattr(_cause(error), "sqlstate", None) == DENIED:
            role = shlex.quote(settings.database.username or "ROLE")
            advice = f"Run, as the owner of the store: dateline migrate --grant-to {role}"
            return State.DENIED, f"The role of {name} may not read the store. {advice}"
        return State.UNREADABLE, f"The database of {name} cannot be read: {_reason(error)}"
    finally:
        database.close()


def _state(database: "Database", store: str) -> tuple[State, str]:
    """Of a store that can be read."""
    version = _version(database)
    if version > SCHEMA:
        return State.NEWER, f"{store} was made by a newer Dateline. Expected: that one, or another store"
    if version < SCHEMA:
        return State.OLD, f"{store} is not of this version. Run: dateline migrate"
    if not database.newest_revision():
        return State.EMPTY, f"{store} is empty. Run: dateline seed"
    return State.READY, ""


def _version(database: "Database") -> str:
    """The migration that made the store's tables; nothing when there are none."""
    from sqlalchemy import text

    with database.engine.connect() as connection:
        try:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
        except DatabaseError as error:
            cause = _cause(error)
            if getattr(cause, "sqlstate", None) != UNDEFINED_TABLE and "no such table" not in str(cause):
                raise
            return ""


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0; stops where there cannot be a server."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address, family=family) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        _stop(f"Cannot serve on {host}, port {port}: {error.strerror}. Expected: another --host or --port")


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"{_variable(one['loc'][0])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors())
        _stop("\n".join(faults), status=2)


def _variable(field: object) -> str:
    return "DATABASE_URL" if str(field).lower() == "database_url" else f"DATELINE_{str(field).upper()}"


def _cause(error: BaseException) -> BaseException:
    """What the database's driver raised."""
    told = error.__cause__ if isinstance(error, Problem) and error.__cause__ else error
    return getattr(told, "orig", None) or told


def _reason(error: BaseException) -> str:
    """What the database says, in a line."""
    said = str(_cause(error)).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _refuse(refused: "RecordRefused") -> NoReturn:
    count = len(refused.faults)
    _stop(f"{refused}\n{count} fault{'s' * (count != 1)}; nothing was loaded.")


def _stop(message: str, status: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)
