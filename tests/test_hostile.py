"""Hostile strings through every parameter: an answer, or a refusal that names it; the same from both databases.

A run asks some of them; `HOSTILE_TEXTS=all` asks every one of every parameter.
"""

import json
import os
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from markupsafe import escape
from sqlalchemy import update

from app.gate import LONGEST_QUERY
from app.instants import microseconds, parse_instant
from app.tables import Revision
from tests.app.test_methods import EVERYTHING
from tests.conftest import Client
from tests.hostile import QUERIES, TEXTS
from tests.invented import invented_lines, write_lines
from tests.operations import FILES, OPERATIONS, PARAMETERS, Operation, Parameter

ASKED = os.environ.get("HOSTILE_TEXTS", "4")
"""Texts of a parameter, or `all`."""
SUITE = os.environ.get("JSON_SCHEMA_TEST_SUITE")
COMPANIONS = {"near": ("radius_km", "5"), "radius_km": ("near", "60,5"), "role": ("actor", "anna-berg")}
TELLTALES = re.compile(
    r"sqlite|psycopg|postgres|sqlalchemy|pydantic|traceback|fts5|\bSELECT\b|syntax error|no such (table|column)"
    r"|invalid (input|byte)|out of range for|DETAIL:|LINE 1|\.py\b", re.IGNORECASE,
)  # fmt: skip
HEADERS = ("If-None-Match", "If-Modified-Since", "If-Match", "Accept-Encoding", "Accept", "Accept-Language", "Origin",
           "Range", "X-Forwarded-For", "X-Request-ID", "Host", "Cookie")  # fmt: skip
"""What a client may send beside its question; a server passes on any byte but NUL and ends of lines."""
NARROWER = ("1998-12-31T23:59:60Z", "1998-12-31T15:59:60.123-08:00", "1963-06-19t08:30:06.283185z")
"""Valid in RFC 3339, refused here: leap seconds, which no clock of the record has, and small letters."""


class Pair:
    """The same record in SQLite and in PostgreSQL, published at the same instant, so that every byte is comparable."""

    def __init__(self, make_store, portal, folder):
        lines = write_lines(folder, invented_lines())
        stores = [make_store(database) for database in ("sqlite", "postgresql")]
        for store in stores:
            assert store.load(lines).revision == 1
            with store.engine.begin() as connection:
                published = microseconds(parse_instant("2021-12-30T18:12:00Z"))
                connection.execute(update(Revision).values(published_at=published))
        self.clients = [Client(portal, _asked_raw(store.client().app)) for store in stores]

    def ask(self, path: str, query: bytes = b"", sent: str = "", headers: dict[str, bytes] | None = None):
        """What both answer; of a file of a database, and of a process, only its headers are the same."""
        others = {} if headers is None else {name: value.hex() for name, value in headers.items()}
        raw = {"x-query": query.hex(), "x-headers": json.dumps(others)}
        answers = [client.get(path, headers=raw) for client in self.clients]
        is_file = path in [one.path for one in FILES] or path == "/metrics"
        seen = [(one.status_code, b"" if is_file else one.content, one.headers.get("ETag")) for one in answers]
        assert seen[0] == seen[1], (path, query)
        if answers[0].status_code != 200 and not path.startswith("/docs/"):  # where pages are named
            told = without_echo(answers[0].text, received(sent))
            assert not TELLTALES.search(told), (path, query, told)
        return answers[0]


def _asked_raw(app):
    """Clients mend a query string before they send it."""

    async def asked(scope, receive, send):
        sent = dict(scope["headers"])
        others = json.loads(sent[b"x-headers"])
        headers = [(name.lower().encode(), bytes.fromhex(value)) for name, value in others.items()]
        usual = [one for one in scope["headers"] if one[0].decode() not in {name.lower() for name in others}]
        query = bytes.fromhex(sent[b"x-query"].decode())
        await app({**scope, "query_string": query, "headers": usual + headers}, receive, send)

    return asked


@pytest.fixture(scope="module")
def pair(make_store, portal, tmp_path_factory):
    return Pair(make_store, portal, tmp_path_factory.mktemp("record"))


def some(of: object, among: Sequence[Any] = TEXTS) -> list[Any]:
    """The same in every run, others for each parameter."""
    count = len(among) if ASKED == "all" else min(int(ASKED), len(among))
    return random.Random(str(of)).sample(among, count)


def named(answer) -> set[str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["parameter"] for error in answer.json()["errors"]}


def received(text: str) -> str:
    """What stands for it in an answer: no half of a surrogate pair can be sent."""
    return text.encode(errors="surrogatepass").decode(errors="replace")


def without_echo(answer: str, sent: str) -> str:
    """An answer without what was sent, whole or its beginning, as it stands in JSON, on a page and in a link."""
    for echo in (sent, sent[:100]):
        for written in (json.dumps(echo, ensure_ascii=False)[1:-1], str(escape(echo)), quote_plus(echo)):
            answer = answer.replace(written, "")
    return answer


def encoded(*pairs: tuple[str, str]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def ask_with(pair: Pair, parameter: Parameter, *texts: str):
    companion = [one for one in [COMPANIONS.get(parameter.name)] if one and _takes(parameter.operation, one[0])]
    query = encoded(*companion, *[(parameter.name, text) for text in texts])
    answer = pair.ask(parameter.operation.path, query, texts[0])
    is_of_one = "{" in parameter.operation.template or parameter.name == "url"
    others = (
        {404} if is_of_one else {501} if (parameter.name, texts) == ("format", ("xml",)) else set()
    )  # as oEmbed has it
    assert answer.status_code in {200, 400} | others, query
    blamed = "question" if len(query) > LONGEST_QUERY else parameter.name
    assert answer.status_code != 400 or blamed in named(answer), (query, answer.text)
    return answer


def _takes(operation: Operation, name: str) -> bool:
    return name in {one.name for one in operation.parameters}


@pytest.mark.parametrize("parameter", PARAMETERS, ids=str)
def test_a_text_is_answered_or_refused_by_the_name_of_its_parameter(pair, parameter: Parameter):
    for text in some(parameter):
        ask_with(pair, parameter, text)


@pytest.mark.parametrize("parameter", [one for one in PARAMETERS if not one.repeats], ids=str)
def test_a_parameter_of_one_value_is_refused_when_it_is_repeated(pair, parameter: Parameter):
    for text in some(f"{parameter} again")[:2]:
        assert ask_with(pair, parameter, text, text).status_code == 400


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_name_is_refused_that_no_parameter_has(pair, operation: Operation):
    for text in some(f"{operation} names"):
        if not _takes(operation, text):
            answer = pair.ask(operation.path, encoded((text, "1")), text)
            assert answer.status_code == 400
            assert received(text)[:100] in named(answer)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_query_string_is_no_fault_of_ours(pair, operation: Operation):
    for query in some(f"{operation} query", QUERIES):
        assert pair.ask(operation.path, query).status_code in (200, 400), query


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "{" in one.template], ids=str)
def test_a_part_of_a_path_is_refused_or_names_nothing(pair, operation: Operation):
    before, after = re.split(r"\{\w+\}", operation.template)
    for text in some(f"{operation} path", [one for one in TEXTS if one not in (".", "..")]):  # clients resolve these
        part = quote(text, safe="", errors="surrogatepass")
        answer = pair.ask(f"{before}{part}{after}", sent=text)
        assert answer.status_code in (400, 404), text


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_header_is_no_fault_of_ours(pair, path):
    usual = {pair.ask(path).status_code}
    usual |= {304, 412, *({206, 400, 416} if path.startswith("/static-offline-docs/") else {})}
    for header in HEADERS:
        for text in some(f"{path} {header}"):
            value = text.encode(errors="surrogatepass").translate(None, b"\x00\r\n")
            answer = pair.ask(path, headers={header: value})
            assert answer.status_code in usual, (header, value)


@pytest.mark.parametrize("before", ["/docs/", "/static/0123/", "/static-offline-docs/", "/embed/", "/v1/", "/"])
def test_a_path_that_is_in_no_contract_names_nothing(pair, before):
    for text in some(f"{before} path", [one for one in TEXTS if one not in (".", "..", "", "/", "//")]):
        answer = pair.ask(f"{before}{quote(text, safe='', errors='surrogatepass')}")
        assert answer.status_code in (400, 404), text


@pytest.mark.parametrize("path", EVERYTHING)
def test_an_address_with_a_line_feed_after_it_is_none_of_ours(pair, path):
    assert pair.ask(f"{path}%0A").status_code in (400, 404)


@pytest.mark.parametrize("name", ["q", "event", "date_from", "bbox", "limit", "cursor", "known_at", "as_of", "colour"])
def test_a_view_of_the_explorer_is_shown_or_refused(pair, name):
    for text in some(f"explorer {name}"):
        answer = pair.ask("/", encoded((name, text)), text)
        assert answer.status_code in (200, 400, 404), text


@pytest.mark.skipif(SUITE is None, reason="JSON_SCHEMA_TEST_SUITE names no copy of the JSON Schema test suite")
@pytest.mark.parametrize(
    ("form", "name"), [("date", "date_from"), ("date-time", "known_at"), ("date-time", "reported_from")]
)
def test_dates_are_those_of_the_json_schema_test_suite(pair, form, name):
    parameter = next(one for one in PARAMETERS if str(one) == f"list_events-{name}")
    for text, is_valid in _samples(form):
        if form == "date" or "T" in text.upper():
            is_taken = is_valid and text not in NARROWER
            assert ask_with(pair, parameter, text).status_code == (200 if is_taken else 400), text


@pytest.mark.skipif(SUITE is None, reason="JSON_SCHEMA_TEST_SUITE names no copy of the JSON Schema test suite")
@pytest.mark.parametrize("parameter", PARAMETERS, ids=str)
def test_the_dates_of_the_json_schema_test_suite_harm_no_parameter(pair, parameter: Parameter):
    samples = [text for form in ("date", "date-time", "time", "duration") for text, _ in _samples(form)]
    for text in some(f"{parameter} date", samples):
        ask_with(pair, parameter, text)


def _samples(form: str) -> list[tuple[str, bool]]:
    path = Path(str(SUITE)) / "tests/draft2020-12/optional/format" / f"{form}.json"
    tests = [test for group in json.loads(path.read_text(encoding="utf-8")) for test in group["tests"]]
    return [(one["data"], one["valid"]) for one in tests if isinstance(one["data"], str)]
