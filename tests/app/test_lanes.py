"""A quick question waits for no slow one; of what takes long there is little at once, and the rest is refused."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, Query, Response
from sqlalchemy import exc

from app import lanes
from app.answers import Asking
from app.database import Attempt, Patient
from app.haste import Hurried
from app.parameters import Question
from app.problems import Problem
from app.requests import INSIDE, request_id
from app.routing import QuestionRoute
from tests.app.test_cli import PATIENCE
from tests.app.test_connections import Told
from tests.app.test_metrics import samples
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import STREAMS

ENDLESS = Told("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c")
ONE = Told("SELECT 1")
WAITING = 2
QUICK = [f"/v1/actors?limit={limit}" for limit in range(1, 30)]
EXPORT = "/v1/exports/events.csv"
VIEWS = ["/", "/?q=talks&known_at=2022-01-01", "/?event=harbour-talks-0", "/?limit=1&type=consult&actor=anna-berg"]
names: list[str] = []
"""Of the requests that were asked without end, as a log would have them."""
weights: list[int] = []
"""Of the threads in which they were, as nice(1) tells them."""
router = APIRouter(route_class=QuestionRoute)


@router.get("/endless")
def ask_without_end(question: Annotated[Question, Query()], asked: Asking) -> Response:
    """What no database can answer in time."""
    names.append(request_id())
    weights.append(weight())
    return asked.one(lambda _: asked.database.ask(ENDLESS, {})[0][0], question)


def weight() -> int:
    """Of this thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Store:
    store.load(write_lines(tmp_path, invented_lines(3)))
    return store


@pytest.fixture
def client(loaded: Store, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(lanes, "MOST_WAITING", WAITING)
    client = loaded.client(cache_bytes=0)
    client.app.include_router(router)
    assert client.get(QUICK[0]).status_code == 200
    return client


@pytest.fixture
def patient(client: Client) -> Patient:
    database: Patient = client.app.state.database
    return database


@asynccontextmanager
async def asking(client: Client) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(client.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://dateline.test", timeout=None) as some:
        yield some


def test_quick_questions_are_answered_while_slow_ones_wait(portal: BlockingPortal, client: Client) -> None:
    answered: list[tuple[str, int]] = []

    async def ask() -> None:
        async with asking(client) as some:

            async def get(path: str) -> None:
                answered.append((path, (await some.get(path)).status_code))

            slow = [asyncio.ensure_future(get("/endless")) for _ in range(lanes.MOST_PATIENT)]
            await asyncio.sleep(0)
            for path in QUICK:
                await get(path)
            await asyncio.gather(*slow)

    portal.call(ask)
    assert answered == [(path, 200) for path in QUICK] + [("/endless", 503)] * lanes.MOST_PATIENT


def test_few_slow_questions_wait_and_the_others_are_refused(portal: BlockingPortal, client: Client) -> None:
    async def ask() -> list[httpx.Response]:
        async with asking(client) as some:
            return await asyncio.gather(*(some.get("/endless") for _ in range(lanes.MOST_PATIENT + WAITING + 3)))

    answers = portal.call(ask)
    assert {one.status_code for one in answers} == {503}
    assert all(one.headers["Retry-After"] for one in answers)
    refused = [one for one in answers if "Too many questions" in one.json()["detail"]]
    assert len(refused) == 3 == samples(client)["dateline_shed_total", "questions"]
    assert client.get(QUICK[0]).status_code == 200


def test_the_explorer_is_readable_while_many_ask_what_is_slow(
    portal: BlockingPortal, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing of what it asks is quick."""

    async def ask() -> list[int]:
        refused, done = asyncio.Event(), asyncio.Event()
        async with asking(client) as some:

            async def press() -> None:
                while not done.is_set():
                    answer = await some.get("/endless")
                    if "Too many questions" in answer.text:
                        refused.set()
                        await asyncio.sleep(0.02)

            pressing = [asyncio.ensure_future(press()) for _ in range(2 * (lanes.MOST_PATIENT + WAITING))]
            await refused.wait()
            statuses = [(await some.get(view)).status_code for view in VIEWS]
            done.set()
            await asyncio.gather(*pressing)
        return statuses

    monkeypatch.setattr(Patient, "in_haste", lambda store: Attempt(store, store.hasty_engine, -1.0))
    client.app.state.database.hasty = None
    assert portal.call(ask) == [200] * len(VIEWS)


def test_whoever_asks_in_haste_and_patiently_is_one_request_for_the_log(client: Client) -> None:
    names.clear()
    answer = client.get("/endless", headers={"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] == "mine"
    assert len(names) > 1
    assert set(names) == {"mine"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_what_sqlite_works_on_for_long_gives_way_to_the_event_loop_and_what_writes_does_not(
    portal: BlockingPortal, client: Client, loaded: Store
) -> None:
    """In haste and patiently; with PostgreSQL, a thread of ours waits, or holds what the loop waits for."""
    weights.clear()
    client.get("/endless")
    found: list[int] = []
    portal.call(client.app.state.lanes.write, lambda: found.append(weight()))
    own, given = weight(), lanes.GIVEN_WAY if loaded.url.get_backend_name() == "sqlite" else 0
    assert found == [own]
    assert weights[-2:] == [min(own + given, 19)] * 2


@pytest.mark.parametrize("path", ["/v1/events.csv", "/v1/events.atom", "/v1/events/harbour-talks-0.jsonld"])
def test_a_format_is_never_written_on_the_event_loop(client: Client, path: str) -> None:
    def asked() -> float:
        told = samples(client).items()
        return sum(value for (name, *labels), value in told if name == "dateline_questions_total" and "loop" in labels)

    before = asked()
    for _ in range(2):
        assert client.get(path).status_code == 200
    assert asked() == before


def test_what_our_own_pages_ask_waits_for_no_format_that_is_written(portal: BlockingPortal, client: Client) -> None:
    done = threading.Event()

    def write() -> Response:
        done.wait()
        return Response()

    async def ask() -> int:
        writing = [asyncio.ensure_future(client.app.state.lanes.write(write)) for _ in range(lanes.MOST_WRITING)]
        try:
            async with asking(client) as some, asyncio.timeout(20):
                return (await some.get("/oembed?url=/")).status_code
        finally:
            done.set()
            await asyncio.gather(*writing)

    assert portal.call(ask) == 200


def test_what_our_own_pages_ask_keeps_neither_the_event_loop_nor_the_threads_of_others(
    portal: BlockingPortal, client: Client
) -> None:
    """However much that is, and however long it takes."""
    done, begun = threading.Event(), threading.Semaphore(0)
    client.app.include_router(held := APIRouter(route_class=QuestionRoute))

    @held.get("/held")
    def hold(question: Annotated[Question, Query()], asked: Asking) -> Response:
        begun.release()
        done.wait(PATIENCE / 6)
        return asked.one(lambda _: b"{}", question)

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await client.app({**scope, "client": INSIDE}, receive, send)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(inside)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://dateline.test", timeout=None) as page,
            asking(client) as some,
            asyncio.timeout(PATIENCE),
        ):
            asked = [
                asyncio.ensure_future(page.get("/held")) for _ in range(lanes.MOST_BRIEF + lanes.MOST_BRIEF_INSIDE)
            ]
            try:
                for _ in range(lanes.MOST_BRIEF_INSIDE):
                    await asyncio.to_thread(begun.acquire, timeout=PATIENCE)
                client.app.state.database.hasty = None
                return [(await some.get(path)).status_code for path in QUICK]
            finally:
                done.set()
                await asyncio.gather(*asked)

    assert portal.call(ask) == [200] * len(QUICK)


def test_what_is_late_is_left_in_haste_and_refused_patiently(patient: Patient) -> None:
    with pytest.raises(Hurried):
        patient.in_haste().ask(ENDLESS, {})
    with pytest.raises(Problem):
        patient.patiently().ask(ENDLESS, {})
    for attempt in (patient.in_haste(), patient.patiently()):
        assert attempt.ask(ONE, {})[0][0] == 1
        with pytest.raises(exc.DBAPIError):
            attempt.ask(Told("SELECT nothing"), {})


def test_the_statements_of_one_question_share_its_time(patient: Patient) -> None:
    for engine, late in ((patient.hasty_engine, Hurried), (patient.engine, Problem)):
        attempt = Attempt(patient, engine, 60.0)
        assert attempt.ask(ONE, {})
        attempt = Attempt(patient, engine, -1.0)
        with pytest.raises(late):
            attempt.ask(ONE, {})
        attempt = Attempt(patient, engine, 0.0)
        assert attempt.ask(ONE, {})
        with pytest.raises(late):  # its time began with the first, and is over
            attempt.ask(ONE, {})


def test_what_nobody_waits_for_any_more_is_not_asked_patiently(portal: BlockingPortal, client: Client) -> None:
    async def leave(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await client.app(scope, _gone, send)

    asked = []
    for one, status in ((Client(portal, leave), lanes.GONE_STATUS), (client, 503)):
        names.clear()
        assert one.get("/endless").status_code == status
        asked.append(len(names))
    assert asked[1] == asked[0] + 1


async def _gone() -> dict[str, str]:
    return {"type": "http.disconnect"}


def test_exports_are_few_at_once(portal: BlockingPortal, loaded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_EXPORTS", 1)
    client = loaded.client(cache_bytes=0)

    async def hold() -> list[Any]:
        """Asks for another while the first of an export is not taken."""
        sent: list[Any] = []
        begun, done = asyncio.Event(), asyncio.Event()

        async def held(scope: Any, receive: Any, send: Any) -> None:
            async def wait(message: Any) -> None:
                begun.set()
                await done.wait()
                await send(message)

            await client.app(scope, receive, wait)

        transport = httpx.ASGITransport(held)
        async with httpx.AsyncClient(transport=transport, base_url="http://dateline.test", timeout=None) as slow:
            export = asyncio.ensure_future(slow.get(EXPORT))
            async with asking(client) as some:
                await begun.wait()
                sent += [await some.get(EXPORT), await some.get(QUICK[0])]
            done.set()
            sent.append(await export)
        return sent

    refused, quick, export = portal.call(hold)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(lanes.RETRY_SECONDS))
    assert (quick.status_code, export.status_code) == (200, 200)
    assert client.get(EXPORT).content == export.content
    assert samples(client)["dateline_shed_total", "exports"] == 1


@pytest.mark.parametrize("path", [one.path for one in STREAMS])
def test_an_export_that_cannot_begin_is_told_as_such(client: Client, loaded: Store, path: str) -> None:
    """Not by an answer that says 200, and is cut."""
    with loaded.engine.begin() as connection:
        for table in ("event", "citation", "change"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away_{table}")
    assert client.get(path).status_code == 503
