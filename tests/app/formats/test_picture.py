"""The picture of a timeline: well-formed, whole in what it tells, and without anything on anything else."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from app.formats.picture.text import cut, width, wrap
from tests.awkward import HOSTILE, LONG, awkward_lines
from tests.conftest import RECORD, Client, Store
from tests.generator import generate, write
from tests.invented import event_line, reference_lines, write_lines

SVG = "{http://www.w3.org/2000/svg}"
UNSEEN = ("title", "desc", "style", "metadata")
ADDRESS = "/v1/events.svg"


def load(make_store: Callable[[str], Store], folder: Any, lines: list[dict[str, Any]]) -> Client:
    store = make_store("sqlite")
    store.load(
        write_lines(folder, ({key: value for key, value in line.items() if value is not None} for line in lines))
    )
    return store.client(public_url="https://dateline.example/news")


@pytest.fixture(scope="module")
def awkward(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    return load(make_store, tmp_path_factory.mktemp("record"), awkward_lines())


@pytest.fixture(scope="module")
def record_store(make_store: Callable[[str], Store]) -> Store:
    store = make_store("sqlite")
    store.load(RECORD, allow_uncited=False)
    return store


@pytest.fixture(scope="module")
def record(record_store: Store) -> Client:
    return record_store.client()


@pytest.fixture(scope="module")
def made_up(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write(generate(5, 500), tmp_path_factory.mktemp("record")))
    return store.client()


def draw(client: Client, question: str = "") -> Any:
    answer = client.get(f"{ADDRESS}{question}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/svg+xml"
    return etree.fromstring(answer.content)


def texts(root: Any) -> list[str]:
    """The lines that are seen."""
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def seen(root: Any) -> str:
    return " ".join(texts(root))


def ticks(root: Any) -> list[str]:
    return [one.text for one in root.iter(f"{SVG}text") if one.get("text-anchor") == "middle"]


def boxes(root: Any) -> Iterator[tuple[float, float, float, float, str]]:
    """Where each line of text stands, as wide as it may be."""
    for one in root.iter(f"{SVG}text"):
        text, size = "".join(one.itertext()), float(one.get("font-size"))
        its = width(text, size) * 0.9
        left = float(one.get("x")) - {"middle": its / 2, "end": its}.get(one.get("text-anchor"), 0)
        y = float(one.get("y"))
        yield left, left + its, y - size * 0.75, y + size * 0.2, text


def overlapping(root: Any) -> list[tuple[str, str]]:
    pairs, near = [], []
    for one in sorted(boxes(root), key=lambda box: box[2]):
        near = [other for other in near if other[3] > one[2]]
        pairs += [(one[4], other[4]) for other in near if one[0] < other[1] and other[0] < one[1]]
        near.append(one)
    return pairs


def test_it_is_an_image_with_a_title_and_a_description(record):
    root = draw(record, "?tag=geneva-talks")
    assert root.get("role") == "img"
    named = {one.get("id"): one.text for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("aria-labelledby").split() == list(named)
    assert "Geneva" in named["desc"]
    assert "tag: geneva-talks" in named["title"]
    assert float(root.get("width")) == 720
    assert root.get("viewBox") == f"0 0 720 {root.get('height')}"


def test_days_at_the_end_of_a_year_have_ticks_and_their_year(record):
    """Ten events of 30 December, and five of later days."""
    told = ticks(draw(record, "?limit=15&known_at=2021-12-30"))
    assert "2021" in told
    assert "2022" not in told[: told.index("2021")]
    assert told[0] == "30 Dec"


@pytest.mark.parametrize("question", ["", "?limit=1", "?limit=500", "?q=nothing-of-the-sort", "?date_to=2014-12-31"])
def test_no_line_of_text_stands_on_another(record, question):
    assert overlapping(draw(record, question)) == []


@pytest.mark.parametrize("question", ["?limit=500", "?limit=20", "?modality=alleged"])
def test_nor_in_made_up_records(made_up, awkward, question):
    assert overlapping(draw(made_up, question)) == []
    assert overlapping(draw(awkward, question)) == []


@pytest.mark.parametrize("question", ["", "?limit=500", "?limit=1", "?q=nothing-of-the-sort"])
def test_everything_stands_on_the_paper(record, made_up, awkward, question):
    for client in (record, made_up, awkward):
        root = draw(client, question)
        for left, right, top, bottom, text in boxes(root):
            assert left >= 0, text
            assert right <= 720, text
            assert 0 <= top < bottom <= float(root.get("height")), text


def test_no_event_is_silently_left_out(record, made_up):
    for client in (record, made_up):
        root = draw(client, "?limit=500")
        titles = [one["title"] for one in client.walk("/v1/events?limit=500") if "start_date" in one]
        told = " ".join(" ".join(one.text.split()) for one in root.iter(f"{SVG}title"))
        assert [title for title in titles if " ".join(title.split()) not in told] == []


def test_it_says_how_many_events_are_not_shown(record):
    total = record.get("/v1/events?count=exact&limit=1").json()["meta"]["total"]
    assert f"7 of {total} events; {total - 7} are not shown." in seen(draw(record, "?limit=7"))
    assert "not shown" not in seen(draw(record, "?limit=500"))
    assert "count=exact" not in record.get(f"{ADDRESS}?limit=7").headers["Link"]


def test_hostile_words_are_text(awkward):
    root = draw(awkward, "?id=hostile")
    assert not list(root.iter(f"{SVG}script"))
    assert any(HOSTILE in one.text for one in root.iter(f"{SVG}title"))
    assert '<script>alert("1")</script>' in seen(root)


def test_a_long_title_is_cut_with_an_ellipsis_and_whole_in_its_tooltip(awkward):
    root = draw(awkward, "?id=long-title")
    assert any(one.startswith("Łódź") and one.endswith("…") for one in texts(root))
    assert any(LONG[:300].strip() in one.text for one in root.iter(f"{SVG}title"))


def test_what_xml_forbids_is_left_out(record_store):
    """The record refuses it already, the settings do not."""
    root = draw(record_store.client(title="Bell \u0007 and \ufffe end\u0085\u2028line"), "?limit=1")
    assert "Bell and end line" in seen(root)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("?date_from=2022-02-24&date_to=2022-02-24&date_match=within", ["24 Feb"]),
        ("?date_from=2021-12-27&date_to=2021-12-31&date_match=within", ["12:00", "27 Dec 2021"]),
    ],
)
def test_ticks_suit_the_days_of_the_question(record, question, expected):
    assert [one for one in expected if one not in ticks(draw(record, question))] == []


def dated(make_store: Callable[[str], Store], folder: Any, *dates: str, **changed: Any) -> Any:
    events = [event_line(0, id=f"e-{at}", date=date, relations=[], **changed) for at, date in enumerate(dates)]
    return draw(load(make_store, folder, [*reference_lines(), *events]))


def test_years_and_centuries_have_ticks_of_their_own(make_store, tmp_path):
    assert {"1970", "1980", "1990"} <= set(ticks(dated(make_store, tmp_path, "1964/1966", "1978-02", "1991-05-01")))
    ages = ticks(dated(make_store, tmp_path, "0001-01-01", "3000-06-01", "6000-06-01", "9999-12-31"))
    assert {"1000", "5000", "9000"} <= set(ages)


def test_times_of_one_day_have_ticks_of_hours(make_store, tmp_path):
    line = {"date": "2022-02-24", "relations": []}
    events = [event_line(0, id=f"e-{hour}", start_time=f"{hour:02}:40+02:00", **line) for hour in (3, 5, 9)]
    root = draw(load(make_store, tmp_path, [*reference_lines(), *events]))
    assert {"04:00", "06:00", "24 Feb 2022"} <= set(ticks(root))
    assert "24 Feb 2022, 03:40+02:00" in seen(root)


def test_long_empty_times_are_cut_out_and_marked(make_store, tmp_path):
    root = dated(make_store, tmp_path, "1962-10-20", "2022-02-01", "2022-02-10", "2022-02-20")
    slanted = [one for one in root.iter(f"{SVG}path") if one.get("d").endswith("l6 -12")]
    assert len(slanted) == 2
    assert {"1962", "2022"} <= set(ticks(root))


def test_uncertain_dates_look_uncertain(awkward):
    def drawn(event_id: str) -> str:
        return etree.tostring(draw(awkward, f"?id={event_id}"), encoding="unicode")

    assert 'stroke-dasharray="4 2.5"' in drawn("within")
    assert 'fill-opacity="0.4"' in drawn("lasting")
    assert "a8.5 8.5" in drawn("about")
    assert "at some time within" in drawn("within")
    for open_end in ("open-start", "open-end", "by-then", "or-later"):
        assert "open end" in drawn(open_end), open_end
    assert "Undated" in drawn("undated")


def test_marks_differ_by_shape_and_filling_not_by_colour_alone(record):
    root = draw(record, "?limit=500")
    marks = {
        tuple((path.get("d"), path.get("fill") == "#ffffff", path.get("stroke-dasharray")) for path in group)
        for group in root.iter(f"{SVG}g")
        if (group.get("transform") or "").startswith("translate")
    }
    asked = {(one.get("type"), one.get("modality")) for one in record.walk("/v1/events?limit=500")}
    assert len(marks) > 15
    assert len({type_ for type_, _ in asked}) > 10


def test_disputes_and_origins_are_told(awkward):
    assert "1\xa0source,\xa01\xa0origin · ≠\xa0disputed" in draw(awkward, "?id=hostile").find(f"{SVG}desc").text
    assert "sources disagree" in seen(draw(awkward, "?id=hostile"))
    assert "sources disagree" not in seen(draw(awkward, "?id=nowhere"))


def test_citations_and_claims_are_in_its_metadata_as_the_api_serves_them(awkward):
    (event,) = json.loads(draw(awkward, "?id=hostile").find(f"{SVG}metadata").text)["events"]
    served = awkward.get("/v1/events/hostile").json()["data"]
    assert event == {
        "id": "hostile", "url": served["links"]["canonical"] if served["links"]["canonical"].startswith("http")
        else f"https://dateline.example/news{served['links']['canonical']}",
        "citations": served["citations"], "claims": served["claims"],
    }  # fmt: skip


def test_licence_revision_and_address_stand_below(awkward):
    question = "?id=hostile&known_at=2020-03-31"
    told = seen(draw(awkward, question))
    assert "Dateline, CC-BY-4.0. Revision 1." in told
    assert f"https://dateline.example/news{ADDRESS}{question}" in told
    assert "What was known by 31 March 2020." in told


def test_known_at_draws_what_was_known(record):
    then, now = (draw(record, f"?limit=500{at}") for at in ("&known_at=2021-12-30T18:12:00Z", ""))
    assert len(list(then.iter(f"{SVG}title"))) < len(list(now.iter(f"{SVG}title")))


def test_dark_screens_repaint_it_and_paper_does_not(record):
    style = draw(record).find(f"{SVG}style").text
    assert style.startswith("@media screen and (prefers-color-scheme: dark)")
    painted = {name for one in draw(record).iter() for name in (one.get("class") or "").split()}
    assert [name for name in painted if f".{name}{{" not in style] == []
    for one in draw(record).iter():
        assert not one.get("class") or one.get("fill") or one.get("stroke"), "a fallback without CSS"


def test_text_is_read_at_700_pixels(record):
    assert min(float(one.get("font-size")) for one in draw(record, "?limit=500").iter(f"{SVG}text")) >= 10


def test_it_is_cached_as_every_answer(record):
    first = record.get(ADDRESS)
    again = record.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert re.search(r"max-age=\d+", first.headers["Cache-Control"])


def test_text_is_cut_and_wrapped_to_the_room():
    assert cut("short", 10, 100) == "short"
    assert cut("a" * 50, 10, 100).endswith("…")
    assert width(cut("W" * 50, 10, 100), 10) <= 100
    assert wrap("one two three", 10, 45, 3) == ["one two", "three"]
    assert wrap("", 10, 45, 3) == [""]
    assert [line for line in wrap("z" * 200, 10, 60, 4) if width(line, 10) > 60] == []


def test_a_cut_tears_no_letter_from_its_accents():
    family = "👨\u200d👩\u200d👧"
    for room in range(5, 80):
        kept = cut(f"e\u0301e\u0301e\u0301{family}{family}", 10, room).removesuffix("…")
        assert not kept.endswith(("e", "\u200d")), (room, kept)
