"""The desk's commands: what reads the record's files, and all that writes. `app/cli.py` adds `serve`.

Heavy imports stand inside the commands, so that each starts as fast as what it does.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.settings import Settings
from app.terminal import read_settings, stop

if TYPE_CHECKING:
    from seed.collection import Collection
    from seed.faults import RecordRefused
    from seed.loading import Outcome

RECORD = Path(__file__).parent / "data"

command = typer.Typer()
Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files and folders of the record (default: the one that Dateline ships).")
]
AllowUncited = Annotated[bool, typer.Option("--allow-uncited", help="Accept events without a citation, for bulk data.")]


@command.command()
def migrate(
    grant_to: Annotated[
        str | None, typer.Option(help="A PostgreSQL role that may read the store, and no more.")
    ] = None,
) -> None:
    """Bring the store's tables up to date."""
    settings = read_settings()
    _migrate(settings)
    if grant_to:
        from seed.migrating import grant_reading
        from seed.writing import writing_engine

        engine = writing_engine(settings.database)
        try:
            grant_reading(engine, grant_to)
        except ValueError as error:
            stop(str(error), status=2)
        finally:
            engine.dispose()
    print("The store is up to date.")


@command.command()
def seed(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Publish a record as the next revision.

    The whole record is checked first, and the store's tables are brought up to date. Nothing is published when
    nothing changed.
    """
    settings = read_settings()
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


def load_shipped_record(settings: Settings) -> None:
    """Bring the store's tables up to date, and publish the record that Dateline ships."""
    from seed.migrating import migrate as migrate_store

    migrate_store(settings.database)
    _publish(settings, _check([RECORD], allow_uncited=False))


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
        stop(f"{refused}\nNothing was loaded: a published record never silently disappears.")
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
    from app.readiness import State, look
    from seed.migrating import migrate as migrate_store

    state, reason = look(settings)
    if state is State.NEWER:
        stop(reason)
    migrate_store(settings.database)


def _refuse(refused: "RecordRefused") -> NoReturn:
    count = len(refused.faults)
    stop(f"{refused}\n{count} fault{'s' * (count != 1)}; nothing was loaded.")
