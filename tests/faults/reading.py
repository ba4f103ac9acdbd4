"""Readers that check every answer: it tells of one state, the one of its revision."""

import json
import random
import re
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from tests.faults.states import EVENTS, told

PATIENCE = 60
FEWEST_LOADS = 5
WHOLE = (
    "",
    "&tag=fishing&order=asc",
    "&actor=sea-league&count=exact",
    "&q=talks",
    "&location=north-coast&sort=reported",
)
"""Questions that every event answers."""
IN_FORMATS = (
    "csv",
    "geojson",
    "ndjson",
    "ics",
    "atom",
    "feed.json",
    "timeline.json",
    "jsonld",
    "bib",
    "ris",
    "csl.json",
)
OTHERS = (
    "/v1/events/harbour-talks-{n}", "/v1/events/harbour-talks-{n}.ics", "/v1/events?q=talks&limit=9", "/v1/actors",
    "/v1/locations", "/v1/sources", "/v1/publishers", "/v1/citations?limit=500", "/v1/facets", "/v1/facets?tag=fishing",
    "/v1/exports/events.ndjson", "/v1/exports/events.csv", "/embed/timeline",
    *(f"/v1/events.{suffix}?limit=500" for suffix in IN_FORMATS),
)  # fmt: skip


@dataclass
class Seen:
    """What readers have seen, all of them together."""

    reads: int = 0
    mixed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    revisions: set[int] = field(default_factory=set)


class Reader:
    """One client. It asks what it draws, and follows pages over connections of its own."""

    def __init__(self, address: str, chance: random.Random, seen: Seen, newest: Callable[[], int]) -> None:
        self._chance, self._seen, self._newest = chance, seen, newest
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        self._last = 0

    def read(self) -> None:
        """One question, in one answer or in pages."""
        pinned = self._chance.randint(1, self._newest()) if self._chance.random() < 0.3 else None
        match self._chance.randrange(4):
            case 0:
                self._whole(pinned)
            case 1:
                self._walk(pinned)
            case 2:
                self._changes()
            case _:
                path = self._chance.choice(OTHERS).format(n=self._chance.randrange(EVENTS))
                self._ask(_pinned(path, pinned), pinned)

    def _whole(self, pinned: int | None) -> None:
        path = _pinned(f"/v1/events?limit=500{self._chance.choice(WHOLE)}", pinned)
        answer = self._ask(path, pinned)
        if answer and len(answer["data"]) != EVENTS:
            self._seen.mixed.append(f"{path}: {len(answer['data'])} of {EVENTS} events")

    def _walk(self, pinned: int | None) -> None:
        path: str | None = _pinned(f"/v1/events?limit=7{self._chance.choice(WHOLE)}", pinned)
        ids: list[str] = []
        states: set[int] = set()
        while path:
            if self._chance.random() < 0.5:
                self.close()  # the next page may come from another process
            answer = self._ask(path, pinned or (max(states) if states else None))
            if answer is None:
                return
            ids += [one["id"] for one in answer["data"]]
            states.add(answer["meta"]["revision"])
            path = answer["links"].get("next")
        if len(states) != 1 or len(ids) != EVENTS or len(set(ids)) != EVENTS:
            self._seen.mixed.append(f"a walk over revisions {states}, of {len(ids)} events, {len(set(ids))} different")

    def _changes(self) -> None:
        number = self._chance.randint(1, self._newest())
        answer = self._ask(f"/v1/changes?since={number - 1}&as_of={number}&limit=500", None, states=False)
        for one in answer["data"] if answer else ():
            if one["revision"] != number or told(json.dumps(one["document"])) > {number}:
                self._seen.mixed.append(f"changes of {number}: {one}")

    def _ask(self, path: str, pinned: int | None, *, states: bool = True) -> Any:
        """The answer, checked."""
        self._seen.reads += 1
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            body = answer.read().decode()
        except (OSError, HTTPException) as error:
            self.close()
            self._seen.errors.append(f"{path}: {error!r}")
            return None
        if answer.status != 200:
            self._seen.errors.append(f"{path}: {answer.status} {body[:300]}")
            return None
        if states:
            self._check(path, body, pinned)
        is_json = answer.headers["Content-Type"].startswith("application/json")
        return json.loads(body) if is_json else None

    def _check(self, path: str, body: str, pinned: int | None) -> None:
        found = told(re.sub(r"\r\n ", "", body))  # a line of a calendar is folded anywhere
        found |= {int(one) for one in re.findall(r'"revision": ?(\d+)', body)}
        if len(found) != 1 or (pinned and found != {pinned}):
            self._seen.mixed.append(f"{path}: states {found}, asked for {pinned or 'the newest'}")
        elif not pinned:
            if max(found) < self._last:  # of one process, which never goes back
                self._seen.mixed.append(f"{path}: {found} after {self._last}")
            self._last = max(found)
        self._seen.revisions |= found

    def close(self) -> None:
        self._connection.close()
        self._last = 0


def _pinned(path: str, revision: int | None) -> str:
    return path if revision is None else f"{path}{'&' if '?' in path else '?'}as_of={revision}"


def read_meanwhile(address: str, readers: int, reads: int, seed: int, publish: Callable[[int], None]) -> Seen:
    """At least so many reads, while one revision after another is published by what is given its number."""
    seen, newest, is_over = Seen(), 1, threading.Event()

    def read(number: int) -> None:
        with closing(Reader(address, random.Random(f"{seed} {number}"), seen, lambda: newest)) as reader:
            while not is_over.is_set():
                reader.read()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    try:
        while seen.reads < reads or newest <= FEWEST_LOADS:
            publish(newest + 1)
            newest += 1
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return seen
