import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.amending import Amendment, amend
from seed.faults import Faults
from seed.reading import read_record

VALUES = {"start": 7, "sha256": "0a" * 32}
CHECKED = {"verification": "matched"}
ADDED = re.compile(rf"(, |\r?\n +)(start: 7|sha256: {'0a' * 32}|verification: matched)(?=[,}} \r\n]|\Z)")

LAYOUTS = {
    "a flow mapping with space before its brace": (
        "- {id: a, p: { s: x, e: y } }",
        "- {id: a, p: { s: x, e: y, start: 7, sha256: HASH } }",
    ),
    "a flow mapping with a comma at its end": (
        "- id: a\n  p: {s: x,}\n",
        "- id: a\n  p: {s: x, start: 7, sha256: HASH,}\n",
    ),
    "a flow mapping over several lines with comments": (
        "- id: a\n  p: {s: x, # }\n     e: y   # {\n    }\n",
        "- id: a\n  p: {s: x, # }\n     e: y, start: 7, sha256: HASH   # {\n    }\n",
    ),
    "a flow mapping that ends in another": (
        "- id: a\n  p: {s: [x, {y: z}]}\n",
        "- id: a\n  p: {s: [x, {y: z}], start: 7, sha256: HASH}\n",
    ),
    "a quoted value with what looks like an end": (
        "- id: a\n  p: {s: \"x } # \\\" 𝒳\", e: 'it''s }'}\n",
        "- id: a\n  p: {s: \"x } # \\\" 𝒳\", e: 'it''s }', start: 7, sha256: HASH}\n",
    ),
    "a block mapping with comments": (
        "- id: a\n  p:   # p\n    s: x\n    e: y # y\n    # end of p\n  z: 1\n",
        "- id: a\n  p:   # p\n    s: x\n    e: y # y\n    start: 7\n    sha256: HASH\n    # end of p\n  z: 1\n",
    ),
    "a block mapping at the end of a file without a line break": (
        "- id: a\n  p:\n      s: x",
        "- id: a\n  p:\n      s: x\n      start: 7\n      sha256: HASH",
    ),
    "a block mapping that ends in a folded text": (
        "- id: a\n  p:\n    s: >-\n      x\n\n      y\n\n\n# c\n- id: b\n",
        "- id: a\n  p:\n    s: >-\n      x\n\n      y\n    start: 7\n    sha256: HASH\n\n\n# c\n- id: b\n",
    ),
    "a block mapping that ends in a text with its empty lines": (
        "- id: a\n  p:\n    s: |+ # c\n      x\n\n\n- id: b\n",
        "- id: a\n  p:\n    s: |+ # c\n      x\n\n\n    start: 7\n    sha256: HASH\n- id: b\n",
    ),
    "a block mapping that ends in a text of several plain lines": (
        "- id: a\n  p:\n    s: x\n      y  # c\n\n- id: b\n",
        "- id: a\n  p:\n    s: x\n      y  # c\n    start: 7\n    sha256: HASH\n\n- id: b\n",
    ),
    "a block mapping that ends in a list": (
        "- id: a\n  p:\n    s:\n    - x\n    - y: 1\n      z: [1,\n        2] # c\n",
        "- id: a\n  p:\n    s:\n    - x\n    - y: 1\n      z: [1,\n        2] # c\n    start: 7\n    sha256: HASH\n",
    ),
    "a block mapping that ends in nothing": (
        "- id: a\n  p:\n    s:   # c\n",
        "- id: a\n  p:\n    s:   # c\n    start: 7\n    sha256: HASH\n",
    ),
    "lines that end in two characters": (
        "- id: a\r\n  p:\r\n    s: x\r\n",
        "- id: a\r\n  p:\r\n    s: x\r\n    start: 7\r\n    sha256: HASH\r\n",
    ),
    "old values in place": (
        "- id: a\n  p: {start: 123, sha256: 'ff', s: x} # c\n",
        "- id: a\n  p: {start: 7, sha256: HASH, s: x} # c\n",
    ),
    "an old value in place and another missing": (
        "- id: a\n  p:\n    start: 123 # c\n    s: x\n",
        "- id: a\n  p:\n    start: 7 # c\n    s: x\n    sha256: HASH\n",
    ),
    "old values of several lines": (
        "- id: a\n  p:\n    sha256: >-\n      ff\n\n    start:\n      1\n\n- id: b\n",
        "- id: a\n  p:\n    sha256: HASH\n\n    start:\n      7\n\n- id: b\n",
    ),
    "empty values": (
        "- id: a\n  p: {sha256: , s: x, start: }\n",
        "- id: a\n  p: {sha256: HASH, s: x, start: 7}\n",
    ),
    "empty values in block style": (
        "- id: a\n  p:\n    start:   # c\n    s: x\n    sha256:\n",
        "- id: a\n  p:\n    start: 7   # c\n    s: x\n    sha256: HASH\n",
    ),
    "an empty value before what is added": (
        "- id: a\n  p: {s: x, sha256: }\n",
        "- id: a\n  p: {s: x, sha256: HASH, start: 7}\n",
    ),
    "a byte order mark": (
        "\ufeff- id: a\n  p: {s: x}\n",
        "\ufeff- id: a\n  p: {s: x, start: 7, sha256: HASH}\n",
    ),
}


def put(path, content):
    path.write_bytes(content.encode())
    return path


def items(path):
    faults = Faults()
    found = list(read_record([path], faults))
    assert not list(faults)
    return found


def passages_of(path):
    """Every passage with its citation behind it, as verifying amends them."""
    for item in items(path):
        for number, _ in enumerate(item.data["citations"]):
            yield Amendment(item, ("citations", number, "passage"), VALUES)
            yield Amendment(item, ("citations", number), CHECKED)


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS)
def test_values_go_to_their_places_and_all_else_stays(tmp_path, before, after):
    path = put(tmp_path / "events.yaml", before)
    amend([Amendment(items(path)[0], ("p",), VALUES)])
    assert path.read_bytes().decode() == after.replace("HASH", VALUES["sha256"])
    assert items(path)[0].data["p"] == items(put(tmp_path / "old.yaml", before))[0].data["p"] | VALUES


def test_a_hash_of_digits_alone_stays_text(tmp_path):
    path = put(tmp_path / "events.yaml", "- id: a\n")
    amend([Amendment(items(path)[0], (), {"sha256": "1" * 64})])
    assert items(path)[0].data["sha256"] == "1" * 64


def test_a_file_in_which_nothing_differs_is_not_replaced(tmp_path):
    path = put(tmp_path / "events.yaml", '- {id: a, p: {sha256: "0a", start: 7}}\n')
    before = path.stat()
    amend([Amendment(items(path)[0], ("p",), {"start": 7, "sha256": "0a"})])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_keeps_its_mode_and_its_links(tmp_path):
    path = put(tmp_path / "events.yaml", "- id: a\n")
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    amend([Amendment(items(link)[0], (), {"start": 1})])
    assert link.is_symlink()
    assert path.read_text() == "- id: a\n  start: 1\n"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = put(tmp_path / "events.yaml", "- id: a\n")

    def fail(*_):
        raise OSError("disk full")

    amendment = Amendment(items(path)[0], (), {"start": 1})
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        amend([amendment])
    assert path.read_text() == "- id: a\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_of_ndjson_are_rewritten_only_where_they_change(tmp_path, line_break, mark):
    cited = {"source": "s", "passage": {"starts": "é 𝒳", "ends": "a\u2028b", "start": 5}, "key": "k", "note": None}
    event = {"citations": [cited], "title": "𝒳 é", "id": "b", "kind": "event"}
    lines = [
        '{"kind":"event", "id":"a",   "title":"caf\\u00e9 𝒳", "citations": []}',
        json.dumps(event, ensure_ascii=False),
        "",
        '  {"citations": [], "id": "c", "kind": "event"} ',
    ]
    path = put(tmp_path / "events.ndjson", mark + line_break.join(lines))
    amend(passages_of(path))
    after = path.read_bytes().decode()
    cited |= {"passage": cited["passage"] | VALUES, **CHECKED}
    lines[1] = json.dumps(event, ensure_ascii=False)
    assert after == mark + line_break.join(lines)
    amend(passages_of(path))
    assert path.read_bytes().decode() == after


words = st.text(st.sampled_from("aé𝒳\u00a0'\"#{},:-[]& "), min_size=1, max_size=12).map(lambda text: f"a{text}b")
quoted = words.flatmap(
    lambda text: st.sampled_from([json.dumps(text, ensure_ascii=False), "'" + text.replace("'", "''") + "'"])
)
comments = st.sampled_from(["", "", "  # 'c' {", " # 𝒳"])
gaps = st.sampled_from(["", "", "\n", "    # c: 1\n", "\n# c\n\n"])
notes = st.sampled_from(
    ["", "note: >-\n          x\n\n          y", "note: |\n          x # x\n", "note: |+\n          x\n\n"]
)


@st.composite
def citations(draw):
    pairs = [f"starts: {draw(quoted)}", f"ends: {draw(quoted)}"]
    old = draw(st.sampled_from([[], [], ["start: 5"], ["sha256: 'ff'", "start: 6"]]))
    pairs = draw(st.permutations(pairs + old))
    flow = "{" + ", ".join(pairs) + draw(st.sampled_from(["", " ", ","])) + "}"
    if draw(st.booleans()):
        return f"    - {{key: k, passage: {flow}, source: s}}{draw(comments)}\n{draw(gaps)}"
    block = "".join(f"\n          {pair}{draw(comments)}" for pair in pairs)
    parts = [f"passage: {flow}{draw(comments)}", f"passage:{draw(comments)}{block}"]
    lines = draw(st.permutations(["key: k", f"source: s{draw(comments)}", draw(st.sampled_from(parts)), draw(notes)]))
    return "    - " + "\n      ".join(line for line in lines if line) + f"\n{draw(gaps)}"


@st.composite
def records(draw):
    events = draw(st.lists(st.lists(citations(), min_size=1, max_size=3), min_size=1, max_size=3))
    text = "".join(f"- id: e{n}\n  citations:\n{''.join(one)}{draw(gaps)}" for n, one in enumerate(events))
    text = draw(st.sampled_from([text, text.rstrip("\n") if "|" not in text else text]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(records())
def test_in_any_layout_the_values_are_read_back_and_nothing_else_changed(text):
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder) / "events.yaml", text)
        expected = [item.data for item in items(path)]
        for citation in (citation for data in expected for citation in data["citations"]):
            citation["passage"].update(VALUES)
            citation.update(CHECKED)
        amend(passages_of(path))
        assert [item.data for item in items(path)] == expected
        after = path.read_bytes().decode()
        if not re.search("start: [56]", text):
            assert ADDED.sub("", after) == text
        amend(passages_of(path))
        assert path.read_bytes().decode() == after
