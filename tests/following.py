"""A page of the documentation followed to the letter: files written, changes made, commands typed, questions asked."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from tests.documents import ROOT, SERVED, asked, fits, parts, read_abridged

PATIENCE = 60
"""Seconds until the service has to answer."""


class Reader:
    """Reads pages from top to bottom, at a desk with a folder, a terminal, and one more for the server.

    A clone of the repository is `~/dateline`. `said` has what a page says, and what stands for it here; `variables` are
    the terminal's, and `psql` runs SQL.
    """

    def __init__(
        self,
        desk: Path,
        *,
        said: dict[str, str] | None = None,
        variables: dict[str, str] | None = None,
        psql: Callable[[str], object] | None = None,
    ) -> None:
        self.folder, self._log, self._remembered = desk / "folder", desk / "log", desk / "remembered"
        self._said, self._psql = said or {}, psql
        self.address = ""
        self._server: subprocess.Popen[bytes] | None = None
        home = desk / "home"
        for folder in (self.folder, home):
            folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            (home / "dateline").symlink_to(ROOT)
        self._remembered.touch()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "DATABASE_"))},
            "HOME": str(home),
            "COLUMNS": "200",
            "UV_PROJECT_ENVIRONMENT": sys.prefix,  # the environment of the tests, as it is
            "UV_NO_SYNC": "1",
            **(variables or {}),
        }

    def follow(self, page: str) -> None:
        for language, name, text in parts(page):
            if name:
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                continue
            match language:
                case "":
                    self._open(text)
                case "diff":
                    self._change(text)
                case "sh":
                    told, status = self.type(f"set -e\n{text}")
                    assert status == 0, f"{text}\n{told}"
                case "sql":
                    assert self._psql, text
                    self._psql(self._meant(text))
                case "console":
                    for command, shown in _typed(text):
                        self._compare(command, shown)

    def type(self, script: str) -> tuple[str, int]:
        """What a terminal shows, and the status of the last command."""
        remembered = shlex.quote(str(self._remembered))
        lines = (f". {remembered}", self._meant(script), "status=$?", f"{{ declare -f; export -p; }} > {remembered}")
        result = subprocess.run(
            ["bash", "-uo", "pipefail", "-c", "\n".join((*lines, "exit $status"))],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return result.stdout.replace(self.address or SERVED, SERVED), result.returncode

    def get(self, path: str) -> Any:
        """What is served there, as JSON."""
        return httpx.get(self.address + path).raise_for_status().json()

    def close(self) -> None:
        """What is served, and the programs between it and the terminal."""
        if self._server:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait(PATIENCE)
            self._server = None

    def _open(self, prose: str) -> None:
        """In a browser: the addresses of the service that the prose names."""
        for path in re.findall(rf"<{SERVED}(/[^>]*)>", prose):
            assert httpx.get(self.address + path).status_code == HTTPStatus.OK, path

    def _meant(self, text: str) -> str:
        for words, meant in {SERVED: self.address or SERVED, **self._said}.items():
            text = text.replace(words, meant)
        return text

    def _compare(self, command: str, shown: str) -> None:
        if command.startswith("curl "):
            given = self._ask(command)
            if shown.startswith("{"):
                assert fits(read_abridged(shown), given.json()), f"{command}\n{given.text[:4000]}"
                return
            told = given.text
        elif re.search(r"\bdateline serve$", command):
            told = self.serve(command)
        else:
            told, _ = self.type(command)
        assert is_shown(shown, told), f"$ {command}\n{told}"

    def _ask(self, command: str) -> httpx.Response:
        example = asked(ROOT, command)
        return httpx.request(example.method, self.address + example.path, headers=example.headers)

    def serve(self, command: str) -> str:
        """Starts anew what is served, at a port that is free; gives what it says."""
        self.close()
        script = f". {shlex.quote(str(self._remembered))}\n{self._meant(command)} --port 0"
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for address in self._told_addresses(self._server):
            self.address = address
            with suppress(httpx.TransportError):
                httpx.get(f"{address}/health/live")
                break
        return self._log.read_text().replace(self.address, SERVED)

    def _told_addresses(self, server: subprocess.Popen[bytes]) -> Iterator[str]:
        for _ in range(PATIENCE * 10):
            assert server.poll() is None, self._log.read_text()
            yield from re.findall(r"(http://\S+)/v1 ", self._log.read_text())
            time.sleep(0.1)
        raise AssertionError("nothing is served")

    def _change(self, diff: str) -> None:
        """Lines taken out and put in, at the one place where the file has them as they are shown."""
        name, _, hunks = diff.removeprefix("--- ").partition("\n")
        path = self.folder / name
        for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE):
            before, after = (_without(sign, hunk) for sign in "+-")
            held = path.read_text(encoding="utf-8")
            assert held.count(before) == 1, (name, before, held)
            path.write_text(held.replace(before, after), encoding="utf-8")


def is_shown(shown: str, told: str) -> bool:
    """Whether what is told is what was shown, but for what `…` leaves out."""
    pattern = ".*?".join(map(re.escape, shown.rstrip("\n").split("…")))
    return bool(re.fullmatch(pattern, told.replace("\r\n", "\n").rstrip("\n"), re.DOTALL))


def _without(sign: str, hunk: str) -> str:
    return "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[:1] != sign)


def _typed(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console, and what it shows for each."""
    for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE):
        lines = [line for line in part.splitlines(keepends=True) if not line.startswith("# ")]
        if lines and lines[0].startswith("$ "):
            yield lines[0].removeprefix("$ ").rstrip("\n"), "".join(lines[1:])
