"""The values of claims in words."""

import pytest

from app.web.claims import tell_value


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("date", "2021-12-29", "29 December 2021"),
        ("modality", "planned", "planned"),
        ("type", "x-statement", "statement"),
        ("summary", "[sic] a word: in brackets", "[sic] a word: in brackets"),
        ("summary", "[kyiv: *x, !!int y", "[kyiv: *x, !!int y"),
        ("summary", "[2021-12-45]", "[2021-12-45]"),
        ("actors", "[{actor: anna-berg, role: host}, {actor: nobody-known, role: target}]",
         "Anna Berg (host); nobody known (target)"),
        ("quantities", "[{measure: troops, low: 90000, high: 1e5}, {measure: money, value: 3, unit: USD}]",
         "troops: low 90000, high 1e5; money: 3, unit USD"),
        ("locations", "[kyiv, lviv]", "kyiv; lviv"),
        ("locations", "[]", "none"),
        ("locations", "[kyiv", "[kyiv"),
        ("actors", "kyiv: x", "kyiv: x"),
        ("date", "[2022-01-01..2022-01-03]", "between 1 and 3 January 2022"),
        ("date", "soon [..", "soon [.."),
    ],
)  # fmt: skip
def test_a_value_is_told_in_words(field, value, told):
    assert tell_value(field, value, {"anna-berg": "Anna Berg"}) == told
