"""A reader who never stops asking a served process, and notes every answer."""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

PATIENCE = 30
LIVE, READY = "/health/live", "/health/ready"
QUESTIONS = (
    "/v1/events?limit=5",
    "/v1/events?q=talks&count=exact",
    "/v1/events/harbour-talks-1",
    "/v1/actors",
    "/v1/facets?tag=fishing",
    "/v1/citations?limit=3",
    "/v1/changes?since=0",
    "/v1/events.csv",
    "/v1/events.geojson?limit=2",
    "/v1/quality",
)


@dataclass(frozen=True)
class Answer:
    path: str
    began: float
    seconds: float
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def is_right(self) -> bool:
        """A whole answer, or a problem that says when to ask again; for the process itself, that it lives."""
        if self.status != 503:
            return self.status in (200, 304)
        content = json.loads(self.body)
        return (
            self.path != LIVE
            and self.headers["content-type"] == "application/problem+json"
            and content["type"] == "/problems/unavailable"
            and 1 <= int(self.headers["retry-after"]) <= 60
            and self.headers["cache-control"] == "no-store"
        )


class SteadyReader:
    """Asks in as many threads as there are paths. A connection that fails is an answer of status 0."""

    def __init__(self, address: str) -> None:
        self.answers: list[Answer] = []
        self._address = urlsplit(address).netloc
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(path,)) for path in (LIVE, READY, *QUESTIONS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, status: int, *paths: str) -> float:
        """Until each of these paths has an answer of this status to a request from now on; so many seconds it took."""
        since, missing = time.monotonic(), set(paths)
        while missing:
            assert time.monotonic() < since + PATIENCE, (status, missing)
            time.sleep(0.01)
            found = [one for one in list(self.answers) if one.began >= since and one.status == status]
            missing -= {one.path for one in found}
        return max(min(one.began + one.seconds for one in found if one.path == path) for path in paths) - since

    def _ask(self, path: str) -> None:
        asked = 0
        while not self._done.wait(0.01):
            asked += 1
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection(self._address, timeout=PATIENCE)
                connection.request("GET", path, headers={"Accept-Encoding": "gzip" if asked % 2 else "identity"})
                found = connection.getresponse()
                status, headers, body = found.status, found.headers, found.read()
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                status, headers, body = 0, {}, repr(error).encode()
            seconds = time.monotonic() - began
            self.answers.append(
                Answer(path, began, seconds, status, {name.lower(): value for name, value in headers.items()}, body)
            )
