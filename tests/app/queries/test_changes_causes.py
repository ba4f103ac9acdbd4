"""Each cause that `/v1/changes` can tell, by one edit, or two, of a small record in which every document is known."""

from collections.abc import Callable

import pytest

from tests.alone import Alone
from tests.conftest import Store
from tests.invented import Line, event_line, reference_lines, write_lines
from tests.mentions import Key, lines_of
from tests.upheavals import load

TALKS = [event_line(number, relations=[]) for number in range(2)]
"""Round 0 is cited from the Gazette, round 1 from the Post."""
SEQUEL = event_line(
    2,
    id="sequel",
    citations=[{"key": "c", "source": "reprint"}],
    actors=[],
    locations=[],
    relations=[{"type": "follows", "event": "harbour-talks-1"}],
)
"""Cited from a reprint of a summary of the Gazette."""
CHAIN = [
    {"kind": "source", "id": "summary", "title": "Summary", "derived_from": [
        {"source": "gazette-monday", "how": "summarises"}]},
    {"kind": "source", "id": "reprint", "title": "Reprint", "derived_from": [{"source": "summary", "how": "reprints"}]},
    {"kind": "publisher", "id": "new-owner", "name": "New Owner"},
]  # fmt: skip
LINES = [*reference_lines(), *CHAIN, *TALKS, SEQUEL]
TALK_0, TALK_1, THIRD = (("event", one) for one in ("harbour-talks-0", "harbour-talks-1", "sequel"))
ANNA, LEAGUE = ("actor", "anna-berg"), ("actor", "sea-league")
HARBOUR, COAST = ("location", "old-harbour"), ("location", "north-coast")
GAZETTE, POST = ("publisher", "harbour-gazette"), ("publisher", "island-post")
MONDAY, TUESDAY = ("source", "gazette-monday"), ("source", "post-tuesday")
SUMMARY, REPRINT = ("source", "summary"), ("source", "reprint")
OWN = "record"

Edits = dict[Key, Line]
CASES: dict[str, tuple[Edits, dict[Key, str]]] = {
    "an actor's name shows at its events": (
        {ANNA: {"name": "Anna Borg"}},
        {ANNA: OWN, TALK_0: "actor/anna-berg", TALK_1: "actor/anna-berg"},
    ),
    "a group's name shows at its members too": (
        {LEAGUE: {"name": "The League"}},
        {LEAGUE: OWN, ANNA: "actor/sea-league", TALK_0: "actor/sea-league", TALK_1: "actor/sea-league"},
    ),
    "an actor's groups show at the actor alone": ({ANNA: {"member_of": []}}, {ANNA: OWN}),
    "an actor's note shows at the actor alone": ({ANNA: {"note": "A speaker."}}, {ANNA: OWN}),
    "a place's name shows at its events": (
        {HARBOUR: {"name": "New Harbour"}},
        {HARBOUR: OWN, TALK_0: "location/old-harbour", TALK_1: "location/old-harbour"},
    ),
    "the name of what is around a place shows at the place": (
        {COAST: {"name": "South Coast"}},
        {COAST: OWN, HARBOUR: "location/north-coast"},
    ),
    "a source's title shows at the events that cite it": (
        {TUESDAY: {"title": "New title"}},
        {TUESDAY: OWN, TALK_1: "source/post-tuesday"},
    ),
    "a publisher's name shows at its sources, and at the events that cite them": (
        {POST: {"name": "The Post"}},
        {POST: OWN, TUESDAY: "publisher/island-post", TALK_1: "publisher/island-post"},
    ),
    "the name of who published the root shows down the lineage": (
        {GAZETTE: {"name": "The Gazette"}},
        {GAZETTE: OWN} | dict.fromkeys((MONDAY, SUMMARY, REPRINT, TALK_0, THIRD), "publisher/harbour-gazette"),
    ),
    "the root of a lineage shows down it": (
        {MONDAY: {"publisher": "new-owner"}},
        {MONDAY: OWN} | dict.fromkeys((SUMMARY, REPRINT, TALK_0, THIRD), "source/gazette-monday"),
    ),
    "an event's title shows at the events that name it": (
        {TALK_1: {"title": "The talks"}},
        {TALK_1: OWN, THIRD: "event/harbour-talks-1"},
    ),
    "an event's summary shows at the event alone": ({TALK_1: {"summary": "They talk."}}, {TALK_1: OWN}),
    "a withdrawn event is missed by those that named it": (
        {TALK_1: {"status": "withdrawn", "reason": "It was none."}},
        {TALK_1: OWN, THIRD: "event/harbour-talks-1"},
    ),
    "two records that an event shows are both told": (
        {ANNA: {"name": "Anna Borg"}, HARBOUR: {"name": "New Harbour"}},
        {ANNA: OWN, HARBOUR: OWN} | dict.fromkeys((TALK_0, TALK_1), "actor/anna-berg location/old-harbour"),
    ),
    "its own edit is told before all others": (
        {ANNA: {"name": "Anna Borg"}, TALK_1: {"summary": "They talk."}},
        {ANNA: OWN, TALK_0: "actor/anna-berg", TALK_1: OWN},
    ),
    "a publisher is told beside an actor": (
        {ANNA: {"name": "Anna Borg"}, POST: {"name": "The Post"}},
        {ANNA: OWN, POST: OWN, TUESDAY: "publisher/island-post", TALK_0: "actor/anna-berg"}
        | {TALK_1: "actor/anna-berg publisher/island-post"},
    ),
}


def edited(edits: Edits) -> list[Line]:
    return [line | edits.get((line["kind"], line["id"]), {}) for line in LINES]


@pytest.fixture(scope="module")
def alone(database: str, make_store: Callable[[str], Store]) -> Alone:
    return Alone(make_store(database))


@pytest.fixture
def tell(alone, tmp_path):
    """The last changes of a store with these states of a record."""

    def tell(*states):
        folders = [tmp_path / str(number) for number in range(len(states))]
        for folder, lines in zip(folders, states, strict=True):
            folder.mkdir(exist_ok=True)
            write_lines(folder, lines)
        return alone.load(*folders).walk(f"/v1/changes?limit=500&since={len(states) - 1}")

    return tell


@pytest.mark.parametrize("case", CASES)
def test_the_cause_is_told_at_every_record_that_shows_it(tell, case):
    edits, due = CASES[case]
    found = {(one["kind"], one["id"]): one["cause"] for one in tell(LINES, edited(edits))}
    assert found == due


def test_a_code_s_meaning_changes_its_list_alone(tell):
    added = {"kind": "vocabulary", "id": "measure", "codes": {"boats": "Boats"}}
    [one] = tell(LINES, [*LINES, added])
    assert (one["kind"], one["id"], one["action"], one["cause"]) == ("vocabulary", "measure", "updated", "record")
    assert [change["field"] for change in one["changes"]] == ["codes"]
    assert {"code": "boats", "meaning": "Boats"} in one["document"]["codes"]


def test_words_of_the_past_are_an_update_that_changes_no_property_of_now(tell):
    words = {"earlier": [{"before": "post-tuesday", "title": "Talks are planned"}]}
    twice = {"citations": [*TALKS[1]["citations"], {"key": "d", "source": "gazette-monday"}]}
    [one] = tell(edited({TALK_1: twice}), edited({TALK_1: twice | words}))
    assert (one["id"], one["action"], one["cause"], one["changes"]) == ("harbour-talks-1", "updated", "record", [])


def test_the_reason_of_an_update_is_why_the_desk_corrected_it(tell):
    first = {"what": "the title", "when": "2020-04-01", "why": "It was misread."}
    second = {"what": "the place", "when": "2020-04-02"}
    corrected = [edited({TALK_1: {"corrections": some}}) for some in ([first], [first, second])]
    reasons = [tell(LINES, *corrected[:number])[0].get("reason") for number in (1, 2)]
    assert reasons == ["It was misread.", "the place"]
    assert "reason" not in tell(LINES, edited({TALK_1: {"summary": "They talk."}}))[0]


def test_a_record_that_is_removed_and_comes_back_is_withdrawn_and_created(store, tmp_path):
    without = [line for line in LINES if line["id"] not in ("new-owner", "sequel")]
    for lines in (LINES, without, LINES):
        load(store, write_lines(tmp_path, lines))
    found = [
        (one["kind"], one["id"], one["action"], one["cause"]) for one in store.client().walk("/v1/changes?since=1")
    ]
    assert found == [
        ("event", "sequel", "withdrawn", "removal"),
        ("publisher", "new-owner", "withdrawn", "removal"),
        ("event", "sequel", "created", "reinstatement"),
        ("publisher", "new-owner", "created", "reinstatement"),
    ]


def test_every_edit_of_the_cases_is_of_a_record_that_there_is():
    record = {kind: [line for line in LINES if line["kind"] == kind] for kind in {line["kind"] for line in LINES}}
    assert {key for edits, due in CASES.values() for key in {*edits, *due}} <= lines_of(record).keys()
