"""Dates in words: every form that the record allows."""

from typing import Any

import pytest

from app.formats.dates_in_words import date_in_words
from seed.dates import parse_date
from tests.generator import generate


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2021-12-27", "27 December 2021"),
        ("2021-12", "December 2021"),
        ("2021", "2021"),
        ("0001", "0001"),
        ("2021-23", "autumn 2021"),
        ("202X", "2020s"),
        ("20XX", "2000 to 2099"),
        ("2021-12-XX", "December 2021"),
        ("2021-XX-XX", "2021"),
        ("2021-12-23~", "about 23 December 2021"),
        ("2021-12?", "perhaps December 2021"),
        ("2021%", "perhaps about 2021"),
        ("2021-11/2021-12-05~", "November 2021 to about 5 December 2021"),
        ("2022-02-24/..", "from 24 February 2022 on"),
        ("2022-02-24/", "from 24 February 2022, end unknown"),
        ("../2021-12-30", "until 30 December 2021"),
        ("/2021-12-30", "until 30 December 2021, start unknown"),
        ("[2021-12-27..2021-12-29]", "some time from 27 December 2021 to 29 December 2021"),
        ("[..2021-12-30]", "30 December 2021 or before"),
        ("[2022-01-10..]", "10 January 2022 or later"),
        ("XXXX", "undated"),
        (None, "undated"),
    ],
)
def test_a_date_says_how_sure_it_is(edtf, words):
    event: dict[str, Any] = {"date_edtf": edtf} if edtf else {}
    assert date_in_words(event) == words


def test_a_time_is_told_as_stated():
    assert date_in_words({"date_edtf": "2021-12-30", "start_time": "15:30-05:00"}) == "30 December 2021, 15:30-05:00"


def test_every_form_of_the_record_is_told_in_words():
    dates = {line["date"] for line in generate(7, 2_000)["event"] if "date" in line}
    assert len({parse_date(one).precision for one in dates}) == 9
    for one in dates:
        words = date_in_words({"date_edtf": one})
        assert words != one or one.isdigit(), one
        assert not set(words) & set("~?%/[]X"), (one, words)
