"""Dates in words, for readers: every form that the record allows."""

import pytest

from app.wording.dates import is_approximate, tell_date, tell_event, tell_instant, tell_published, tell_when
from seed.dates import parse_date
from tests.generator import generate

FORMS = [
    ("2021-12-27", "27 December 2021", "27 Dec 2021"),
    ("2021-12", "December 2021", "Dec 2021"),
    ("2021-12-XX", "December 2021", "Dec 2021"),
    ("2021-23", "autumn 2021", "autumn 2021"),
    ("2014", "2014", "2014"),
    ("0001", "1", "1"),
    ("2021-XX", "2021", "2021"),
    ("2021-XX-XX", "2021", "2021"),
    ("201X", "2010s", "2010s"),
    ("20XX", "between 2000 and 2099", "within 2000–2099"),
    ("2021-12-07~", "about 7 December 2021", "about 7 Dec 2021"),
    ("2021-12-07?", "perhaps 7 December 2021", "perhaps 7 Dec 2021"),
    ("2021-12%", "perhaps about December 2021", "perhaps about Dec 2021"),
    ("[2021-12-27..2021-12-30]", "between 27 and 30 December 2021", "within 27–30 Dec 2021"),
    ("[2021-11-27..2021-12-30]", "between 27 November and 30 December 2021", "within 27 Nov–30 Dec 2021"),
    ("[2020-11-27..2021-12-30]", "between 27 November 2020 and 30 December 2021", "within 27 Nov 2020–30 Dec 2021"),
    ("[2021-12-30..2021-12-30]", "30 December 2021", "30 Dec 2021"),
    ("[..2021-12-30]", "by 30 December 2021", "by 30 Dec 2021"),
    ("[2022-01-10..]", "on or after 10 January 2022", "on or after 10 Jan 2022"),
    ("2021-12-07/..", "since 7 December 2021", "since 7 Dec 2021"),
    ("2021-12-07/", "from 7 December 2021, end unknown", "from 7 Dec 2021, end unknown"),
    ("../2021-12-30", "until 30 December 2021", "until 30 Dec 2021"),
    ("/2021-12-30", "until 30 December 2021, start unknown", "until 30 Dec 2021, start unknown"),
    ("2021-12-01/2021-12-03", "1–3 December 2021", "1–3 Dec 2021"),
    ("2021-11-27/2021-12-03", "27 November to 3 December 2021", "27 Nov–3 Dec 2021"),
    ("2021-11/2021-12-05~", "November 2021 to about 5 December 2021", "Nov 2021 to about 5 Dec 2021"),
    ("2021-12-03?/2021-12-05~", "perhaps 3 December 2021 to about 5 December 2021",
     "perhaps 3 Dec 2021 to about 5 Dec 2021"),
    ("2020-02/2020-03", "February to March 2020", "Feb–Mar 2020"),
    ("2021-21/2021-23", "spring to autumn 2021", "spring–autumn 2021"),
    ("2019/2021", "2019–2021", "2019–2021"),
    ("XXXX", "undated", "undated"),
]  # fmt: skip


@pytest.mark.parametrize(("edtf", "long", "short"), FORMS)
def test_a_date_says_how_sure_it_is_and_what_it_leaves_open(edtf, long, short):
    parse_date(edtf)
    assert tell_event({"date_edtf": edtf}) == long
    assert tell_event({"date_edtf": edtf}, short=True) == short


def test_without_a_date_an_event_is_undated():
    assert tell_event({}) == "undated"


def test_a_time_is_told_as_stated():
    event = {"date_edtf": "2021-12-30", "start_time": "15:30-05:00"}
    assert tell_when(event) == "30 December 2021, 15:30-05:00"
    assert tell_when(event, short=True) == "30 Dec 2021, 15:30-05:00"


def test_every_form_of_the_record_is_told_in_words_and_no_day_is_made_up():
    dates = {line["date"] for line in generate(7, 2_000)["event"] if "date" in line}
    assert len({parse_date(one).precision for one in dates}) == 9
    for one in dates:
        words = tell_date(one)
        assert words != one or one.isdigit(), one
        assert not set(words) & set("~?%/[]X"), (one, words)
        assert " 31 " not in f" {words} " or "-31" in one, (one, words)


@pytest.mark.parametrize(
    ("edtf", "is_so"),
    [("2021-12-30~", True), ("2021-12-30?", True), ("2021-12%", True), ("2021-12-30", False), ("2021/..", False),
     ("[2021-12-27..2021-12-29]", False)],
)  # fmt: skip
def test_whatever_is_qualified_is_approximate(edtf, is_so):
    assert is_approximate({"date_edtf": edtf}) is is_so
    assert not is_approximate({})


def test_instants_and_publications_are_told_to_what_they_state():
    assert tell_instant("2021-12-30T18:12:00Z") == "30 December 2021, 18:12 UTC"
    assert tell_instant("2021-12-30T18:12:00+02:00") == "30 December 2021, 18:12:00+02:00"
    assert tell_instant("2021-12-30") == "30 December 2021"
    assert tell_published("2021-12-30T09:39:00-05:00") == "30 Dec 2021"
    assert tell_published("2021-12~") == "about Dec 2021"


@pytest.mark.parametrize("text", ["", "[2021]", "[..]", "/", "../..", "2021-45", "a/b", "19X5", "201X-12", "[sic..]"])
def test_what_is_no_date_is_left_as_it_is(text):
    assert tell_date(text) == text
