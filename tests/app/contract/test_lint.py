"""The contract as Redocly's linter judges it, by the rules that it recommends."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.recording import DOCUMENTED

REDOCLY = Path(os.environ.get("REDOCLY", "/nowhere"))


def test_redocly_finds_no_error_and_no_warning(tmp_path):
    if not REDOCLY.exists():
        pytest.skip("needs npm's @redocly/cli, and REDOCLY naming its program")
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    told = subprocess.run(
        [str(REDOCLY), "lint", str(DOCUMENTED), "--format=json", "--extends=recommended"],
        cwd=tmp_path, env=os.environ | quiet, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(told.stdout[told.stdout.index("{") :])
    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, report["problems"]
    assert told.returncode == 0
