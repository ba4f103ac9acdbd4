"""The name by which a request is found again: given by whoever asks, told where no cache keeps it."""

import re

import pytest

from tests.conftest import Store


@pytest.mark.parametrize("given", ["a", "01-Aa._", "x" * 64])
def test_a_request_keeps_the_name_it_came_with(shipped: Store, given):
    answer = shipped.client().get("/v1/events?colour=red", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a/b", '"a"', "\xe4", "a\tb", "<script>", "a,b"])
def test_a_name_that_is_not_fit_for_a_log_is_replaced(shipped: Store, given):
    headers = {} if given is None else {"X-Request-ID": given.encode("latin-1")}
    client = shipped.client()
    names = [client.get("/v1/events?colour=red", headers=headers).headers["X-Request-ID"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in names)
    assert names[0] != names[1]


@pytest.mark.parametrize("path", ["/v1/events", "/", "/docs", "/embed/timeline", "/health/live", "/openapi.json"])
def test_nothing_that_a_cache_may_keep_names_a_request(shipped: Store, path):
    answer = shipped.client().get(path, headers={"X-Request-ID": "mine"})
    assert answer.status_code == 200
    assert "X-Request-ID" not in answer.headers
