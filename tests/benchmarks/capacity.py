"""From what one core does to what a day of many readers takes: arithmetic on measured rates, nothing else."""

from collections.abc import Mapping

from tests.benchmarks.figures import SQLITE
from tests.benchmarks.pressing import Pressed
from tests.benchmarks.report import number, table

CODING = "gzip"
"""What every client understands."""
A_DAY = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
KEPT = (0.0, 0.9, 0.99)
"""Shares of questions that a process was asked before, at the same revision."""
PEAK, FILLED = 3, 0.6
"""The busiest second over the average one, and how far a core is filled then."""
DAY_SECONDS = 86_400


def capacity(medians: Mapping[tuple[str, str], Pressed]) -> str:
    """Cores and bytes at the peak, for compressed pages of 50 events."""
    first, again = medians[SQLITE, CODING], medians[SQLITE, f"{CODING}, again"]
    size = again.bytes / again.requests
    rows = []
    for a_day in A_DAY:
        second = a_day * PEAK / DAY_SECONDS
        cores = [second * (kept / again.rate + (1 - kept) / first.rate) / FILLED for kept in KEPT]
        rows.append((f"{a_day:,}", number(second), *map(number, cores), number(second * size * 8 / 1e9)))
    head = ["requests a day", "a second, at the peak", *(f"cores, {kept:.0%} kept" for kept in KEPT), "Gbit/s"]
    new, known = number(first.rate), number(again.rate)
    about = (
        f"With pages of {size / 1000:.1f} KB ({CODING}): a core gives {new} new ones a second, or {known} known ones."
    )
    return f"{table(head, rows)}\n\n{about}"
