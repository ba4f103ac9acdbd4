"""Parameters in an address: as any client would write them, and forgotten when they were written."""

import tracemalloc
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parameters import LONGEST_TEXT, MOST_WORDS, encode_parameter
from app.queries.events import EventQuery
from app.queries.files import FileQuery


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


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"limit": "5"}, 200),
        ({"limit": "\N{ARABIC-INDIC DIGIT FIVE}"}, 400),
        ({"limit": "\N{FULLWIDTH DIGIT FIVE}"}, 400),
        ({"q": " ".join(["word"] * MOST_WORDS)}, 200),
        ({"q": " ".join(["word"] * (MOST_WORDS + 1))}, 400),
    ],
)
def test_numbers_are_plain_digits_and_words_are_counted(client, parameters, status):
    assert client.get("/v1/events", params=parameters).status_code == status


@pytest.mark.parametrize(
    ("asked", "is_whole"),
    [
        ({}, True),
        ({"as_of": "1", "known_at": "2022-01-05", "order": "asc"}, True),
        ({"known_at": "2022-01-05"}, True),
        ({"known_at": "2022-01-05", "q": "harbour"}, False),
    ],
)
def test_a_file_without_any_filter_is_of_the_whole_data_set_whenever_it_is_asked_of(asked, is_whole):
    assert FileQuery(**asked).is_whole == is_whole
