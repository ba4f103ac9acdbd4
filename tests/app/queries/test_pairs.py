"""Every two filters of events together."""

from itertools import combinations

import pytest

from tests.questions import FILTERS, Questions

TIMES = 2


@pytest.mark.parametrize("name", FILTERS[:-1])
def test_two_filters_together_keep_what_both_keep(check_events, oracle, name):
    questions = Questions(11, oracle)
    pairs = [pair for pair in combinations(FILTERS, 2) if pair[0] == name]
    counts = [check_events(questions.about(*pair)) for pair in pairs for _ in range(TIMES)]
    assert any(counts)


def test_three_and_four_filters_together_keep_what_all_keep(check_events, oracle):
    questions = Questions(13, oracle)
    choices = [questions.chance.sample(FILTERS, questions.chance.choice((3, 4))) for _ in range(60)]
    counts = [check_events(questions.about(*some)) for some in choices]
    assert sum(map(bool, counts)) > len(counts) / 5
