"""The whole topology, for the tests of a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deployment.topology import Topology, running
from tests.invented import event_line, reference_lines, write_lines

ROUNDS = 12


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """States of one record, each other than the one before: in each, every event names the state."""
    return (write_lines(tmp_path_factory.mktemp("record"), lines(number)) for number in range(1, 1000))


def lines(number: int) -> list[dict[str, Any]]:
    return reference_lines() + [event_line(one, title=f"Round {one} in state {number}") for one in range(ROUNDS)]


@pytest.fixture(scope="module")
def topology(records: Iterator[Path]) -> Iterator[Topology]:
    if not shutil.which("nginx"):
        pytest.skip("nginx is missing: apt-get install nginx-light")
    with running(next(records)) as topology:
        yield topology
