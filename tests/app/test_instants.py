"""Days and instants: what parameters and the record may write, and how answers show it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.instants import (
    microseconds,
    parse_day,
    parse_day_or_instant,
    parse_instant,
    seconds,
    show_microseconds,
    show_seconds,
)

EARLIEST, LATEST = datetime(1, 1, 3), datetime(9999, 12, 29)  # noqa: DTZ001 - hypothesis adds the zones
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(EARLIEST, LATEST, timezones=OFFSETS)


@given(INSTANTS)
def test_an_instant_in_any_zone_is_read_as_it_was_written(instant: datetime) -> None:
    text = instant.isoformat()
    assert parse_instant(text) == instant
    assert parse_instant(text).utcoffset() == timedelta(0)


@given(INSTANTS)
def test_counts_are_exact_and_shown_in_utc(instant: datetime) -> None:
    count = microseconds(instant)
    assert parse_instant(show_microseconds(count)) == instant
    assert show_microseconds(count).endswith("Z")
    whole = instant.replace(microsecond=0)
    assert seconds(instant) == seconds(whole) == microseconds(whole) // 1_000_000
    assert parse_instant(show_seconds(seconds(whole))) == whole


def test_counts_are_since_1970() -> None:
    assert show_seconds(0) == "1970-01-01T00:00:00Z"
    assert show_seconds(-1) == "1969-12-31T23:59:59Z"
    assert show_microseconds(1) == "1970-01-01T00:00:00.000001Z"
    assert seconds(datetime(2021, 12, 30, 13, 12, tzinfo=timezone(timedelta(hours=-5)))) == 1_640_887_920


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-12-30T18:12Z", datetime(2021, 12, 30, 18, 12, tzinfo=UTC)),
        ("2021-12-30T18:12:05Z", datetime(2021, 12, 30, 18, 12, 5, tzinfo=UTC)),
        ("2021-12-30T18:12:05.5Z", datetime(2021, 12, 30, 18, 12, 5, 500_000, tzinfo=UTC)),
        ("2021-12-30T13:12:00-05:00", datetime(2021, 12, 30, 18, 12, tzinfo=UTC)),
        ("2021-12-31T00:12:00+06:00", datetime(2021, 12, 30, 18, 12, tzinfo=UTC)),
    ],
)
def test_instants_are_read_to_the_minute_the_second_or_finer(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-12-30",
        "2021-12-30T18:12:00",  # no zone
        "2021-12-30t18:12:00z",
        "2021-12-30 18:12:00Z",
        "2021-12-30T18Z",
        "2021-12-30T18:12:00.1234567Z",
        "2021-12-30T18:12:00+0200",
        "2021-12-30T18:12:00+24:00",
        "2021-12-30T18:12:00+00:60",
        "2021-12-30T25:00:00Z",
        "2021-12-30T18:60:00Z",
        "2021-12-30T23:59:60Z",
        "2021-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",  # a year before the first
        "9999-12-31T23:59:59-01:00",
        "2021-12-30T18:12:00Z\n",
        "２021-12-30T18:12:00Z",
    ],
)
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="expected an instant such as 2021-12-30T18:12:00Z"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2021-12-30T18:12:00 02:00", "2021-12-30T18:12 02:00"])
def test_a_plus_that_was_decoded_to_a_space_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"'Z'.*%2B"):
        parse_instant(text)


@given(st.dates())
def test_a_day_is_read_as_it_was_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize("text", ["", "2021", "2021-12", "2021-02-29", "20211230", "2021-W52-4", "0000-01-01", "1_0"])
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="expected a day such as 2021-12-30"):
        parse_day(text)


@given(st.dates())
def test_a_day_as_an_edge_is_its_first_or_its_last_microsecond_utc(day: date) -> None:
    text = day.isoformat()
    start, end = parse_day_or_instant(text, "start"), parse_day_or_instant(text, "end")
    assert start == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert end == datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=UTC)


@given(INSTANTS, st.sampled_from(["start", "end"]))
def test_an_instant_as_an_edge_is_itself(instant: datetime, edge: str) -> None:
    assert parse_day_or_instant(instant.isoformat(), "end" if edge == "end" else "start") == instant


def test_neither_a_day_nor_an_instant_is_refused_naming_both() -> None:
    with pytest.raises(ValueError, match="a day such as 2021-12-30 or an instant such as"):
        parse_day_or_instant("yesterday", "end")
