"""The explorer in a browser: Debian's Chromium, driven by Playwright, against the real server."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.awkward import HOSTILE, awkward_lines
from tests.chromium import IN_CHROMIUM
from tests.conftest import RECORD, Store
from tests.invented import write_lines
from tests.serving import serving

FLIGHT = "us-jstars-first-flight-over-eastern-ukraine"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const isMarked = one.closest("svg") !== null || getComputedStyle(one).outlineStyle !== "none";
  return [one.closest("section, header")?.id || one.tagName, isMarked, box.bottom > 0 && box.top < innerHeight];
}"""
"""Where the focus is, whether it can be told, and whether it is in sight."""

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


class Tab:
    """A page that remembers what went wrong on it, and whom it asked."""

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.site = site
        self.faults: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))

    def open(self, query: str = "") -> Page:
        self.page.goto(f"{self.site}/{query}")
        return self.page


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Callable[..., Tab]]:
    """Opens tabs; at the end none of them has complained, and none has asked a third party."""
    tabs: list[Tab] = []

    def open_tab(at: str = site, **options: Any) -> Tab:
        tabs.append(Tab(browser, at, **options))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.context.close()
        assert tab.faults == []
        assert tab.asked <= {urlsplit(tab.site).netloc}


def drag(page: Page, stop: int) -> None:
    """The slider's thumb, from where it is to a stop, by the mouse."""
    slider = page.locator("#slider")
    box, most, now = slider.bounding_box(), int(slider.get_attribute("max") or 0), int(slider.input_value())
    assert box
    inner, thumb = box["width"] - 20, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10 + inner * now / most, thumb)
    page.mouse.down()
    page.mouse.move(box["x"] + 10 + inner * stop / most, thumb, steps=8)
    page.mouse.up()


def test_dragging_the_slider_shows_what_was_known_then(opened):
    page = opened().open(f"?event={FLIGHT}")
    expect(page.locator("#status")).to_have_text("132 events")
    expect(page.locator("#evidence-heading")).to_have_text("Three sources, one origin")
    drag(page, 2)
    expect(page.locator("#known-now")).to_have_text("30 December 2021, 18:12 UTC")
    expect(page.locator("#evidence-heading")).to_have_text("One source, one origin")
    expect(page.locator("#status")).to_have_text("77 events")
    expect(page).to_have_url(
        f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}/?known_at=2021-12-30T18%3A12%3A00Z&event={FLIGHT}"
    )
    drag(page, 0)
    expect(page.locator("#event-title")).to_have_text("Not known yet")
    page.locator("#slider").press("End")
    expect(page.locator("#evidence-heading")).to_have_text("Three sources, one origin")
    expect(page.locator("#slider")).to_be_focused()


def test_claims_change_rank_while_the_slider_moves(opened):
    page = opened().open("?event=biden-putin-phone-call")
    told = []
    for stop in range(7):
        drag(page, stop)
        expect(page.locator(".stops a[aria-current]")).to_have_count(1)
        page.wait_for_function(
            "stop => document.querySelectorAll('.stops a')[stop].hasAttribute('aria-current')", arg=stop
        )
        told.append(page.locator(".rank [data-watch]").all_inner_texts())
    assert len({tuple(one) for one in told}) > 1


def test_an_answer_that_is_no_view_is_told_and_not_asked_again(opened):
    tab = opened()
    page, asked = tab.open("?limit=5"), []
    page.route("**/?*", lambda route: (asked.append(route.request.url), route.fulfill(status=503, body="busy")))
    page.locator(".facet a").first.click()
    expect(page.locator("#status")).to_contain_text("No answer at the moment")
    page.wait_for_timeout(300)
    assert len(asked) == 1
    assert page.url.endswith("/?limit=5")
    assert [one for one in tab.faults if "503" not in one] == []
    tab.faults.clear()


def test_filters_an_event_and_the_back_button(opened):
    page = opened().open()
    page.locator(".facet a", has_text="consult").click()
    expect(page.locator("li.event")).to_have_count(15)
    expect(page.locator(".lane.verbal-cooperation")).to_have_count(1)
    page.locator("li.event a", has_text="Biden and Putin speak by telephone").click()
    expect(page.locator("#event-title")).to_contain_text("Biden and Putin speak by telephone")
    expect(page.locator("#event")).to_be_focused()
    page.go_back()
    expect(page.locator("#event")).to_have_count(0)
    expect(page.locator("li.event")).to_have_count(15)
    page.go_back()
    expect(page.locator("li.event")).to_have_count(132)
    page.go_forward()
    page.reload()
    expect(page.locator("li.event")).to_have_count(15)


def test_a_passage_is_a_link_to_the_words_in_the_source(opened):
    page = opened().open(f"?event={FLIGHT}")
    link = page.locator(".passage a").first
    assert (link.get_attribute("href") or "").startswith("http://stylemagazine.com/")
    assert "#:~:text=" in (link.get_attribute("href") or "")


def test_a_hostile_search_and_hostile_titles_are_text(opened, awkward_site):
    page = opened(awkward_site).open()
    expect(page.locator("h4 a", has_text="<script>").first).to_be_visible()
    page.locator("#q").fill("<img src=x onerror=alert(1)>")
    page.locator("#q").press("Enter")
    expect(page.locator(".chips")).to_contain_text("<img src=x onerror=alert(1)>")
    page.locator(".chips .all").click()
    page.locator("h4 a", has_text="<script>").first.click()
    expect(page.locator("#event-title")).to_have_text(HOSTILE)
    assert page.locator("main script, main img").count() == 0


def test_the_map_zooms_and_filters_by_its_frame(opened):
    page = opened().open()
    before = page.locator(".world").get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Move east").click()
    assert page.locator(".world").get_attribute("viewBox") != before
    page.get_by_role("button", name="Back to the events").click()
    assert [round(float(one)) for one in (page.locator(".world").get_attribute("viewBox") or "").split()] == [
        round(float(one)) for one in (before or "").split()
    ]
    page.locator("#in-frame").click()
    expect(page.locator(".chips")).to_contain_text("bbox")
    assert 0 < page.locator("li.event").count() < 30


def test_the_question_is_copied_and_answers(opened):
    tab = opened(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open("?actor=nato")
    page.locator("#copy").click()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == f"{tab.site}/v1/events?actor=nato"
    assert page.request.get(address).json()["data"]


def test_everything_is_reached_by_keyboard(opened):
    page = opened().open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_be_focused()
    seen = set()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.locator(".skip").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        assert one[1:] == [True, True], one
        seen.add(one[0])
    assert {"known", "timeline", "map", "filters"} <= seen
    page.locator(".mark[tabindex='0']").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    key = page.evaluate("document.activeElement.dataset.key")
    page.keyboard.press("Enter")
    expect(page.locator("#event")).to_be_focused()
    assert f"event={key}" in page.url
    page.locator("#close").press("Enter")
    expect(page.locator(f".events [data-key='{key}'] a")).to_be_focused()
    page.locator("#slider").focus()
    page.keyboard.press("Home")
    expect(page.locator("#known-now")).to_have_text("24 December 2021, 23:59 UTC")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(opened, awkward_site, viewport, scheme):
    views = [f"?event={FLIGHT}&limit=9&actor=united-states"]
    views += ["?limit=9", "?q=nothing"] if scheme == "light" and viewport == PHONE else []
    tab = opened(viewport=viewport, color_scheme=scheme)
    for query in views:
        found = Axe().run(tab.open(query), options=AXE)
        assert found.violations_count == 0, found.generate_report()
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hostile = opened(awkward_site, viewport=viewport, color_scheme=scheme)
    found = Axe().run(hostile.open("?event=hostile"), options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert hostile.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_it_is_links_and_forms(opened):
    page = opened(java_script_enabled=False).open()
    page.locator("#q").fill("telephone call")
    page.locator("#search button").click()
    assert "q=telephone+call" in page.url
    page.locator(".stops a").nth(4).click()
    assert "known_at=2021-12-31T18" in page.url
    page.locator("li.event h4 a").first.click()
    expect(page.locator("#event-title")).to_be_visible()
    assert page.locator("#slider").is_hidden()
