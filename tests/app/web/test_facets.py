"""Filters that are on, in words, each with the way to be without it."""

import pytest

from app.web.facets import Choice, Facet, hidden_fields, list_chips
from app.web.view import View

ACTORS = Facet("actor", "Actors", [Choice("nato", "NATO", 3, True, "?")])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("disputed", "true", "sources disagree"),
        ("disputed", "false", "sources agree"),
        ("q", "black sea", "“black sea”"),
        ("date_from", "2021-12-03", "from 3 December 2021"),
        ("date_to", "2021-12-09", "to 9 December 2021"),
        ("reported_to", "2021-12-30T18:12:00Z", "reported to 30 December 2021, 18:12 UTC"),
        ("reported_from", "2021-12-30", "reported from 30 December 2021"),
        ("type", "x-statement", "statement"),
        ("actor", "nato", "NATO"),
        ("actor", "ukraine", "ukraine"),
        ("min_origins", "2", "min origins: 2"),
    ],
)
def test_a_filter_is_told_in_words_and_taken_off(name, value, told):
    view = View.of([("known_at", "2022-01-01"), (name, value), ("cursor", "abc")])
    (chip,) = list_chips(view, [ACTORS])
    assert (chip.told, chip.address) == (told, "?known_at=2022-01-01")


def test_a_form_carries_on_all_but_what_it_shows_and_the_place_in_the_list():
    view = View.of([("known_at", "2022-01-01"), ("q", "sea"), ("tag", "a"), ("cursor", "abc"), ("event", "talks")])
    assert hidden_fields(view, "q") == [("known_at", "2022-01-01"), ("tag", "a"), ("event", "talks")]
