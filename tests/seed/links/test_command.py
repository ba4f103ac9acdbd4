"""`dateline links` as a person runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DATELINE = Path(sys.executable).parent / "dateline"


@pytest.mark.usefixtures("ctrl_c")
def test_a_person_may_stop_it_and_go_on_and_is_told_what_needs_care(desk, web):
    web.pages["/a"] = "<p>A"
    desk.sources(a=web.url("/a"), b=web.url("/b"))
    stopped = started(desk)
    while not (desk.report.exists() and desk.report.read_bytes().endswith(b"\n")) and stopped.poll() is None:
        time.sleep(0.02)
    stopped.send_signal(signal.SIGINT)
    told, said = stopped.communicate(timeout=30)
    assert (told, stopped.returncode) == ("2 addresses: 1 ok, 1 not asked\n", 130)
    assert "Traceback" not in said
    assert "1/2" in said
    finished = started(desk)
    gone, total = finished.communicate(timeout=30)[0].splitlines()
    assert finished.returncode == 1
    assert gone.startswith(f"{desk.record / 'sources.yaml'}:6:8: b: {web.url('/b')}: gone: it answers 404 Not Found")
    assert total == "2 addresses: 1 gone, 1 ok"
    assert web.paths() == ["/a", "/b"]


def started(desk):
    return subprocess.Popen(
        [DATELINE, "links", "--write", desk.record], cwd=desk.folder, env={**os.environ, "COLUMNS": "100"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
