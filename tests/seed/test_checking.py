"""What must hold of the record as a whole, and that every fault of every file is told in one run."""

import gc
import json
from pathlib import Path

import pytest

from seed import checking
from seed.checking import check, warnings
from seed.faults import RecordRefused
from seed.reading import Item
from seed.vocabularies import vocabularies
from tests.harbour import ACTORS, EVENTS, FILES, LOCATIONS, SOURCES, check_files, faults_of
from tests.invented import event_line, reference_lines, write_lines

UNCITED = "no citation supports the event; expected at least one that does (bulk data: --allow-uncited)"


def test_the_sound_record_is_sound(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[old-harbour]", "[old-habour]", "events.yaml:8:15: unknown location 'old-habour'; nearest: 'old-harbour'"),
        ("[old-harbour]", "[xyz]", "events.yaml:8:15: unknown location 'xyz'; expected an id that the record has"),
        ("actor: anna-berg", "actor: ana-berg", "events.yaml:13:15: unknown actor 'ana-berg'; nearest: 'anna-berg'"),
        ("attributed_to: anna-berg", "attributed_to: gazette",
         "events.yaml:19:22: unknown actor 'gazette'; expected an id that the record has"),
        ("source: gazette-monday\n", "source: gazette-munday\n",
         "events.yaml:16:15: unknown source 'gazette-munday'; nearest: 'gazette-monday'"),
        ("source: gazette-monday\n", "source: gazette-monday\n      origin: posts\n",
         "events.yaml:17:15: unknown publisher 'posts'; nearest: 'post'"),
        ("part_of, event: harbour-talks", "part_of, event: harbor-talks",
         "events.yaml:26:30: unknown event 'harbor-talks'; nearest: 'harbour-talks'"),
        ("publisher: post", "publisher: island",
         "sources.yaml:10:14: unknown publisher 'island'; expected an id that the record has"),
        ("{source: gazette-monday", "{source: gazete-monday",
         "sources.yaml:12:16: unknown source 'gazete-monday'; nearest: 'gazette-monday'"),
        ("organisation: sea-league", "organisation: sea-leage",
         "actors.yaml:8:38: unknown actor 'sea-leage'; nearest: 'sea-league'"),
        ("parent: north-coast", "parent: nort-coast",
         "locations.yaml:6:11: unknown location 'nort-coast'; nearest: 'north-coast'"),
        ("type: consult", "type: Consult", "events.yaml:6:9: unknown type 'Consult'; nearest: 'consult'"),
        ("modality: occurred", "modality: ocurred",
         "events.yaml:7:13: unknown modality 'ocurred'; nearest: 'occurred'"),
        ("role: initiator", "role: initator", "events.yaml:13:32: unknown role 'initator'; nearest: 'initiator'"),
        ("measure: people", "measure: peeple", "events.yaml:10:17: unknown measure 'peeple'; nearest: 'people'"),
        ("post-tuesday}", "post-tuesday, stance: support}",
         "events.yaml:24:51: unknown stance 'support'; nearest: 'supports'"),
        ("part_of, event", "part-of, event", "events.yaml:26:14: unknown relation 'part-of'; nearest: 'part_of'"),
        ("how: reprints", "how: zzz",
         "sources.yaml:12:37: unknown lineage 'zzz'; expected one of reprints, paraphrases, summarises, cites"),
        ("kind: article", "kind: artcle", "sources.yaml:5:9: unknown source kind 'artcle'; nearest: 'article'"),
        ("ownership: state", "ownership: State", "publishers.yaml:5:14: unknown ownership 'State'; nearest: 'state'"),
        ("country: NO", "country: no", "publishers.yaml:4:12: unknown country 'no'; nearest: 'NO'"),
        ("country: NO", "country: UK",
         "publishers.yaml:4:12: unknown country 'UK'; expected a code of ISO 3166-1 such as GB or UA"),
        ("precision: exact", "precision: exactly",
         "locations.yaml:9:14: unknown precision 'exactly'; nearest: 'exact'"),
        ("\n    - {key: monday, source: post-tuesday}", " []", f"events.yaml:23:14: {UNCITED}"),
        ("  citations:\n    - {key: monday, source: post-tuesday}\n", "", f"events.yaml:20:3: {UNCITED}"),
        ("post-tuesday}", "post-tuesday, stance: mentions}", f"events.yaml:24:5: {UNCITED}"),
        ("parent: north-coast", "parent: old-harbour",
         "locations.yaml:6:11: a cycle: old-harbour > old-harbour; expected a hierarchy"),
        ("{source: gazette-monday", "{source: post-tuesday",
         "sources.yaml:12:16: a cycle: post-tuesday > post-tuesday; expected a hierarchy"),
        ("{source: gazette-monday, how: reprints}",
         "{source: gazette-monday, how: reprints}\n    - {publisher: post, how: summarises}",
         "events.yaml:24:7: expected an origin, since post-tuesday has several: gazette, post"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_alone_at_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert faults_of(tmp_path, (old, new)) == [told]


@pytest.mark.parametrize(
    ("old", "new", "places", "path"),
    [
        ("type: coast", "parent: old-harbour", ["locations.yaml:3:11", "locations.yaml:6:11"],
         "north-coast > old-harbour > north-coast"),
        ("type: organisation", "member_of: [anna-berg]", ["actors.yaml:3:15", "actors.yaml:9:15"],
         "sea-league > anna-berg > sea-league"),
        ("kind: article", "derived_from: [{source: post-tuesday, how: reprints}]",
         ["sources.yaml:12:16", "sources.yaml:5:27"], "gazette-monday > post-tuesday > gazette-monday"),
        ("  tags: [fishing]", "  relations: [{type: part_of, event: second-round}]",
         ["events.yaml:11:38", "events.yaml:26:30"], "harbour-talks > second-round > harbour-talks"),
    ],
)  # fmt: skip
def test_a_cycle_is_told_at_every_record_that_is_in_it(
    tmp_path: Path, old: str, new: str, places: list[str], path: str
) -> None:
    faults = faults_of(tmp_path, (old, new))
    assert sorted(faults) == [f"{place}: a cycle: {path}; expected a hierarchy" for place in places]


def test_a_cycle_of_a_record_whose_id_another_has_is_no_hindrance_to_telling_that(tmp_path: Path) -> None:
    changes = ("id: sea-league\n", "id: anna-berg\n"), ("organisation: sea-league", "organisation: anna-berg")
    faults = faults_of(tmp_path, *changes, ("member_of: [sea-league]", "member_of: [anna-berg]"))
    assert [fault.split(": ")[0] for fault in faults] == ["actors.yaml:1:7", "actors.yaml:4:7"]
    assert all("the id 'anna-berg' stands at" in fault for fault in faults)


@pytest.mark.parametrize("value", [5, True, 1.5, "text", {"a": 1}, [5], [[1]]])
def test_what_is_no_lineage_and_no_stance_at_all_is_told_at_its_place(tmp_path: Path, value: object) -> None:
    lines = [
        {"kind": "source", "id": "a", "title": "A", "derived_from": value},
        {"kind": "event", "id": "b", "title": "B", "citations": [{"key": "a", "source": "a", "stance": value}]},
    ]
    faults = check_files(tmp_path, {"a.ndjson": "\n".join(map(json.dumps, lines))})
    assert {fault.split(":")[1] for fault in faults} == {"1", "2"}


def test_other_relations_may_go_round(tmp_path: Path) -> None:
    assert faults_of(tmp_path, ("  tags: [fishing]", "  relations: [{type: follows, event: second-round}]")) == []


def test_sources_may_cite_one_another(tmp_path: Path) -> None:
    cited = ("kind: article", "derived_from: [{source: post-tuesday, how: cites}]")
    assert faults_of(tmp_path, cited) == []
    assert faults_of(tmp_path, cited, ("how: reprints", "how: cites")) == []


def test_a_checked_record_holds_no_raw_items(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(one, Item) for one in gc.get_objects())
        assert check([tmp_path]).event
        assert sum(isinstance(one, Item) for one in gc.get_objects()) <= before + 1
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("types", "unknown list 'types'; nearest: 'type'"),
        ("event", "unknown list 'event'; expected one of action, actor-type, claim-relation, date-precision, lineage,"),
        ("country", "the list 'country' is complete, as ISO 3166-1; expected no addition to it"),
        ("measure", None),
    ],
)
def test_codes_may_only_be_added_to_the_shipped_lists(tmp_path: Path, name: str, told: str | None) -> None:
    added = {"vocabularies.yaml": f"- id: {name}\n  codes: {{zz: Another}}\n"}
    faults = check_files(tmp_path, FILES | added)
    assert len(faults) == (told is not None)
    assert all(fault.startswith(f"vocabularies.yaml:1:7: {told}") for fault in faults), faults


def test_a_desk_may_explain_a_shipped_code_anew_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "vocabularies.yaml").write_text("- {id: measure, codes: {troops: Soldiers on the ground}}\n")
    shipped, own = vocabularies([])["measure"].codes, check([tmp_path]).vocabulary["measure"].codes
    assert own == shipped | {"troops": "Soldiers on the ground"}
    assert own != shipped


def test_a_cycle_is_found_in_a_long_chain(tmp_path: Path) -> None:
    places = [{"kind": "location", "id": f"p{n}", "name": "P", "parent": f"p{n + 1}"} for n in range(20_000)]
    lines = [json.dumps(place) for place in [*places, {"kind": "location", "id": "p20000", "name": "P"}]]
    assert check_files(tmp_path, {"a.ndjson": "\n".join(lines)}) == []
    lines[-1] = lines[-1].replace("}", ', "parent": "p19999"}')
    faults = check_files(tmp_path, {"a.ndjson": "\n".join(lines)})
    assert [fault.split(": ")[0] for fault in faults] == ["a.ndjson:20000:61", "a.ndjson:20001:61"]


def test_a_record_with_faults_is_there_for_those_that_refer_to_it(tmp_path: Path) -> None:
    changes = [
        (f"name: {name}", f"nam: {name}") for name in ("Anna Berg", "Sea League", "Harbour Gazette", "Old Harbour")
    ]
    changes += [("title: A meeting", "titel: A meeting"), ("title: Talks", "titel: Talks")]
    faults = faults_of(tmp_path, *changes)
    assert len(faults) == 12
    assert not [fault for fault in faults if "unknown key" not in fault and "is missing" not in fault]


@pytest.mark.parametrize("written", ["Anna-Berg", "anna berg", "anna_berg"])
def test_who_refers_to_an_id_that_is_miswritten_where_it_stands_is_not_blamed(tmp_path: Path, written: str) -> None:
    [fault] = faults_of(tmp_path, ("id: anna-berg", f"id: {written}"))
    assert fault.startswith("actors.yaml:4:7: id: expected lower-case letters")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("  name: Sea League", "  name Sea League", "actors.yaml:2:3"),
        ("- id: sea-league", "- id sea-league", "actors.yaml:1:3"),
        ("- id: sea-league", "-id: sea-league", "actors.yaml:1:1"),
        ("  name: Sea League", '  name: "Sea League', "actors.yaml:2:9"),
        ("  name: Sea League", "\tname: Sea League", "actors.yaml:2:1"),
        ("  name: Sea League", "  name: Sea League: all", "actors.yaml:2:19"),
        ("  type: organisation", "   type: organisation", "actors.yaml:3:8"),
    ],
)
def test_what_a_broken_item_holds_is_not_called_unknown_and_what_stands_around_it_is_checked(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    changes = [(old, new), ("type: person", "type: persn"), ("parent: north-coast", "parent: north")]
    assert [fault.split(": ")[0] for fault in faults_of(tmp_path, *changes)] == [
        place, "actors.yaml:6:9", "locations.yaml:6:11",
    ]  # fmt: skip


def test_a_broken_line_of_ndjson_holds_its_record_too(tmp_path: Path) -> None:
    lines = [
        {"kind": "location", "id": "north-coast", "name": "North Coast"},
        {"kind": "location", "id": "old-harbour", "name": "Old Harbour", "parent": "north-coast"},
        {"kind": "location", "id": "new-harbour", "name": "New Harbour", "parent": "nort-coast"},
    ]
    written = [json.dumps(line) for line in lines]
    for broken in (
        written[0][:-1],
        written[0].replace(",", "", 1),
        written[0].replace("location", "place"),
        f"[{written[0]}]",
    ):
        faults = check_files(tmp_path, {"a.ndjson": "\n".join([broken, *written[1:]])})
        assert [fault.split(":")[1] for fault in faults] == ["1", "3"], faults


def test_the_rest_is_not_called_unknown_when_a_file_cannot_be_read_at_all(tmp_path: Path) -> None:
    (tmp_path / "actors.yaml").symlink_to(tmp_path / "nothing")
    files = {name: content for name, content in FILES.items() if name != "actors.yaml"}
    assert check_files(tmp_path, files) == ["actors.yaml:1:1: a link to nothing, or no file; expected a readable file"]


def test_every_fault_in_every_file_is_told_in_one_run(tmp_path: Path) -> None:
    damaged = {
        "actors.yaml": ACTORS.replace("type: person", "type: persn").replace("name: Sea", "nam: Sea"),
        "events.yaml": EVENTS.replace("high: 5}", "high: 5").replace("source: post", "source: pst"),
        "locations.yaml": LOCATIONS.replace("60.5", "91").replace("exact", "exactly"),
        "sources.yaml": SOURCES.replace("2020-03-04", "2020-03-02").replace("gazette.example", ""),
        "bulk.ndjson": '{"kind": "actor", "id": "x", "name": 7}\n{\n{"kind": "actor", "id": "x", "name": "X"}\n',
    }
    assert [fault.split(": ")[0] for fault in check_files(tmp_path, FILES | damaged)] == [
        "actors.yaml:1:3", "actors.yaml:2:3", "actors.yaml:6:9",
        "bulk.ndjson:1:25", "bulk.ndjson:1:38", "bulk.ndjson:2:2",
        "bulk.ndjson:3:25", "events.yaml:10:7", "events.yaml:24:29", "locations.yaml:7:13", "locations.yaml:9:14",
        "sources.yaml:4:8", "sources.yaml:7:12",
    ]  # fmt: skip


def test_faults_without_end_are_cut_short(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {}\n" * 50_000)
    with pytest.raises(RecordRefused) as refused:
        check([tmp_path])
    assert len(refused.value.faults) == 10_000
    assert str(refused.value).endswith("The first 10000 faults; there may be more.")


def test_garbage_is_looked_for_again_whatever_came_of_it(tmp_path: Path) -> None:
    """In a process that serves afterwards, it would else never be."""
    for files in (FILES, FILES | {"events.yaml": EVENTS.replace("source: post", "source: pst")}):
        assert gc.isenabled()
        check_files(tmp_path, files)
        assert gc.isenabled()


LATER = [{"key": "a", "source": "gazette-monday"}, {"key": "b", "source": "post-tuesday"}]


@pytest.mark.parametrize(
    ("edit", "is_told"),
    [
        ({}, True),
        ({"earlier": []}, False),
        ({"earlier": [{"before": "post-tuesday", "title": "Talks are due"}]}, False),
        ({"citations": LATER[:1]}, False),
        ({"citations": [LATER[0], LATER[0] | {"key": "c"}]}, False),
        ({"status": "withdrawn", "reason": "It was none."}, False),
    ],
)
def test_who_does_not_say_how_an_event_stood_before_is_warned(
    tmp_path: Path, edit: dict[str, object], is_told: bool
) -> None:
    path = write_lines(tmp_path, [*reference_lines(), event_line(0, **{"relations": [], "citations": LATER} | edit)])
    told = list(warnings([path], check([path])))
    assert [f"warning: {one}" for one in ["harbour-talks-0"] * is_told] == [
        one.partition(": ")[2].rpartition(": ")[0] for one in told
    ]


def test_warnings_without_end_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_WARNINGS", 3)
    for count, last in ((3, "harbour-talks-2"), (5, "2 more such warnings.")):
        events = [event_line(number, relations=[], citations=LATER) for number in range(count)]
        path = write_lines(tmp_path, [*reference_lines(), *events])
        told = list(warnings([path], check([path])))
        assert len(told) == min(count, 4)
        assert last in told[-1]
