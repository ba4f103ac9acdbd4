import pytest

from tests.questions import FILTERS, Questions

TIMES = 25


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_keeps_what_the_record_says(check_events, oracle, name):
    questions = Questions(7, oracle)
    counts = [check_events(questions.about(name)) for _ in range(TIMES)]
    assert any(0 < count < len(oracle.record["event"]) for count in counts)
