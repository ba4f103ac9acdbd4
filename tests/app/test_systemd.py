"""The units of `deploy/systemd`: as systemd reads them for one port, and no wider open than they say."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from app.supervising import LONGEST_END

UNITS = Path(__file__).parent.parent.parent / "deploy" / "systemd"
PROGRAM = "/opt/dateline/.venv/bin/dateline"


def unit(suffix: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / f"dateline@.{suffix}")
    return parser


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for one in UNITS.iterdir():
        instance = tmp_path / one.name.replace("@", "@8000")
        instance.write_text(one.read_text().replace(PROGRAM, "/bin/true"))  # which exists everywhere
    assert PROGRAM in (UNITS / "dateline@.service").read_text()
    told = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.glob("dateline@*"))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")


def test_the_socket_listens_on_this_machine_alone_and_outlives_its_process() -> None:
    assert unit("socket")["Socket"]["ListenStream"] == "127.0.0.1:%i"
    service = unit("service")["Unit"]
    assert service["Requires"] == "dateline@%i.socket"
    assert "dateline@%i.socket" in service["After"].split()


def test_a_process_has_longer_to_end_than_it_takes_at_most_and_is_started_again_when_it_fails() -> None:
    service = unit("service")["Service"]
    assert int(service["TimeoutStopSec"]) > LONGEST_END
    assert service["Restart"] == "on-failure"


def test_a_process_is_not_root_and_writes_in_its_own_folder_alone() -> None:
    service = unit("service")["Service"]
    assert service["User"] == service["StateDirectory"] == "dateline"
    assert service["WorkingDirectory"] == "%S/dateline"
    assert (service["ProtectSystem"], service["ProtectHome"]) == ("strict", "yes")
    assert (service["PrivateTmp"], service["NoNewPrivileges"]) == ("yes", "yes")
