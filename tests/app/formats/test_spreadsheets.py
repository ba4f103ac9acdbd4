"""Cells of tables: a list, and what has no columns of its own, come back whatever is in them."""

import json
import re

import pytest

from app.formats.spreadsheets import json_cell, list_cell

HARD = [";", "\\", "\\;", "a;b", "a\\", "a\\; b", "=1;=2", "'", '"', "é 東", "\n", ""]


def entries(cell: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", one) for one in re.findall(r"(?:^|; )((?:[^\\;]|\\.)*)", cell, re.DOTALL)]


@pytest.mark.parametrize("first", HARD)
@pytest.mark.parametrize("last", HARD)
def test_a_list_and_an_object_come_back(first, last):
    assert entries(list_cell([first, last])) == [first, last]
    cell = json_cell({first: [last, 1, None]})
    assert json.loads(cell) == {first: [last, 1, None]}
    assert not set(";\t\r\n") & set(cell), "where another separator is expected, it would be cut"
