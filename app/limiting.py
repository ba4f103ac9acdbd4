"""So many requests of each client in so much time (draft-ietf-httpapi-ratelimit-headers-11), where the desk sets it."""

import math
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from limits import parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.methods import tell_outside
from app.metrics import Measured, Metrics
from app.problems import TOO_MANY_REQUESTS, Problem
from app.remembering import OF_THE_PROCESS
from app.requests import is_inside, note
from app.settings import Settings

MOST_CLIENTS = 100_000
"""Of so many is counted, those who asked last: about 45 MB."""
NETWORK_BITS = 64
"""So much of an IPv6 address tells clients apart: each is given the rest to choose from."""


class Limited:
    """Counts the requests of each client, kept answers too, and refuses those beyond its quota."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app, self.settings, self.metrics = app, settings, metrics
        self.rate = parse(settings.rate_limit)
        self.limiter = FixedWindowRateLimiter(Counts())
        self.policy = b'"client";q=%d;w=%d' % (self.rate.amount, self.rate.get_expiry())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_counted = scope["type"] == "http" and not is_inside(scope)
        if not is_counted or scope["path"].startswith(OF_THE_PROCESS):
            await self.app(scope, receive, send)
            return
        client = client_of(scope)
        is_within = self.limiter.hit(self.rate, client)
        until, remaining = self.limiter.get_window_stats(self.rate, client)
        seconds = max(1, math.ceil(until - time.time()))
        told = [(b"ratelimit-policy", self.policy), (b"ratelimit", b'"client";r=%d;t=%d' % (remaining, seconds))]

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *told]}
            elif not is_within and scope["method"] == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        await (self.app if is_within else self._refuse(scope, seconds))(scope, receive, send_told)

    def _refuse(self, scope: Scope, seconds: int) -> ASGIApp:
        note(scope)
        detail = f"One client may ask {self.rate.amount} times in {self.rate.get_expiry()} seconds."
        problem = Problem(TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})
        return Measured(tell_outside(problem, self.settings), self.metrics)


def client_of(scope: Scope) -> str:
    """The address of the peer, or of whom a trusted proxy asks for; of IPv6 the network."""
    peer = scope.get("client")
    try:
        address = ip_address(peer[0] if peer else "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or int(address) >> NETWORK_BITS)


class Counts(Storage):
    """Of each client how often it asked, and until when that counts.

    The storage in memory that `limits` has looks through all clients again and again, and keeps a lock for each.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count, until = self._counts.pop(key, (0, 0.0))
        now = time.time()
        if until <= now:
            count, until = 0, now + expiry
        self._counts[key] = count + amount, until
        if len(self._counts) > MOST_CLIENTS:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)
