"""A limit on how often each client may ask: who is one client, what is counted, and what it costs."""

import tracemalloc
from ipaddress import IPv6Address

import pytest
from limits import parse
from limits.strategies import FixedWindowRateLimiter

import app.limiting
from app.limiting import Counts, client_of
from app.requests import INSIDE
from tests.app.test_metrics import samples
from tests.conftest import Client, Store

PROXY = "10.0.0.1"


def asks(
    client: Client, path: str = "/v1/events?limit=1", *, peer: str = "192.0.2.1", method: str = "GET", **headers: str
):
    """What a peer of this address is answered; headers have `_` for `-`."""

    async def asked(scope, receive, send):
        await client.app({**scope, "client": (peer, 50_000)}, receive, send)

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(client._portal, asked).request(method, path, headers=named)  # noqa: SLF001 - the same loop


def is_counted_as(client: Client, first: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two requests, of which one is allowed, are of one client."""
    assert asks(client, **first).status_code == 200
    return bool(asks(client, **other).status_code == 429)


def test_a_client_that_asks_too_often_is_told_when_to_ask_again(shipped: Store):
    client = shipped.client(rate_limit="3/hour", public_url="https://dateline.example")
    for left in (2, 1, 0):
        answer = asks(client)
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"client";q=3;w=3600'
        assert answer.headers["RateLimit"].startswith(f'"client";r={left};t=')
    refused = asks(client)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json() == {
        "type": "/problems/too-many-requests",
        "title": "Too many requests from one client",
        "status": 429,
        "detail": "One client may ask 3 times in 3600 seconds.",
    }
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit"] == f'"client";r=0;t={refused.headers["Retry-After"]}'
    assert refused.headers["Cache-Control"] == "no-store"
    assert asks(client, peer="192.0.2.2").status_code == 200


def test_a_refusal_has_the_headers_of_every_problem(shipped: Store):
    client = shipped.client(rate_limit="1/hour")
    wrong, refused = asks(client, "/v1/events?colour=red"), asks(client, "/v1/events?colour=red")
    assert (wrong.status_code, refused.status_code) == (400, 429)
    assert refused.headers.keys() - {"retry-after"} == wrong.headers.keys() - {"vary"}


def test_a_refusal_bears_the_name_that_its_request_came_with(shipped: Store):
    client = shipped.client(rate_limit="1/hour")
    answers = [asks(client, "/nothing", X_Request_ID=name) for name in ("first", "other")]
    assert [one.status_code for one in answers] == [404, 429]
    assert [one.headers["X-Request-ID"] for one in answers] == ["first", "other"]


def test_refusals_are_counted(shipped: Store):
    client = shipped.client(rate_limit="1/hour")
    assert [asks(client).status_code for _ in range(3)] == [200, 429, 429]
    assert samples(client)["dateline_requests_total", "429", "unknown"] == 2


def test_head_is_refused_without_a_body(shipped: Store):
    client = shipped.client(rate_limit="1/hour")
    asks(client)
    answer = asks(client, method="HEAD")
    assert (answer.status_code, answer.content) == (429, b"")


def test_a_quota_is_given_again_when_its_time_is_over(shipped: Store, monkeypatch):
    client, now = shipped.client(rate_limit="1/minute"), [1_000.0]
    monkeypatch.setattr("app.limiting.time.time", lambda: now[0])
    assert [asks(client).status_code for _ in range(2)] == [200, 429]
    now[0] += 59.5
    answer = asks(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    now[0] += 0.5
    assert asks(client).status_code == 200


def test_who_waits_as_long_as_a_refusal_says_is_answered(shipped: Store, monkeypatch):
    client, now = shipped.client(rate_limit="1/minute"), [1_000.0]
    monkeypatch.setattr("app.limiting.time.time", lambda: now[0])
    asks(client)
    now[0] += 57.5
    now[0] += int(asks(client).headers["Retry-After"])
    assert asks(client).status_code == 200


def test_without_a_limit_nothing_is_said_of_one(shipped: Store):
    assert not {"ratelimit", "ratelimit-policy"} & set(shipped.client().get("/v1/events").headers)


def test_kept_answers_count_and_are_kept_without_what_one_client_was_told(shipped: Store):
    client = shipped.client(rate_limit="9/hour")
    left = [asks(client).headers["RateLimit"][:12] for _ in range(3)]
    assert left == ['"client";r=8', '"client";r=7', '"client";r=6']
    assert asks(client, peer="192.0.2.2").headers.get_list("RateLimit")[0][:12] == '"client";r=8'


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_health_and_metrics_are_not_limited(shipped: Store, path):
    client = shipped.client(rate_limit="1/hour")
    assert [asks(client, path).status_code for _ in range(3)] == [200] * 3


def test_a_page_of_ours_counts_once_whatever_it_asks(shipped: Store):
    client = shipped.client(rate_limit="2/hour")
    assert asks(client, "/?event=biden-putin-phone-call").headers["RateLimit"].startswith('"client";r=1;')
    assert asks(client, "/?event=biden-putin-phone-call").status_code == 200


def test_whom_a_proxy_names_as_our_own_pages_are_is_limited_like_anyone(shipped: Store):
    client = shipped.client(rate_limit="1/hour", trusted_proxies=PROXY)
    assert is_counted_as(client, *[{"peer": PROXY, "X_Forwarded_For": INSIDE[0]}] * 2)


def test_what_a_stranger_says_of_itself_changes_nothing(shipped: Store):
    client = shipped.client(rate_limit="1/hour", trusted_proxies="10.0.0.0/8, 2001:db8::1")
    assert is_counted_as(client, {"X_Forwarded_For": "1.1.1.1"}, {"X_Forwarded_For": "2.2.2.2"})
    assert asks(client, Forwarded="for=3.3.3.3", X_Real_IP="3.3.3.3").status_code == 429


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("1.1.1.1", "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1", "1.1.1.1"),  # what stands left of it came from the client
        ("6.6.6.6, 1.1.1.1, 10.9.9.9", "1.1.1.1"),
        ("10.9.9.9", "10.9.9.9"),
        ("6.6.6.6, [2001:db8:5::1]:443", "2001:db8:5::"),
        ("1.1.1.1:1234", "1.1.1.1"),
        ("", PROXY),
        ("<script>", "unknown"),
        ("inside", "unknown"),
        ("6.6.6.6, " + "x" * 5_000, "unknown"),
    ],
)  # fmt: skip
def test_behind_a_trusted_proxy_the_client_is_whom_it_asks_for(shipped: Store, forwarded, client):
    limited = shipped.client(rate_limit="1/hour", trusted_proxies="10.0.0.0/8, 2001:db8::1")
    asks(limited, peer=PROXY, X_Forwarded_For=forwarded)
    (key,) = counted(limited)
    expected = str(int(IPv6Address(client)) >> 64) if ":" in client else client
    assert f"/{expected}/" in key


def counted(client: Client) -> list[str]:
    layer = client.app.middleware_stack
    while not isinstance(layer, app.limiting.Limited):
        layer = layer.app
    return [*layer.limiter.storage._counts]  # noqa: SLF001 - what is held of a client is told nowhere


@pytest.mark.parametrize(
    ("first", "other", "is_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_an_address_is_a_client_and_of_ipv6_the_network(first, other, is_one):
    assert (client_of({"client": (first, 1)}) == client_of({"client": (other, 2)})) == is_one


def test_who_has_no_address_is_counted_too():
    assert {client_of({"client": peer}) for peer in (None, ("", 0), ("/run/socket", 0), INSIDE)} == {"unknown"}


def test_a_million_addresses_take_no_more_room_than_the_most(monkeypatch):
    monkeypatch.setattr("app.limiting.MOST_CLIENTS", 1_000)
    limiter, rate = FixedWindowRateLimiter(Counts()), parse("600/minute")
    limiter.hit(rate, "the first")
    for number in range(1_000):
        limiter.hit(rate, str(number))
    tracemalloc.start()
    for number in range(50_000):
        limiter.hit(rate, str(number))
        limiter.hit(rate, "often")
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [limiter.get_window_stats(rate, client).remaining for client in ("the first", "49999")] == [600, 599]
    assert limiter.storage.reset() == 1_000
    assert grown < 1_000_000


def test_who_asks_often_is_not_forgotten_for_those_who_ask_once(monkeypatch):
    monkeypatch.setattr("app.limiting.MOST_CLIENTS", 10)
    limiter, rate = FixedWindowRateLimiter(Counts()), parse("50/hour")
    hits = []
    for number in range(100):
        hits.append(limiter.hit(rate, "often"))
        limiter.hit(rate, str(number))
    assert hits == [True] * 50 + [False] * 50
