"""How much of an answer is read, how long one is waited for, and how long a host rests, exactly."""

import dataclasses

import anyio
import pytest

from seed.links.asking import MOST_BYTES_OF_ROBOTS, Host
from tests.seed.links.conftest import HASTY, QUICK

MOST = 10_000
FORBIDDING = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(("size", "told"), [(MOST, "missing"), (MOST + 1, "not_held")])
def test_a_page_as_large_as_is_allowed_is_read_and_no_larger(desk, web, size, told):
    web.pages["/a"] = b"x" * size
    desk.sources(source=web.url("/a"))
    desk.cite(("source", "a b", "c d"))
    report = desk.links(passages=True, manners=dataclasses.replace(QUICK, most_bytes=MOST))
    assert [one.status for one in report.looked] == [told]


@pytest.mark.parametrize(("more", "status"), [(0, "failed"), (1, "ok")])
def test_rules_that_are_too_long_to_be_read_forbid_nothing(desk, web, more, status):
    size = MOST_BYTES_OF_ROBOTS - len(FORBIDDING) + more
    web.pages |= {"/robots.txt": FORBIDDING + b"#" * size, "/a": "<p>A"}
    desk.sources(source=web.url("/a"))
    assert desk.links().answers[web.url("/a")].status == status


def test_rules_that_drip_are_waited_for_no_longer_than_a_page(desk, web):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            if not web.stopped.wait(0.05):
                handler.wfile.write(b"#")

    web.pages |= {"/robots.txt": (200, {}, drip), "/a": "<p>A"}
    desk.sources(source=web.url("/a"))
    assert desk.told(manners=HASTY) == "failed: it does not answer in time"
    assert web.paths() == []


def test_a_long_rest_is_not_cut_short_by_who_asks_for_a_short_one():
    async def rested():
        host = Host()
        host.rest(60)
        until = host.free_at
        host.rest(1)
        return host.free_at == until

    assert anyio.run(rested)
