"""TimelineJS: its JSON, and what the real TimelineJS makes of it in Debian's Chromium."""

import http.server
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import sync_playwright

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import write_lines

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
TIMELINEJS = Path(os.environ.get("TIMELINEJS", "/nowhere"))
"""The folder of `npm install @knight-lab/timelinejs`: its `dist`."""
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/css/timeline.css">
<script src="/js/timeline.js"></script><div id="t" style="width:100%;height:760px"></div>
<script>new TL.Timeline("t", "/events.json", {hash_bookmark: true, font: null})</script>"""


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    return store.client()


def read(client: Client, path: str = "/v1/events.timeline.json?limit=500") -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    timeline: dict[str, Any] = answer.json()
    ids = [slide["unique_id"] for slide in (timeline["title"], *timeline["events"])]
    assert len(set(ids)) == len(ids)
    return timeline


def slide(client: Client, event_id: str) -> dict[str, Any]:
    (found,) = read(client, f"/v1/events.timeline.json?id={event_id}")["events"]
    return dict(found)


def day(year: int, month: int, day: int) -> dict[str, int]:
    return {"year": year, "month": month, "day": day}


@pytest.mark.parametrize(
    ("event_id", "start", "end", "shown"),
    [
        ("nowhere", day(2020, 3, 1), None, "1 March 2020"),
        ("about", day(2020, 3, 2), None, "about 2 March 2020"),
        ("timed", day(2020, 3, 2) | {"hour": 23, "minute": 30}, None, "2 March 2020, 23:30-05:00"),
        ("lasting", day(2020, 2, 1), day(2020, 3, 31), "February to March 2020"),
        ("within", day(2020, 3, 2), day(2020, 3, 4), "between 2 and 4 March 2020"),
        ("open-start", day(2020, 3, 2), None, "until 2 March 2020"),
        ("open-end", day(2020, 3, 2), None, "since 2 March 2020"),
        ("by-then", day(2020, 3, 2), None, "by 2 March 2020"),
        ("or-later", day(2020, 3, 2), None, "on or after 2 March 2020"),
        ("all-time", day(1, 1, 1), day(9999, 12, 31), "1 January 1 to 31 December 9999"),
    ],
)
def test_a_slide_has_its_days_and_says_how_sure_they_are(client, event_id, start, end, shown):
    found = slide(client, event_id)
    assert (found["start_date"], found.get("end_date"), found["display_date"]) == (start, end, shown)
    assert found["unique_id"] == event_id
    assert found["group"] == "consult"


def test_hostile_words_are_words_and_sources_are_links(client):
    document = client.get("/v1/events/hostile").json()["data"]
    found = slide(client, "hostile")
    assert "<" not in found["text"]["headline"]
    assert unescape(found["text"]["headline"]) == HOSTILE
    page = etree.HTML(found["text"]["text"])
    assert {one.tag for one in page.iter()} == {"html", "body", "p", "br", "strong", "ul", "li", "a"}
    links = [one.get("href") for one in page.iter("a")]
    assert [one["link"] for one in document["citations"]] == [one for one in links if "#:~:text=" in one][:2]
    told = ["".join(one.itertext()) for one in page.iter("li")]
    assert [one.partition(": ")[0] for one in told] == ["supports", "disputes", "date"]
    assert told[-1].endswith(f"The editor's reason: {HOSTILE}")


def test_the_title_slide_tells_the_licence_and_what_is_undated(client):
    title = read(client)["title"]
    assert "<p>Dateline, CC-BY-4.0. Revision 1.</p>" in title["text"]["text"]
    assert title["text"]["text"].count("<p>Date: undated</p>") == 2
    assert title["text"]["text"].count('<a href="https://news.example/') == 2
    assert "More events follow" not in title["text"]["text"]


def test_a_hostile_question_is_words_on_the_title_slide(client):
    headline = read(client, "/v1/events.timeline.json?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")["title"]["text"][
        "headline"
    ]
    assert "<" not in headline
    assert unescape(headline).endswith("(q: <img src=x onerror=alert(1)>)")


def test_a_page_that_is_cut_leads_to_the_next(client):
    answer = client.get("/v1/events.timeline.json?limit=7")
    (link,) = etree.HTML(answer.json()["title"]["text"]["text"]).iter("a")
    assert f'<{link.get("href")}>; rel="next"' in answer.headers["Link"]


def test_a_record_of_every_form_has_a_slide_an_event(make_store, tmp_path):
    store = make_store("sqlite")
    store.load(write(generate(43, 300), tmp_path))
    documents = store.client().walk("/v1/events?limit=500")
    dated = {one["id"]: one["title"] for one in documents if "start_date" in one or "end_date" in one}
    slides = read(store.client())["events"]
    assert {one["unique_id"]: unescape(one["text"]["headline"]) for one in slides} == dated


class Pages(http.server.SimpleHTTPRequestHandler):
    """TimelineJS, a page with it, and an answer."""

    def __init__(self, *rest: Any, answer: bytes, **options: Any) -> None:
        self.written = {"/": PAGE.encode(), "/events.json": answer, "/favicon.ico": b""}
        super().__init__(*rest, **options)

    def do_GET(self) -> None:
        if self.path not in self.written:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path.endswith("json") else "text/html")
        self.end_headers()
        self.wfile.write(self.written[self.path])

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def shown(answer: bytes) -> Iterator[str]:
    pages = partial(Pages, answer=answer, directory=str(TIMELINEJS))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_real_timelinejs_shows_every_slide(client):
    if not CHROMIUM.exists() or not (TIMELINEJS / "js" / "timeline.js").exists():
        pytest.skip("needs Debian's chromium, and TIMELINEJS naming the dist folder of npm's @knight-lab/timelinejs")
    answer, faults = client.get("/v1/events.timeline.json?limit=500").content, []
    with shown(answer) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 780})
        page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda one: faults.append(str(one)))
        page.on("dialog", lambda one: (faults.append(one.message), one.dismiss()))
        page.on("request", lambda one: None if one.url.startswith(address) else faults.append(one.url))
        page.goto(f"{address}#event-hostile")
        page.wait_for_selector("#hostile .tl-headline")
        assert page.locator(".tl-slide").count() == 1 + 23
        assert page.locator(".tl-timemarker").count() == 23
        assert page.locator("#hostile .tl-headline").inner_text() == HOSTILE
        assert page.locator("#within .tl-headline-date").text_content() == "between 2 and 4 March 2020"
        assert page.locator("#hostile a[href*='#:~:text=']").count() == 3
        assert page.locator(".tl-slide script, .tl-slide img, .tl-message-content").count() == 0
        browser.close()
    assert faults == []
