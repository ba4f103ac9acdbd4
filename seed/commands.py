"""The desk's commands on the record's files. Heavy imports stand inside: each starts as fast as what it does."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.terminal import stop

if TYPE_CHECKING:
    from seed.collection import Collection
    from seed.faults import RecordRefused

RECORD = Path(__file__).parent / "data"
INTERRUPTED = 130
"""What a shell calls a command that Ctrl-C stopped."""

command = typer.Typer()
Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files and folders of the record (default: the one that Dateline ships).")
]
AllowUncited = Annotated[bool, typer.Option("--allow-uncited", help="Accept events without a citation, for bulk data.")]


@command.command()
def quality(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Report what of a record is weakly sourced."""
    from seed.quality import report

    collection = checked(paths or [RECORD], allow_uncited=allow_uncited)
    for check_id, meaning, found in report(collection):
        print(f"{check_id}: {len(found)}. {meaning}.")
        for address, title in found:
            print(f"    {address}  {title}")


@command.command()
def check(paths: Paths = None, *, allow_uncited: AllowUncited = False) -> None:
    """Check a record, and load nothing.

    Every fault of every file is told, as file:line:column.
    """
    from seed.checking import warnings

    collection = checked(paths or [RECORD], allow_uncited=allow_uncited)
    for warning in warnings(paths or [RECORD], collection):
        print(warning, file=sys.stderr)
    print(f"The record is sound: {len(collection.event)} events.")


@command.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to; it is made if need be.")]) -> None:
    """Write the JSON Schemas of the record's files.

    Editors complete and check by them. The first line of a file names its own:
    # yaml-language-server: $schema=schemas/events.json
    """
    from shutil import copytree

    copytree(Path(__file__).parent / "schemas", folder, dirs_exist_ok=True)
    print(f"Schemas of the record's files: {folder}")


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


@command.command()
def links(
    paths: Paths = None,
    *,
    passages: Annotated[bool, typer.Option("--passages", help="Fetch the pages, and look the passages up.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the answers in the report, and go on where it ends.")
    ] = False,
    report: Annotated[
        Path, typer.Option(dir_okay=False, help="The file of answers, one a line: to go on from, and to compare with.")
    ] = Path("links.ndjson"),
    days: Annotated[int, typer.Option(min=0, max=3650, help="For so many days --write asks no address again.")] = 7,
    again: Annotated[bool, typer.Option("--again", help="With --write too, ask every address.")] = False,
) -> None:
    """Ask whether the addresses of all sources still open.

    Tells what is gone, has moved or changed; the record's files are left alone. One request at a time for a host,
    with a second between two. Ctrl-C stops it; with --write, the same command goes on later.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from seed.faults import RecordRefused
    from seed.links.checking import check_links

    columns = (TextColumn("Asking addresses"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=None)
            found = check_links(
                paths or [RECORD], report, passages=passages, write=write, again=again, days=days,
                tell=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
    except RecordRefused as refused:
        _refuse(refused)
    print("\n".join(found.lines()))
    sys.exit(0 if found.ok else 1 if found.is_whole else INTERRUPTED)


def checked(paths: Sequence[Path], *, allow_uncited: bool) -> "Collection":
    """The record under some paths; every fault is told, and ends the command."""
    from seed.checking import check as check_record
    from seed.faults import RecordRefused

    try:
        return check_record(paths, allow_uncited=allow_uncited)
    except RecordRefused as refused:
        _refuse(refused)


def _refuse(refused: "RecordRefused") -> NoReturn:
    count = len(refused.faults)
    stop(f"{refused}\n{count} fault{'s' * (count != 1)}; nothing was loaded.")
