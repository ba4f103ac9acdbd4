"""What every format and page says to a browser that opens it."""

import pytest

from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import OPERATIONS


@pytest.fixture(scope="module")
def client(make_store, tmp_path_factory) -> Client:
    store: Store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


@pytest.mark.parametrize("path", [*(one.path for one in OPERATIONS), "/", "/v1/nothing", "/v1/events?x=1"])
def test_no_answer_is_taken_for_another_kind_than_it_says(client, path):
    assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_a_picture_that_is_opened_as_a_page_may_do_nothing(client):
    policy = client.get("/v1/events.svg").headers["Content-Security-Policy"]
    assert policy.split("; ") == ["default-src 'none'", "style-src 'unsafe-inline'", "sandbox"]
