"""How the record's files are read: what they hold, where it stands, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seed import reading_ndjson, reading_yaml
from seed.faults import Fault, Faults, Place, RecordRefused
from seed.reading import Item, read_record

EVENT = '{"kind": "event", '
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | PLAIN_TEXT | st.sampled_from(["\t", "\n", "😀 \\u0007", "{[", '"\\']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=15,
)
RECORDS = st.dictionaries(PLAIN_TEXT.filter(lambda key: key != "kind"), VALUES, max_size=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("record")


def read(path: Path, content: str | bytes) -> tuple[list[Item], list[str]]:
    """The items of a file with some content, and its faults without the file's name."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults = Faults()
    items = list(read_record([path], faults))
    assert all(fault.place.path == str(path) for fault in faults)
    return items, [str(fault).removeprefix(f"{path}:") for fault in faults]


def read_good(path: Path, content: str | bytes) -> list[Item]:
    items, faults = read(path, content)
    assert not faults
    return items


def where(place: Place) -> tuple[int, int]:
    return place.line, place.column


def test_faults_are_kept_once_and_in_the_order_of_their_places() -> None:
    faults = Faults()
    for line in (10, 9, 10):
        faults.add(Place("a.yaml", line, 1), "wrong; expected right")
    assert [str(fault) for fault in faults] == [f"a.yaml:{line}:1: wrong; expected right" for line in (9, 10)]
    later = Fault(Place("b.yaml", 1, 1), "x")
    assert RecordRefused([later, *faults]).faults == [*faults, later]


def test_a_yaml_scalar_that_json_would_write_so_means_the_same(tmp_path: Path) -> None:
    texts = '"null" null true false 0 -7 9223372036854775807 1.50 -0.5e-3 0.0 "" "1"'
    written = texts.split()
    [item] = read_good(tmp_path / "a.yaml", f"- a: [{', '.join(written)}]\n  b:\n  c: ~\n  d: '1'\n  e: |\n    1\n")
    assert json.dumps(item.data["a"]) == json.dumps([json.loads(text) for text in written])
    assert [item.data[key] for key in "bcde"] == [None, None, "1", "1\n"]


def test_a_yaml_scalar_that_other_readers_take_for_more_is_text(tmp_path: Path) -> None:
    texts = "NO no yes on off y True FALSE Null 010 010.5 1_0 1. .5 1e5 +1 0x1F .inf 2021-12-27 12:30 ١ = <<"
    written = texts.split()
    [item] = read_good(tmp_path / "a.yaml", "- a:\n" + "".join(f"  - {text}\n" for text in written))
    assert item.data["a"] == written


@given(record=RECORDS)
@example(record={"a": json.loads("[" * 19 + "]" * 19)})
def test_what_json_says_is_what_ndjson_reads(folder: Path, record: dict[str, Any]) -> None:
    for ascii_only in (True, False):
        line = json.dumps({"kind": "event"} | record, ensure_ascii=ascii_only)
        [item] = read_good(folder / "a.ndjson", line + "\n")
        assert json.dumps(item.data) == json.dumps(record)


@given(record=RECORDS, indent=st.text(" ", max_size=3))
def test_every_place_in_ndjson_is_where_the_value_is_written(folder: Path, record: dict[str, Any], indent: str) -> None:
    line = indent + json.dumps({"kind": "event"} | record, ensure_ascii=False)
    [item] = read_good(folder / "b.ndjson", "\n" + line + "\n")
    assert where(item.place()) == (2, len(indent) + 1)
    decoder = json.JSONDecoder()

    def check(value: Any, loc: tuple[str | int, ...]) -> None:
        found, _ = decoder.raw_decode(line, item.place(loc).column - 1)
        assert json.dumps(found) == json.dumps(value) or not loc
        parts = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for key, part in parts:
            check(part, (*loc, key))
            found, _ = decoder.raw_decode(line, item.place_of_key((*loc, key)).column - 1)
            assert found == key or isinstance(value, list)

    check(record, ())


def test_places_in_yaml_are_exact_by_character(tmp_path: Path) -> None:
    content = "# é\r\n- id: x\r\n  tags: [é😀, two]\r\n  none:\r\n- 'q': {é😀: 1, b: {c: 2}}\r\n"
    [first, second] = read_good(tmp_path / "a.yaml", content)
    assert [where(item.place()) for item in (first, second)] == [(2, 3), (5, 3)]
    locs: list[tuple[str | int, ...]] = [("id",), ("tags", 1), ("none",)]
    assert [where(first.place(loc)) for loc in locs] == [(2, 7), (3, 14), (4, 8)]
    assert [where(first.place_of_key(loc)) for loc in locs] == [(2, 3), (3, 14), (4, 3)]
    assert where(second.place(("q", "b", "c"))) == (5, 23)
    assert where(second.place_of_key(("q", "b", "c"))) == (5, 20)


def test_the_place_of_what_is_missing_is_the_deepest_that_is_there(tmp_path: Path) -> None:
    [yaml] = read_good(tmp_path / "a.yaml", "- a: [{b: 1}]\n")
    [line] = read_good(tmp_path / "a.ndjson", '{"kind": "event", "a": [{"b": 1}]}')
    for item, columns in ((yaml, [7, 11, 3]), (line, [25, 31, 1])):
        locs: list[tuple[str | int, ...]] = [("a", 0, "z", 3), ("a", 0, "b", "union"), ("z",)]
        assert [item.place(loc).column for loc in locs] == columns
    assert "kind" not in line.data
    assert line.place(("kind",)).column == 10


def test_a_place_is_answered_after_the_ndjson_file_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    items = read_good(path, '{"kind": "event"}\n{"kind": "event", "a": 1}\n')
    path.write_text("[")
    assert where(items[1].place(("a",))) == (2, 1)
    path.unlink()
    assert where(items[0].place(("a",))) == (1, 1)


def test_a_byte_order_mark_is_no_character_of_the_file(tmp_path: Path) -> None:
    [item] = read_good(tmp_path / "a.yaml", "\ufeff- a: 1\n")
    assert where(item.place(("a",))) == (1, 6)
    items = read_good(tmp_path / "a.ndjson", '\ufeff{"kind": "event", "a": 1}\r\n\r\n{"kind": "event", "a": 2}')
    assert [where(item.place(("a",))) for item in items] == [(1, 24), (3, 24)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1:1: empty file; expected a list of records"),
        ("---\n", "1:1: expected a list of records"),
        ("a: 1\n", "1:1: expected a list of records"),
        ("- a: 1\n  b: 2\n  'a': 3\n", "3:3: key 'a' given again, first in line 1, column 3; expected it once"),
        ("- a: &x 1\n", "1:6: anchor '&x'; expected the value written out"),
        ("- a: *x\n", "1:6: alias '*x'; expected the value written out"),
        ("- a: !!str 1\n", "1:6: a tag ('!'); expected the value written out"),
        ("- a: 1\n  <<: {b: 1}\n", "2:3: merge key '<<'; expected the values written out"),
        ("- 1: a\n", "1:3: key that is not plain text; expected text, in quotes if need be"),
        ("- ? [a]\n  : b\n", "1:5: key that is not plain text; expected text, in quotes if need be"),
        ("- a: -9223372036854775809\n", "1:6: number too large; expected one that fits in 64 bits"),
        ("- a: 1\n---\n- b: 1\n", "2:1: another document; expected one list in a file, without '---' inside it"),
        ("- a: x\0y\n", "1:7: unprintable character U+0000; expected it left out"),
        ("- a: 1\r\n- b: é\u2028y\x07\r\n", "2:7: unprintable character U+2028; expected it left out"),
        ('- a: "\\0"\n', "1:6: unprintable character U+0000 in the text; expected it left out"),
        (b"- a: 1\n- \xc3\xa9: \xe9\n", "2:6: byte 0xe9 is not UTF-8; expected a file saved as UTF-8"),
        ("- a: é\n".encode("utf-16"), "1:1: byte 0xff is not UTF-8; expected a file saved as UTF-8"),
        ("- a: 1\n\tb: 2\n", "2:1: a tab in the indentation; expected spaces"),
        ("- a: x: y\n", "1:7: a ':' out of place; expected the text in quotes, or the key in line with the others"),
        ("- a: 'x\n- b: 1\n", "1:6: a quote that is never closed; expected the same quote at the end of the text"),
        ('- a: "x\n  b: "y"', "1:6: a quote that is never closed; expected the same quote at the end of the text"),
        ("- a: 1\nb: 2\n", "2:1: expected the next item of the list, '- ', in line with its neighbours"),
        ("- a: [1\n", "1:6: a list that is not closed; expected ',' or ']'"),
        (f"- a: {'[' * 19}{']' * 19}\n- b", "2:3: expected a record"),
        (f"- a: {'[' * 20}{']' * 20}\n", "1:25: nested deeper than 20; expected a flatter record"),
        ("[" * 100_000, "1:22: nested deeper than 20; expected a flatter record"),
        ("- " * 100_000, "1:43: nested deeper than 20; expected a flatter record"),
        ("- kind: evnt\n", "1:9: unknown kind 'evnt'; expected event"),
    ],
)
def test_a_fault_of_yaml_is_told_at_its_place(tmp_path: Path, content: str | bytes, expected: str) -> None:
    _, faults = read(tmp_path / "a.yaml", content)
    assert faults == [expected]


def test_every_fault_of_a_yaml_file_is_told_in_one_run_and_its_good_parts_are_read(tmp_path: Path) -> None:
    content = "- a: 1\n  a: 2\n- b: *x\n  c: 3\n- text\n- d: \x07\n- 1: x\n- e: 5\n- f: [\n- g: 1\n"
    items, faults = read(tmp_path / "a.yaml", content)
    assert [fault.split(": ")[0] for fault in faults] == ["2:3", "3:6", "5:3", "6:6", "7:3", "9:7"]
    assert [item.data for item in items] == [{"a": 1}, {"b": None, "c": 3}, {"d": "\ufffd"}, {}, {"e": 5}, {"g": 1}]


def test_a_merge_conflict_is_one_fault_a_marker_and_our_side_is_read(tmp_path: Path) -> None:
    content = "- a: 1\n<<<<<<< HEAD\n- b: 2\n||||||| base\n- x: 0\n=======\n- c: [\n>>>>>>> other\n- d: 4\n"
    items, faults = read(tmp_path / "a.yaml", content)
    told = "merge-conflict marker; expected one version of these lines"
    assert faults == [f"{line}:1: {told}" for line in (2, 4, 6, 8)]
    assert [item.data for item in items] == [{"a": 1}, {"b": 2}, {"d": 4}]
    assert read(tmp_path / "a.yaml", "- a: [\n=======\r\n")[1] == [f"2:1: {told}"]
    assert read(tmp_path / "a.ndjson", "<<<<<<< HEAD\n")[1] == [f"1:1: {told}"]
    [item] = read_good(tmp_path / "a.yaml", "- a: |-\n    <<<<<<< x\n    =======\n  b: ========\n")
    assert item.data == {"a": "<<<<<<< x\n=======", "b": "========"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"a": 1}', "1:1: no 'kind'; expected one of publisher, source, actor, location, vocabulary, event"),
        ('{"kind": "actors"}', "1:10: unknown kind 'actors'; expected actor"),
        (EVENT + '"é": 1, "\\u00e9": 2}', "1:27: key 'é' given again, first in line 1, column 19; expected it once"),
        (EVENT + '"a": [NaN]}', "1:25: NaN is not a number; expected a finite one, or null"),
        (EVENT + '"a": [[], 1e999]}', "1:29: number too large; expected one that fits in 64 bits"),
        (EVENT + '"a": "x\\ud83dx"}', "1:24: unprintable character U+D83D in the text; expected it left out"),
        (EVENT + '"a": "\\u0000"}', "1:24: unprintable character U+0000 in the text; expected it left out"),
        (EVENT + '"a\\b": 1}', "1:19: unprintable character U+0008 in the text; expected it left out"),
        (EVENT + '"a": "\x85"}', "1:24: unprintable character U+0085 in the text; expected it left out"),
        (EVENT + '"a": "\t"}', "1:25: unprintable character in text; expected an escape such as \\t, or nothing"),
        (EVENT + '"a": "x', "1:24: a quote that is never closed; expected '\"' in the same line"),
        (EVENT + '"a": "\\x"}', "1:25: an unknown escape after '\\'; expected '\\\\' for a backslash"),
        (EVENT.encode() + b'"\xc3\xa9": "\xff"}', "1:25: byte 0xff is not UTF-8; expected a file saved as UTF-8"),
        (EVENT + f'"a": {"[" * 20}{"]" * 20}}}', "1:43: nested deeper than 20; expected a flatter record"),
        ('{"a":' * 100_000, "1:1: nested deeper than 20; expected a flatter record"),
    ],
)
def test_a_fault_of_ndjson_is_told_and_the_next_line_is_read(tmp_path: Path, line: str | bytes, expected: str) -> None:
    raw = line if isinstance(line, bytes) else line.encode()
    items, faults = read(tmp_path / "a.ndjson", raw + b'\n{"kind": "event", "next": 1}\n')
    assert faults == [expected]
    assert items[-1].data == {"next": 1}
    assert where(items[-1].place(("next",))) == (2, 27)


@given(content=st.text() | st.text("-:{}[]?&*!|>%@'\"\\#, \t\n\rab1~<=\0\x85\u2028\ufeff", max_size=60) | st.binary())
def test_any_file_is_read_or_refused_with_a_place_inside_it(folder: Path, content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    for name in ("fuzz.yaml", "fuzz.ndjson"):
        items, faults = read(folder / name, raw)
        for line, column in (map(int, fault.split(":")[:2]) for fault in faults):
            assert 1 <= line <= raw.count(b"\n") + raw.count(b"\r") + 1
            assert 1 <= column <= len(raw) + 1
        assert all(item.kind == "event" for item in items)
        assert "ruamel" not in "".join(faults)


def test_the_kind_is_in_the_item_or_the_name_of_the_file_or_of_the_nearest_folder(tmp_path: Path) -> None:
    kinds = {
        "sources/actors.yaml": "actor",
        "sources/2021.yml": "source",
        "sources/more/Publisher-uk.yaml": "publisher",
        "vocabularies.yaml": "vocabulary",
        "sourcery.yaml": "event",
    }
    for name in kinds:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"- id: {name}\n")
    assert {item.data["id"]: item.kind for item in read_record([tmp_path], Faults())} == kinds
    assert [item.kind for item in read_record([tmp_path / "sources/2021.yml"], Faults())] == ["source"]
    [item] = read_good(tmp_path / "actors.yaml", "- kind: event\n")
    assert (item.kind, item.data) == ("event", {})


def test_a_source_keeps_a_kind_of_its_own(tmp_path: Path) -> None:
    [yaml] = read_good(tmp_path / "sources.yaml", "- kind: article\n")
    [line] = read_good(tmp_path / "sources.ndjson", '{"kind": "article"}')
    assert [(item.kind, item.data) for item in (yaml, line)] == [("source", {"kind": "article"})] * 2


def test_folders_are_walked_in_order_without_what_is_hidden_or_not_of_the_record(tmp_path: Path) -> None:
    for name in ("b/a.yaml", "a.yml", "c.jsonl", "b.ndjson", ".x.yaml", ".git/x.yaml", "b/.h/x.yaml", "x.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("- a: 1\n" if "y" in name else '{"kind": "event"}\n')
    faults = Faults()
    items = read_record([tmp_path, tmp_path / "a.yml", tmp_path / "b"], faults)
    assert [item.path for item in items] == [
        str(tmp_path / name) for name in ("a.yml", "b/a.yaml", "b.ndjson", "c.jsonl")
    ]
    assert not faults


def test_a_path_that_gives_no_record_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "a.yaml").write_text("- a: 1\n")
    paths = [tmp_path / name for name in ("no.yaml", "empty", "a.json", "a.yaml")]
    faults = Faults()
    assert [item.data for item in read_record(paths, faults)] == [{"a": 1}]
    assert [str(fault).removesuffix("; expected .yaml, .yml, .ndjson or .jsonl") for fault in faults] == [
        f"{tmp_path}/a.json:1:1: not a record file",
        f"{tmp_path}/empty:1:1: a folder without a record file",
        f"{tmp_path}/no.yaml:1:1: no such file or folder",
    ]


def test_bulk_data_in_yaml_and_endless_lines_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_yaml, "LARGEST", 2**20)
    monkeypatch.setattr(reading_ndjson, "LONGEST_LINE", 2**20)
    _, faults = read(tmp_path / "a.yaml", "#" * (2**20 + 1))
    assert faults == ["1:1: larger than 1 MiB; use several files, or NDJSON for bulk data"]
    items, faults = read(tmp_path / "a.ndjson", " " * (3 * 2**20 + 5) + '\n{"kind": "event", "a": 1}')
    assert faults == ["1:1: line longer than 1 MiB; expected one object a line"]
    assert [where(item.place(("a",))) for item in items] == [(2, 24)]


def test_ndjson_is_read_line_by_line(tmp_path: Path) -> None:
    faults = Faults()
    (tmp_path / "a.ndjson").write_text('{"kind": "event", "a": 1}\n{\n')
    items = read_record([tmp_path / "a.ndjson"], faults)
    assert (next(items).data, len(faults)) == ({"a": 1}, 0)
    assert (list(items), len(faults)) == ([], 1)
