import dataclasses
import gzip
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import httpx
import pytest

from seed.links.asking import Manners
from seed.links.failing import describe
from tests.seed.links.conftest import HASTY, QUICK


def sent_to(url, status=301):
    return status, {"Location": url}, b""


def test_a_page_that_answers_is_well(desk, web):
    web.pages["/a"] = "<p>A page"
    desk.sources(source=web.url("/a#part"))
    report = desk.links()
    assert report.ok
    assert report.lines() == ["1 addresses: 1 ok"]
    assert web.paths() == ["/a"]


def test_what_has_moved_for_good_is_told_with_its_new_address(desk, web):
    web.pages |= {"/a": sent_to("/b"), "/b": sent_to(web.url("/c"), 308), "/c": "<p>Here"}
    desk.sources(source=web.url("/a"))
    assert not desk.links().ok
    assert desk.told() == f"moved: for good, to {web.url('/c')}; put that address in its place"


def test_what_has_moved_for_now_is_told_and_well(desk, web):
    web.pages |= {"/a": sent_to("/b", 302), "/b": "<p>Here"}
    desk.sources(source=web.url("/a"))
    assert desk.links().ok
    assert desk.told() == f"moved: for now, to {web.url('/b')}"


def test_only_the_lasting_part_of_a_move_is_to_be_put_in(desk, web):
    web.pages |= {"/a": sent_to("/b"), "/b": sent_to("/c", 307), "/c": "<p>Here"}
    desk.sources(source=web.url("/a"))
    b, c = web.url("/b"), web.url("/c")
    assert desk.told() == f"moved: for good, to {b}, and from there for now to {c}; put that address in its place"


@pytest.mark.parametrize("status", [301, 302])
def test_a_move_to_the_front_page_is_a_loss(desk, web, status):
    web.pages |= {"/a": sent_to("/", status), "/": "<p>Welcome"}
    desk.sources(source=web.url("/a"))
    assert not desk.links().ok
    assert desk.told() == f"moved: to the front page {web.url('/')}; what stood here is probably gone"


def test_a_move_to_a_page_that_a_question_names_is_no_loss(desk, web):
    web.pages |= {"/a": sent_to("/?page=7", 302), "/?page=7": "<p>Here"}
    desk.sources(source=web.url("/a"))
    assert desk.links().ok


def test_a_redirect_in_a_circle_fails(desk, web):
    web.pages |= {"/a": sent_to("/b"), "/b": sent_to("/a")}
    desk.sources(source=web.url("/a"))
    assert desk.told() == f"failed: it redirects in a circle, to {web.url('/a')}, at {web.url('/a')}"
    assert web.paths() == ["/a", "/b"]


def test_too_many_redirects_fail(desk, web):
    web.pages |= {f"/{n}": sent_to(f"/{n + 1}") for n in range(20)}
    desk.sources(source=web.url("/0"))
    assert desk.told() == f"failed: it redirects more than 5 times, at {web.url('/6')}"
    assert web.paths() == [f"/{n}" for n in range(6)]


def test_a_redirect_to_what_is_no_web_page_fails(desk, web):
    web.pages["/a"] = sent_to("ftp://127.0.0.1/a")
    desk.sources(source=web.url("/a"))
    assert desk.told().startswith("failed: it redirects to ftp://127.0.0.1/a, which is neither http nor https")


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (410, "Gone")])
def test_what_is_not_found_is_gone_and_asked_once(desk, web, status, phrase):
    web.pages |= {"/a": sent_to("/b"), "/b": (status, {}, b"")}
    desk.sources(source=web.url("/a"))
    advice = "name an archived copy in `archive_url`"
    assert desk.told() == f"gone: it answers {status} {phrase}, at {web.url('/b')}; {advice}"
    assert web.paths() == ["/a", "/b"]


def test_a_name_that_nobody_has_is_gone_and_one_that_cannot_be_looked_up_is_not():
    def failed(code):
        try:
            raise httpx.ConnectError("") from socket.gaierror(code, "")
        except httpx.ConnectError as error:
            return describe(error)

    assert failed(socket.EAI_NONAME) == ("gone", "there is no such host", False)
    assert failed(socket.EAI_AGAIN) == ("failed", "the host's name cannot be looked up", True)


@pytest.mark.parametrize("host", ["xn--.invalid", "é" * 70 + ".invalid"])
def test_a_name_that_cannot_be_one_fails(desk, host):
    desk.sources(source=f"http://{host}/")
    assert [": failed: its address cannot be asked" in line for line in desk.links().lines()] == [True, False]


def test_a_refused_connection_fails(desk):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    desk.sources(source=f"http://127.0.0.1:{port}/a")
    assert desk.links().lines()[0].endswith("failed: the host refuses the connection")


def test_a_host_without_tls_fails_for_https_at_once(desk, web):
    desk.sources(source=f"https://127.0.0.1:{web.port}/a")
    assert desk.links().lines()[0].endswith("failed: no secure connection can be made")
    assert web.connections == len(["robots.txt", "the page"])


def test_a_refusal_fails_and_is_not_pressed(desk, web):
    web.pages["/a"] = (403, {}, b"")
    desk.sources(source=web.url("/a"))
    assert desk.told() == "failed: it answers 403 Forbidden"
    assert web.paths() == ["/a"]


def test_an_error_of_the_host_is_tried_three_times_with_growing_pauses(desk, web):
    web.pages["/a"] = (500, {}, b"")
    desk.sources(source=web.url("/a"))
    assert desk.told(manners=dataclasses.replace(QUICK, pause=0.05)) == "failed: it answers 500 Internal Server Error"
    first, second, third = web.times("/a")
    assert second - first >= 0.1
    assert third - second >= 0.2


def test_an_error_that_passes_is_none(desk, web):
    web.pages["/a"] = [(500, {}, b""), "<p>Here"]
    desk.sources(source=web.url("/a"))
    assert desk.links().ok


@pytest.mark.parametrize(("status", "as_date"), [(429, False), (503, True)])
def test_a_host_that_asks_for_a_pause_gets_it(desk, web, status, as_date):
    at = datetime.now(UTC) + timedelta(seconds=2)
    asked = format_datetime(at, usegmt=True) if as_date else "1"
    web.pages["/a"] = [(status, {"Retry-After": asked}, b""), "<p>Here"]
    desk.sources(source=web.url("/a"))
    assert desk.links().ok
    first, second = web.times("/a")
    assert second - first >= 0.8


def test_a_host_that_asks_for_too_long_a_pause_is_left_alone(desk, web):
    web.pages["/a"] = (429, {"Retry-After": "3600"}, b"")
    desk.sources(source=web.url("/a"))
    assert desk.told() == "failed: it answers 429 Too Many Requests, and asks to be left alone for 3600 s"
    assert web.paths() == ["/a"]


def test_a_host_that_says_nothing_fails_in_time(desk, web):
    web.pages["/a"] = (200, {}, lambda _: web.stopped.wait(5))
    desk.sources(source=web.url("/a"))
    start = time.monotonic()
    assert desk.told(manners=HASTY) == "failed: it does not answer in time"
    assert time.monotonic() - start < 2
    assert len(web.paths()) > 1


def test_a_page_that_drips_for_ever_fails_in_time(desk, web):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not web.stopped.wait(0.05):
            handler.wfile.write(b"x")

    web.pages["/a"] = (200, {}, drip)
    desk.sources(source=web.url("/a"))
    start = time.monotonic()
    assert desk.told(passages=True, manners=HASTY) == "failed: it does not answer in time"
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("passages", [False, True])
def test_of_a_page_without_end_no_more_is_read_than_is_allowed(desk, web, passages):
    sent = []

    def pour(handler):
        handler.send_response(200)
        handler.end_headers()
        while not web.stopped.is_set():
            handler.wfile.write(b"x" * 65536)
            sent.append(65536)

    web.pages["/a"] = (200, {}, pour)
    desk.sources(source=web.url("/a"))
    desk.cite(("source", "a b", "c d"))
    report = desk.links(passages=passages, manners=dataclasses.replace(QUICK, most_bytes=1_000_000))
    assert report.answers[web.url("/a")].status == "ok"
    assert sum(sent) < 20_000_000
    assert [line.rpartition(": ")[2] for line in report.lines()[:-1]] == ["the page is too large to be read"] * passages


def test_of_a_page_without_passages_only_the_head_is_read(desk, web):
    def begin(handler):
        handler.send_response(200)
        handler.end_headers()
        web.stopped.wait(5)

    web.pages["/a"] = (200, {}, begin)
    desk.sources(source=web.url("/a"))
    start = time.monotonic()
    assert desk.links().ok
    assert time.monotonic() - start < 4


def test_a_page_that_is_packed_small_is_measured_unpacked(desk, web):
    web.pages["/a"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 3_000_000))
    desk.sources(source=web.url("/a"))
    desk.cite(("source", "a b", "c d"))
    report = desk.links(passages=True, manners=dataclasses.replace(QUICK, most_bytes=1_000_000))
    assert report.lines()[0].endswith("the page is too large to be read")


def test_an_answer_that_is_no_http_fails(desk, web):
    web.pages["/a"] = (200, {}, lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n"))
    desk.sources(source=web.url("/a"))
    assert desk.told() == "failed: its answer is broken"


def test_robots_txt_is_heeded_and_asked_once_a_host(desk, web):
    web.pages |= {"/robots.txt": "User-agent: Dateline\nDisallow: /private", "/private/a": "<p>A", "/b": "<p>B"}
    desk.sources(source=web.url("/private/a"), other=web.url("/b"))
    assert desk.told() == "failed: the host's robots.txt forbids programs to ask for it; look by hand"
    assert [path for path, _ in web.asked] == ["/robots.txt", "/b"]


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(desk, web):
    web.pages |= {"/robots.txt": "User-agent: *\nDisallow: /private", "/a": sent_to("/private/a", 302)}
    desk.sources(source=web.url("/a"))
    assert desk.told().startswith("failed: the host's robots.txt forbids")
    assert web.paths() == ["/a"]


def test_each_port_of_a_host_has_rules_of_its_own(desk, web, other_web):
    web.pages["/a"] = "<p>A"
    other_web.pages |= {"/robots.txt": "User-agent: *\nDisallow: /", "/a": "<p>A"}
    desk.sources(first=web.url("/a"), second=other_web.url("/a"))
    assert [answer.status for answer in desk.links().answers.values()] == ["ok", "failed"]
    assert other_web.paths() == []


def test_a_host_is_told_who_asks(desk, web):
    web.pages["/a"] = "<p>A"
    desk.sources(source=web.url("/a"))
    desk.links()
    assert all(headers["User-Agent"].startswith("Dateline/") for headers in web.headers)


def test_a_host_is_asked_one_thing_at_a_time_with_pauses_while_others_are_asked(desk, web):
    names = [f"/{n}" for n in range(4)]
    web.pages |= dict.fromkeys(names, "<p>Here") | {"/x": "<p>Elsewhere"}
    desk.sources(**{f"s{name[1:]}": web.url(name) for name in names}, other=web.url("/x", "localhost"))
    assert desk.links(manners=dataclasses.replace(QUICK, pause=0.1)).ok
    times = sorted(web.times(name)[0] for name in ("/robots.txt", *names))
    assert all(later - earlier >= 0.09 for earlier, later in pairwise(times))
    assert web.times("/x")[0] < times[-1]


def test_a_host_is_left_alone_for_a_while_after_an_answer_that_broke_off(desk, web):
    web.pages |= {"/a": (200, {}, lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n")), "/b": "<p>B"}
    desk.sources(first=web.url("/a"), second=web.url("/b"))
    report = desk.links(manners=dataclasses.replace(QUICK, pause=0.2, most_tries=1))
    assert [answer.status for answer in report.answers.values()] == ["failed", "ok"]
    assert web.times("/b")[0] - web.times("/a")[0] >= 0.19


def test_the_manners_of_a_real_run_are_good():
    manners = Manners()
    assert manners.pause >= 1
    assert manners.in_flight <= 10
    assert manners.most_tries <= 3
