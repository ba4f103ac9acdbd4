"""How much one record or its file may hold, and which numbers and characters."""

from pathlib import Path

import pytest

from seed import building, reading_ndjson, reading_yaml
from tests.seed.test_reading import EVENT, read, read_good


@pytest.mark.parametrize(
    ("name", "record"), [("a.yaml", "- a: [1, 2]\n"), ("a.ndjson", '{"kind": "event", "a": "\\ud83d\\ude00"}\n')]
)
def test_values_are_counted_for_each_record_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, record: str
) -> None:
    for module in (building, reading_ndjson):
        monkeypatch.setattr(module, "MOST_VALUES", 6)
    assert len(read_good(tmp_path / name, record * 7)) == 7


@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1])
def test_the_largest_numbers_of_64_bits_are_read(tmp_path: Path, number: int) -> None:
    [in_yaml] = read_good(tmp_path / "a.yaml", f"- a: {number}\n")
    [in_ndjson] = read_good(tmp_path / "a.ndjson", f'{{"kind": "event", "a": {number}}}\n')
    assert in_yaml.data == in_ndjson.data == {"a": number}


@pytest.mark.parametrize("half", ["D800", "DBFF", "DC00", "DFFF"])
def test_half_a_pair_of_json_is_no_character(tmp_path: Path, half: str) -> None:
    _, faults = read(tmp_path / "a.ndjson", EVENT + f'"a": "\\u{half}"}}')
    assert faults == [f"1:24: unprintable character U+{half} in the text; expected it left out"]


def test_a_file_or_a_line_as_long_as_is_allowed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_yaml, "LARGEST", 1_000)
    monkeypatch.setattr(reading_ndjson, "LONGEST_LINE", 1_000)
    assert len(read_good(tmp_path / "a.yaml", "- a: 1\n".ljust(1_000, "#"))) == 1
    assert len(read_good(tmp_path / "a.ndjson", f'{EVENT}"a": 1}}'.ljust(999) + "\n")) == 1
