import random

import pytest

from tests.oracle import FACETS
from tests.questions import Questions


@pytest.fixture
def listed(generated):
    def ask(pairs):
        answer = generated.get("/v1/facets", params=pairs)
        assert answer.status_code == 200, (pairs, answer.text)
        return [(one["facet"], one["value"], one["label"], one["count"]) for one in answer.json()["data"]]

    return ask


def test_every_facet_counts_all_events_when_nothing_is_asked(listed, oracle):
    counts = listed([])
    assert counts == oracle.facets([])
    assert tuple(dict.fromkeys(facet for facet, *_ in counts)) == FACETS


def test_at_most_fifty_values_are_listed_the_most_frequent_first(listed, oracle):
    counts = listed([("facet", "actor")])
    assert len(counts) == 50 < len(oracle.record["actor"])
    assert counts == sorted(counts, key=lambda one: (-one[3], one[1]))


def test_counts_are_of_the_events_that_the_question_keeps(listed, oracle):
    questions = Questions(23, oracle)
    asked = [questions.facets() for _ in range(80)]
    for pairs in asked:
        assert listed(pairs) == oracle.facets(pairs), pairs
    assert sum(bool(oracle.facets(pairs)) for pairs in asked) > 40


@pytest.mark.parametrize("facet", ["actor", "type", "modality", "location", "publisher"])
def test_a_count_is_how_many_events_the_value_as_a_filter_would_keep(generated, listed, facet):
    values = random.Random(29).sample(listed([("facet", facet)]), 4)
    for _, value, _, count in values:
        answer = generated.get("/v1/events", params={facet: value, "count": "exact", "limit": 1})
        assert answer.json()["meta"]["total"] == count, value


def test_a_month_holds_the_events_that_start_in_it(listed, oracle):
    months = {value: count for _, value, _, count in listed([("facet", "month")])}
    for month in ("2021-11", "2021-12"):
        starts = [line for line in oracle.record["event"] if oracle.values("month", line) == {month}]
        assert months[month] == len(starts) > 0


def test_facets_come_in_their_own_order_however_they_are_asked_for(listed):
    asked = [("facet", facet) for facet in ("month", "actor", "month")]
    assert list(dict.fromkeys(facet for facet, *_ in listed(asked))) == ["actor", "month"]
