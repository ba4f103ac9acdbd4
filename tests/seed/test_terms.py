"""Under which terms an event is found before it began, and while it lasts."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.database import Patient
from app.instants import parse_day
from app.keys import FORESEEN_DAYS, LONG_DAYS
from app.periods import around
from app.queries.terms import fetch_terms
from seed.collection import Collection
from seed.record import Event, Source
from seed.versions import Versions
from tests.conftest import Store

AUTUMN = {"kind": "source", "id": "plan", "title": "Plan", "published": "2021-09-20T08:00:00Z"}
WINTER = {"kind": "source", "id": "wire", "title": "Wire", "published": "2022-01-05T08:00:00Z"}


def foreseen(store: Store, day: str) -> bool:
    """Whether a term says that the one event was foreseen on a day."""
    database: Patient = store.client().app.state.database
    names = {("foreseen", period) for period in around(parse_day(day))}
    return bool(fetch_terms(database, names, database.newest_revision()))


DAYS = st.dates(date(2020, 1, 1), date(2021, 12, 31))
SHORT = st.integers(0, 3 * LONG_DAYS).map(timedelta)


@given(cited=DAYS, begins=DAYS, lasts=SHORT)
@example(cited=date(2020, 10, 5), begins=date(2021, 2, 2), lasts=timedelta(LONG_DAYS + 1))  # foreseen until 1 January
def test_no_day_is_missing_of_those_for_which_an_event_is_looked_up_by_its_terms(cited, begins, lasts):
    """`app.queries.reach` leaves to them all that begins so long before or after the days that are asked for."""
    ends = begins + lasts
    source = Source.model_validate({"id": "wire", "title": "Wire", "published": f"{cited}T12:00:00Z"})
    given = {"id": "summit", "title": "Summit", "date": f"{begins}/{ends}"}
    event = Event.model_validate(given | {"citations": [{"key": "a", "source": "wire"}]})
    versions = Versions(Collection(source={"wire": source}, event={"summit": event}))
    (version,) = versions.of(event, versions.cited(event))
    lasting = [begins + timedelta(n) for n in range(lasts.days + 1)] if lasts.days > LONG_DAYS else []
    before = [cited + timedelta(n) for n in range((begins - cited).days - FORESEEN_DAYS)]
    for kind, days in (("long", lasting), ("foreseen", before)):
        held = {value for name, value in version.terms if name == kind}
        assert [day for day in days if len(held.intersection(around(day))) != 1] == []
        assert bool(held) is bool(days)


@pytest.mark.parametrize("stance", ["supports", "disputes"])
def test_an_event_is_foreseen_from_its_first_citation_until_a_month_before_it_begins(store, write_record, stance):
    cited = [{"key": "a", "source": "plan", "stance": stance}, {"key": "b", "source": "wire"}]
    event = {"kind": "event", "id": "summit", "title": "Summit", "date": "2022-02-10", "citations": cited}
    store.load(write_record([AUTUMN, WINTER, event]))
    days = ("2021-08-31", "2021-09-20", "2021-11-11", "2022-01-09", "2022-02-01")
    assert [foreseen(store, day) for day in days] == [False, True, True, True, False]


@pytest.mark.parametrize("date", ["2021-10-20", "2021-08", "XXXX", None])
def test_what_was_cited_shortly_before_or_later_or_has_no_date_is_not(store, write_record, date):
    event = {"kind": "event", "id": "summit", "title": "Summit", "citations": [{"key": "a", "source": "plan"}]}
    store.load(write_record([AUTUMN, event | ({"date": date} if date else {})]))
    assert not any(foreseen(store, day) for day in ("2021-08-15", "2021-09-21", "2021-10-01"))


def test_it_is_found_at_an_instant_long_before_it_begins(store, write_record):
    events = [
        {"kind": "event", "id": name, "title": name, "date": date, "citations": [{"key": "a", "source": source}]}
        for name, date, source in (
            ("summit", "2024-02-10", "plan"), ("flood", "2021-09-19", "plan"), ("storm", "2022-01-04", "wire")
        )
    ]  # fmt: skip
    store.load(write_record([AUTUMN, WINTER, *events]))
    client = store.client()
    for asked in ("known_at=2021-10-01", "reported_to=2021-10-01", "known_at=2022-12-31&reported_to=2021-10-01"):
        for order, names in (("desc", ["summit", "flood"]), ("asc", ["flood", "summit"])):
            answer = client.get(f"/v1/events?{asked}&order={order}&count=exact").json()
            assert [one["id"] for one in answer["data"]] == names, asked
            assert answer["meta"]["total"] == 2
        facets = client.get(f"/v1/facets?{asked}&facet=month").json()["data"]
        assert {one["value"]: one["count"] for one in facets} == {"2024-02": 1, "2021-09": 1}
