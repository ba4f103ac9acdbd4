"""What is too much at once is refused at once; health, kept answers and what our own pages ask are not."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from starlette.types import Message, Receive, Scope, Send

from app import gate
from app.methods import POLICY, SHARED
from tests.app.test_metrics import samples
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines

BOUND = 5
ASKED = 30
PATH = "/v1/events?limit=2"
EXEMPT = ("/health/live", "/health/ready", "/metrics")
ANYWHERE = ("/", "/v1", "/v1/events", "/v1/events.csv", "/v1/exports/events.csv", "/embed/timeline", "/oembed", "/docs",
            "/docs/api", "/openapi.json", "/problems/gone", "/static/x/y", "/nowhere", *EXEMPT)  # fmt: skip


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop looks what has come after every question."""
    monkeypatch.setattr(gate, "MOST_REQUESTS", BOUND)
    monkeypatch.setattr(gate, "WORK_SECONDS", 0.0)


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Store:
    store.load(write_lines(tmp_path, invented_lines(3)))
    return store


@pytest.fixture
def client(loaded: Store) -> Client:
    client = loaded.client(cache_bytes=0)
    assert client.get(PATH).status_code == 200
    return client


def ask_at_once(portal: BlockingPortal, client: Client, paths: list[str]) -> list[httpx.Response]:
    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(client.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://dateline.test") as asking:
            return await asyncio.gather(*map(asking.get, paths))

    return portal.call(ask)


@pytest.mark.usefixtures("bound")
def test_as_many_as_may_be_in_work_are_answered_and_the_others_refused(portal, client):
    expected = client.get(PATH).json()
    answers = ask_at_once(portal, client, [PATH] * ASKED)
    refused = [one for one in answers if one.status_code == 503]
    assert ASKED - len(refused) in (BOUND, BOUND + 1)  # on SQLite the first is answered before another comes
    assert all(one.json() == expected for one in answers if one.status_code == 200)
    for one in refused:
        assert one.headers["Retry-After"] == "1"
        assert one.headers["Content-Type"] == "application/problem+json"
        assert one.json()["type"] == "/problems/unavailable"
    told = samples(client)
    assert told["dateline_shed_total", "requests"] == len(refused)
    assert told["dateline_requests_total", "503", "unknown"] == len(refused)


@pytest.mark.usefixtures("bound")
def test_who_was_answered_refused_or_met_a_fault_is_in_work_no_more(portal, client, loaded):
    with loaded.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE location RENAME COLUMN document TO away")
    for path, status in ((PATH, 200), ("/v1/events?nothing=1", 400), ("/v1/locations", 500), ("/v1/actors", 200)):
        for _ in range(2):
            answers = ask_at_once(portal, client, [path] * BOUND)
            assert [one.status_code for one in answers] == [status] * BOUND


def test_health_metrics_and_kept_answers_are_never_refused(loaded, monkeypatch):
    client = loaded.client()
    kept = client.get(PATH)
    monkeypatch.setattr(gate, "MOST_REQUESTS", 0)
    assert client.get("/v1/events?limit=3").status_code == 503
    assert [client.get(path).status_code for path in EXEMPT] == [200] * len(EXEMPT)
    again = client.get(PATH)
    assert (again.status_code, again.content) == (200, kept.content)


def test_a_page_counts_once_whatever_it_asks_inside(client, monkeypatch):
    monkeypatch.setattr(gate, "MOST_REQUESTS", 1)
    for path in ("/", "/oembed?url=/v1/events"):
        assert client.get(path).status_code == 200


def test_who_takes_an_answer_slowly_is_in_work_no_more(portal, client, monkeypatch):
    """The server lets an answer wait while the client has yet to take an earlier one."""
    monkeypatch.setattr(gate, "MOST_REQUESTS", 1)

    async def ask_beside_the_slow() -> list[int]:
        begun, done = asyncio.Event(), asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            async def wait(message: Message) -> None:
                begun.set()
                await done.wait()
                await send(message)

            await client.app(scope, receive, wait)

        async with AsyncExitStack() as stack:
            first, second = [
                await stack.enter_async_context(
                    httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dateline.test", timeout=None)
                )
                for app in (slow, client.app)
            ]
            held = asyncio.ensure_future(first.get(PATH))
            await begun.wait()
            status = (await second.get(PATH)).status_code
            done.set()
            return [status, (await held).status_code]

    assert portal.call(ask_beside_the_slow) == [200, 200]


def test_a_refusal_has_the_headers_of_every_answer(client, monkeypatch):
    monkeypatch.setattr(gate, "MOST_REQUESTS", 0)
    named = {"X-Request-ID": "mine"}
    answer, head = client.get(PATH, headers=named), client.request("HEAD", PATH, headers=named)
    assert answer.headers["X-Request-ID"] == "mine"
    assert all(answer.headers[name] == value for name, value in SHARED.items())
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert (head.status_code, head.content, head.headers) == (503, b"", answer.headers)


@pytest.mark.parametrize("path", ANYWHERE)
def test_a_query_is_bounded_wherever_it_is_sent(client, path):
    long = client.get(f"{path}?q={'a' * gate.LONGEST_QUERY}")
    assert (long.status_code, long.json()["type"]) == (400, "/problems/invalid-question")
    assert long.json()["errors"][0]["parameter"] == "question"
    assert "8,192 bytes" in long.json()["detail"]


def test_a_query_that_is_just_short_enough_is_read(client):
    answer = client.get(f"/v1/events?x={'a' * (gate.LONGEST_QUERY - 2)}")
    assert "unknown parameter" in answer.json()["detail"]
