"""A web server on this machine, and a desk whose sources stand there."""

import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from seed.links.asking import Manners
from seed.links.checking import check_links

QUICK = Manners(pause=0, longest_pause=2)
HASTY = Manners(pause=0, timeout=0.15, patience=0.4)


class Web:
    """Serves what `pages` has by path: a body of HTML, or a status, headers and a body, or a list of them in turn."""

    def __init__(self):
        self.pages, self.asked, self.headers = {}, [], []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.connections = 0
        self.server.verify_request = self.count
        self.server.handle_error = lambda *_: None  # a client that has read enough hangs up
        self.port = self.server.server_port
        self.stopped = threading.Event()
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def paths(self):
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def times(self, path):
        return [at for asked, at in self.asked if asked == path]

    def count(self, *_):
        self.connections += 1
        return True

    def stop(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def handler(self):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):  # noqa: N805 - as http.server calls it
                self.asked.append((handler.path, time.monotonic()))
                self.headers.append(handler.headers)
                page = self.pages.get(handler.path, (404, {}, b""))
                page = page.pop(0) if isinstance(page, list) else page
                status, headers, body = (200, {}, page) if isinstance(page, str | bytes) else page
                if callable(body):
                    return body(handler)
                body = body.encode() if isinstance(body, str) else body
                handler.send_response(status)
                for name, value in ({"Content-Type": "text/html", "Content-Length": str(len(body))} | headers).items():
                    handler.send_header(name, value)
                handler.end_headers()
                return handler.wfile.write(body)

            def log_message(handler, *_):  # noqa: N805
                pass

        return Handler


class Desk:
    def __init__(self, folder, web):
        self.folder, self.web = folder, web
        self.record, self.report = folder / "record", folder / "links.ndjson"
        self.record.mkdir()

    def sources(self, **urls):
        lines = [f"- id: {name}\n  title: T\n  url: {url}\n" for name, url in urls.items()]
        (self.record / "sources.yaml").write_text("".join(lines))

    def cite(self, *passages):
        """Each is a source's id, its first words, its last words, and perhaps a hash."""
        lines = [
            f"    - {{key: k{number}, source: {source}, passage: {{starts: '{starts}', ends: '{ends}'{hashed}}}}}\n"
            for number, (source, starts, ends, *found) in enumerate(passages, 1)
            for hashed in ["".join(f", sha256: {one}" for one in found)]
        ]
        (self.record / "events.yaml").write_text(f"- id: e\n  title: E\n  citations:\n{''.join(lines)}")

    def links(self, **options):
        return check_links([self.record], self.report, **({"manners": QUICK} | options))

    def told(self, **options):
        """What is said of the one source, without its place and address."""
        line, _ = self.links(**options).lines()
        place, _, said = line.partition(f": source: {self.web.url('')}")
        assert place == f"{self.record / 'sources.yaml'}:3:8"
        return said.partition(": ")[2]

    def files(self):
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def web():
    web = Web()
    yield web
    web.stop()


other_web = web
"""On the same host, at another port."""


@pytest.fixture
def ctrl_c():
    """Is heard, also where the tests run in the background, with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def desk(tmp_path, web):
    return Desk(tmp_path, web)
