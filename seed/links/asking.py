"""Asks addresses on the Web: bounded in time and size, one request at a time for a host, and with pauses."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Literal, Self
from urllib.robotparser import RobotFileParser

import anyio
import httpx

from seed.links.failing import UNANSWERED, Unasked, describe

NAME = "Dateline"
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
MOST_BYTES_OF_ROBOTS = 512 * 1024


@dataclass(frozen=True)
class Manners:
    """Seconds, but for what is counted."""

    pause: float = 1.0
    """Between two requests to one host."""
    longest_pause: float = 60.0
    """So long a host is left alone when it asks for it; one that asks for more is not asked again."""
    timeout: float = 15.0
    """For a connection, and for each piece of an answer."""
    patience: float = 60.0
    """For an address with all its redirects and tries, the pauses apart."""
    in_flight: int = 8
    most_redirects: int = 5
    most_tries: int = 3
    most_bytes: int = 5_000_000


@dataclass(frozen=True)
class Redirect:
    status: int
    url: str


@dataclass(frozen=True)
class Reply:
    """What came of asking an address, at the end of its redirects."""

    status: Literal["ok", "gone", "failed"]
    detail: str = ""
    redirects: tuple[Redirect, ...] = ()
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes | None = None
    """None where it was not asked for, or is too large."""
    pause: float | None = None
    """After which the address is worth another try; None where it is not."""


@dataclass
class Host:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    free_at: float = 0.0
    robots: dict[str, RobotFileParser] = field(default_factory=dict)
    """By scheme and port."""

    @asynccontextmanager
    async def turn(self, pause: float) -> AsyncIterator[None]:
        async with self.lock:
            await anyio.sleep_until(self.free_at)
            try:
                yield
            finally:
                self.rest(pause)

    def rest(self, pause: float) -> None:
        self.free_at = max(self.free_at, anyio.current_time() + pause)


@dataclass
class Patience:
    """The time that is left for one address."""

    left: float

    @contextmanager
    def spent(self) -> Iterator[None]:
        start = anyio.current_time()
        try:
            with anyio.fail_after(self.left):
                yield
        finally:
            self.left -= anyio.current_time() - start


class Asker:
    """`whole`: the pages are wanted, not only the heads of the answers."""

    def __init__(self, manners: Manners, *, whole: bool) -> None:
        self.manners, self.whole = manners, whole
        self._hosts: defaultdict[str, Host] = defaultdict(Host)
        self._in_flight = anyio.CapacityLimiter(manners.in_flight)
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": f"{NAME}/{version('dateline')} (checks the addresses of a chronology's sources)",
                "Accept": "text/html, application/xhtml+xml, text/plain, */*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=manners.timeout,
            max_redirects=manners.most_redirects,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(self, address: str) -> Reply:
        """Never raises for what an address or a host does."""
        try:
            url = httpx.URL(address)
        except UNANSWERED as error:
            return Reply(*describe(error)[:2])
        patience = Patience(self.manners.patience)
        for tried in range(1, self.manners.most_tries + 1):
            reply = await self._follow(url, patience)
            if reply.pause is None or patience.left <= 0 or tried == self.manners.most_tries:
                break
            last = httpx.URL(reply.redirects[-1].url) if reply.redirects else url
            self._hosts[last.host].rest(max(reply.pause, self.manners.pause * 2**tried))
        return reply

    async def _follow(self, url: httpx.URL, patience: Patience) -> Reply:
        redirects: list[Redirect] = []
        seen = {url}
        while True:
            try:
                response, body = await self._request(url, patience)
                if response.next_request is None:
                    return self._reply(response, body, tuple(redirects))
                url = response.next_request.url.copy_with(fragment=None)
                redirects.append(Redirect(response.status_code, str(url)))
                self._refuse_to_follow(redirects, is_circle=url in seen)
            except UNANSWERED as error:
                status, detail, is_passing = describe(error)
                return Reply(status, detail, tuple(redirects), pause=0 if is_passing else None)
            seen.add(url)

    def _refuse_to_follow(self, redirects: list[Redirect], *, is_circle: bool) -> None:
        if is_circle:
            raise Unasked(f"it redirects in a circle, to {redirects[-1].url}")
        if len(redirects) > self.manners.most_redirects:
            raise Unasked(f"it redirects more than {self.manners.most_redirects} times")
        if not redirects[-1].url.startswith(("http://", "https://")):
            raise Unasked(f"it redirects to {redirects[-1].url}, which is neither http nor https")

    async def _request(self, url: httpx.URL, patience: Patience) -> tuple[httpx.Response, bytes | None]:
        host = self._hosts[url.host]
        async with host.turn(self.manners.pause), self._in_flight:
            if not (await self._robots(host, url, patience)).can_fetch(NAME, str(url)):
                raise Unasked("the host's robots.txt forbids programs to ask for it; look by hand")
            with patience.spent():
                async with self._client.stream("GET", url) as response:
                    is_wanted = self.whole and response.is_success
                    return response, await _body(response, self.manners.most_bytes) if is_wanted else None

    async def _robots(self, host: Host, url: httpx.URL, patience: Patience) -> RobotFileParser:
        origin = f"{url.scheme}:{url.port}"
        if origin not in host.robots:
            rules = RobotFileParser()
            with patience.spent():
                rules.parse((await self._rules(url)).splitlines())
            host.robots[origin] = rules
            await anyio.sleep(self.manners.pause)
        return host.robots[origin]

    async def _rules(self, url: httpx.URL) -> str:
        """A host that has no rules, or does not give them, forbids nothing."""
        try:
            asked = url.join("/robots.txt")
            async with self._client.stream("GET", asked, follow_redirects=True) as response:
                body = await _body(response, MOST_BYTES_OF_ROBOTS) if response.is_success else None
        except UNANSWERED:
            return ""
        return (body or b"").decode("utf-8-sig", "replace")

    def _reply(self, response: httpx.Response, body: bytes | None, redirects: tuple[Redirect, ...]) -> Reply:
        if response.is_success:
            return Reply("ok", "", redirects, response.headers, body)
        code = response.status_code
        detail = f"it answers {code} {_phrase(code)}".rstrip()
        if code in GONE:
            return Reply("gone", detail, redirects)
        if code in BUSY and (asked := _retry_after(response.headers.get("Retry-After", ""))):
            if asked > self.manners.longest_pause:
                return Reply("failed", f"{detail}, and asks to be left alone for {asked:.0f} s", redirects)
            return Reply("failed", detail, redirects, pause=asked)
        return Reply("failed", detail, redirects, pause=0 if code in BUSY or response.is_server_error else None)


async def _body(response: httpx.Response, most: int) -> bytes | None:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)


def _phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return ""


def _retry_after(value: str) -> float | None:
    """In seconds, from a number of them or a date."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
