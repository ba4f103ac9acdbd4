"""What is logged: JSON lines that find a request again, and tell nothing of who asked, nor for what."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.logs import JsonLines
from tests.conftest import Store
from tests.invented import invented_lines, write_lines
from tests.serving import serving

SECRET = {"X-Forwarded-For": "203.0.113.7", "User-Agent": "Reader/1", "Referer": "https://private.example/",
          "Cookie": "secret=1"}  # fmt: skip
TOLD = ("203.0.113.7", "127.0.0.1", "Reader", "private", "secret")
"""What no line may have."""
LOGGERS = [logging.getLogger(name) for name in ("dateline", "uvicorn.error")]


class Lines:
    """What is logged while a test runs, as lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonLines())

    def listen(self) -> None:
        """To ours and the server's; a server that starts takes away whoever listened before."""
        for one in LOGGERS:
            one.addHandler(self.handler)
        LOGGERS[0].setLevel(logging.INFO)

    def leave(self) -> None:
        for one in LOGGERS:
            one.removeHandler(self.handler)
        LOGGERS[0].setLevel(logging.NOTSET)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter([json.loads(line) for line in self.text.splitlines()])

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    lines.listen()
    yield lines
    lines.leave()


@pytest.mark.parametrize("cache_bytes", [0, 1_000_000])
def test_each_answer_is_logged_by_its_template_once_that_is_asked_for(shipped: Store, lines, cache_bytes):
    client = shipped.client(access_log=True, cache_bytes=cache_bytes)
    asked = ["/v1/events/biden-putin-phone-call?known_at=2022-01-01", "/v1/events?q=secret", "/v1/events?q=secret",
             "/nothing/secret", "/v1/events?secret=1"]  # fmt: skip
    for path in asked:
        client.get(path, headers=SECRET)
    client.request("HEAD", "/v1/events?q=secret", headers=SECRET)
    client.request("POST", "/v1/events", headers=SECRET)
    logged = [(one["event"], one["level"], one["method"], one["path"], one["status"]) for one in lines]
    template, events = "/v1/events/{id}", "/v1/events"
    assert [one[2:] for one in logged] == [
        ("GET", template, 200), ("GET", events, 200), ("GET", events, 200), ("GET", "unknown", 404),
        ("GET", events, 400), ("HEAD", events, 200), ("POST", "unknown", 405),
    ]  # fmt: skip
    assert {one[:2] for one in logged} == {("answered", "info")}
    for one in lines:
        assert one.keys() == {"time", "level", "event", "request_id", "method", "path", "status", "milliseconds"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", one["time"])
        assert one["milliseconds"] >= 0
    assert not [one for one in TOLD if one in lines.text]


def test_answers_are_not_logged_unless_that_is_asked_for(shipped: Store, lines):
    shipped.client().get("/v1/events")
    assert lines.text == ""


def test_a_page_of_ours_is_one_line_whatever_it_asks(shipped: Store, lines):
    shipped.client(access_log=True).get("/?event=biden-putin-phone-call")
    assert [one["path"] for one in lines] == ["/"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_fault_is_one_line_with_its_traceback_and_the_request(shipped: Store, lines, method, monkeypatch):
    client = shipped.client()
    monkeypatch.setattr("app.answers.entity_tag", None)
    with serving(client.app) as address:
        lines.listen()
        answer = httpx.request(
            method, address + "/v1/events/biden-putin-phone-call?known_at=2022-01-01", headers=SECRET
        )
    (line,) = [one for one in lines if one["level"] != "info"]
    assert answer.status_code == 500
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["level"], line["method"], line["path"]) == ("error", method, "/v1/events/{id}")
    assert "TypeError: 'NoneType' object is not callable" in line["traceback"]
    assert not [one for one in TOLD if one in lines.text]


def test_a_fault_of_a_statement_is_logged_without_what_was_asked_for(store: Store, lines, tmp_path):
    store.load(write_lines(tmp_path, invented_lines(1)))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE term RENAME COLUMN number TO away")
    with serving(store.client().app) as address:
        lines.listen()
        assert httpx.get(f"{address}/v1/events?q=private&actor=anna-berg").status_code == 500
    (line,) = [one for one in lines if one["level"] == "error"]
    assert "term.number" in line["traceback"]
    assert not [one for one in (*TOLD, "anna-berg") if one in lines.text]


def test_a_fault_behind_a_page_is_logged_too(shipped: Store, lines, monkeypatch):
    client = shipped.client()
    monkeypatch.setattr("app.answers.entity_tag", None)
    answer = client.get("/", headers={"X-Request-ID": "mine"})
    assert answer.status_code == 500
    assert {one["request_id"] for one in lines} == {"mine"}
    assert all("TypeError" in one["traceback"] for one in lines)
    assert len(list(lines)) > 0


def test_a_fault_is_logged_as_one_where_answers_are(shipped: Store, lines, monkeypatch):
    client = shipped.client(access_log=True)
    monkeypatch.setattr("app.answers.entity_tag", None)
    client.get("/v1/events")
    assert [one["status"] for one in lines if one["event"] == "answered"] == [500]


def test_a_line_stays_a_line_whatever_it_says():
    told = "two\nlines, \x1b[31m \u2028 and \ud800"
    line = JsonLines().format(logging.makeLogRecord({"msg": told, "levelname": "ERROR"}))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["event"] == told
