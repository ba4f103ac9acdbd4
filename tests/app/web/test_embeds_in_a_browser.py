"""Embeds in the page of another site, in Debian's Chromium: they fit their height, and harm nobody."""

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from tests.awkward import awkward_lines
from tests.chromium import IN_CHROMIUM
from tests.conftest import RECORD, Store
from tests.documents import blocks, text_of
from tests.invented import write_lines
from tests.serving import serving

FLIGHT = "/embed/event/us-jstars-first-flight-over-eastern-ukraine"
FRAME, LISTENER = [one for one in blocks(text_of("docs/embed.md"), "html") if "iframe" in one][:2]
"""As the how-to has them."""

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def site(make_store: Callable[[str], Store]) -> Iterator[str]:
    store = make_store("sqlite")
    store.load(RECORD)
    with serving(store.client().app) as address:
        yield address


@pytest.fixture(scope="module")
def awkward_site(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Iterator[str]:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), awkward_lines()))
    with serving(store.client().app) as address:
        yield address


class Newspaper(http.server.BaseHTTPRequestHandler):
    """Another origin, whose articles are as the tests write them."""

    article = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>Article</title><body>{self.article}</body>".encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def newspaper() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newspaper)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def embedded(browser: Browser, newspaper: str, address: str, listener: str = LISTENER, **options: Any) -> Page:
    """An article with the how-to's frame and listener."""
    Newspaper.article = re.sub('src="[^"]*"', f'src="{address}"', FRAME) + listener
    page = browser.new_page(**options)
    page.set_default_timeout(10_000)
    page.goto(newspaper)
    page.frames[1].wait_for_selector("footer")
    return page


def heights(page: Page) -> tuple[float, float]:
    """Of the frame, and of what is in it."""
    inside = page.frames[1].evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
    return page.locator("iframe").bounding_box()["height"], inside


def settled(page: Page) -> tuple[float, float]:
    for _ in range(100):
        if heights(page)[0] == heights(page)[1]:
            break
        page.wait_for_timeout(50)
    return heights(page)


@pytest.mark.parametrize("path", ["/embed/timeline?tag=geneva-talks", FLIGHT, "/embed/timeline?date_to=0001-01-01"])
def test_a_frame_is_as_high_as_what_is_in_it_also_when_that_changes(browser, newspaper, site, path):
    page = embedded(browser, newspaper, f"{site}{path}", viewport={"width": 900, "height": 900})
    frame, wide = settled(page)
    assert frame == wide
    page.set_viewport_size({"width": 320, "height": 900})
    frame, narrow = settled(page)
    assert frame == narrow
    page.close()


def test_without_the_listener_it_stays_as_it_is(browser, newspaper, site):
    page = embedded(browser, newspaper, f"{site}{FLIGHT}", listener="")
    page.wait_for_timeout(300)
    assert heights(page)[0] == 600
    assert heights(page)[1] > 600
    page.close()


def test_the_frame_of_oembed_fits_its_height_too(browser, newspaper, site):
    page = browser.new_page()
    told = page.request.get(f"{site}/oembed?url={FLIGHT}&maxwidth=400").json()
    page.close()
    (frame,) = LexborHTMLParser(told["html"]).css("iframe")
    assert frame.attributes["sandbox"] in FRAME
    assert frame.attributes["class"] == "dateline"
    Newspaper.article = told["html"].replace('src="', f'src="{site}') + LISTENER
    page = browser.new_page()
    page.goto(newspaper)
    page.frames[1].wait_for_selector("footer")
    assert settled(page)[0] == settled(page)[1] > 480
    page.close()


@pytest.mark.parametrize("path", ["/embed/timeline", FLIGHT])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_at_320_pixels_without_a_fault(browser, site, path, scheme):
    page, faults, asked = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme), [], []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert faults == []
    assert [one for one in asked if not one.startswith(site)] == []
    page.close()


def test_hostile_words_run_nothing_and_fit_the_frame(browser, newspaper, awkward_site):
    page = embedded(
        browser, newspaper, f"{awkward_site}/embed/timeline?limit=500", viewport={"width": 320, "height": 700}
    )
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    inside = page.frames[1]
    assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert inside.locator("script").count() == 1
    page.close()


def test_a_link_opens_in_a_tab_of_its_own_that_is_not_boxed_in(browser, newspaper, site):
    page = embedded(browser, newspaper, f"{site}/embed/timeline?tag=geneva-talks")
    with page.expect_popup() as opening:
        page.frames[1].locator("footer a").first.click()
    tab = opening.value
    tab.wait_for_selector("#timeline")
    assert tab.evaluate("opener") is None
    tab.close()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_is_drawn_as_an_image(browser, newspaper, site, scheme):
    page = browser.new_page(color_scheme=scheme, viewport={"width": 700, "height": 700})
    Newspaper.article = f'<img src="{site}/v1/events.svg?tag=geneva-talks" width="700" alt="Talks">'
    page.goto(newspaper)
    assert page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth)") == 720
    page.close()
