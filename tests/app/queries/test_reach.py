"""In which ranges of keys events can lie: whatever a question finds lies in one, and meets what holds there."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.keys import FORESEEN_DAYS, LONG_DAYS, first_key
from app.periods import spell
from app.queries.reach import Reach
from app.queries.terms import Found

BEGINNING = date(2000, 1, 1).toordinal()
DAYS = st.integers(BEGINNING, BEGINNING + 400).map(date.fromordinal)


def names(first: date, last: date, kind: str) -> set[tuple[str, str]]:
    return {(kind, period) for period in spell(first, last)} if first <= last else set()


@given(st.none() | DAYS, st.none() | DAYS, st.booleans(), st.none() | DAYS, DAYS, DAYS, DAYS)
def test_an_event_that_can_be_found_lies_in_one_range_and_has_what_that_asks(
    first, last, is_within, heard, cited, begins, ends
):
    begins, ends = sorted((begins, ends))
    first, last = sorted((first, last)) if first and last else (first, last)
    reach = Reach(first, last, is_within, heard)
    terms = set()
    if (ends - begins).days > LONG_DAYS:
        terms |= names(begins, ends, "long")
    terms |= names(cited, date.fromordinal(begins.toordinal() - FORESEEN_DAYS - 1), "foreseen")
    number = {name: n for n, name in enumerate({*terms, *reach.long, *reach.foreseen})}
    spans = reach.spans({name: Found(one, 1) for name, one in number.items()})
    key = first_key(begins.toordinal())
    around = [one for one in spans if (one.above is None or one.above < key) and (one.below is None or key < one.below)]
    held = {number[name] for name in terms}
    can_be_found = (
        (heard is None or cited <= heard)
        and (first is None or (begins if is_within else ends) >= first)
        and (last is None or (ends if is_within else begins) <= last)
    )
    assert len(around) <= 1
    if can_be_found:
        assert all(held & {*condition.terms} for condition in around[0].conditions)


def test_ranges_are_told_the_last_first():
    spans = Reach(date(2000, 6, 1), None, is_within=False, heard=date(2000, 9, 1)).spans({})
    assert [one.above for one in spans] == sorted((one.above for one in spans), reverse=True)
    assert len(spans) == 3
