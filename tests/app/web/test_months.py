"""The columns of the timeline: however long the time is, they count what there is, or are not drawn."""

import random
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.invented import event_line, reference_lines, write_lines
from tests.pages import Page, look

COLUMN = re.compile(r"(\d+) events? begins? from (\d+ \w+ \d+) to (\d+ \w+ \d+)")


def load(make_store: Any, folder: Any, dates: list[str]) -> Any:
    store = make_store("sqlite")
    events = [event_line(0, id=f"e-{at}", date=one, relations=[]) for at, one in enumerate(dates)]
    store.load(write_lines(folder, [*reference_lines(), *events]))
    return store.client()


def columns(page: Page) -> list[tuple[int, int, int]]:
    """How many events, and the years of the first and the last day."""
    told = [COLUMN.fullmatch(one) for one in page.values(".months a", "aria-label")]
    return [(int(one[1]), int(one[2].split()[-1]), int(one[3].split()[-1])) for one in told if one]


def cuts(page: Page) -> int:
    return len(page.all(".lane .bands line"))


def some_dates(chance: random.Random, first: date, days: int, events: int) -> list[str]:
    """Of most forms; what is open at its end is found in every later window."""
    found = []
    for _ in range(events):
        day = first + timedelta(days=chance.randrange(days))
        later = day + timedelta(days=chance.randrange(500))
        forms = (f"{day}", f"{day}", f"{day}~", f"{day:%Y-%m}", f"{day:%Y}", f"{day}/{later}", f"[{day}..{later}]",
                 f"../{day}", f"[..{day}]", "XXXX")  # fmt: skip
        found.append(chance.choice(forms))
    return found


def test_ten_years_are_counted_whole_and_have_no_gap(make_store, tmp_path):
    dates = [f"{year}-{month:02}-07" for year in range(2000, 2010) for month in range(1, 13) for _ in range(3)]
    page = look(load(make_store, tmp_path, dates))
    assert columns(page) == [(36, year, year) for year in range(2000, 2010)]
    assert cuts(page) == 0
    assert "the columns count the 360 that have a first day" in page.text("#timeline .section-head")


@pytest.mark.parametrize(
    "query",
    ["", "date_from=2003-05-20", "date_from=2002-02-02&date_to=2009-03-10", "known_at=2030-01-01", "sort=reported",
     "tag=fishing&limit=7"],
)  # fmt: skip
def test_columns_agree_with_plain_counting(make_store, tmp_path, query):
    chance = random.Random(11)
    dates = [*some_dates(chance, date(1998, 3, 1), 4_400, 700), "1998-02-01/..", "2001-07-30/.."]
    client = load(make_store, tmp_path, dates)
    asked = [one for one in query.split("&") if one.startswith("date")]
    events = client.walk(f"/v1/events?{'&'.join([*asked, 'limit=500'])}")
    expected = Counter(int(one["start_date"][:4]) for one in events if "start_date" in one)
    page = look(client, query)
    assert columns(page) == [(expected[year], year, year) for year in sorted(expected)]
    assert f"count the {sum(expected.values())} that" in page.text("#timeline .section-head").replace(",", "")


def test_of_a_time_that_is_too_long_there_are_no_columns_and_no_gaps(make_store, tmp_path):
    dates = [f"{year:04}-{month:02}-07" for year in (1500, 1501, 1502, 1990, 9999) for month in range(1, 13)]
    client = load(make_store, tmp_path, dates)
    page = look(client, "limit=5")
    assert page.all(".months") == []
    assert cuts(page) == 0
    assert "too long to count" in page.text("#timeline .section-head")
    whole = look(client)
    assert whole.all(".months") == []
    assert cuts(whole) > 0
    assert "empty time is cut out" in whole.text("#timeline .section-head")


def test_where_too_much_reaches_into_a_window_there_are_no_columns(make_store, tmp_path):
    dates = [f"{year}-{month:02}-07/.." for year in range(2000, 2009) for month in range(1, 13)]
    page = look(load(make_store, tmp_path, dates), "limit=5")
    assert page.all(".months") == []
    assert cuts(page) == 0


def test_of_events_within_days_no_month_is_left_out_unsaid(make_store, tmp_path):
    """What lasts from one window into the next is within neither."""
    dates = [f"{year}-{month:02}-07/{year + 2}" for year in range(2000, 2009) for month in range(1, 13)]
    client = load(make_store, tmp_path, dates)
    asked = "date_match=within&date_from=2000-01-01&date_to=2015-01-01&limit=5"
    assert look(client, asked).all(".months") == []
    assert sum(count for count, _, _ in columns(look(client, "limit=5"))) in (0, 108)


def test_every_facet_filtered_by_is_counted_once(make_store, tmp_path):
    client = load(make_store, tmp_path, ["2020-03-02"])
    asked = "type=consult&modality=occurred&actor=anna-berg&location=old-harbour&publisher=harbour-gazette"
    told = look(client, asked).values(".facets li", "data-key")
    assert told
    assert len(told) == len(set(told))
