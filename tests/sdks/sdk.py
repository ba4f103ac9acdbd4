"""The clients of docs/sdks.md: generated and used by the very lines that stand there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.documents import SERVED, blocks, section, text_of
from tests.sdks.question import SHOWN, in_attrs, in_go, in_python, in_typescript

TOOLS = Path(os.environ.get("SDK_TOOLS", "/nowhere"))
"""A Python environment with the generators, `node_modules` in it; `.ci/run` makes one."""

PAGE = text_of("docs/sdks.md")
_INSTALLS = re.compile(r"^(?:pip|npm) install .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Sdk:
    """A section of the page: commands that generate, a program, commands that run it."""

    heading: str
    language: str
    needs: tuple[str, ...]
    writes: Callable[[dict[str, Any]], str]
    """How the program writes a question."""
    compiles: str
    """A command that compiles all that is generated, and fails at a warning."""

    def __str__(self) -> str:
        return self.heading

    @property
    def text(self) -> str:
        return section(PAGE, self.heading)

    @property
    def installed(self) -> list[str]:
        """The packages to install, each with its version where the page says one."""
        return [word for line in _INSTALLS.findall(self.text) for word in line.split()[2:]]

    @property
    def missing(self) -> list[str]:
        """The programs that are not here."""
        return [name for name in self.needs if shutil.which(name, path=_path()) is None]

    def generate(self, folder: Path, address: str) -> None:
        """Make the client in a folder."""
        if (TOOLS / "node_modules").exists():
            (folder / "node_modules").symlink_to(TOOLS / "node_modules")
        run(_INSTALLS.sub("", blocks(self.text, "sh")[0]), folder, address)  # generators tell what they do

    def use(self, folder: Path, address: str, question: dict[str, Any] = SHOWN) -> str:
        """Run the program; what it prints."""
        self.write(folder, address, question)
        told = run(blocks(self.text, "sh")[1], folder, address)
        assert told.stderr == ""
        return told.stdout

    def write(self, folder: Path, address: str, question: dict[str, Any] = SHOWN) -> None:
        """Write the program, with another question in place of the one that is shown."""
        (program,) = blocks(self.text, self.language)
        assert program.count(self.writes(SHOWN)) == 1
        name = re.search(r"^`([\w.-]+)`:$", self.text, re.MULTILINE)
        assert name
        asking = program.replace(self.writes(SHOWN), self.writes(question))
        (folder / name[1]).write_text(asking.replace(SERVED, address), encoding="utf-8")


_IMPORT_ALL = """python -W error - <<'END'
import pkgutil
from importlib import import_module

import dateline_client

for one in pkgutil.walk_packages(dateline_client.__path__, "dateline_client."):
    import_module(one.name)
END
mypy --strict --follow-imports=silent --config-file= --cache-dir=. --python-executable "$(command -v python)" \\
    read_events.py
"""
_TSC = "npx tsc --strict --noEmit --target es2022 --module nodenext $(find dateline* -name '*.ts')"

SDKS = (
    Sdk("Python: openapi-python-client", "python", ("openapi-python-client",), in_attrs, _IMPORT_ALL),
    Sdk("Python: openapi-generator", "python", ("openapi-generator-cli", "java"), in_python, _IMPORT_ALL),
    Sdk("TypeScript: openapi-typescript and openapi-fetch", "typescript", ("node", "openapi-typescript", "tsc"),
        in_typescript, _TSC),
    Sdk("TypeScript: Hey API", "typescript", ("node", "openapi-ts", "tsc"), in_typescript, _TSC),
    Sdk("Go: openapi-generator", "go", ("openapi-generator-cli", "java", "go"), in_go, "go vet ./..."),
)  # fmt: skip


def run(script: str, folder: Path, address: str = "") -> subprocess.CompletedProcess[str]:
    """Commands in a folder; none may fail."""
    variables = os.environ | {"PATH": _path(), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(SERVED, address)],
        cwd=folder, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def _path() -> str:
    folders = (TOOLS / "bin", TOOLS / "node_modules" / ".bin", os.environ["PATH"], Path(sys.executable).parent)
    return os.pathsep.join(map(str, folders))
