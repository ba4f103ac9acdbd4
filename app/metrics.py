"""Metrics of one process, for Prometheus."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, product

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import current
from app.haste import Hurried
from app.problems import UNAVAILABLE, Problem
from app.requests import template_of

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
BOUNDS = (*map(str, BUCKETS), "+Inf")
LANES = ("loop", "brief", "patient", "export")
OUTCOMES = ("answered", "hurried", "unavailable", "failed")


class Outcome:
    """What one path template answered with one status: so many times within each bucket, so many seconds in all.

    Counted on the event loop alone, so that no lock is needed.
    """

    def __init__(self) -> None:
        self.times = [0] * len(BOUNDS)
        self.seconds = 0.0

    def count(self, started: float) -> None:
        spent = time.perf_counter() - started
        self.times[bisect_left(BUCKETS, spent)] += 1
        self.seconds += spent


class Metrics(Collector):
    """Requests and their seconds by path template and status; unknown paths count as one."""

    def __init__(self) -> None:
        self._outcomes: defaultdict[tuple[str, int], Outcome] = defaultdict(Outcome)

    def outcome(self, scope: Scope, status: int) -> Outcome:
        """Of a request that was routed."""
        return self._outcomes[template_of(scope), status]

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        outcomes = list(self._outcomes.items())
        requests = CounterMetricFamily("dateline_requests", "Requests answered.", labels=("path", "status"))
        for (path, status), outcome in outcomes:
            requests.add_metric((path, str(status)), sum(outcome.times))
        yield requests
        seconds = HistogramMetricFamily(
            "dateline_request_seconds", "Seconds to the end of an answer.", labels=("path",)
        )
        for path in dict.fromkeys(path for (path, _), _ in outcomes):
            of_path = [outcome for (other, _), outcome in outcomes if other == path]
            times = accumulate(map(sum, zip(*(outcome.times for outcome in of_path), strict=True)))
            buckets = list(zip(BOUNDS, times, strict=True))
            seconds.add_metric((path,), buckets, sum(outcome.seconds for outcome in of_path))
        yield seconds


class Measured:
    """Counts what is answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_seen)
        finally:
            self.metrics.outcome(scope, status).count(started)


class Questions(Collector):
    """What the store was asked, by the lane in which, and how that ended. Counted on the event loop alone."""

    def __init__(self) -> None:
        self._counts = Counter(dict.fromkeys(product(LANES, OUTCOMES), 0))
        self._seconds = dict.fromkeys(LANES, 0.0)

    @contextmanager
    def asked(self, lane: str) -> Iterator[None]:
        """One question; what was refused for its own sake is answered."""
        started, outcome = time.perf_counter(), "failed"
        try:
            yield
            outcome = "answered"
        except Hurried:
            outcome = "hurried"
            raise
        except Problem as problem:
            outcome = "unavailable" if problem.kind is UNAVAILABLE else "answered"
            raise
        finally:
            self._counts[lane, outcome] += 1
            self._seconds[lane] += time.perf_counter() - started

    def collect(self) -> Iterator[CounterMetricFamily]:
        counts = CounterMetricFamily("dateline_questions", "Questions to the store.", labels=("lane", "outcome"))
        for labels, count in self._counts.items():
            counts.add_metric(labels, count)
        yield counts
        seconds = CounterMetricFamily("dateline_question_seconds", "Seconds that they took.", labels=("lane",))
        for lane, spent in self._seconds.items():
            seconds.add_metric((lane,), spent)
        yield seconds


class Newest(Collector):
    """The newest revision, and whether the store says which it is."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        revision, is_up = None, True
        try:
            revision = current(self._state).newest_revision()
        except Problem:
            is_up = False
        yield GaugeMetricFamily("dateline_database_up", "Whether the store answers.", is_up)
        if revision:
            age = time.time() - revision.published_at / 1_000_000
            yield GaugeMetricFamily("dateline_revision", "Number of the newest revision.", revision.number)
            yield GaugeMetricFamily("dateline_revision_age_seconds", "Seconds since it was published.", age)
