"""The command line. Heavy imports stand inside the commands: `serve` starts as fast as what it serves."""

import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from app.settings import Settings

if TYPE_CHECKING:
    from seed.collection import Collection
    from seed.loading import Outcome

RECORD = Path(__file__).parent.parent / "seed" / "data"
SCHEMA = "0001"
"""The migration that this version's queries expect: the newest."""

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
AllowUncited = Annotated[bool, typer.Option(help="Accept events without a citation, for bulk data.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a bad setting is told in a line."""
    try:
        command(args=list(arguments) if arguments is not None else None, prog_name="dateline")
    except ValidationError as error:
        for one in error.errors():
            print(f"{_variable(one['loc'][0])}: {one['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        sys.exit(2)


@command.command()
def serve(
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(envvar="DATELINE_WORKERS", min=1, max=256)] = 1,
) -> None:
    """Serve the API.

    Without DATABASE_URL: create a SQLite file in the working folder, load the record that Dateline ships when the
    file is empty, and serve it. With DATABASE_URL: only read; an old schema or an empty store stops the command.
    """
    settings = Settings()
    if "DATABASE_URL" in os.environ:
        _require_ready(settings)
    elif _state(settings) != "ready":
        _migrate(settings)
        _load(settings, [RECORD], allow_uncited=False)
    import uvicorn

    address = f"http://{host}:{port}"
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
    settings = Settings()
    _migrate(settings)
    if grant_to:
        from seed.migrating import grant_reading
        from seed.writing import writing_engine

        try:
            grant_reading(writing_engine(settings.database), grant_to)
        except ValueError as error:
            _stop(str(error), status=2)
    print("The store is up to date.")


@command.command()
def seed(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Check a record and publish it as the next revision; nothing is published when nothing changed."""
    settings = Settings()
    collection = _check(paths or [RECORD], allow_uncited=allow_uncited)
    _migrate(settings)
    _publish(settings, collection)


@command.command()
def check(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Check a record without loading it: every fault, as file:line:column."""
    collection = _check(paths or [RECORD], allow_uncited=allow_uncited)
    print(f"The record is sound: {len(collection.event)} events.")


@command.command()
def verify(
    texts: Annotated[Path, typer.Option(help="The folder with the captured texts, *.txt.")],
    paths: Paths = None,
    *,
    write: Annotated[bool, typer.Option("--write", help="Record offsets, hashes and results in the files.")] = False,
) -> None:
    """Check every passage of a record against the captured texts."""
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


def _load(settings: Settings, paths: Sequence[Path], *, allow_uncited: bool) -> None:
    _publish(settings, _check(paths, allow_uncited=allow_uncited))


def _publish(settings: Settings, collection: "Collection") -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from seed.loading import RemovalRefused, publish
    from seed.writing import writing_engine

    total = sum(len(getattr(collection, kind)) for kind in type(collection).__dataclass_fields__)
    columns = (TextColumn("Loading the record"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    engine = writing_engine(settings.database)
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=total)
            outcome = publish(engine, collection, lambda done: bar.advance(task, done))
    except RemovalRefused as refused:
        _stop(f"{refused}\nNothing was loaded: a published record never silently disappears.")
    finally:
        engine.dispose()
    print(_tell(outcome))


def _tell(outcome: "Outcome") -> str:
    if not outcome.published:
        return f"Nothing changed: revision {outcome.revision} stands."
    changed = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.changed.items()))
    return f"Published revision {outcome.revision}: {changed}."


def _migrate(settings: Settings) -> None:
    from seed.migrating import migrate as migrate_store

    migrate_store(settings.database)


def _require_ready(settings: Settings) -> None:
    state = _state(settings)
    if state == "unreachable":
        _stop("The database of DATABASE_URL does not answer.")
    if state == "old":
        _stop("The store of DATABASE_URL is not of this version. Run: dateline migrate")
    if state == "empty":
        _stop("The store of DATABASE_URL is empty. Run: dateline seed")


def _state(settings: Settings) -> str:
    """`ready`, `empty`, `old` or `unreachable`; one cheap look, without Alembic."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from app.database import Database

    if settings.database.get_backend_name() == "sqlite" and not Path(str(settings.database.database)).exists():
        return "unreachable"
    database = Database(settings.database)
    try:
        with database.engine.connect() as connection:
            try:
                version: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            except SQLAlchemyError:
                return "old"
        if version != SCHEMA:
            return "old"
        return "ready" if database.newest_revision() else "empty"
    except (SQLAlchemyError, sqlite3.Error):
        return "unreachable"
    finally:
        database.close()


def _variable(field: object) -> str:
    return "DATABASE_URL" if field == "DATABASE_URL" else f"DATELINE_{str(field).upper()}"


def _refuse(refused: Exception) -> NoReturn:
    count = len(refused.faults)  # type: ignore[attr-defined]
    _stop(f"{refused}\n{count} fault{'s' * (count != 1)}; nothing was loaded.")


def _stop(message: str, status: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(status)
