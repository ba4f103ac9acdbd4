"""From a question to its answer: which revision, whether the client holds it already, the envelope and the headers."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.caching import cache_control, entity_tag, held_tag
from app.database import Database
from app.instants import show_seconds
from app.pagination import Page, PageQuestion, write_cursor
from app.parameters import Question
from app.queries.revisions import fetch_asked
from app.settings import Settings
from app.tables import LAST, Revision

CHUNK = 2**16
Last = tuple[int | str, ...]
AnyQuestion = TypeVar("AnyQuestion", bound=Question)
AnyPageQuestion = TypeVar("AnyPageQuestion", bound=PageQuestion)


class Asked:
    """One request for an answer of the store."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.database: Database = request.app.state.database
        self.settings: Settings = request.app.state.settings

    def page(
        self, fetch: Callable[[Database, AnyPageQuestion, Revision, Last], Page], question: AnyPageQuestion
    ) -> Response:
        """A page of records, with the way to the next."""
        revision, position = fetch_asked(self.database, question)
        last = position.last if position else ()
        return self._answer(question, revision, lambda: fetch(self.database, question, revision, last))

    def whole(self, fetch: Callable[[Database, AnyQuestion, Revision], Page], question: AnyQuestion) -> Response:
        """A list without pages."""
        revision, _ = fetch_asked(self.database, question)
        return self._answer(question, revision, lambda: fetch(self.database, question, revision))

    def one(self, fetch: Callable[[Revision], bytes], question: Question) -> Response:
        """One record. `fetch` raises when the revision has none."""
        revision, _ = fetch_asked(self.database, question)
        return self._answer(question, revision, lambda: fetch(revision))

    def stream(
        self, stream: Callable[[Database, Revision], Iterable[bytes]], question: Question, media_type: str
    ) -> Response:
        """Lines, as they come: no envelope, and no end that a client could mistake."""
        revision, _ = fetch_asked(self.database, question)
        headers, is_held = self._validators(question, revision)
        if is_held or self._holds_any:
            return Response(status_code=304, headers=headers)
        headers["Link"] = _linked({"canonical": self._canonical(question)})
        chunks = _chunks(stream(self.database, revision))
        if self.request.scope.get("is_head"):
            chunks = islice(chunks, 1)  # enough for the headers to be those of GET
        return StreamingResponse(chunks, media_type=media_type, headers=headers)

    def _answer(self, question: Question, revision: Revision, fetch: Callable[[], Page | bytes]) -> Response:
        canonical = self._canonical(question)
        headers, is_held = self._validators(question, revision)
        if is_held:
            return Response(status_code=304, headers=headers)
        found = fetch()
        if self._holds_any:
            return Response(status_code=304, headers=headers)
        return self._envelope(question, revision, found, canonical, headers)

    @property
    def _held_tags(self) -> str:
        return ",".join(self.request.headers.getlist("If-None-Match"))

    @property
    def _holds_any(self) -> bool:
        return self._held_tags.strip() == "*"

    def _validators(self, question: Question, revision: Revision) -> tuple[dict[str, str], bool]:
        """The headers by which an answer is cached, and whether the client holds it already."""
        settings = self.settings
        tag = entity_tag(
            revision.digest,
            self._canonical(question),
            getattr(question, "cursor", None) or "",
            str(revision.published_at) * question.shows_when_published,
            settings.title,
            settings.license,
            settings.attribution,
        )
        pinned = question.as_of is not None and question.as_of.isdigit()
        held = held_tag(tag, self._held_tags)
        return {"ETag": held or tag, "Cache-Control": cache_control(pinned, settings.max_age)}, held is not None

    def _canonical(self, question: Question) -> str:
        return self._address(question.parameters(without=frozenset({"cursor"})))

    def _envelope(
        self, question: Question, revision: Revision, found: Page | bytes, canonical: str, headers: dict[str, str]
    ) -> Response:
        meta: dict[str, int | str] = {"revision": revision.number}
        meta |= {"as_of": question.as_of} if question.as_of else {}
        meta |= {"known_at": show_seconds(question.instant)} if question.instant != LAST else {}
        meta |= {"license": self.settings.license, "attribution": self.settings.attribution}
        links = {"canonical": canonical}
        if isinstance(found, Page):
            data = b"[" + b",".join(found.documents) + b"]"
            if found.total is not None:
                meta["total"] = found.total
            if found.last is not None and isinstance(question, PageQuestion):
                links["next"] = self._next(question, revision, found.last)
        else:
            data = found
        headers["Link"] = _linked(links)
        body = b'{"data":%b,"meta":%b,"links":%b}' % (data, _json(meta), _json(links))
        return Response(body, media_type="application/json", headers=headers)

    def _next(self, question: PageQuestion, revision: Revision, last: Last) -> str:
        repeated = question.parameters(without=frozenset({"cursor", "as_of"}))
        cursor = write_cursor(question, revision, last)
        return self._address([*repeated, ("as_of", revision.number), ("cursor", cursor)])

    def _address(self, parameters: list[tuple[str, object]]) -> str:
        query = urlencode(parameters)
        return f"{self.settings.public_url}{self.request.scope['path']}{'?' * bool(query)}{query}"


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Many lines at once: each chunk is a hop between threads."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size > CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _linked(links: dict[str, str]) -> str:
    """A `Link` header (RFC 8288)."""
    return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in links.items())


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


async def _asked(request: Request) -> Asked:
    return Asked(request)


Asking = Annotated[Asked, Depends(_asked)]
