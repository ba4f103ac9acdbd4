"""Answers of one revision as they were sent: as many as fit, the most lately asked for."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import Message

from app.at_once import head_of
from app.caching import may_hold
from app.database import Patient
from app.metrics import Outcome
from app.tables import Revision

ENTRY_BYTES = 2_000
"""What an answer takes beside its question, headers and body: the objects that hold it."""
LARGEST_PART = 8
"""No answer takes more than this part of the room."""
STAND = "stand"
"""In the scope of a request: what was looked at before it went its way."""

Question = tuple[tuple[str, bytes, str], bytes]
"""All that an answer depends on but the revision: path, query and encoding; the tags of `If-None-Match`."""
Same = tuple[Patient, str, int]


class Stand(NamedTuple):
    """What is asked: a store as it was opened, and its newest revision."""

    store: Patient
    revision: Revision


@dataclass(frozen=True)
class Kept:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    outcome: Outcome
    route: Any
    """That answered it, for the log."""

    @cached_property
    def head(self) -> bytes:
        return head_of(self.headers)

    @property
    def tag(self) -> bytes:
        return dict(self.headers)[b"etag"]

    def start(self) -> Message:
        """Made for each request, since whoever passes it on may change it."""
        return {"type": "http.response.start", "status": self.status, "headers": self.headers.copy()}


class KeptAnswers(Collector):
    """Of the revision that was asked for last; another one empties it."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._stand: Same | None = None
        self._kept: OrderedDict[Question, Kept] = OrderedDict()
        self._bytes = self._hits = self._evictions = self.misses = 0

    def find(self, stand: Stand, question: Question) -> Kept | None:
        """The answer to a question at this revision; the full one where no condition can hold."""
        if _same(stand) != self._stand:
            self._stand, self._bytes = _same(stand), 0
            self._kept.clear()
        kept = self._kept.get(question)
        asked, condition = question
        if kept is None and condition:
            question = asked, b""
            full = self._kept.get(question)
            kept = full if full and not may_hold(full.tag, condition) else None
        if kept is not None:
            self._hits += 1
            self._kept.move_to_end(question)
        return kept

    def keep(self, stand: Stand, question: Question, kept: Kept) -> None:
        """Unless the revision has changed since the question was asked, or the answer is too large."""
        size = _size(question, kept)
        if _same(stand) != self._stand or size > self._room // LARGEST_PART:
            return
        self._drop(question)
        self._kept[question] = kept
        self._bytes += size
        while self._bytes > self._room:
            self._drop(next(iter(self._kept)))
            self._evictions += 1

    def _drop(self, question: Question) -> None:
        kept = self._kept.pop(question, None)
        self._bytes -= _size(question, kept) if kept else 0

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        yield CounterMetricFamily("dateline_cache_hits", "Requests answered from kept answers.", self._hits)
        yield CounterMetricFamily("dateline_cache_misses", "Requests whose answer was not kept.", self.misses)
        yield CounterMetricFamily("dateline_cache_evictions", "Answers dropped for room.", self._evictions)
        yield GaugeMetricFamily("dateline_cache_entries", "Answers kept.", len(self._kept))
        yield GaugeMetricFamily("dateline_cache_bytes", "Bytes that they take.", self._bytes)


def _same(stand: Stand) -> Same:
    """What is the same for the same answers; some say when it was published, which no digest covers."""
    return stand.store, stand.revision.digest, stand.revision.published_at


def _size(question: Question, kept: Kept) -> int:
    (path, query, _), condition = question
    return ENTRY_BYTES + len(path) + len(query) + len(condition) + 2 * len(kept.head) + len(kept.body)
