"""Parameters in an address: as any client would write them, and forgotten when they were written."""

import tracemalloc
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from app.parameters import LONGEST_TEXT, encode_parameter
from app.queries.events import EventQuery


@given(st.text() | st.integers())
def test_a_value_is_encoded_as_in_a_form(value):
    assert encode_parameter("q", value) == urlencode([("q", value)])


def test_values_that_were_asked_leave_nothing_behind():
    encode_parameter("q", "first")
    tracemalloc.start()
    for number in range(2_000):
        encode_parameter("q", "\N{SNOWMAN}" * (LONGEST_TEXT - 10) + str(number))
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 100_000


def test_a_copy_of_a_question_is_written_as_what_it_asks():
    question = EventQuery(tag=("fishing",), limit=2)
    assert question.query() == "limit=2&tag=fishing"
    assert question.model_copy(update={"limit": 3}).query() == "limit=3&tag=fishing"
    assert question.query() == "limit=2&tag=fishing"
