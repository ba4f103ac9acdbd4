"""The desk's commands on a store: all that write. Heavy imports stand inside the commands."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import Settings
from app.terminal import read_settings, stop
from seed.commands import RECORD, AllowUncited, Paths, checked

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from seed.collection import Collection
    from seed.loading import Outcome

command = typer.Typer()
AllowRemovals = Annotated[
    bool, typer.Option("--allow-removals", help="Withdraw what was published and is missing from the files.")
]


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
        from seed.granting import grant_reading

        with _engine(settings) as engine:
            try:
                for right in grant_reading(engine, grant_to):
                    print(
                        f"{grant_to} may do more than read, until a superuser runs this too: {right}", file=sys.stderr
                    )
            except ValueError as error:
                stop(str(error), status=2)
    print("The store is up to date.")


@command.command()
def seed(paths: Paths = None, *, allow_uncited: AllowUncited = False, allow_removals: AllowRemovals = False) -> None:
    """Publish a record as the next revision.

    The whole record is checked first, and the store's tables are brought up to date. Nothing is published when
    nothing changed.
    """
    settings = read_settings()
    collection = checked(paths or [RECORD], allow_uncited=allow_uncited)
    _migrate(settings)
    _publish(settings, collection, allow_removals=allow_removals)


@command.command()
def diff(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Show what `seed` would change, and change nothing."""
    from app.readiness import State, look
    from seed.diffing import differences
    from seed.redactions import RedactionRefused

    settings = read_settings()
    collection = checked(paths or [RECORD], allow_uncited=allow_uncited)
    state, reason = look(settings)
    if state not in (State.READY, State.EMPTY):
        stop(reason)
    try:
        with _engine(settings) as engine:
            lines = differences(engine, collection)
    except RedactionRefused as refused:
        stop(str(refused))
    print("\n".join(lines) or "Nothing would change.")


@command.command()
def export(
    file: Annotated[typer.FileBinaryWrite, typer.Argument(help="The file to write; - for stdout.")],
) -> None:
    """Write every revision to a file, for `restore`.

    As /v1/exports/changes.ndjson, with what `seed` needs to go on refusing values that were redacted.
    """
    from app.database import Patient
    from app.queries.exports import stream_changes

    database = Patient(read_settings().database)
    try:
        newest = database.newest_revision()
        if newest is None:
            stop("The store is empty. Run: dateline seed")
        line = b""
        for line in stream_changes(database, newest, hashes=True):
            file.write(line)
    finally:
        database.close()
    if not line.startswith(b'{"end"'):
        stop("The store was rewritten meanwhile, by a redaction. Run the command again.")


@command.command()
def restore(
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="What `export` wrote, or /v1/exports/changes.ndjson; - for stdin.")
    ],
) -> None:
    """Restore every revision of another store.

    The store must be empty; it then answers as the other did, byte for byte.
    """
    from seed.history import HistoryRefused
    from seed.restoring import restore as restore_history

    settings = read_settings()
    _migrate(settings)
    try:
        with _engine(settings) as engine:
            outcome = restore_history(engine, file)
    except HistoryRefused as refused:
        stop(f"{refused}\nNothing was restored.")
    print(f"Restored revisions 1 to {outcome.revision}.")
    if not outcome.is_as_before:
        print("Their documents are rendered otherwise than by the version that exported them.")


@command.command()
def redact(
    id: Annotated[str, typer.Argument(help="The record's id; of a citation, EVENT~KEY.")],
    name: Annotated[str, typer.Argument(metavar="PROPERTY", help="Such as title, summary or note.")],
    kind: Annotated[str, typer.Option(help="event, actor, location, source or publisher.")] = "event",
) -> None:
    """Take a value out of every version of a record.

    For good, as the law may ask. The store is written anew without it, and `seed` refuses the value from then on.
    """
    from seed.history import HistoryRefused
    from seed.redacting import redact as redact_value
    from seed.redactions import RedactionRefused

    settings = read_settings()
    _migrate(settings)
    try:
        with _engine(settings) as engine:
            revision = redact_value(engine, kind, id, name)
    except (RedactionRefused, HistoryRefused) as refused:
        stop(f"{refused}\nNothing was redacted.")
    print(f"Redacted the {name} of {kind} {id}; published revision {revision}. Take it out of the files too.")


def load_shipped_record(settings: Settings) -> None:
    """Bring the store's tables up to date, and publish the record that Dateline ships."""
    from seed.migrating import migrate as migrate_store

    migrate_store(settings.database)
    _publish(settings, checked([RECORD], allow_uncited=False))


@contextmanager
def _engine(settings: Settings) -> "Iterator[Engine]":
    from seed.writing import writing_engine

    engine = writing_engine(settings.database)
    try:
        yield engine
    finally:
        engine.dispose()


def _publish(settings: Settings, collection: "Collection", *, allow_removals: bool = False) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from seed.loading import RemovalRefused, publish
    from seed.redactions import RedactionRefused

    columns = (TextColumn("Loading the record"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with _engine(settings) as engine, Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=_count(collection))
            outcome = publish(engine, collection, lambda done: bar.advance(task, done), allow_removals=allow_removals)
    except RemovalRefused as refused:
        stop(
            f"{refused}\nNothing was loaded: a published record never silently disappears. "
            "Expected each in the files, an event perhaps with `status: withdrawn`; or --allow-removals."
        )
    except RedactionRefused as refused:
        stop(f"{refused}\nNothing was loaded.")
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
    if state is State.FOREIGN:
        stop(reason)
    migrate_store(settings.database)
