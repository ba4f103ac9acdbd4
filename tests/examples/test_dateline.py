"""The client of the examples asks again where it should, and says what it is told."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.examples.serving import EXAMPLES, dateline


class _BusyOnce(BaseHTTPRequestHandler):
    answers: Iterator[tuple[int, bytes]] = iter(())

    def do_GET(self) -> None:
        status, body = next(self.answers)
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_busy_service_is_asked_again_when_it_says_and_a_refusal_says_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    answers = [(503, b"{}"), (429, b"{}"), (200, b'{"data": 7}'), (400, b'{"detail": "actor: nearest: nato"}')]
    _BusyOnce.answers = iter(answers)
    with HTTPServer(("127.0.0.1", 0), _BusyOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service = dateline.Dateline(f"http://127.0.0.1:{server.server_port}/")
        assert service.ask("/v1") == {"data": 7}
        assert waited == [7, 7]
        with pytest.raises(dateline.Refused, match=r"^actor: nearest: nato$"):
            service.ask("/v1")
        service.client.close()
        server.shutdown()


def test_the_page_of_examples_has_each_of_them() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"({path.name})" in page for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb"))
