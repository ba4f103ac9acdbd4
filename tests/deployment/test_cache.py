"""nginx, as it is deployed, keeps answers as long as they may be kept, and never one for another."""

import itertools
import json
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import httpx
import pytest
import zstandard

from tests.deployment.programs import until
from tests.deployment.topology import MAX_AGE, Nginx
from tests.operations import OPERATIONS, STREAMS

OWN = {"date", "cache-status", "x-request-id", "server", "connection", "transfer-encoding", "keep-alive"}
numbers = itertools.count(1)


@pytest.fixture
def question():
    """One that nobody asked before."""
    return f"/v1/events?limit=7&near=60.5,5.25&radius_km={next(numbers)}"


@pytest.fixture
def ask(topology):
    """Asks through the cache; no encoding unless one is named."""
    with httpx.Client(base_url=topology.cache.address, timeout=30) as client:

        def ask(path, accepted="", method="GET", **headers):
            return client.request(method, path, headers={"Accept-Encoding": accepted} | headers)

        yield ask


def did(answer):
    """What the cache did."""
    return answer.headers["Cache-Status"].removeprefix("dateline; ")


def revision(answer):
    return answer.json()["meta"]["revision"]


@pytest.mark.parametrize("accepted", ["", "zstd"])
def test_answers_are_those_of_the_processes(topology, ask, accepted):
    """Status, headers and bytes: the first time, and the second, from the cache."""
    for operation in OPERATIONS:
        direct = [
            httpx.get(api.address + operation.path, headers={"Accept-Encoding": accepted}) for api in topology.apis
        ]
        for through in (ask(operation.path, accepted), ask(operation.path, accepted)):
            for answer in direct:
                assert through.status_code == answer.status_code, operation
                assert set(through.headers) - OWN == set(answer.headers) - OWN, operation
                if operation in STREAMS and "sqlite" in operation.template:
                    continue
                assert through.headers.get("ETag") == answer.headers.get("ETag"), operation
                assert through.headers.get("Content-Encoding") == answer.headers.get("Content-Encoding"), operation
                assert through.content == answer.content, operation


def test_an_answer_is_kept_then_looked_after_and_then_replaced(topology, records, ask, question):
    first = ask(question)
    assert (did(first), did(ask(question))) == ("fwd=uri-miss", "hit")
    time.sleep(MAX_AGE + 1)
    again = ask(question)
    assert (did(again), again.content) == ("fwd=stale; fwd-status=304", first.content)
    assert did(ask(question)) == "hit"
    topology.load(next(records))
    until(lambda: all(revision(httpx.get(api.address + question)) == revision(first) + 1 for api in topology.apis))
    time.sleep(MAX_AGE + 1)
    newer = ask(question)
    assert did(newer) == "fwd=stale"
    assert revision(newer) == revision(first) + 1
    assert newer.headers["ETag"] != first.headers["ETag"]


def test_what_is_pinned_to_a_revision_is_kept_for_a_day(ask, question):
    asked = f"{question}&as_of=1"
    ask(asked)
    time.sleep(MAX_AGE + 1)
    assert did(ask(asked)) == "hit"


def test_a_client_that_holds_an_answer_is_told_so_by_the_cache(ask, question):
    for accepted in ("", "gzip"):
        answer = ask(question, accepted)
        held = ask(question, accepted, **{"If-None-Match": answer.headers["ETag"]})
        assert (held.status_code, did(held), held.content) == (304, "hit", b"")
        assert held.headers["ETag"] == answer.headers["ETag"]
        assert ask(question, accepted, **{"If-None-Match": '"another"'}).status_code == 200


def test_a_client_that_holds_what_the_cache_does_not_is_answered_whole_and_right(topology, ask, question):
    tag = httpx.get(topology.apis[0].address + question, headers={"Accept-Encoding": ""}).headers["ETag"]
    assert ask(question, **{"If-None-Match": tag}).status_code == 304
    assert ask(question).json()["data"]


def test_one_encoding_is_kept_once_however_it_is_asked_for(ask, question):
    plain = ask(question)
    first = ask(question, "zstd")
    for accepted in ("gzip, deflate, br, zstd", "ZSTD;q=0.5, gzip;q=0.1", "br;q=0, zstd , *;q=0"):
        answer = ask(question, accepted)
        assert (did(answer), answer.headers["ETag"]) == ("hit", first.headers["ETag"]), accepted
        assert answer.headers["Content-Encoding"] == "zstd"
        assert answer.content == plain.content  # as httpx reads it
    for accepted in ("identity", "gzip;q=0", "zstd;q=0.0, br; q=0.000, gzip;q=0.0", "zstdx", "xzstd", "*"):
        answer = ask(question, accepted)
        assert (did(answer), answer.headers.get("Content-Encoding")) == ("hit", None), accepted
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert (
        zstandard.ZstdDecompressor().decompressobj().decompress(b"".join(raw_of(first, ask, question))) == plain.content
    )


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_question_that_ends_in_the_name_of_an_encoding_is_another(ask, question, encoding, turn):
    """Whichever is asked first: one finds every event, the other, of a word that nobody wrote, none."""
    found, none = f"{question}&q=round", f"{question}&q=round{encoding}"
    for path, accepted in [(none, ""), (found, encoding)][::turn]:
        answer = ask(path, accepted)
        assert did(answer) == "fwd=uri-miss", path
        assert bool(answer.json()["data"]) is (path == found), path


def raw_of(first, ask, question):
    """The bytes as they are sent."""
    with httpx.stream("GET", str(first.url), headers={"Accept-Encoding": "zstd"}) as answer:
        yield from answer.iter_raw()


def test_head_is_answered_from_what_get_left_and_the_other_way_round(ask, question):
    whole = ask(question)
    head = ask(question, method="HEAD")
    assert (did(head), head.content) == ("hit", b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    other = f"{question}&order=asc"
    assert did(ask(other, method="HEAD")) == "fwd=uri-miss"
    assert did(ask(other)) == "hit"
    assert ask(other).json()["data"]


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/events?limit=0", 400), ("/v1/events/none", 404), ("/health/ready", 200)]
)
def test_what_must_not_be_kept_is_asked_each_time(ask, path, status):
    for _ in range(2):
        answer = ask(path)
        assert answer.status_code == status
        assert "hit" not in did(answer)


def test_every_request_has_an_id_of_its_own_and_the_log_has_it(topology, ask, question):
    ids = {ask(question, **{"X-Request-ID": "mine"}).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert "mine" not in ids
    until(lambda: all(one in topology.cache.log.read_text() for one in ids))
    assert "127.0.0.1" not in topology.cache.log.read_text().replace('"asked": "127.0.0.1', "")


def test_the_log_has_no_question(topology, ask, question):
    """Whoever asks for a person, an hour and a place says something of themselves."""
    answer = ask(question)
    name = answer.headers["X-Request-ID"]
    until(lambda: name in topology.cache.log.read_text())
    (line,) = [json.loads(line) for line in topology.cache.log.read_text().splitlines() if name in line]
    assert (line["path"], line["status"]) == ("/v1/events", 200)
    assert "radius_km" not in topology.cache.log.read_text()


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it was asked with."""

    status = 200

    def do_GET(self):
        told = json.dumps({name.lower(): self.headers.get_all(name) for name in self.headers}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        """Nothing."""


class Busy(Echo):
    """Of whom too much is asked."""

    status = 503


@contextmanager
def in_front_of(folder, *handlers):
    """The cache, with other processes behind it."""
    with ExitStack() as stack:
        servers = [stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler)) for handler in handlers]
        for server in servers:
            Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        cache = Nginx(folder, [SimpleNamespace(port=server.server_port) for server in servers])
        stack.callback(cache.kill)
        cache.start()
        cache.until(cache.is_ready)
        yield cache


def test_what_one_process_refuses_another_is_asked(topology, tmp_path):
    with in_front_of(tmp_path, Busy, Echo) as cache:
        assert {httpx.get(f"{cache.address}/v1?limit={limit}").status_code for limit in range(1, 11)} == {200}


def test_an_export_is_never_kept(ask):
    """However long it is, and however short a time it is good for."""
    for _ in range(2):
        assert did(ask("/v1/exports/events.ndjson")) == "fwd=bypass"


def test_what_a_client_says_of_itself_is_not_passed_on(topology, tmp_path):
    """A process that trusts the cache counts by the address that it is told."""
    with in_front_of(tmp_path, Echo, Echo) as cache:
        said = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Request-ID": "mine"}
        answer = httpx.get(f"{cache.address}/v1", headers=said | {"Host": "dateline.example"})
        told = answer.json()
    assert told["x-forwarded-for"] == ["127.0.0.1"]
    assert told["x-forwarded-proto"] == ["http"]
    assert told["host"] == ["dateline.example"]
    assert told["x-request-id"] == [answer.headers["X-Request-ID"]]
    assert answer.headers["X-Request-ID"] != "mine"


def test_the_metrics_of_one_process_are_not_shown(ask):
    answer = ask("/metrics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_writes_is_refused_and_a_preflight_answered(ask):
    assert ask("/v1/events", method="POST").status_code == 405
    assert ask("/v1/events", method="OPTIONS").status_code == 204


def test_a_body_is_bounded(topology):
    answers = [httpx.post(f"{topology.cache.address}/v1/events", content=b"x" * size) for size in (1_000, 17_000)]
    assert [answer.status_code for answer in answers] == [405, 413]


def test_a_long_question_passes(ask):
    words = "&".join(f"id={'e' * 90}-{n}" for n in range(50))
    assert ask(f"/v1/events?{words}").status_code in (200, 400)
