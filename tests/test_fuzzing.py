"""Every operation of the served contract under schemathesis, all checks on, on both databases.

A run asks the same cases each time. `FUZZING_EXAMPLES` makes a campaign: so many of each operation, anew each time.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operations import OPERATIONS
from tests.serving import serving

EXAMPLES = os.environ.get("FUZZING_EXAMPLES")
ROOT = Path(__file__).parent.parent
CONFIGURATION = 'hooks = "tests.fuzzing"\n'
FEW = ["--max-examples", "2", "--generation-deterministic"]


@pytest.fixture
def address(client):
    with serving(client.app) as address:
        yield address


def test_every_operation_answers_as_documented(address, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
    command = [
        Path(sys.executable).with_name("schemathesis"), "run", f"{address}/openapi.json", "--checks", "all",
        "--exclude-checks", "positive_data_acceptance",  # tests/fuzzing.py has one that knows what is valid
        "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--no-color",
        *(["--max-examples", EXAMPLES] if EXAMPLES else FEW),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    sys.stdout.write(run.stdout[-30_000:])  # which `pytest -rP` shows of a test that passes, too
    assert run.returncode == 0, run.stderr
    asked = re.search(r"(\d+) generated", run.stdout)
    assert asked is not None
    assert int(asked[1]) > 100 * len(OPERATIONS)
