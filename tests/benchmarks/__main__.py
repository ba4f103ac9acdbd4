"""The benchmarks' commands: `python -m tests.benchmarks --help`."""

from pathlib import Path
from typing import Annotated

import typer

command = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@command.callback()
def main() -> None:
    """Measure Dateline, its floors and its peers on this machine."""


@command.command()
def generate(
    events: int,
    folder: Path,
    seed: Annotated[int, typer.Option(help="Another seed gives another record.")] = 1,
    revision: Annotated[int, typer.Option(help="Which state of the record, from 1.")] = 1,
) -> None:
    """Write a made-up record of as many events into a folder, as NDJSON."""
    from tests.benchmarks.generate import World, write

    write(World(seed, events, revision), folder)


if __name__ == "__main__":
    command()
