"""The command line: `serve`, and the desk's commands, which stand in `seed/`. Heavy imports stand inside commands."""

import os
import signal
import socket
import sqlite3
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError

from app.terminal import read_settings, reason_of, stop, variable
from seed import commands, store_commands

PATHS = ("/       the explorer", "/docs   documentation", "/v1     the API")

command = typer.Typer(
    name="dateline",
    help="A read-only REST API over a hand-curated chronology.\n\n"
    "Settings come from the environment: DATABASE_URL (default: a SQLite file, dateline.db, in the working folder), "
    "DATELINE_PUBLIC_URL, DATELINE_TITLE, DATELINE_LICENSE, DATELINE_ATTRIBUTION, DATELINE_MAX_AGE, "
    "DATELINE_CACHE_BYTES, DATELINE_ACCESS_LOG, DATELINE_RATE_LIMIT, DATELINE_TRUSTED_PROXIES.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a bad setting, a full disk, and what the database says, are told in a line."""
    try:
        command(args=list(arguments) if arguments is not None else None, prog_name="dateline")
    except DatabaseError as error:
        stop(f"The database of {variable('database_url')} says: {reason_of(error)}")
    except sqlite3.OperationalError as error:  # of a shelf: what the database says comes through SQLAlchemy
        stop(
            f"No room for temporary files: {error}. Expected: twice that of the record; SQLITE_TMPDIR names the folder"
        )


@command.command()
def serve(
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", min=0, max=65535, help="0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="DATELINE_WORKERS", min=1, max=256, help="Processes.")] = 1,
    fd: Annotated[int | None, typer.Option(min=0, help="A listening socket to inherit, for --host and --port.")] = None,
) -> None:
    """Serve the API.

    Without DATABASE_URL: create a SQLite file in the working folder, load the record that Dateline ships when the
    file is empty, and serve it. With DATABASE_URL: only read; an old schema or an empty store stops the command.
    """
    from app.listening import address_of, listening
    from app.readiness import State, look

    settings = read_settings()
    with listening(host, port, fd) as sockets:
        state, reason = look(settings)
        if state in (State.OLD, State.EMPTY) and "database_url" not in settings.model_fields_set:
            store_commands.load_shipped_record(settings)
        elif state is not State.READY:
            stop(reason)
        address = address_of(sockets[0], host if fd is None else None)
        told = (f"Serving {settings.title}", *(f"  {address}{path}" for path in PATHS))
        _run(sockets, workers, lambda: print(*told, sep="\n", flush=True))


def _run(sockets: list[socket.socket], workers: int, started: Callable[[], None]) -> None:
    from app.server import Server, allow_many_connections

    allow_many_connections()
    if workers == 1:
        if not os.isatty(0):  # a terminal that is closed ends what it started
            signal.signal(signal.SIGHUP, _stay)
        Server(started).run(sockets)
        return
    from app.supervising import Supervisor

    if not Supervisor(sockets, workers, started).run():
        stop("No worker can start: see above. Expected: nothing, since one that cannot start is a fault")


def _stay(*_: object) -> None:
    import logging

    logging.getLogger("dateline").warning("Nothing is reloaded: that takes --workers of two or more, or a restart.")


@command.command()
def openapi() -> None:
    """Print the contract (OpenAPI 3.1).

    It is what is served at /openapi.json; no store is asked.
    """
    import json

    from app.main import create_app

    print(json.dumps(create_app(read_settings()).openapi(), ensure_ascii=False, indent=1))


command.add_typer(store_commands.command)
command.add_typer(commands.command)
