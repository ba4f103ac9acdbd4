"""Codes and numbers in words."""

import pytest

from app.wording.codes import tell_count


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "no events"), (1, "one event"), (2, "two events"), (12, "twelve events"), (13, "13 events"),
     (1_234, "1,234 events")],
)  # fmt: skip
def test_a_few_are_told_in_words_and_more_in_digits(count, told):
    assert tell_count(count, "event") == told
