"""The examples do what they say, against a running service on both databases, compared with plain evaluation."""

import importlib
import json
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import lxml.html
import pandas as pd
import pytest
import uvicorn
from markdown_it import MarkdownIt
from slack_sdk.models.blocks import Block

from tests.conftest import RECORD, Client, Store
from tests.generator import Record, generate, write
from tests.rivals import contest
from tests.upheavals import load, upheavals

EXAMPLES = Path(__file__).parent.parent / "examples"
KINDS = ("actor", "event", "location", "publisher", "source", "vocabulary")
dateline, sync, digest, slack = map(importlib.import_module, ("dateline", "sync", "digest", "slack"))
Document = dict[str, Any]


@contextmanager
def service_of(store: Store) -> Iterator[Any]:
    """A client of a running service over a store."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(store.client().app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    service = dateline.Dateline(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        with service.client:
            yield service
    finally:
        server.should_exit = True
        thread.join()


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """An example as a newsroom runs it: a program of its own, in another folder."""
    command = [sys.executable, EXAMPLES / name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def without_revision(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "revision"}


def documents(client: Client, **asked: Any) -> dict[tuple[str, str], Document]:
    """Every record that the service has."""
    path = {kind: f"/v1/{kind}s" for kind in KINDS} | {"vocabulary": "/v1/vocabularies"}
    walked = {kind: client.walk(path[kind], params=asked) for kind in KINDS}
    return {(kind, one["id"]): one for kind, found in walked.items() for one in found}


class Copy:
    """A newsroom's copy, as it can be read while it is synchronised."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None, timeout=30)

    def rows(self) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            return connection.execute("SELECT * FROM record ORDER BY kind, id").fetchall()
        finally:
            connection.close()

    def documents(self) -> dict[tuple[str, str], Document]:
        return {(row[0], row[1]): json.loads(row[6]) for row in self.rows() if row[6] is not None}

    def sync(self, service: Any) -> tuple[int, int]:
        connection = self.connect()
        try:
            result: tuple[int, int] = sync.sync(service, connection)
            return result
        finally:
            connection.close()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy.db")


def test_a_copy_is_the_newest_revision_however_many_were_published(
    store: Store, tmp_path: Path, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was withdrawn or merged, and as it stands after one revision or several at once."""
    monkeypatch.setattr(sync, "PAGE", 40)
    states = list(upheavals(3, 6, tmp_path))
    load(store, states[0][1])
    client = store.client()
    with service_of(store) as service:
        for number, (_, place) in enumerate(states):
            load(store, place)
            if number in (0, 1, 4, 5):
                assert copy.sync(service)[0] == number + 1
                assert copy.documents() == documents(client)
                kept = copy.rows()
                assert copy.sync(service) == (number + 1, 0)
                assert copy.rows() == kept
    gone = {row[1]: row for row in copy.rows() if row[6] is None}
    assert {"withdrawn", "merged"} <= {row[3] for row in gone.values()}
    for kind, name, _, action, _, merged_into, _ in gone.values():
        answer = client.get(f"/v1/{kind}s/{name}")
        assert answer.status_code == {"withdrawn": 410, "merged": 301}[action]
        assert action != "merged" or answer.headers["Location"].endswith(merged_into)


def test_a_walk_goes_on_in_its_revision_while_another_is_published_and_the_next_brings_that(
    store: Store, tmp_path: Path, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 20)
    states = [place for _, place in upheavals(4, 3, tmp_path)]
    load(store, states[0])
    client, asked = store.client(), []

    def publish(answer: httpx.Response) -> None:
        asked.append(answer.url)
        if len(asked) in (1, 3):
            load(store, states[len(asked) // 2 + 1])

    with service_of(store) as service:
        service.client.event_hooks = {"response": [publish]}
        revision, _ = copy.sync(service)
        assert len(asked) > 3
        assert (revision, copy.documents()) == (1, documents(client, as_of=1))
        assert copy.sync(service)[0] == 3
    assert copy.documents() == documents(client)


def test_a_run_that_breaks_off_leaves_the_copy_as_it_was_and_the_next_one_does_all(
    tmp_path: Path, copy: Copy, make_store: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 20)
    store, states = make_store("sqlite"), [place for _, place in upheavals(5, 2, tmp_path)]
    load(store, states[0])

    def break_off(answer: httpx.Response) -> None:
        if "cursor" in str(answer.url):
            raise httpx.ReadError("the cable was pulled")

    with service_of(store) as service:
        copy.sync(service)
        before = copy.rows()
        load(store, states[1])
        monkeypatch.setattr(sync, "PAGE", 1)
        service.client.event_hooks = {"response": [break_off]}
        with pytest.raises(httpx.ReadError):
            copy.sync(service)
        assert copy.rows() == before
        service.client.event_hooks = {"response": []}
        assert copy.sync(service)[0] == 2
    assert copy.documents() == documents(store.client())


def test_a_copy_of_another_store_is_refused(
    copy: Copy, make_store: Callable[[str], Store], write_record: Callable[..., Path]
) -> None:
    record = write_record([{"kind": "actor", "id": "anna-berg", "name": "Anna Berg"}])
    told = []
    for _ in range(2):
        store = make_store("sqlite")
        store.load(record)
        with service_of(store) as service:
            told.append(run("sync.py", service.address, copy.path))
    assert (told[0].returncode, told[0].stderr) == (0, "")
    assert "The copy is of revision 1; changes applied: " in told[0].stdout
    assert (told[1].returncode, told[1].stdout) == (1, "")
    assert told[1].stderr == "revision 1 is not the one that the copy has; begin a new copy\n"


class _BusyOnce(BaseHTTPRequestHandler):
    answers: Iterator[tuple[int, bytes]] = iter(())

    def do_GET(self) -> None:
        status, body = next(self.answers)
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_busy_service_is_asked_again_and_a_refusal_says_what_it_says() -> None:
    answers = [(503, b"{}"), (429, b"{}"), (200, b'{"data": 7}'), (400, b'{"detail": "actor: nearest: nato"}')]
    _BusyOnce.answers = iter(answers)
    with HTTPServer(("127.0.0.1", 0), _BusyOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service = dateline.Dateline(f"http://127.0.0.1:{server.server_port}/")
        assert service.ask("/v1") == {"data": 7}
        with pytest.raises(dateline.Refused, match=r"^actor: nearest: nato$"):
            service.ask("/v1")
        service.client.close()
        server.shutdown()


def sections(markdown: str) -> dict[str, list[Any]]:
    """What a reader sees under each heading of a digest: the items of its list."""
    page = lxml.html.fromstring(MarkdownIt("commonmark").render(markdown))
    return {found.text_content(): found.getnext().findall("li") for found in page.iter("h2")}


def ids(items: list[Any]) -> list[str]:
    """Of the events that a list is about, by the first link of each item."""
    return sorted(re.split("[/=]", one.xpath("(./p/a|./a)/@href")[0].removesuffix("/history"))[-1] for one in items)


def titles(items: list[Any]) -> list[str]:
    return sorted(folded(one.xpath("./p/a|./a")[0].text_content()) for one in items)


def folded(text: str) -> str:
    return " ".join(text.split())


def lines_of(record: Record) -> dict[str, Document]:
    return {line["id"]: line for line in record["event"]}


def test_a_digest_tells_every_event_that_was_added_corrected_disputed_or_withdrawn(
    store: Store, tmp_path: Path
) -> None:
    history = list(upheavals(6, 6, tmp_path, events=20))
    for _, place in history:
        load(store, place)
    client = store.client()
    every = [{}] + [{one["id"]: one for one in client.walk(f"/v1/events?as_of={n + 1}")} for n in range(len(history))]
    lines = [{}] + [lines_of(record) for record, _ in history]
    seen = set()
    with service_of(store) as service:
        for since in range(len(every)):
            told = sections(digest.digest(service, since))
            seen |= told.keys()
            _compare(told, every[since:], lines[since:])
        assert "Nothing has changed." in digest.digest(service, len(every) - 1)
        done = run("digest.py", service.address, 1)
        assert (done.returncode, done.stdout, done.stderr) == (0, digest.digest(service, 1) + "\n", "")
        refused = run("digest.py", service.address, "1999-01-01")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "as_of" in refused.stderr
    assert seen == {"Added", "Corrected", "Newly disputed", "Withdrawn or merged"}


def _compare(told: dict[str, list[Any]], states: list[dict[str, Document]], lines: list[dict[str, Document]]) -> None:
    """By the states that the API answers and by the files, without the feed of changes."""
    first, now = states[0], states[-1]
    lasting = {name for name in now if all(name in state for state in states)}
    disputed = {name for name, one in now.items() if one["evidence"]["disputed"]}
    before = {name for name, one in first.items() if one["evidence"]["disputed"]}
    corrected = {
        name
        for name in lasting
        for old, new, was, is_ in zip(states, states[1:], lines, lines[1:], strict=False)
        if was.get(name) != is_.get(name) and without_revision(old[name]) != without_revision(new[name])
    }
    assert ids(told.get("Added", [])) == sorted(now.keys() - lasting)
    assert ids(told.get("Corrected", [])) == sorted(corrected)
    assert ids(told.get("Newly disputed", [])) == sorted(disputed - (before & lasting))
    gone = {name: state[name]["title"] for state in states for name in state if name not in now}
    assert ids(told.get("Withdrawn or merged", [])) == sorted(gone)
    assert titles(told.get("Withdrawn or merged", [])) == sorted(folded(title) for title in gone.values())
    added = [folded(one["title"]) for name, one in now.items() if name not in lasting]
    assert titles(told.get("Added", [])) == sorted(added)


def test_a_digest_tells_a_dispute_when_it_begins_and_shows_any_text_as_it_is(
    make_store: Callable[[str], Store], write_record: Callable[..., Path]
) -> None:
    store, title = make_store("sqlite"), r"*a* [x](y) <b>b</b> &amp; `c` __d__ ~~e~~ ![i](j) \\ 1. # f"
    source = {"kind": "source", "id": "post", "title": title, "published": "2020-03-03"}
    event = {"kind": "event", "id": "talks", "title": "Talks", "summary": title}
    supporting = {"key": "a", "source": "post"}
    disputing = supporting | {"key": "b", "stance": "disputes"}
    store.load(write_record([source, event | {"citations": [supporting]}]))
    for title_then in ("Talks", "Long talks"):
        store.load(write_record([source, event | {"title": title_then, "citations": [supporting, disputing]}]))
    store.load(write_record([source, event | {"title": "Long talks", "summary": "None.", "citations": [supporting]}]))
    with service_of(store) as service:
        told = [sections(digest.digest(service, since)) for since in range(5)]
    assert [sorted(one) for one in told] == [["Added"], ["Corrected"], ["Corrected"], ["Corrected"], []]
    with service_of(store) as service:
        service.client.params = {"as_of": 2}
        assert [sorted(sections(digest.digest(service, since))) for since in range(3)] == [
            ["Added", "Newly disputed"],
            ["Corrected", "Newly disputed"],
            [],
        ]
        service.client.params = {"as_of": 3}
        assert sorted(sections(digest.digest(service, 2))) == ["Corrected"]
    [item] = told[3]["Corrected"]
    assert f"summary: {folded(title)} → None." in folded(item.text_content())
    assert title in told[0]["Added"][0].text_content()


def test_a_digest_shows_citations_at_their_passages(shipped: Store, client: Client) -> None:
    with service_of(shipped) as service:
        page = lxml.html.fromstring(MarkdownIt("commonmark").render(digest.digest(service, 0)))
    shown = set(page.xpath("//a/@href"))
    links = {one["link"] for event in client.walk("/v1/events") for one in event["citations"] if "link" in one}
    assert links
    assert links <= shown


@pytest.fixture(scope="module")
def contested(make_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = make_store("sqlite")
    store.load(RECORD, write(contest(generate(8, 60), 8), tmp_path_factory.mktemp("record")))
    return store


def elements(block: Any) -> Iterator[Document]:
    """Every part of a message, however deep."""
    for part in block.values() if isinstance(block, dict) else block if isinstance(block, list) else ():
        if isinstance(part, dict):
            yield part
        yield from elements(part)


def test_a_message_for_slack_is_valid_and_has_every_citation_and_every_rival_value(contested: Store) -> None:
    service, disputed = dateline.Dateline("http://127.0.0.1:8000"), 0
    for event in contested.client().walk("/v1/events"):
        message = slack.message(service, event)
        blocks = [Block.parse(block) for block in message["blocks"]]
        assert all(block and block.to_dict() for block in blocks)
        parts = list(elements(message["blocks"]))
        links = [one["url"] for one in parts if one.get("type") == "link"]
        assert {one["link"] for one in event["citations"][: slack.MOST] if "link" in one} <= set(links)
        told = "".join(one["text"] for one in parts if one.get("type") == "text")
        assert all(claim["value"] in told for claim in event["claims"][: slack.MOST])
        disputed += bool(event["claims"])
        assert "<" not in message["text"]
    assert disputed > 10


def test_a_message_of_much_is_cut_where_slack_does_and_says_so(contested: Store) -> None:
    event = next(one for one in contested.client().walk("/v1/events") if one["claims"])
    long = {"title": "T" * 400, "summary": "s" * 9_000, "citations": event["citations"][:1] * 60}
    message = slack.message(dateline.Dateline("http://127.0.0.1:8000"), event | long)
    assert all(Block.parse(block).to_dict() for block in message["blocks"])
    assert "and 40 more" in json.dumps(message)


def test_the_command_prints_the_message_of_an_event(shipped: Store, client: Client) -> None:
    event = "us-jstars-first-flight-over-eastern-ukraine"
    with service_of(shipped) as service:
        done = run("slack.py", service.address, event)
        refused = run("slack.py", service.address, "no-such-event")
        wanted = slack.message(service, client.get(f"/v1/events/{event}").json()["data"])
    assert json.loads(done.stdout) == wanted
    assert ":~:text=" in done.stdout
    assert "2021-12-29" in done.stdout
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr


@pytest.fixture(scope="module")
def notebook() -> Document:
    found: Document = json.loads((EXAMPLES / "evidence.ipynb").read_text(encoding="utf-8"))
    return found


def test_the_notebook_counts_as_the_api_does(
    shipped: Store, client: Client, notebook: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Document = {}
    with service_of(shipped) as service:
        monkeypatch.setenv("DATELINE_ADDRESS", service.address)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), told)
    events = client.walk("/v1/events")
    assert len(told["events"]) == len(events)
    assert len(told["citations"]) == sum(len(one["citations"]) for one in events)
    months = pd.Series([one["start_date"][:7] for one in events if "start_date" in one and "type" in one])
    assert told["by_month"].sum(axis=1).to_dict() == months.value_counts().to_dict()
    pairs = [
        (one["source"].get("publisher", {}).get("name", "unknown"), one.get("origin", {}).get("name", "unknown"))
        for event in events
        for one in event["citations"]
        if one["stance"] in ("supports", "corrects")
    ]
    assert told["origins"].stack().loc[lambda count: count > 0].to_dict() == pd.Series(pairs).value_counts().to_dict()
    alone = {one["id"] for one in events if one["evidence"]["independent_origins"] == 1 < one["evidence"]["sources"]}
    assert set(told["copied"]["id"]) == alone
    rivals = [(event["id"], one["field"], one["value"]) for event in events for one in event["claims"]]
    assert list(told["rivals"][["event", "field", "value"]].itertuples(index=False, name=None)) == sorted(
        rivals, key=rivals.index
    )
    for day, count in told["known"].items():
        assert client.get(f"/v1/events?known_at={day}&limit=1&count=exact").json()["meta"]["total"] == count
    assert told["known"].is_monotonic_increasing


def test_the_notebook_keeps_no_output(notebook: Document) -> None:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [(cell["execution_count"], cell["outputs"]) for cell in code] == [(None, [])] * len(code)


def test_the_page_of_examples_has_each_of_them() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"({path.name})" in page for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb"))
