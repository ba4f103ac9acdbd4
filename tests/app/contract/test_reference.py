"""`/docs` as a reader tries it, in a browser: an operation answers as it stands there."""

import shutil

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.serving import serving

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the server's event loop
]


def tried(page: Page, operation: str) -> str:
    """The status of an operation that is tried without typing anything."""
    block = page.locator(f"#operations-{operation}")
    block.locator(".opblock-summary").first.click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    return block.locator(".live-responses-table .response .response-col_status").first.inner_text()


def test_an_operation_is_tried_without_typing_anything(client):
    with serving(client.app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/docs")
        assert tried(page, "events-list_events").startswith("200")
        assert tried(page, "events-get_event").startswith("200")
        browser.close()
