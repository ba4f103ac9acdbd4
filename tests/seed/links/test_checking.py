import dataclasses
import hashlib
import json
import signal

import pytest

from seed.faults import RecordRefused
from tests.seed.links.conftest import QUICK

ARTICLE = "<article><p>The keeper <b>spoke</b> of the quay.<p>He left at dusk, they say.</article>"
KEEPER, DUSK = "The keeper spoke of the quay.", "He left at dusk, they say."


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def cited(desk, web):
    """A source with two passages, both of which stand on its page."""
    web.pages["/a"] = ARTICLE
    desk.sources(source=web.url("/a"))
    desk.cite(
        ("source", "The keeper", "the quay.", sha256(KEEPER)), ("source", "He left", "they say.", sha256(DUSK))
    )  # fmt: skip
    return desk


def kept(desk):
    return [json.loads(line) for line in desk.report.read_text().splitlines()]


def age(desk, days):
    text = desk.report.read_text()
    year = kept(desk)[0]["asked_at"][:4]
    desk.report.write_text(text.replace(f'"asked_at":"{year}', f'"asked_at":"{int(year) - days // 365}'))


def test_nothing_is_written_unless_it_is_asked_for(cited):
    before = cited.files()
    assert cited.links().ok
    assert cited.links(passages=True).ok
    assert cited.files() == before


def test_writing_keeps_the_answers_and_leaves_the_record_alone(cited):
    before = cited.files()
    assert cited.links(passages=True, write=True).ok
    after = cited.files()
    assert [path for path in after if path not in before] == [cited.report]
    assert before.items() <= after.items()


def test_no_text_of_a_page_is_kept(cited, web):
    web.pages["/a"] = ARTICLE.replace("quay", "pier")
    cited.links(passages=True, write=True)
    told = cited.report.read_text()
    assert "missing" in told
    assert [word for word in ("keeper", "spoke", "pier", "dusk") if word in told] == []


def test_passages_that_stand_on_their_page_match(cited):
    report = cited.links(passages=True)
    assert report.ok
    assert report.lines() == ["1 addresses: 1 ok; passages on them: 2 matched"]


def test_passages_that_drifted_are_told_with_their_places(cited, web):
    web.pages["/a"] = ARTICLE.replace("spoke", "spoke well").replace("He left", "He fled")
    report = cited.links(passages=True)
    assert not report.ok
    drifted, missing, total = report.lines()
    place, url = cited.record / "events.yaml", web.url("/a")
    assert drifted.startswith(f"{place}:4:42: e~k1: {url}: drifted: its first and last words are there")
    assert missing.startswith(f"{place}:5:42: e~k2: {url}: missing: `starts`")
    assert total == "1 addresses: 1 ok; passages on them: 1 drifted, 1 missing"


def test_passages_are_looked_up_in_the_archived_copy_too(cited, web):
    web.pages["/old"] = "<p>Nothing of it"
    with (cited.record / "sources.yaml").open("a") as file:
        file.write(f"  archive_url: {web.url('/old')}\n")
    assert cited.links(passages=True).lines()[-1].endswith("passages on them: 2 matched, 2 missing")


def test_a_page_that_holds_no_text_holds_no_passage(cited, web):
    web.pages["/a"] = (200, {"Content-Type": "application/pdf"}, b"%PDF")
    report = cited.links(passages=True)
    assert not report.ok
    assert report.lines()[0].endswith("not_held: it is 'application/pdf'; only HTML and plain text are read")


def test_one_address_of_two_sources_is_asked_once_and_told_twice(desk, web):
    desk.sources(one=web.url("/a#x"), two=web.url("/a"))
    one, two, total = desk.links().lines()
    assert web.paths() == ["/a"]
    assert (one.split(": ")[:2], two.split(": ")[:2]) == (
        [f"{desk.record / 'sources.yaml'}:3:8", "one"], [f"{desk.record / 'sources.yaml'}:6:8", "two"]
    )  # fmt: skip
    assert total == "1 addresses: 1 gone"


def test_advice_to_archive_is_given_where_there_is_no_archived_copy(desk, web):
    web.pages["/old"] = "<p>A copy"
    desk.sources(source=web.url("/a"))
    assert desk.links().lines()[0].endswith("; name an archived copy in `archive_url`")
    with (desk.record / "sources.yaml").open("a") as file:
        file.write(f"  archive_url: {web.url('/old')}\n")
    assert desk.links().lines()[0].endswith("gone: it answers 404 Not Found")


def test_what_was_answered_lately_is_not_asked_again(cited, web):
    web.pages["/gone"] = (410, {}, b"")
    cited.sources(source=web.url("/a"), other=web.url("/gone"))
    first = cited.links(write=True).lines()
    assert cited.links(write=True).lines() == first
    assert sorted(web.paths()) == ["/a", "/gone"]


@pytest.mark.parametrize("options", [{"write": True, "again": True}, {"write": True, "days": 0}, {}])
def test_what_was_answered_lately_is_asked_again_on_request_and_without_writing(cited, web, options):
    cited.links(write=True)
    cited.links(**options)
    assert web.paths() == ["/a", "/a"]


def test_what_was_answered_long_ago_is_asked_again(cited, web):
    cited.links(write=True)
    age(cited, 365)
    cited.links(write=True, days=300)
    assert web.paths() == ["/a", "/a"]


def test_what_failed_is_asked_again(desk, web):
    web.pages["/a"] = [(403, {}, b""), "<p>Here"]
    desk.sources(source=web.url("/a"))
    assert not desk.links(write=True).ok
    assert desk.links(write=True).ok


def test_an_answer_without_passages_is_none_to_a_question_for_them(cited, web):
    cited.links(write=True)
    cited.links(write=True, passages=True)
    cited.links(write=True, passages=True)
    assert web.paths() == ["/a", "/a"]


def test_a_passage_that_is_new_in_the_record_is_looked_up(cited, web):
    cited.links(write=True, passages=True)
    cited.cite(("source", "The keeper", "the quay.", sha256(KEEPER)), ("source", "He fled", "they say."))
    assert cited.links(write=True, passages=True).lines()[-1].endswith("1 matched, 1 missing")


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("write", [True, False])
def test_an_interrupted_run_tells_what_it_has_and_goes_on_where_it_stopped(desk, web, write):
    names = [f"/{n}" for n in range(6)]
    web.pages |= dict.fromkeys(names, "<p>Here")
    desk.sources(**{f"s{name[1:]}": web.url(name) for name in names})

    def press(done, total):
        assert total == 6
        if done == 2:
            signal.raise_signal(signal.SIGINT)

    stopped = desk.links(write=write, tell=press, manners=dataclasses.replace(QUICK, pause=0.05))
    assert not stopped.ok
    assert not stopped.is_whole
    assert stopped.lines() == ["6 addresses: 2 ok, 4 not asked"]
    assert desk.links(write=write).lines() == ["6 addresses: 6 ok"]
    assert sorted(web.paths()) == sorted(names if write else [*names, *names[:2]])


@pytest.mark.parametrize("left", [1, 5, 7, 30, -1])
def test_a_last_line_that_was_cut_off_is_passed_over_and_replaced(desk, web, left):
    web.pages |= {"/a": "<p>A", "/b": "<p>B"}
    desk.sources(a=web.url("/a"), b=web.url("/b"))
    desk.links(write=True)
    first, second = desk.report.read_bytes().splitlines(keepends=True)
    desk.report.write_bytes(first + second[:left])
    assert desk.links().ok
    assert desk.links(write=True).ok
    assert [line["url"] for line in kept(desk)] == [web.url("/a"), web.url("/b")]
    assert sorted(web.paths()) == ["/a", "/a", "/b", "/b", "/b"]


def test_a_file_that_is_no_report_is_refused_and_left_alone(cited, web):
    for content in (b"notes", b"notes\n", b'{"kind": "actor"}\n', b"\xff\n"):
        cited.report.write_bytes(content)
        with pytest.raises(RecordRefused, match=rf"{cited.report}:1:1: no answer of an address; expected"):
            cited.links(write=True)
        assert cited.report.read_bytes() == content
    assert web.paths() == []


def test_a_report_in_the_record_is_refused_unless_it_is_hidden(cited, web):
    link = cited.folder / "link"
    link.symlink_to(cited.record)
    for folder in (cited.record, link):
        cited.report = folder / "links.ndjson"
        with pytest.raises(RecordRefused, match="would be read as a part of the record"):
            cited.links(write=True)
        assert not cited.report.exists()
    cited.report = cited.record / ".links.ndjson"
    assert cited.links(write=True).ok
    assert cited.links(write=True).ok


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(cited, web):
    cited.report = cited.folder / "none" / "links.ndjson"
    with pytest.raises(RecordRefused, match=r"cannot be written: no such file or directory"):
        cited.links(write=True)
    assert web.paths() == []


def test_a_record_with_faults_is_refused_before_anything_is_asked(cited, web):
    (cited.record / "actors.yaml").write_text("- id: a\n  nmae: A\n")
    with pytest.raises(RecordRefused, match="unknown key 'nmae'"):
        cited.links()
    assert web.paths() == []


def test_a_record_without_an_address_has_nothing_to_ask(desk):
    desk.cite(("source", "a b", "c d"))
    assert desk.links(passages=True).lines() == ["0 addresses: none; passages on them: none"]


def test_a_changed_text_is_told_with_the_day_of_the_old_one(desk, web):
    web.pages["/a"] = ARTICLE
    desk.sources(source=web.url("/a"))
    desk.links(write=True, passages=True)
    day = kept(desk)[0]["asked_at"][:10]
    web.pages["/a"] = ARTICLE.replace("dusk", "dawn")
    first = desk.links(passages=True)
    assert not first.ok
    assert first.lines()[0].endswith(f"/a: changed: its text is not what it was on {day}")
    assert desk.links(passages=True, write=True, again=True).lines() == first.lines()
    assert desk.links(passages=True, write=True).lines() == first.lines()
    assert desk.links(passages=True, write=True, again=True).ok


def test_a_changed_text_in_which_every_passage_stands_is_told_and_well(cited, web):
    cited.links(write=True, passages=True)
    web.pages["/a"] = ARTICLE.replace("</article>", "<p>Updated.</article>")
    report = cited.links(passages=True)
    assert report.ok
    assert report.lines()[-1] == "1 addresses: 1 changed; passages on them: 2 matched"


@pytest.mark.parametrize(("header", "old", "new"), [
    ("ETag", '"1"', '"2"'),
    ("Last-Modified", "Mon, 02 Mar 2020 10:00:00 GMT", "Tue, 03 Mar 2020 10:00:00 GMT"),
])  # fmt: skip
def test_without_its_text_a_page_has_changed_when_its_headers_say_so(desk, web, header, old, new):
    web.pages["/a"] = (200, {header: old}, "<p>One")
    desk.sources(source=web.url("/a"))
    desk.links(write=True)
    web.pages["/a"] = (200, {header: old}, "<p>Two")
    assert desk.links().ok
    web.pages["/a"] = (200, {header: new}, "<p>One")
    assert f"changed: its {header} is not what it was on" in desk.told()


def test_the_text_is_believed_before_the_headers(desk, web):
    web.pages["/a"] = (200, {"ETag": '"1"'}, "<p>One")
    desk.sources(source=web.url("/a"))
    desk.links(write=True, passages=True)
    web.pages["/a"] = (200, {"ETag": '"2"'}, "<p>One")
    assert desk.links(passages=True).ok
    assert not desk.links().ok


def test_a_failure_between_two_answers_does_not_hide_a_change(desk, web):
    web.pages["/a"] = "<p>One"
    desk.sources(source=web.url("/a"))
    desk.links(write=True, passages=True)
    web.pages["/a"] = (403, {}, b"")
    desk.links(write=True, passages=True, again=True)
    web.pages["/a"] = "<p>Two"
    assert "changed: its text" in desk.links(passages=True).lines()[0]
