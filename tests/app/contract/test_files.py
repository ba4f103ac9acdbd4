"""What the contract cannot tell of files, and readers of them count on: their columns."""

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Client

PROMISED: dict[str, list[str]] = json.loads((Path(__file__).parent / "files.json").read_text(encoding="utf-8"))
"""Of each file the columns of `/v1`. New ones are added at its end."""


def columns(client: Client, file: str, folder: Path) -> list[str]:
    """Of a table of several, as `table.column`."""
    answer = client.get(f"/v1/{file}")
    match file.rpartition(".")[2]:
        case "csv":
            return next(csv.reader([answer.text.lstrip("\ufeff").partition("\r\n")[0]]))
        case "geojson":
            return [*answer.json()["features"][0]["properties"]]
    (folder / "file.db").write_bytes(answer.content)
    connection = sqlite3.connect(folder / "file.db")
    tables: Any = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    found = [f"{table}.{one[1]}" for (table,) in tables for one in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return found


@pytest.mark.parametrize("file", PROMISED)
def test_no_column_is_taken_away(client, file, tmp_path):
    assert set(PROMISED[file]) <= set(columns(client, file, tmp_path))


@pytest.mark.parametrize("file", [one for one in PROMISED if one.endswith(".csv")])
def test_new_columns_come_last(client, file, tmp_path):
    assert columns(client, file, tmp_path)[: len(PROMISED[file])] == PROMISED[file]
