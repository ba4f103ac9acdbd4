"""The axis of a picture: which ticks it has."""

from datetime import date
from itertools import pairwise

import pytest

from app.formats.picture.axis import DAY, ROOM, Axis


@pytest.mark.parametrize(
    ("first", "last"), [("2021-12-29", "2022-01-20"), ("2020-02-20", "2020-03-10"), ("2021-11-20", "2022-09-01")]
)
def test_an_axis_says_the_year_that_it_begins_in_and_no_ticks_crowd(first, last):
    days = [date.fromisoformat(one).toordinal() * DAY for one in (first, last)]
    drawn = Axis(days, DAY, 30, 690, has_times=False).ticks()
    assert next(one.context for one in drawn if one.context) == first[:4]
    assert min(following.x - one.x for one, following in pairwise(drawn)) >= ROOM * 0.95
