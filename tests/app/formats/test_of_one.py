"""Formats of one event: those that it has, and what is said of the others."""

import pytest

from app.formats import every_format
from tests.conftest import Client

OF_ONE = sorted({one.suffix for one in every_format() if one.of_one})
OTHERS = sorted({one.suffix for one in every_format()} - set(OF_ONE))
FIRST = "us-jstars-first-flight-over-eastern-ukraine"


@pytest.mark.parametrize("suffix", OTHERS)
def test_a_format_that_one_event_does_not_have_is_not_found_and_those_that_it_has_are_named(
    client: Client, suffix: str
) -> None:
    for event in (FIRST, "no-such-event"):
        answer = client.get(f"/v1/events/{event}{suffix}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
        assert answer.json()["detail"] == (
            f"One event is not written as {suffix}. Expected no suffix, or one of: {', '.join(OF_ONE)}."
        )


def test_the_formats_that_are_named_are_there(client: Client) -> None:
    assert [client.get(f"/v1/events/{FIRST}{suffix}").status_code for suffix in ["", *OF_ONE]] == [200] * (
        1 + len(OF_ONE)
    )


def test_a_suffix_of_no_format_is_a_malformed_id(client: Client) -> None:
    for suffix in (".xyz", ".Csv", ".csv.gz", "."):
        assert client.get(f"/v1/events/{FIRST}{suffix}").status_code == 400
