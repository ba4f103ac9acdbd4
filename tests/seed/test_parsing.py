"""What is said of a value that its key does not allow, where, and what would be right."""

from pathlib import Path

import pytest

from tests.harbour import FILES, check_files, faults_of

SLUG = "expected lower-case letters, digits and single hyphens between them, such as black-sea, not"
EDTF = "expected an EDTF date such as 2021, 2021-12, 2021-12-27,"
TEXT = "expected text; put quotes around a number or a word such as true"
NOTHING = "expected text, not nothing; leave the key out where there is none"
BRACKET = "expected text; put quotes around what begins with [ or {"
ADDRESS = "expected an address such as https://example.org/page"
INSTANT = "published: expected an instant such as 2021-12-30T18:12:00Z, not '2020-03-03"
NUMBER = "expected a number, in digits and without quotes"
LIST = "expected a list: [ ] around it, or each entry after '- '"
TIME = "events.yaml:5:15: start_time: expected HH:MM and a zone, such as 15:30-05:00 or 08:00Z"
ZONE = "publishers.yaml:6:13: timezone: expected a time zone such as Europe/Kyiv"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # keys
        ("  summary:", "  sumary:", "events.yaml:3:3: unknown key 'sumary'; nearest: 'summary'"),
        ("  summary:", "  Summary:", "events.yaml:3:3: unknown key 'Summary'; nearest: 'summary'"),
        ("high: 5", "hihg: 5", "events.yaml:10:33: unknown key 'hihg'; nearest: 'high'"),
        ("low: 2", "low: 1,000", "events.yaml:10:32: unknown key '000'; expected one of measure, value, low, best,"),
        ("  parent:", "  " + "k" * 200 + ":", f"locations.yaml:6:3: unknown key '{'k' * 60}…'; expected one of id,"),
        ("id: second-round\n  ", "", "events.yaml:20:3: id is missing; expected it in every event"),
        (", ends:", ", after:", "events.yaml:17:16: citations.passage.ends is missing; expected it in every entry of"),
        ("name: Anna Berg\n  ", "", "actors.yaml:4:3: name is missing; expected it in every actor"),
        (", source: post-tuesday", "", "events.yaml:24:7: citations.source is missing; expected it in every entry of"),
        # ids
        ("id: second-round", "id:", f"events.yaml:20:6: id: {NOTHING}"),
        ("id: second-round", 'id: ""', f"events.yaml:20:7: id: {SLUG} ''"),
        ("id: second-round", "id: 12", f"events.yaml:20:7: id: {TEXT}"),
        ("id: second-round", "id: true", f"events.yaml:20:7: id: {TEXT}"),
        ("id: second-round", "id: second round", f"events.yaml:20:7: id: {SLUG} 'second round'"),
        ("id: second-round", "id: Second-round", f"events.yaml:20:7: id: {SLUG} 'Second-round'"),
        ("id: second-round", 'id: "second-round\\n"', f"events.yaml:20:7: id: {SLUG} 'second-round\\n'"),
        ("id: second-round", "id: second--round", f"events.yaml:20:7: id: {SLUG} 'second--round'"),
        ("id: second-round", "id: " + "a" * 101, "events.yaml:20:7: id: expected at most 100 characters, not 101"),
        ("[old-harbour]", "[\u043eld-harbour]", f"events.yaml:8:15: locations: {SLUG} '\\u043eld-harbour'"),
        ("key: monday\n", "key: On Monday\n", f"events.yaml:15:12: citations.key: {SLUG} 'On Monday'"),
        # text
        ("title: Talks in the harbour", "title:", f"events.yaml:2:9: title: {NOTHING}"),
        ("title: Talks in the harbour", "title: 2020", f"events.yaml:2:10: title: {TEXT}"),
        ("title: Talks in the harbour", "title: [Talks]", f"events.yaml:2:10: title: {BRACKET}"),
        ("title: Talks in the harbour", 'title: " "', "events.yaml:2:10: title: expected text, not only spaces"),
        ("title: Talks in the harbour", 'title: ""', "events.yaml:2:10: title: expected text, not nothing"),
        ("Talks in the harbour", "T" * 30_000, "events.yaml:2:10: title: expected at most 500 characters, not 30000"),
        ("tags: [fishing]", "tags: fishing", f"events.yaml:11:9: tags: {LIST}"),
        ("tags: [fishing]", "tags:", f"events.yaml:11:8: tags: {LIST}"),
        ("tags: [fishing]", "tags: [fishing, null]", f"events.yaml:11:19: tags: {NOTHING}"),
        ("passage: {", "passage: The talks # ", "events.yaml:17:16: citations.passage: expected keys and values"),
        # dates and times
        ("date: 2020-03-02", "date: 2020-13-02", f"events.yaml:4:9: date: {EDTF}"),
        ("date: 2020-03-02", "date: 2021-02-29", f"events.yaml:4:9: date: {EDTF}"),
        ("date: 2020-03-02", "date: 2 March 2020", f"events.yaml:4:9: date: {EDTF}"),
        ("date: 2020-03-02", "date: 2020-03-02T10:00:00Z", f"events.yaml:4:9: date: {EDTF}"),
        ("date: 2020-03-02", "date: 20200302", f"events.yaml:4:9: date: {TEXT}"),
        ("date: 2020-03-02", "date: [2020-03-01..2020-03-02]", f"events.yaml:4:9: date: {BRACKET}"),
        (
            "date: 2020-03-02",
            "date: 2020-03-09/2020-03-02",
            "events.yaml:4:9: date: expected an end at or after the start 2020-03-09, not 2020-03-02",
        ),
        ('"10:00Z"', '"25:00Z"', TIME),
        ('"10:00Z"', "10:00", TIME),
        ('"10:00Z"', '"10:00+15:00"', TIME),
        ("published: 2020-03-03", "published: 2020-03-03T10:00", f"sources.yaml:6:14: {INSTANT}"),
        ("published: 2020-03-03", "published: 2020-03-03T25:00:00Z", f"sources.yaml:6:14: {INSTANT}"),
        (
            "published: 2020-03-03",
            "published: 2020-03-03T10:00Z",
            "sources.yaml:6:14: published: expected an instant to",
        ),
        (
            "published: 2020-03-03",
            "published: 2020-03/2020-04",
            "sources.yaml:6:14: published: expected a day, a month",
        ),
        ("Europe/Oslo", "Europe/Olso", f"{ZONE}; nearest: 'Europe/Oslo'"),
        ("Europe/Oslo", "/etc/passwd", ZONE),
        ("Europe/Oslo", "Europe", ZONE),
        # numbers
        ("low: 2", 'low: "2"', f"events.yaml:10:30: quantities.low: {NUMBER}"),
        ("low: 2", "low: true", f"events.yaml:10:30: quantities.low: {NUMBER}"),
        ("low: 2", "low: -.inf", f"events.yaml:10:30: quantities.low: {NUMBER}"),
        ("high: 5", "high: 1_000", f"events.yaml:10:39: quantities.high: {NUMBER}"),
        ("low: 2", "low: -9999999999999999", "events.yaml:10:30: quantities.low: expected at least -1000000000000000"),
        ("latitude: 60.5", "latitude: 90.5", "locations.yaml:7:13: latitude: expected at most 90"),
        ("latitude: 60.5", "latitude: 60,5", f"locations.yaml:7:13: latitude: {NUMBER}"),
        ("latitude: 60.5", "latitude: .nan", f"locations.yaml:7:13: latitude: {NUMBER}"),
        ("longitude: 5.25", "longitude: -180.01", "locations.yaml:8:14: longitude: expected at least -180"),
        # addresses
        ("https://gazette.example/monday", "gazette.example/monday", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https:/gazette.example", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https://gazette..example", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https://gazette.example:99999/", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https://gazette.example:x/", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https://[::1/monday", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "https://gazette.example/on monday", f"sources.yaml:4:8: url: {ADDRESS}"),
        ("https://gazette.example/monday", "javascript:alert(1)", f"sources.yaml:4:8: url: {ADDRESS}"),
        (
            "kind: article",
            "language: english language",
            "sources.yaml:5:13: language: expected a language tag such as en",
        ),
        ("kind: article", "text_sha256: abc", "sources.yaml:5:16: text_sha256: expected a SHA-256 in 64 hexadecimal"),
        ("kind: article", "paraphrase: yes", "sources.yaml:5:15: paraphrase: expected true or false"),
        # what a citation supports
        ("[date, actors]", "[date, actor]", "events.yaml:18:24: citations.supports: expected 'date', 'start_time',"),
    ],
)
def test_a_value_that_its_key_does_not_allow_is_told_alone_at_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    [fault] = faults_of(tmp_path, (old, new), allow_uncited=True)
    assert fault.startswith(told)


def test_an_id_stands_once_of_each_kind_whatever_the_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path, ("id: north-coast", "id: anna-berg"), ("parent: north-coast", "parent: anna-berg")) == []
    second = {"actors-more.yaml": "- id: x\n  name: X\n- {name: Anna, id: anna-berg}\n"}
    assert check_files(tmp_path, FILES | second) == [
        "actors-more.yaml:3:20: the id 'anna-berg' stands at actors.yaml:4:7 too; expected another",
        "actors.yaml:4:7: the id 'anna-berg' stands at actors-more.yaml:3:20 too; expected another",
    ]


def test_every_value_of_a_record_is_told_in_one_run(tmp_path: Path) -> None:
    content = "- id: A\n  nam: Anna\n  type: 1\n  country: [NO]\n  aliases: x\n  member_of: [B, 2]\n"
    faults = check_files(tmp_path, {"actors.yaml": content})
    assert [fault.split(": ")[0].removeprefix("actors.yaml:") for fault in faults] == [
        "1:3", "1:7", "2:3", "3:9", "4:12", "5:12", "6:15", "6:18",
    ]  # fmt: skip


def test_a_desks_own_codes_are_codes(tmp_path: Path) -> None:
    codes = {"vocabularies.yaml": "- id: measure\n  codes:\n    drones: Drones\n    Big Drones: Others\n"}
    [fault] = check_files(tmp_path, codes)
    assert fault.startswith("vocabularies.yaml:4:5: codes.Big Drones: expected lower-case letters, digits and single")
    assert faults_of(tmp_path, ("measure: people", "measure: drones")) == [fault]
