"""Kept answers: the same to the byte as answers that are not kept, of the newest revision, and within their room."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import SQLModel

from app.kept import ENTRY_BYTES
from app.watching import POLL_SECONDS
from seed.redacting import redact
from tests.app.test_restarts import until
from tests.conftest import Client, Store
from tests.invented import event_line, invented_lines, reference_lines, write_lines
from tests.operations import FILES, OF_THE_STORE, OPERATIONS, STREAMS

ENCODINGS = ("identity", "zstd", "br", "gzip", "gzip;q=0.5, br;q=0.2", "")
PAGES = ["/", "/docs", "/openapi.json", "/?actor=anna-berg", "/nothing", "/v1/events/", "/v1/events/nothing",
         "/v1/events?colour=red", "/v1/events?tag=fishing&limit=2", "/v1/events?limit=2&tag=fishing",
         "/v1/events?as_of=1", "/v1/events/harbour-talks-1?as_of=1", "/v1/actors?q=anna", "/v1/events?q=%68arbour",
         "/v1/events/harbour%2Dtalks-1"]  # fmt: skip
NEVER_KEPT = ["/v1/events?colour=red", "/v1/events/nothing", "/nothing", "/health/ready", "/metrics"]
UNLIKE = {one.path for one in FILES} | {"/metrics"}
"""What differs each time it is asked."""
PATHS = [one.path for one in OPERATIONS if one.path not in UNLIKE] + PAGES
PARAMETERS = ["tag=fishing", "limit=1", "limit=2", "order=asc", "q=harbour", "as_of=1", "actor=anna-berg",
              "actor=nobody", "count=exact", "known_at=2020-03-09", "limit=0", ""]  # fmt: skip
USUAL = {"Accept-Encoding": "identity", "X-Request-ID": "one"}
UNUSUAL = [{"Range": "bytes=0-9"}, {"If-Match": '"other"'}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
           {"Origin": "https://reader.example"}, {"Accept": "text/html"}, {"Cache-Control": "no-cache"},
           {"Host": "evil.example"}, {"Cookie": "a=b"}]  # fmt: skip


class Pair:
    """An application that keeps its answers and one that does not, over one store."""

    def __init__(self, store: Store, portal: BlockingPortal) -> None:
        self.store, self.portal = store, portal
        self.keeping, self.plain = store.client(), store.client(cache_bytes=0)

    def ask(self, method: str, path: str, headers: dict[str, str]) -> Any:
        """What is sent, first, and again, is what is sent by the one that keeps nothing."""
        first, again, plain = (
            self._seen(client, method, path, headers) for client in (self.keeping, self.keeping, self.plain)
        )
        assert first == plain, (method, path, headers)
        assert again == plain, (method, path, headers)
        return plain

    def _seen(self, client: Client, method: str, path: str, headers: dict[str, str]) -> Any:
        """Status, headers in their order, and bytes, as they were sent."""
        sent: list[Any] = []

        async def listen(scope: Any, receive: Any, send: Any) -> None:
            async def send_noted(message: Any) -> None:
                sent.append(message)
                await send(message)

            await client.app(scope, receive, send_noted)

        Client(self.portal, listen).request(method, path, headers=USUAL | headers)
        return sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent)

    def settle(self) -> None:
        """Waits until a new revision is to be seen."""
        if self.store.url.get_backend_name() != "sqlite":
            time.sleep(0.1)


def count(client: Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return float(next(line.split()[-1] for line in lines if line.startswith(f"{name} ")))


@pytest.fixture(scope="module")
def pair(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any, portal: Any) -> Pair:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return Pair(store, portal)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_kept_answer_is_the_answer(pair, path, encoding):
    accepted = {"Accept-Encoding": encoding}
    status, headers, _ = pair.ask("GET", path, accepted)
    pair.ask("HEAD", path, accepted)
    tag = dict(headers).get(b"etag", b'"none"').decode()
    forms = (
        tag,
        f"W/{tag}",
        f'"other", {tag}',
        "*",
        '"other"',
        "nonsense",
        tag.replace('"', '"x', 1),
        f'{tag[:33]}-br"',
    )
    for form in forms:
        for method in ("GET", "HEAD"):
            held = pair.ask(method, path, accepted | {"If-None-Match": form})
            assert status == 200 or held[0] == status


@pytest.mark.parametrize("headers", UNUSUAL, ids=str)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/events/harbour-talks-1", "/", "/v1/events.csv"])
def test_what_else_a_client_says_changes_nothing(pair, path, headers):
    assert pair.ask("GET", path, headers) == pair.ask("GET", path, {})


@pytest.mark.parametrize("lines", [("br", "deflate"), ("deflate", "br"), ("gzip", "gzip;q=0")], ids=str)
def test_an_encoding_asked_for_on_several_lines_is_not_kept_for_whoever_asks_for_one_of_them(pair, lines):
    client = pair.store.client()
    whole = client.get("/v1/events", headers=[("Accept-Encoding", ", ".join(lines))])
    for accepted in ([*lines], lines[:1], lines[1:]):
        asked = [("Accept-Encoding", one) for one in accepted]
        kept, plain = (one.get("/v1/events", headers=asked) for one in (client, pair.plain))
        assert kept.headers == plain.headers
        assert kept.json() == whole.json()


def test_a_condition_on_several_lines_is_not_kept_for_whoever_names_one_of_its_tags(pair):
    client = pair.store.client()
    tag = client.get("/v1/publishers").headers["ETag"]
    for tags, status in (((tag, '"other"'), 304), (('"other"',), 200), (('"other"', tag), 304), ((tag,), 304)):
        asked = [("If-None-Match", one) for one in tags]
        assert client.get("/v1/publishers", headers=asked).status_code == status, tags


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_answers_to_any_questions_in_any_order_are_the_answers(pair, data):
    names = st.sampled_from(PARAMETERS)
    path = data.draw(st.sampled_from(["/v1/events", "/v1/events.csv", "/v1/events.atom", "/v1/actors", "/v1/facets"]))
    query = "&".join(data.draw(st.lists(names, max_size=3)))
    headers = {"Accept-Encoding": data.draw(st.sampled_from(ENCODINGS))}
    if data.draw(st.booleans()):
        tag = pair.plain.get(f"{path}?{query}").headers.get("ETag", '"none"')
        headers["If-None-Match"] = data.draw(st.sampled_from([tag, "*", f'"a",W/{tag}', '"other"']))
    pair.ask(data.draw(st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"])), f"{path}?{query}", headers)


def test_an_answer_is_of_the_newest_revision(store, tmp_path, portal):
    pair = Pair(store, portal)
    paths = [one.path for one in OF_THE_STORE if one.path not in UNLIKE]
    asked = [*paths, *(f"{path}?as_of=1" for path in paths), "/"]
    pair.ask("GET", "/v1/events", {})
    for revision in (1, 2, 3):
        lines = reference_lines() + [event_line(n, title=f"Talk {n} of {revision}") for n in range(4)]
        assert store.load(write_lines(tmp_path, lines)).revision == revision
        pair.settle()
        bodies = {path: pair.ask("GET", path, {})[2] for path in asked}
        assert f"Talk 1 of {revision}".encode() in bodies["/v1/events"]
        assert b"Talk 1 of 1" in bodies["/v1/events?as_of=1"]
    redact(store.engine, "event", "harbour-talks-1", "title")
    pair.settle()
    for path in asked:
        assert b"Talk 1 of" not in pair.ask("GET", path, {})[2], path


def test_an_answer_says_when_its_revision_was_published_though_another_of_the_same_digest_was_before(
    store, tmp_path, portal
):
    """As in a store that was emptied and loaded anew."""
    pair, paths = Pair(store, portal), ("/v1", "/v1?as_of=1", "/v1/revisions", "/v1/events.atom")
    told = []
    for _ in range(2):
        with store.engine.begin() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(table.delete())
        for events in (2, 3):
            store.load(write_lines(tmp_path, invented_lines(events)))
        time.sleep(2 * POLL_SECONDS)
        told.append([pair.ask("GET", path, {})[2] for path in paths])
    assert not {*told[0]} & {*told[1]}


def test_an_answer_that_is_sent_after_another_revision_was_published_is_not_kept(store, tmp_path, portal):
    store.load(write_lines(tmp_path, invented_lines(2)))
    client = store.client()
    asked = {"url": "http://dateline.test/v1/events", "headers": {"Accept-Encoding": "identity"}}
    later: list[int] = []

    async def publish_before_it_is_sent(scope: Any, receive: Any, send: Any) -> None:
        async def send_late(message: Any) -> None:
            if not later:
                await asyncio.to_thread(store.load, write_lines(tmp_path, invented_lines(3)))
                await asyncio.sleep(0.1)
                answer = await httpx.AsyncClient(transport=httpx.ASGITransport(client.app)).get(**asked)
                later.append(answer.json()["meta"]["revision"])
            await send(message)

        await client.app(scope, receive, send_late)

    first = Client(portal, publish_before_it_is_sent).request("GET", asked["url"], headers=asked["headers"])
    assert (first.json()["meta"]["revision"], later) == (1, [2])
    for _ in range(2):
        assert client.request("GET", asked["url"], headers=asked["headers"]).json()["meta"]["revision"] == 2


@contextmanager
def statements() -> Iterator[list[str]]:
    """All that any application asks of a database."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_many_who_ask_at_once_take_one_look_at_the_database(pair, portal):
    address = "http://dateline.test/v1/events?limit=4"
    client = httpx.AsyncClient(transport=httpx.ASGITransport(pair.keeping.app))

    async def ask() -> None:
        await client.get(address)
        await asyncio.sleep(0.15)
        with statements() as found:
            await asyncio.gather(*(client.get(address) for _ in range(20)))
        assert len(found) <= 1, found

    portal.call(ask)


def test_one_who_goes_while_many_wait_for_one_look_takes_it_from_nobody(pair, portal):
    client = httpx.AsyncClient(transport=httpx.ASGITransport(pair.keeping.app))

    async def ask() -> list[int]:
        await asyncio.sleep(0.15)
        goes, *others = (asyncio.ensure_future(client.get("http://dateline.test/v1/events")) for _ in range(4))
        for _ in range(10):
            await asyncio.sleep(0)
        goes.cancel()
        return [answer.status_code for answer in await asyncio.gather(*others)]

    assert portal.call(ask) == [200] * 3


def test_whether_the_process_lives_is_told_without_the_database(store, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(2)))
    with statements() as found:
        assert store.client().get("/health/live").status_code == 200
    assert found == []


def test_every_whole_answer_of_the_store_is_kept(pair):
    paths = [one.path for one in OF_THE_STORE if one.path not in {stream.path for stream in STREAMS}]
    for path in paths:
        hits = count(pair.keeping, "dateline_cache_hits_total")
        for _ in range(3):
            pair.keeping.get(path, headers={"Accept-Encoding": "br;q=0.1"})
        assert count(pair.keeping, "dateline_cache_hits_total") >= hits + 2, path


@pytest.mark.parametrize("path", [*(one.path for one in STREAMS), *NEVER_KEPT])
def test_no_stream_and_no_problem_is_kept(pair, path):
    before = count(pair.keeping, "dateline_cache_entries")
    pair.keeping.get(path)
    pair.keeping.request("HEAD", path)
    assert count(pair.keeping, "dateline_cache_entries") == before


def test_the_answers_kept_have_bounded_room(pair):
    room = 50_000
    client = pair.store.client(cache_bytes=room)
    for limit in range(1, 41):
        client.get(f"/v1/actors?limit={limit}")
        client.get("/v1/events/harbour-talks-1")
        assert count(client, "dateline_cache_bytes") <= room
    assert count(client, "dateline_cache_evictions_total") > 0
    hits = count(client, "dateline_cache_hits_total")
    client.get("/v1/events/harbour-talks-1")
    assert count(client, "dateline_cache_hits_total") == hits + 1, "what was asked for lately was dropped"


def test_headers_count_as_much_as_bodies(pair):
    client, accepted = pair.store.client(), {"Accept-Encoding": "identity"}
    path = "/v1/actors?q=" + "%E2%98%83".join(["anna"] * 20)
    before = count(client, "dateline_cache_bytes")
    answer = client.get(path, headers=accepted)
    headers = sum(len(name) + len(value) for name, value in answer.headers.raw)
    assert headers > 500
    taken = count(client, "dateline_cache_bytes") - before
    assert taken >= ENTRY_BYTES + len(path) + headers + len(answer.content) - 1  # of the path, "?" is not kept


def test_requests_are_counted_alike_whether_an_answer_was_kept_or_not(pair):
    def counted(**given: Any) -> Counter[str]:
        client = pair.store.client(**given)
        for path in (
            "/v1/events",
            "/v1/events",
            "/v1/events/harbour-talks-1",
            "/v1/events/harbour-talks-2",
            "/nothing",
        ):
            tag = client.get(path).headers.get("ETag", "")
            client.get(path, headers={"If-None-Match": tag})
            client.request("HEAD", path)
        lines = client.get("/metrics").text.splitlines()
        names = ("dateline_requests_total", "dateline_request_seconds_count")
        return Counter(
            {line.rpartition(" ")[0]: int(float(line.split()[-1])) for line in lines if line.startswith(names)}
        )

    kept = counted()
    assert kept == counted(cache_bytes=0)
    assert kept['dateline_requests_total{path="/v1/events/{id}",status="200"}'] == 4


def test_nothing_is_kept_where_a_setting_says_so(pair):
    assert "dateline_cache_hits_total" in pair.keeping.get("/metrics").text
    assert "dateline_cache" not in pair.plain.get("/metrics").text


def test_a_kept_answer_is_not_given_out_while_the_store_cannot_tell_its_revision(store, tmp_path, portal):
    store.load(write_lines(tmp_path, invented_lines(2)))
    pair = Pair(store, portal)
    assert pair.ask("GET", "/v1/events", {})[0] == 200
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE revision RENAME TO away")
    pair.settle()
    assert pair.ask("GET", "/v1/events", {})[0] == 503
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO revision")
    until(lambda: all(one.get("/v1/events").status_code == 200 for one in (pair.keeping, pair.plain)))
    assert pair.ask("GET", "/v1/events", {})[0] == 200
