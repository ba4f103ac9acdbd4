"""Clients that ask a server without a pause and never twice: whatever is no whole answer is noted."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from urllib.parse import urlsplit

PATIENCE = 180


class Asking:
    """What was asked so far, and what failed."""

    def __init__(self, address: str, paths: Sequence[str]) -> None:
        self.host = urlsplit(address).netloc
        self.paths = paths
        with closing(HTTPConnection(self.host, timeout=PATIENCE)) as connection:
            self.expected = {path: self._ask(connection, path) for path in paths}
        self.answered: Counter[str] = Counter()
        self.dropped: list[str] = []
        self._enough = threading.Event()

    @contextmanager
    def clients(self, kept: int = 1, fresh: int = 2, pausing: int = 3) -> Iterator[None]:
        """Some that keep their connections, some with a new one for each request, and some that pause between."""
        kinds = (
            [("kept", 0.0)] * kept + [("fresh", 0.01)] * fresh + [("pausing", 0.03 * (1 + n)) for n in range(pausing)]
        )
        threads = [threading.Thread(target=self._go_on, args=(n, *kind)) for n, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    def wait(self, more: int) -> None:
        """Until so many more were answered."""
        wanted, deadline = self.answered.total() + more, time.monotonic() + PATIENCE
        while self.answered.total() < wanted:
            assert time.monotonic() < deadline, self.dropped
            time.sleep(0.01)

    def _ask(self, connection: HTTPConnection, path: str) -> bytes:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        return body

    def _go_on(self, number: int, kind: str, pause: float) -> None:
        connection = HTTPConnection(self.host, timeout=PATIENCE)
        for turn, path in zip(count(), cycle(self.paths[number % len(self.paths) :] + self.paths), strict=False):
            if self._enough.wait(pause) if pause else self._enough.is_set():
                break
            try:
                assert self._ask(connection, path) == self.expected[path], f"{path}: another answer"
                self.answered[kind] += 1
            except (AssertionError, HTTPException, OSError) as error:
                self.dropped.append(f"{kind} {number}, request {turn}, {path}: {error!r}")
                connection.close()
            if kind == "fresh":
                connection.close()
        connection.close()
