"""What a real editor's language server says of the record's files, by the schemas that their first lines name."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from seed.schema import SCHEMAS
from tests.conftest import RECORD

SERVER = Path(os.environ.get("YAML_LANGUAGE_SERVER", "/nowhere"))
"""The program of `npm install yaml-language-server`."""
pytestmark = pytest.mark.skipif(
    not SERVER.is_file(), reason="YAML_LANGUAGE_SERVER does not name yaml-language-server; .ci/run installs it"
)


class Editor:
    """Speaks the Language Server Protocol with the server."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._number = 0
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self._send({"method": "initialized", "params": {}})
        settings = {"yaml": {"validate": True, "completion": True, "schemaStore": {"enable": False, "url": ""}}}
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": settings}})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while (told := self._receive()).get("id") != self._number or "method" in told:
            self._please(told)
        assert "error" not in told, told
        return told["result"]

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """What the server finds wrong with a file."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while (told := self._receive()).get("method") != "textDocument/publishDiagnostics" or (
            told["params"]["uri"] != path.as_uri()
        ):
            self._please(told)
        found: list[dict[str, Any]] = told["params"]["diagnostics"]
        return found

    def _please(self, told: dict[str, Any]) -> None:
        """Answers what the server itself asks: it has the default of every setting."""
        if "id" in told and "method" in told:
            count = len(told["params"].get("items", [])) if told.get("params") else 0
            self._send({"id": told["id"], "result": [None] * count})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while (line := self._process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        told: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return told


@contextmanager
def editing() -> Iterator[Editor]:
    with subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Editor(process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with editing() as editor:
        yield editor


@pytest.mark.parametrize("path", sorted(RECORD.rglob("*.yaml")), ids=lambda path: str(path.relative_to(RECORD)))
def test_the_shipped_record_has_no_fault(editor: Editor, path: Path) -> None:
    assert editor.open(path, path.read_text(encoding="utf-8")) == []


MISTAKES = {
    "an unknown key": ("  modality: ", "  modalty: ", "modalty"),
    "a number as a title": ("  title: ", "  title: 7 # ", "string"),
    "a month 13": ("date: 2021-12-27\n", "date: 2021-13-27\n", "expected an EDTF date"),
    "a capital in an id": ("- id: us-", "- id: US-", "expected lower-case letters, digits and single hyphens"),
    "a field that citations cannot support": ("supports: [date", "supports: [dates", "start_time"),
    "a text as a list": ("  locations: [eastern-ukraine]", "  locations: eastern-ukraine", "array"),
    "no title": ("  title: ", "  # ", "title"),
    "a claim of a wrong form": ('value: "2021-12-29"', "value: Wednesday", "expected an EDTF date"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_its_line(editor: Editor, mistake: str) -> None:
    before, after, expected = MISTAKES[mistake]
    path = RECORD / "events" / "surveillance-flights.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    [found] = editor.open(path.with_name(f"{len(mistake)}.yaml"), text.replace(before, after, 1))
    assert expected in found["message"]
    wanted = text[: text.index(before)].count("\n")
    assert found["range"]["start"]["line"] in ((wanted, wanted - 1) if mistake == "no title" else (wanted,))


def test_keys_and_codes_are_offered_and_explained(editor: Editor, tmp_path: Path) -> None:
    shutil.copytree(SCHEMAS, tmp_path / "schemas")
    path = tmp_path / "events.yaml"
    head = "# yaml-language-server: $schema=schemas/events.json\n"
    editor.open(path, f"{head}- id: talks\n  title: Talks\n  modality: \n  \n")
    document = {"textDocument": {"uri": path.as_uri()}}
    offered = editor.ask("textDocument/completion", document | {"position": {"line": 3, "character": 12}})
    assert {"occurred", "planned", "alleged"} <= {one["label"] for one in offered["items"]}
    offered = editor.ask("textDocument/completion", document | {"position": {"line": 4, "character": 2}})
    assert {"date", "actors", "citations"} <= {one["label"] for one in offered["items"]}
    told = editor.ask("textDocument/hover", document | {"position": {"line": 2, "character": 4}})
    assert "neutral" in str(told)
