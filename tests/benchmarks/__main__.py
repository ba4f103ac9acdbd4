"""The benchmarks' commands: `python -m tests.benchmarks --help`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


Events = Annotated[int, typer.Option(help="How many events the record has.")]
Work = Annotated[Path | None, typer.Option(help="A folder for records and stores, kept for the next run.")]
Document = Annotated[bool, typer.Option("--document", help="Write tables and picture into docs/performance.md.")]


@contextmanager
def _work(folder: Path | None) -> Iterator[Path]:
    """The folder to work in: the one given, or one that vanishes."""
    with tempfile.TemporaryDirectory(prefix="dateline-benchmarks-") as temporary:
        folder = folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()


@command.command()
def serve(
    events: Events = 20_000,
    work: Work = None,
    rounds: Annotated[int, typer.Option(help="How often each is measured; the median counts.")] = 3,
    seconds: Annotated[int, typer.Option(help="How long, each time.")] = 1,
    *,
    document: Document = False,
) -> None:
    """Answers a second: the floors, Dateline on both databases, and its peers. From 10,000 events on."""
    from tests.benchmarks.generate import World
    from tests.benchmarks.serve import serve as measure

    with _work(work) as folder:
        measure(World(1, events), folder, rounds=rounds, seconds=seconds, document=document)


@command.command()
def load(events: Events = 20_000, work: Work = None, *, document: Document = False) -> None:
    """Loading: first, unchanged, and the bare rows, on both databases."""
    from tests.benchmarks.generate import World
    from tests.benchmarks.load import load as measure

    with _work(work) as folder:
        measure(World(1, events), folder, document=document)


@command.command()
def growth(
    sizes: Annotated[str, typer.Option(help="How many events: from the smallest to the largest.")] = "2000,20000",
    postgresql_sizes: Annotated[str, typer.Option(help="Others for PostgreSQL, which takes more of a disk.")] = "",
    work: Work = None,
    *,
    pairs: Annotated[bool, typer.Option("--pairs", help="Every pair of filters as well.")] = False,
    document: Document = False,
) -> None:
    """What questions cost in a large record against a small one, on both databases."""
    from tests.benchmarks.growth import growth as measure

    with _work(work) as folder:
        given = {"SQLite": sizes, "PostgreSQL": postgresql_sizes or sizes}
        of = {store: [int(size) for size in some.split(",")] for store, some in given.items()}
        measure(of, folder, pairs=pairs, document=document)


@command.command()
def run(
    events: Events = 20_000,
    work: Work = None,
    minutes: Annotated[float, typer.Option(help="How long the mixed load lasts.")] = 1,
    revised: Annotated[int, typer.Option(help="How many events are touched by twenty revisions.")] = 2_000,
    *,
    document: Document = False,
) -> None:
    """Start, memory under load, more processes, and twenty revisions."""
    from tests.benchmarks.generate import World
    from tests.benchmarks.run import run as measure

    with _work(work) as folder:
        measure(World(1, events), folder, minutes=minutes, revised=revised, document=document)


@command.command()
def overload(
    events: Events = 20_000,
    work: Work = None,
    seconds: Annotated[float, typer.Option(help="How long each figure is measured.")] = 3,
) -> None:
    """More than can be answered: goodput, refusals, and a bystander beside hostile clients, on both databases."""
    from tests.benchmarks.generate import World
    from tests.benchmarks.overload import overload as measure

    with _work(work) as folder:
        measure(World(1, events), folder, seconds=seconds)


if __name__ == "__main__":
    command()
