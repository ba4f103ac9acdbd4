"""How text is folded and split: the loader and `q` see the same words, whatever the case, accents and width."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import LONGEST_WORD, fold, split_words

TEXTS = st.text() | st.text("aÀàİıßẞſΣςσǅΐᾳ̈́ͅﬁ½Ⅷ㎒ｆ１-_' \u00ad\u0300")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zelenskyy", "ZELENSKYY"),
        ("São Tomé", "sao tome"),
        ("Großbritannien", "GROSSBRITANNIEN"),
        ("Київ", "київ"),
        ("Йошкар-Ола", "иошкар-ола"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁeld", "FIELD"),
        ("Ｆ１６", "f16"),
        ("İstanbul", "istanbul"),
        ("Cafe\u0301", "café"),
    ],
)
def test_case_accents_and_compatibility_forms_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_every_character_of_unicode_is_folded_once_and_for_all() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        folded = fold(character)
        assert fold(folded) == folded, hex(number)
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert fold(unicodedata.normalize(form, character)) == folded, hex(number)


@given(TEXTS)
def test_folding_is_idempotent_and_blind_to_normal_forms_and_case(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFC", text)) == folded
    assert fold(unicodedata.normalize("NFKC", text)) == folded
    assert fold(text.casefold()) == folded


def test_words_are_runs_of_letters_and_digits() -> None:
    assert split_words("Kyiv's E-8C: 3,500 km; snake_case\tNATO—Russia") == [
        "kyiv", "s", "e", "8c", "3", "500", "km", "snake", "case", "nato", "russia",
    ]  # fmt: skip
    assert split_words("… ' - _ \n") == []


def test_a_word_of_any_length_is_cut_to_one_that_an_index_holds() -> None:
    assert split_words("x" * (LONGEST_WORD + 50)) == ["x" * LONGEST_WORD]
    assert split_words("ﷺ" * LONGEST_WORD)[0] == split_words("ﷺ")[0]


@given(TEXTS)
def test_words_are_words_again_when_joined(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words
    assert " ".join(words).split() == words
    assert all(0 < len(word) <= LONGEST_WORD and re.fullmatch(r"[^\W_]+", word) for word in words)
