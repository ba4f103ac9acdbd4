"""An event's key: an integer that sorts by date, then by time as stated, then by a hash of the id."""

import hashlib
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.keys import OPEN_END, UNDATED, event_key, first_key
from app.tables import OPEN

DAYS = st.dates().map(date.toordinal)
TIMES = st.none() | st.builds(
    "{:02}:{:02}{}".format, st.integers(0, 23), st.integers(0, 59), st.sampled_from(["Z", "+05:45", "-10:00"])
)
IDS = st.from_regex(r"[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,3}", fullmatch=True)


def test_a_key_is_the_day_in_22_bits_the_quarter_hour_in_7_and_a_hash_in_34() -> None:
    hashed = int(hashlib.sha256(b"a-flight").hexdigest(), 16) >> 256 - 34
    day = date(2021, 12, 27).toordinal()
    assert event_key(day, None, "a-flight") == (day * 2**7 + 0) * 2**34 + hashed
    assert event_key(day, "00:00Z", "a-flight") == (day * 2**7 + 1) * 2**34 + hashed
    assert event_key(day, "15:29-05:00", "a-flight") == (day * 2**7 + 62) * 2**34 + hashed
    assert event_key(day, "15:30-05:00", "a-flight") == (day * 2**7 + 63) * 2**34 + hashed
    assert event_key(day, "23:59+14:00", "a-flight") == (day * 2**7 + 96) * 2**34 + hashed


@given(DAYS, TIMES, IDS, DAYS, TIMES, IDS)
def test_keys_sort_by_day_then_by_quarter_hour_as_stated(
    day: int, time: str | None, one: str, other_day: int, other_time: str | None, other: str
) -> None:
    def stated(text: str | None) -> int:
        return -1 if text is None else int(text[:2]) * 4 + int(text[3:5]) // 15

    if (day, stated(time)) < (other_day, stated(other_time)):
        assert event_key(day, time, one) < event_key(other_day, other_time, other)


@given(DAYS, TIMES, IDS)
def test_a_key_lies_in_its_day_and_fits_a_signed_64_bit_integer(day: int, time: str | None, one: str) -> None:
    assert first_key(day) <= event_key(day, time, one) < first_key(day + 1) <= OPEN


@given(IDS)
def test_what_is_undated_is_older_than_every_day_and_an_open_end_later(one: str) -> None:
    assert 0 <= event_key(UNDATED, None, one) < first_key(date.min.toordinal())
    assert date.max.toordinal() < OPEN_END < 2**22
