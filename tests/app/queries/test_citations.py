"""What is known and cited by nobody is an empty answer, and one instant is a time in which a source may come out."""

import pytest

from tests.invented import invented_lines, write_lines


@pytest.fixture(scope="module")
def client(make_store, tmp_path_factory):
    store = make_store("sqlite")
    quiet = {"kind": "publisher", "id": "quiet-press", "name": "Quiet Press"}
    store.load(write_lines(tmp_path_factory.mktemp("record"), [*invented_lines(6), quiet]))
    return store.client()


@pytest.mark.parametrize("name", ["publisher", "origin"])
@pytest.mark.parametrize("of", ["events", "citations"])
def test_a_publisher_that_nobody_cites_is_known_all_the_same(client, of, name):
    answer = client.get(f"/v1/{of}?{name}=quiet-press")
    assert (answer.status_code, answer.json().get("data")) == (200, [])
    assert client.get(f"/v1/{of}?{name}=no-press").status_code == 400


def test_a_time_of_one_instant_has_what_was_available_at_it(client):
    """The Post of Tuesday came out at ten; it is cited by the events that the Gazette is not."""
    at, before = "2020-03-04T10:00:00Z", "2020-03-04T09:59:59Z"
    found = [one["id"] for one in client.walk(f"/v1/events?reported_from={at}&reported_to={at}")]
    assert sorted(found) == [f"harbour-talks-{number}" for number in (1, 2, 4, 5)]
    assert client.walk(f"/v1/events?reported_from={before}&reported_to={before}") == []
    assert client.get(f"/v1/events?reported_from={at}&reported_to={before}").status_code == 400
