"""Dates of the record: what each form says, against the `edtf` package or written out; and what is refused."""

import calendar
from datetime import date

import pytest
from edtf import parse_edtf
from hypothesis import given, settings
from hypothesis import strategies as st

from app.keys import OPEN_END, UNDATED
from seed.dates import UNKNOWN, Days, parse_date

YEARS = st.integers(1, 9999).map("{:04}".format)
MONTHS = st.builds("{}-{:02}".format, YEARS, st.integers(1, 12))
DAYS = st.dates().map(date.isoformat)
SEASONS = st.builds("{}-{}".format, YEARS, st.integers(21, 24))
QUALIFIED = st.builds("{}{}".format, YEARS | MONTHS | DAYS, st.sampled_from("?~%"))
DECADES = st.integers(1, 999).map("{:03}X".format)
CENTURIES = st.integers(1, 99).map("{:02}XX".format)
UNSPECIFIED = YEARS.map("{}-XX".format) | MONTHS.map("{}-XX".format) | YEARS.map("{}-XX-XX".format)
SIMPLE = YEARS | MONTHS | DAYS | SEASONS | QUALIFIED | DECADES | CENTURIES | UNSPECIFIED


def by_edtf(text: str) -> tuple[date, date]:
    """The strict bounds that the `edtf` package finds."""
    parsed = parse_edtf(text)
    return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])


@settings(deadline=None)
@given(SIMPLE)
def test_a_date_has_the_strict_bounds_of_the_edtf_package(text: str) -> None:
    days = parse_date(text)
    assert (days.first, days.last) == by_edtf(text)


@settings(deadline=None)
@given(SIMPLE)
def test_bounds_are_in_order_and_lie_in_the_years_0001_to_9999(text: str) -> None:
    days = parse_date(text)
    assert days.first
    assert days.last
    assert date.min <= days.first <= days.last <= date.max
    assert (days.sort_day, days.start_day, days.end_day) == (
        days.first.toordinal(),
        days.first.toordinal(),
        days.last.toordinal(),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_is_its_first_to_its_last_day(year: int, month: int) -> None:
    last = date(year, month, calendar.monthrange(year, month)[1])
    for text in (f"{year:04}-{month:02}", f"{year:04}-{month:02}-XX", f"{year:04}-{month:02}~"):
        assert parse_date(text) == Days(date(year, month, 1), last, "month")


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2021-12-27", "2021-12-27", "2021-12-27", "day"),
        ("2021-12-23~", "2021-12-23", "2021-12-23", "day"),
        ("2021-12-23?", "2021-12-23", "2021-12-23", "day"),
        ("2020-02-29%", "2020-02-29", "2020-02-29", "day"),
        ("2021-11", "2021-11-01", "2021-11-30", "month"),
        ("2021-11~", "2021-11-01", "2021-11-30", "month"),
        ("2021-11-XX", "2021-11-01", "2021-11-30", "month"),
        ("2021-22", "2021-06-01", "2021-08-31", "season"),
        ("2021", "2021-01-01", "2021-12-31", "year"),
        ("2021%", "2021-01-01", "2021-12-31", "year"),
        ("2021-XX", "2021-01-01", "2021-12-31", "year"),
        ("2021-XX-XX", "2021-01-01", "2021-12-31", "year"),
        ("201X", "2010-01-01", "2019-12-31", "decade"),
        ("20XX", "2000-01-01", "2099-12-31", "century"),
        ("2021-11/2021-12", "2021-11-01", "2021-12-31", "interval"),
        ("2021-12-27/2021-12-27", "2021-12-27", "2021-12-27", "interval"),
        ("2021-12-15/2021-12", "2021-12-15", "2021-12-31", "interval"),
        ("2021-11~/2021-12-29?", "2021-11-01", "2021-12-29", "interval"),
        ("2021-12/..", "2021-12-01", None, "interval"),
        ("2021-12-27/", "2021-12-27", None, "interval"),
        ("../2021-12", None, "2021-12-31", "interval"),
        ("/2021-12-27", None, "2021-12-27", "interval"),
        ("[2021-12-27..2021-12-29]", "2021-12-27", "2021-12-29", "within"),
        ("[2021-11..2021-12]", "2021-11-01", "2021-12-31", "within"),
        ("[..2021-12-31]", None, "2021-12-31", "within"),
        ("[2021-12-31..]", "2021-12-31", None, "within"),
        ("0001", "0001-01-01", "0001-12-31", "year"),
        ("9999-12-31", "9999-12-31", "9999-12-31", "day"),
    ],
)
def test_each_form_says_its_first_and_last_day_and_its_precision(
    text: str, first: str | None, last: str | None, precision: str
) -> None:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    assert parse_date(text) == Days(day(first), day(last), precision)


@settings(max_examples=40, deadline=None)
@given(SIMPLE, SIMPLE)
def test_an_interval_reaches_from_the_first_day_of_its_start_to_the_last_of_its_end(start: str, end: str) -> None:
    (first, _), (_, last) = by_edtf(start), by_edtf(end)
    for text, precision in ((f"{start}/{end}", "interval"), (f"[{start}..{end}]", "within")):
        if first > last:
            with pytest.raises(ValueError, match=r"expected an end at or after the start"):
                parse_date(text)
        else:
            assert parse_date(text) == Days(first, last, precision)


@settings(max_examples=40, deadline=None)
@given(SIMPLE)
def test_an_open_end_is_after_every_day_and_an_open_start_sorts_by_its_end(text: str) -> None:
    first, last = by_edtf(text)
    for open_end in (f"{text}/..", f"{text}/", f"[{text}..]"):
        days = parse_date(open_end)
        assert (days.first, days.last, days.sort_day) == (first, None, first.toordinal())
        assert (days.start_day, days.end_day) == (first.toordinal(), OPEN_END)
    for open_start in (f"../{text}", f"/{text}", f"[..{text}]"):
        days = parse_date(open_start)
        assert (days.first, days.last, days.sort_day) == (None, last, last.toordinal())
        assert (days.start_day, days.end_day) == (last.toordinal(), last.toordinal())


def test_an_unknown_date_has_no_days_and_sorts_before_every_other() -> None:
    days = parse_date("XXXX")
    assert days == UNKNOWN
    assert (days.first, days.last, days.precision) == (None, None, "unknown")
    assert (days.sort_day, days.start_day, days.end_day) == (UNDATED, None, None)
    assert date.min.toordinal() > UNDATED


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "now", "yesterday", "27 December 2021", "12/27/2021", "2021/12/27", "20211227", "2021-12-27T10:00Z"),
        *("2021-02-29", "2021-02-30~", "1900-02-29", "2021-11-31", "2021-13", "2021-00", "2021-12-00", "2021-12-32?"),
        *("0000", "0000-01", "000X", "00XX", "-0001", "10000", "Y12021", "9999/10000", "0000/2021"),
        *("2021-25", "2021-32", "2021-41", "2021-20", "2021-21-05", "2021-21~", "2021-24?", "2021-22-XX"),
        *("21", "021", "2021-1", "2021-1-01", "2021-12-1", "2021-12-27-", "2021~?", "2021-XX-05", "XXXX-12", "2X21"),
        *("XXXX/2021", "2021/XXXX", "../..", "/", "/..", "..", "[..]", "[]", "[2021]", "[2021-12-27", "2021-12-27]"),
        *("2021/../2022", "2021/2022/2023", "2021-12/..2022", "..2021/2022", "2021/....", "[2021...2022]"),
        *("[2021,2022]", "{2021..2022}", "[2021/2022]", "[2021..2022..2023]", "2021..2022", "[2021..2022]~"),
        *(" 2021", "2021 ", "2021\n", "２０２１", "2021-12-27\u200b", "2021\x00", "uuuu", "199u", "unknown", "open"),
        "2" * 100_000,
    ],
)
def test_what_is_no_such_date_is_refused_with_the_forms_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected an EDTF date such as 2021, .*, in the years 0001 to 9999") as told:
        parse_date(text)
    assert len(str(told.value)) < 300


@pytest.mark.parametrize("text", ["2021-12/2021-11", "2021-12-27/2021-12-26", "[2022..2021]", "2021/2020-12~"])
def test_an_end_before_its_start_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an end at or after the start"):
        parse_date(text)


@settings(deadline=None)
@given(st.text("0123456789X-/.[]?~%{},YESTu", max_size=24))
def test_any_text_is_a_date_with_ordered_bounds_or_refused(text: str) -> None:
    days, refusal = UNKNOWN, ""
    try:
        days = parse_date(text)
    except ValueError as refused:
        refusal = str(refused)
    assert refusal.startswith("expected ") if refusal else days == UNKNOWN or days.first or days.last
    assert days.first is None or days.last is None or days.first <= days.last
