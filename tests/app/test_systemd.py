"""The units of `deploy/systemd`, as systemd reads them for one port."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parent.parent.parent / "deploy" / "systemd"
PROGRAM = "/opt/dateline/.venv/bin/dateline"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        instance = tmp_path / unit.name.replace("@", "@8000")
        instance.write_text(unit.read_text().replace(PROGRAM, "/bin/true"))  # which exists everywhere
    assert PROGRAM in (UNITS / "dateline@.service").read_text()
    told = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.glob("dateline@*"))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
