import re

import pytest

from seed.passages import sha256
from seed.verifying import verify

LEDGER = (
    "The harbour of Ostrava Minor closed at dusk 𝒳 on Tuesday. Its keeper said “no ships” came.\r\n"
    "A second bell rang over the empty quay until midnight, and nobody answered it at all.\n"
)
GAZETTE = "Readers write that the bell of Ostrava Minor rang twice. The keeper denies each word of it, loudly.\n"

SOURCES = """\
# What the desk holds
- id: ledger
  title: The Ledger
- id: gazette
  title: "The Gazette"   # quoted
"""
EVENTS = """\
- id: harbour-closes
  title: The harbour closes
  citations:
    - key: ledger-dusk
      source: ledger
      passage: {starts: "The harbour of", ends: "on Tuesday."}   # 'dusk'
      note: As it says.

    # The other text
    - key: gazette-bell
      source: gazette
      passage:
        starts: the bell
        ends: 'twice.'
- id: bell-rings
  title: A bell rings
  citations:
    - {key: ledger-bell, source: ledger, passage: {starts: A second bell, ends: answered it at all.}}
"""


class Desk:
    def __init__(self, folder):
        self.folder, self.record, self.texts = folder, folder / "record", folder / "texts"
        self.record.mkdir()
        self.texts.mkdir()

    def put(self, name, content):
        (self.folder / name).write_bytes(content.encode())

    def read(self, name):
        return (self.folder / name).read_bytes().decode()

    def replace(self, name, old, new):
        assert self.read(name).count(old) == 1
        self.put(name, self.read(name).replace(old, new))

    def files(self):
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.folder.rglob("*.*")}

    def verify(self, *, write=False):
        return verify([self.record], self.texts, write)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.put("record/sources.yaml", SOURCES)
    desk.put("record/events.yaml", EVENTS)
    desk.put("texts/ledger.txt", LEDGER)
    desk.put("texts/001_ab.txt", GAZETTE)
    desk.put("texts/README.md", "no text of a source")
    return desk


@pytest.fixture
def verified(desk):
    assert desk.verify(write=True).ok
    return desk


def without_what_was_recorded(text):
    """What `--write` adds, taken away again."""
    pair = r"(?:start|end|sha256|text_sha256|text_length|verification): [0-9a-z_]+"
    return re.sub(rf"\r?\n +{pair}(?=\r?\n|$)", "", re.sub(rf", {pair}(?=[,}} ])", "", text))


def test_what_was_never_recorded_is_no_match(desk):
    report = desk.verify()
    assert not report.ok
    assert report.counts == {"unrecorded": 3}
    assert all("dateline verify --write" in line for line in report.lines()[:-1])


def test_writing_records_what_the_texts_say(desk):
    assert desk.verify(write=True).lines() == ["3 passages: 3 matched"]
    passage = "The harbour of Ostrava Minor closed at dusk 𝒳 on Tuesday."
    assert (
        'passage: {starts: "The harbour of", ends: "on Tuesday.", '
        f"start: 0, end: {len(passage)}, sha256: {sha256(passage)}, text_sha256: {sha256(LEDGER)}}}   # 'dusk'\n"
        "      note: As it says.\n      verification: matched\n\n    # The other text\n"
    ) in desk.read("record/events.yaml")
    passage = "the bell of Ostrava Minor rang twice."
    assert (
        "        ends: 'twice.'\n        start: 19\n        end: 56\n"
        f"        sha256: {sha256(passage)}\n        text_sha256: {sha256(GAZETTE)}\n      verification: matched\n- id"
    ) in desk.read("record/events.yaml")
    assert desk.read("record/sources.yaml").endswith(
        f"# quoted\n  text_sha256: {sha256(GAZETTE)}\n  text_length: {len(GAZETTE)}\n"
    )


@pytest.mark.parametrize("passage", ['"The harbour of"', '"No harbour of"', '"Ostrava Minor closed at dusk 𝒳"'])
@pytest.mark.parametrize("missing", ["", "ledger", "001_ab"])
def test_a_second_write_changes_nothing_nor_does_a_run_without(desk, passage, missing):
    (desk.texts / f"{missing}.txt").unlink(missing_ok=True)
    desk.replace("record/events.yaml", '"The harbour of"', passage)
    first = desk.verify(write=True)
    before = desk.files()
    assert desk.verify(write=True) == desk.verify() == first
    assert desk.files() == before


@pytest.mark.parametrize(("source", "name", "text"), [("ledger", "ledger", LEDGER), ("gazette", "001_ab", GAZETTE)])
def test_every_changed_character_of_a_text_is_noticed_and_its_citations_named(verified, source, name, text):
    for place, character in enumerate(text):
        verified.put(f"texts/{name}.txt", text[:place] + ("x" if character != "x" else "y") + text[place + 1 :])
        report = verified.verify()
        assert not report.ok
        failed = [str(one) for one in report.results if one.source == source]
        assert report.lines()[:-1] == failed
        assert sum(f"~{source}-" in line for line in failed) == {"ledger": 2, "gazette": 1}[source]


def test_a_changed_character_inside_a_passage_is_told_from_one_outside(verified):
    verified.replace("texts/ledger.txt", "midnight", "midnighT")
    details = {one.citation or one.source: one.detail for one in verified.verify().results}
    outside = "its words stand, the text around them has changed: text_sha256 is "
    assert details["harbour-closes~ledger-dusk"].startswith(outside)
    assert details["bell-rings~ledger-bell"].startswith("its words have changed: sha256 is ")
    assert details["ledger"].startswith("the text has changed (")
    assert details["harbour-closes~gazette-bell"] == details["gazette"] == ""


def test_every_changed_character_of_a_recorded_passage_is_noticed_and_named(verified):
    original = verified.read("record/events.yaml")
    line = next(line for line in original.splitlines() if "ledger-bell" in line)
    begin = original.index(line) + line.index("starts:")
    places = [begin + n for n, one in enumerate(line[line.index("starts:") :]) if one.isalnum() or one == "."]
    assert len(places) > 150
    for place in places:
        changed = original[:place] + ("7" if original[place] != "7" else "8") + original[place + 1 :]
        verified.put("record/events.yaml", changed)
        report = verified.verify()
        assert not report.ok
        assert f"events.yaml:{len(original[:place].splitlines())}:" in report.lines()[0], report.lines()
        assert report.faults or "bell-rings~ledger-bell" in report.lines()[0]


@pytest.mark.parametrize(
    ("old", "new", "status", "detail"),
    [
        ("The harbour of", "The harbours of", "missing", "`starts` (with `before`, where given) is not in the text"),
        ("on Tuesday.", "on Tuesday", "missing", "does not follow `starts`"),
        ("The harbour of", "The", "matched", ""),
        ("on Tuesday.", "Tuesday. Its", "drifted", "the record has changed: end is 61, recorded 57; sha256 is "),
        ("on Tuesday.", "A second bell rang over the", "drifted", "`ends` has 6 words; give 1 to 5"),
        ("on Tuesday.", "Ostrava", "drifted", "the passage's 4 words; give at most half"),
    ],
)
def test_what_a_changed_word_comes_to(verified, old, new, status, detail):
    verified.replace("record/events.yaml", f'"{old}"', f'"{new}"')
    found = next(one for one in verified.verify().results if one.citation == "harbour-closes~ledger-dusk")
    assert found.status == status
    assert detail in found.detail


def test_words_that_occur_twice_are_ambiguous(verified):
    verified.put("texts/ledger.txt", LEDGER + "The harbour of Ostrava Minor, on Tuesday.")
    assert verified.verify().counts == {"ambiguous": 1, "drifted": 1, "matched": 1}


def test_a_drift_is_recorded_anew_and_said(verified):
    verified.put("texts/ledger.txt", "1 " + LEDGER)
    report = verified.verify(write=True)
    assert report.ok
    told = "\n".join(report.lines())
    assert told.count("recorded anew, was changed: the text has changed") == 1
    assert told.count("was drifted: its words stand, the text around them has changed: start is 2, recorded 0") == 1
    assert verified.verify(write=True).lines() == ["3 passages: 3 matched"]
    verified.put("texts/ledger.txt", LEDGER)
    verified.verify(write=True)
    assert without_what_was_recorded(verified.read("record/events.yaml")) == EVENTS


@pytest.mark.parametrize(("ends", "status"), [("on Thursday.", "missing"), ("Ostrava", "drifted")])
def test_writing_says_honestly_what_was_not_found_and_leaves_old_offsets(verified, ends, status):
    verified.put("texts/ledger.txt", f"{LEDGER} And more.")
    verified.replace("record/events.yaml", '"on Tuesday."', f'"{ends}"')
    assert verified.verify(write=True).counts == {"matched": 2, status: 1}
    text = verified.read("record/events.yaml")
    assert f'ends: "{ends}", start: 0, end: 57, sha256: {sha256(LEDGER[:57])}, text_sha256: ' in text
    assert text.count(sha256(f"{LEDGER} And more.")) == 2
    assert f"note: As it says.\n      verification: {status}\n" in text


def test_offsets_are_never_invented_for_what_was_not_found(desk):
    desk.replace("record/events.yaml", '"on Tuesday."', '"on Thursday."')
    desk.verify(write=True)
    text = desk.read("record/events.yaml")
    assert f'{{starts: "The harbour of", ends: "on Thursday.", text_sha256: {sha256(LEDGER)}}}' in text
    assert "verification: missing" in text


def test_another_recorded_verification_than_the_one_found_is_no_match(verified):
    text = verified.read("record/events.yaml").replace("verification: matched", "verification: missing", 1)
    verified.put("record/events.yaml", text)
    assert verified.verify().counts == {"unrecorded": 1, "matched": 2}
    assert verified.verify(write=True).ok


def test_a_changed_length_or_hash_of_a_source_is_noticed(verified):
    verified.replace("record/sources.yaml", f"text_length: {len(LEDGER)}", "text_length: 7")
    report = verified.verify()
    assert not report.ok
    assert f"ledger: changed: the text has changed ({verified.texts}" in report.lines()[0]
    assert report.lines()[0].endswith(f"): text_length is {len(LEDGER)}, recorded 7")


def test_without_its_text_a_citation_is_not_held(desk):
    (desk.texts / "ledger.txt").unlink()
    report = desk.verify(write=True)
    assert report.counts == {"not_held": 2, "matched": 1}
    assert not report.ok
    assert desk.read("record/events.yaml").count("verification: not_held") == 2


def test_an_earlier_result_is_kept_when_there_is_no_text_to_verify_it_with(verified):
    before = verified.files()
    for text in verified.texts.glob("*.txt"):
        text.unlink()
    assert verified.verify(write=True).counts == {"not_held": 3}
    assert all(before[path] == state for path, state in verified.files().items())


def test_a_source_has_the_text_of_its_recorded_hash_before_that_of_its_name(verified):
    verified.put("texts/x.txt", LEDGER)
    verified.put("texts/ledger.txt", GAZETTE.upper())
    assert verified.verify().ok


@pytest.mark.parametrize(
    ("texts", "held"),
    [
        ({"ledger": LEDGER, "x": GAZETTE}, {"ledger", "gazette"}),
        ({"ledger": "Not a word of it."}, {"ledger"}),
        ({"ledger": LEDGER + GAZETTE}, {"ledger"}),  # it is another's
        ({"x": LEDGER + GAZETTE}, {"ledger"}),  # two passages there, one of the other's
        ({"x": LEDGER[:100] + GAZETTE}, set()),  # one of each
        ({"x": LEDGER, "y": GAZETTE, "z": "Again: " + GAZETTE}, {"ledger"}),  # as many in y as in z
        ({"x": LEDGER + GAZETTE, "z": GAZETTE}, {"ledger", "gazette"}),  # x goes to the ledger, which leaves z
    ],
)
def test_a_source_has_the_text_of_its_name_else_the_one_with_most_of_its_passages(desk, texts, held):
    for text in desk.texts.glob("*.txt"):
        text.unlink()
    for name, content in texts.items():
        desk.put(f"texts/{name}.txt", content)
    for write in (False, True, False):
        assert {one.source for one in desk.verify(write=write).results if one.citation is None} == held


def test_a_faulty_record_is_told_and_nothing_is_written(desk):
    desk.put("record/more.yaml", "- id: x\n  titel: X\n")
    before = desk.files()
    report = desk.verify(write=True)
    assert not report.ok
    assert any("more.yaml:2:3: unknown key 'titel'" in line for line in report.lines())
    assert desk.files() == before


def test_texts_that_cannot_be_read_are_told(desk):
    (desk.texts / "bad.txt").write_bytes(b"caf\xe9")
    assert not desk.verify(write=True).ok
    assert desk.verify().lines()[0].endswith("bad.txt:1:1: byte 3 is not UTF-8; expected a text in UTF-8")
    assert desk.read("record/events.yaml") == EVENTS
    assert "no such folder" in verify([desk.record], desk.folder / "nowhere", True).lines()[0]


def test_a_line_of_the_report_names_file_line_column_and_citation(verified):
    verified.replace("record/events.yaml", '"The harbour of"', '"The harbours of"')
    line, summary = verified.verify().lines()
    assert line.startswith(f"{verified.record / 'events.yaml'}:6:16: harbour-closes~ledger-dusk: missing: `starts`")
    assert summary == "3 passages: 2 matched, 1 missing"


def test_citations_without_a_passage_are_not_counted(desk):
    desk.put("record/events.yaml", "- {id: a, title: A, citations: [{key: k, source: ledger}]}\n")
    assert desk.verify().counts == {}
