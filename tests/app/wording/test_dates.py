"""Dates in words, for readers."""

import pytest

from app.wording.dates import tell_date, tell_event, tell_instant, tell_published


def event(edtf: str, first: str | None, last: str | None, precision: str) -> dict[str, str]:
    told = {"date_edtf": edtf, "start_date": first, "end_date": last, "date_precision": precision}
    return {name: value for name, value in told.items() if value}


@pytest.mark.parametrize(
    ("edtf", "first", "last", "precision", "long", "short"),
    [
        ("2021-12-27", "2021-12-27", "2021-12-27", "day", "27 December 2021", "27 Dec 2021"),
        ("2021-12-07~", "2021-12-07", "2021-12-07", "day", "about 7 December 2021", "about 7 Dec 2021"),
        ("2021-12-07?", "2021-12-07", "2021-12-07", "day", "perhaps 7 December 2021", "perhaps 7 Dec 2021"),
        ("2022-01", "2022-01-01", "2022-01-31", "month", "January 2022", "Jan 2022"),
        ("2014", "2014-01-01", "2014-12-31", "year", "2014", "2014"),
        ("202X", "2020-01-01", "2029-12-31", "decade", "1 January 2020–31 December 2029", "1 Jan 2020–31 Dec 2029"),
        ("[2021-12-27..2021-12-30]", "2021-12-27", "2021-12-30", "within",
         "between 27 and 30 December 2021", "within 27–30 Dec 2021"),
        ("[2021-11-27..2021-12-30]", "2021-11-27", "2021-12-30", "within",
         "between 27 November and 30 December 2021", "within 27 Nov–30 Dec 2021"),
        ("[..2021-12-30]", None, "2021-12-30", "within", "by 30 December 2021", "by 30 Dec 2021"),
        ("[2022-01-10..]", "2022-01-10", None, "within", "on or after 10 January 2022", "on or after 10 Jan 2022"),
        ("2021-12-07/..", "2021-12-07", None, "interval", "since 7 December 2021", "since 7 Dec 2021"),
        ("../2021-12-30", None, "2021-12-30", "interval", "until 30 December 2021", "until 30 Dec 2021"),
        ("2021-12-01/2021-12-03", "2021-12-01", "2021-12-03", "interval", "1–3 December 2021", "1–3 Dec 2021"),
        ("", None, None, "unknown", "undated", "undated"),
    ],
)  # fmt: skip
def test_a_date_says_what_it_leaves_open(edtf, first, last, precision, long, short):
    assert tell_event(event(edtf, first, last, precision)) == long
    assert tell_event(event(edtf, first, last, precision), short=True) == short


def test_instants_and_publications_are_told_to_what_they_state():
    assert tell_instant("2021-12-30T18:12:00Z") == "30 December 2021, 18:12 UTC"
    assert tell_instant("2021-12-30") == "30 December 2021"
    assert tell_published("2021-12-30T09:39:00-05:00") == "30 Dec 2021"
    assert tell_published("2021-12~") == "Dec 2021"


def test_a_claimed_date_that_is_more_than_one_is_left_as_the_record_has_it():
    assert tell_date("2022-01-01~") == "about 1 January 2022"
    assert tell_date("[2022-01-01..2022-01-03]") == "[2022-01-01..2022-01-03]"
