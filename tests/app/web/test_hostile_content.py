"""A record whose every text would run a script if it were taken for more than text, in Debian's Chromium.

A run tries some payloads; `HOSTILE_CONTENT=200` tries all.
"""

import os
import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import IN_CHROMIUM
from tests.conftest import Store
from tests.invented import write_lines
from tests.payloads import PAYLOADS, lines_of
from tests.serving import serving

COUNT = int(os.environ.get("HOSTILE_CONTENT", "8"))
TRIED = PAYLOADS if len(PAYLOADS) <= COUNT else random.Random(1).sample(PAYLOADS, COUNT)
RUNNABLE = """() => [...document.querySelectorAll("*")].filter((one) =>
  one.matches("base, iframe, object, embed, style:not(svg > style), script:not([src^='/static'])")
  || [...one.attributes].some(({name, value}) =>
    /^on/.test(name) || (name === "style" && /url/i.test(value)) ||
    (/^(href|src)$/.test(name) && /^\\s*(javascript|data|\\/\\/)/i.test(value)))
).map((one) => one.outerHTML.slice(0, 200))"""
"""Elements that run something, or ask somebody, and that are not ours."""
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def site(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Iterator[str]:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines_of(TRIED)))
    hostile = TRIED[0]
    with serving(store.client(title=hostile, attribution=hostile, license=hostile).app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """At the end nothing has run, nothing was refused that tried to, and no third party was asked."""
    page, faults, asked = browser.new_page(base_url=site), [], set()
    page.set_default_timeout(30_000)
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append("a script ran"), dialog.dismiss()))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    yield page
    page.close()
    assert [one for one in faults if one != REFUSED] == []
    assert asked <= {urlsplit(site).netloc}


def test_the_payloads_are_two_hundred():
    assert len(set(PAYLOADS)) == 200


@pytest.mark.parametrize("number", range(len(TRIED)))
def test_an_event_is_read_as_words(page, number):
    page.goto(f"/?event=e{number}")
    assert page.locator("#event-title").inner_text().split() == TRIED[number].split()
    assert page.evaluate(RUNNABLE) == []
    page.goto(f"/embed/event/e{number}")
    assert "".join(TRIED[number].split()) in "".join(page.locator("main").inner_text().split())
    assert page.evaluate(RUNNABLE) == []


@pytest.mark.parametrize(
    "path", ["/?limit=500", "/?actor=a0&location=l0&source=s0", "/?publisher=p0&event=e0", "/embed/timeline?limit=500",
             "/docs/index", "/docs/api"]
)  # fmt: skip
def test_a_page_with_all_of_them_has_nothing_that_runs(page, path):
    page.goto(path)
    assert page.locator("main").count() == 1
    assert page.evaluate(RUNNABLE) == []


@pytest.mark.parametrize("number", range(len(TRIED)))
def test_a_question_is_told_as_words_too(page, number):
    for asked in ({"q": f"e{number} {TRIED[number]}"[:100]}, {TRIED[number]: "1"}, {"actor": TRIED[number]}):
        with page.expect_response("**/*") as answering:
            page.goto(f"/?{urlencode(asked)}")
        assert answering.value.status in (200, 400)
        assert page.evaluate(RUNNABLE) == []


def test_the_contract_is_read_as_words(page):
    page.goto("/docs")
    page.wait_for_selector("#operations-events-list_events")
    page.wait_for_selector(".info .title")
    assert page.locator("iframe, base, object, embed").count() == 0


def test_the_picture_runs_nothing(page):
    page.goto("/v1/events.svg?limit=500")
    assert page.locator("svg").count() == 1
    assert page.evaluate(RUNNABLE) == []
