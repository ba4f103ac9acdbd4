"""What is weakly sourced: each check, against a reading of the record as it stands now."""

import pytest

from seed.checking import check
from seed.quality import report
from tests.app.test_cli import address, call, folder
from tests.generator import generate, write
from tests.invented import Line, event_line, reference_lines, write_lines
from tests.rivals import contest
from tests.weakness import OF_EVENTS, OF_SOURCES, weak

__all__ = ["call", "folder"]
CHECKS = (*OF_EVENTS, *OF_SOURCES)


@pytest.mark.parametrize("seed", range(4))
def test_each_check_finds_what_a_reading_of_the_record_finds(tmp_path, seed):
    record = contest(generate(seed, 60), seed)
    collection = check([write(record, tmp_path)], allow_uncited=True)
    found = {name: {address.rpartition("/")[2] for address, _ in records} for name, _, records in report(collection)}
    assert found == weak(record)
    assert list(found) == list(CHECKS)


OTHERS = [
    {"kind": "actor", "id": "ship", "name": "Ship", "member_of": ["sea-league"]},
    {"kind": "actor", "id": "stranger", "name": "Stranger"},
    {"kind": "source", "id": "unsigned", "title": "Unsigned", "published": "2020-03-03"},
]
SHA = "0" * 64


def cited(*speakers: str | None, **more: object) -> list[Line]:
    return [
        {"key": f"c{n}", "source": "gazette-monday"} | ({"attributed_to": one} if one else {}) | more
        for n, one in enumerate(speakers)
    ]


TWO = [{"key": "a", "source": "gazette-monday"}, {"key": "b", "source": "post-tuesday"}]
FULL = ["date", "locations", "actors", "type", "modality"]
MATCHED = {"passage": {"starts": "Early on", "ends": "it said.", "text_sha256": SHA}, "verification": "matched"}
CASES: dict[str, tuple[str, Line, bool]] = {
    "one report": ("one-origin", {"citations": TWO[:1]}, True),
    "two origins": ("one-origin", {"citations": TWO}, False),
    "two sources of one origin": ("one-origin", {"citations": [TWO[0], TWO[1] | {"origin": "harbour-gazette"}]}, True),
    "the other disputes": ("one-origin", {"citations": [TWO[0], TWO[1] | {"stance": "disputes"}]}, True),
    "whose report is not known": ("one-origin", {"citations": [{"key": "a", "source": "unsigned"}]}, True),
    "no support": ("one-origin", {"citations": [TWO[0] | {"stance": "disputes"}]}, False),
    "one speaker": ("one-side", {"citations": cited("anna-berg")}, True),
    "speakers of one group": ("one-side", {"citations": cited("anna-berg", "ship")}, True),
    "a speaker and the group": ("one-side", {"citations": cited("anna-berg", "sea-league")}, True),
    "speakers of two sides": ("one-side", {"citations": cited("anna-berg", "stranger")}, False),
    "one of them unattributed": ("one-side", {"citations": cited("anna-berg", None)}, False),
    "the stranger disputes": (
        "one-side",
        {"citations": [*cited("anna-berg"), {"key": "d", "source": "post-tuesday", "stance": "disputes",
                                             "attributed_to": "stranger"}]},
        True,
    ),
    "nobody quoted": ("one-side", {"citations": cited(None)}, False),
    "alleged": ("one-side", {"citations": cited(None), "modality": "alleged"}, True),
    "matched": ("no-matched-citation", {"citations": cited(None, **MATCHED)}, False),
    "drifted": ("no-matched-citation", {"citations": cited(None, **MATCHED | {"verification": "drifted"})}, True),
    "matched in a text of before": (
        "no-matched-citation",
        {"citations": cited(None, **MATCHED | {"passage": MATCHED["passage"] | {"text_sha256": "1" * 64}})},
        True,
    ),
    "only what disputes is matched": (
        "no-matched-citation",
        {"citations": [*cited(None), {"key": "d", "source": "gazette-monday", "stance": "disputes", **MATCHED}]},
        True,
    ),
    "a rival": ("unresolved-claims", {"claims": [{"field": "date", "value": "2020", "citations": ["c"]}]}, True),
    "a deprecated rival": (
        "unresolved-claims",
        {"claims": [{"field": "date", "value": "2020", "rank": "deprecated", "citations": ["c"]}]},
        False,
    ),
    "all fields cited": ("uncited-fields", {"citations": [TWO[0] | {"supports": FULL}]}, False),
    "a field uncited": ("uncited-fields", {"citations": [TWO[0] | {"supports": FULL[1:]}]}, True),
    "a field cited by what disputes": (
        "uncited-fields",
        {"citations": [TWO[0] | {"supports": FULL[1:]}, TWO[1] | {"supports": ["date"], "stance": "disputes"}]},
        True,
    ),
    "withdrawn": ("one-origin", {"citations": TWO[:1], "status": "withdrawn", "reason": "It was none."}, False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_weak_event_is_told_and_a_sound_one_is_not(tmp_path, case):
    name, edits, is_weak = CASES[case]
    references = [one | ({"text_sha256": SHA} if one["id"] == "gazette-monday" else {}) for one in reference_lines()]
    lines = [*references, *OTHERS, event_line(1, relations=[]) | edits]
    collection = check([write_lines(tmp_path, lines)], allow_uncited=True)
    found = {check_id: records for check_id, _, records in report(collection)}
    assert found[name] == [("/v1/events/harbour-talks-1", "Harbour talks, round 1")] * is_weak


def test_the_command_and_the_api_report_the_same_once_it_is_loaded(store, tmp_path, call):
    record = contest(generate(7, 40), 7)
    place = write(record, tmp_path)
    store.load(place)
    client, said = store.client(), call("quality", "--allow-uncited", place).stdout.splitlines()
    due = []
    for one in client.get("/v1/quality").json()["data"]:
        due.append(f"{one['check']}: {one['count']}. {one['meaning']}.")
        found = {line["links"]["canonical"]: line["title"] for line in client.walk(one["links"]["records"])}
        listed = said[len(due) : len(due) + len(found)]
        assert dict(line.strip().split("  ", 1) for line in listed) == found
        due += listed
    assert said == due
    assert call("quality", "--allow-uncited", place, DATABASE_URL=address(store)).stdout.splitlines() == said
