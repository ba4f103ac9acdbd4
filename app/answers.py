"""From a question to its answer: which revision, whether the client holds it already, the envelope and the headers."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.caching import cache_control, entity_tag, held_tag
from app.database import Database
from app.files import answer_file, gather
from app.formats.shape import Answer, Event, Format
from app.instants import show_seconds
from app.pagination import Page, PageQuestion, write_cursor
from app.parameters import Question
from app.queries.files import FileQuery, stream_records
from app.queries.formats import fetch_cited, fetch_first_published, fetch_published, stream_events
from app.queries.revisions import fetch_asked
from app.settings import Settings
from app.sqlite import making
from app.tables import LAST, Revision

Last = tuple[int | str, ...]
NOTHING = (b"",)
"""What an export is for HEAD, which runs none: a stream still, so that it has the headers of one."""
AnyQuestion = TypeVar("AnyQuestion", bound=Question)
Found = TypeVar("Found")
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

        def respond(lines: Iterable[bytes], headers: dict[str, str]) -> Response:
            some = NOTHING if self.request.scope.get("is_head") else lines
            return StreamingResponse(gather(some), media_type=media_type, headers=headers)

        return self._checked(question, revision, lambda: stream(self.database, revision), respond)

    def written(
        self, one: Format, fetch: Callable[[Database, AnyPageQuestion, Revision, Last], Page], question: AnyPageQuestion
    ) -> Response:
        """A page of events, citations or sources in a format."""
        revision, position = fetch_asked(self.database, question)
        last = position.last if position else ()
        counted = question.model_copy(update={"count": "exact"}) if one.counts else question

        def respond(page: Page, headers: dict[str, str]) -> Response:
            following = self._next(question, revision, page.last) if page.last is not None else None
            return self._written(one, question, revision, page.documents, following, headers, page.total)

        return self._checked(
            question, revision, lambda: fetch(self.database, counted, revision, last), respond, is_written=True
        )

    def written_one(self, one: Format, fetch: Callable[[Revision], bytes], question: Question) -> Response:
        """One event in a format. `fetch` raises when the revision has none."""
        revision, _ = fetch_asked(self.database, question)

        def respond(document: bytes, headers: dict[str, str]) -> Response:
            return self._written(one, question, revision, [document], None, headers)

        return self._checked(question, revision, lambda: fetch(revision), respond, is_written=True)

    def exported(
        self, one: Format, stream: Callable[[Database, AnyQuestion, Revision], Iterator[Event]], question: AnyQuestion
    ) -> Response:
        """All records of a question in a format, as they come."""
        revision, _ = fetch_asked(self.database, question)

        def respond(events: Iterator[Event], headers: dict[str, str]) -> Response:
            lines = NOTHING if self.request.scope.get("is_head") else one.write(self._told(question, revision, events))
            return StreamingResponse(gather(lines), media_type=one.media_type, headers=headers)

        return self._checked(question, revision, lambda: stream(self.database, question, revision), respond)

    def filed(self, question: FileQuery) -> Response:
        """All events of a question, and the records that they name, as a file."""
        revision, _ = fetch_asked(self.database, question)

        def records(kind: str, ids: Sequence[str] | None) -> Iterator[Event]:
            return stream_records(self.database, kind, ids, question, revision)

        def respond(events: Iterator[Event], headers: dict[str, str]) -> Response:
            answer, instant, is_whole = self._told(question, revision, events), question.instant, question.is_whole
            return answer_file(
                self.request,
                lambda look: making.make_file(answer, records, instant, look, is_whole=is_whole),
                making.MEDIA_TYPE,
                headers | {"Content-Disposition": f'attachment; filename="{making.NAME}"'},
            )

        def stream() -> Iterator[Event]:
            return stream_events(self.database, question, revision)

        return self._checked(question, revision, stream, respond, is_written=True)

    def _written(
        self,
        one: Format,
        question: Question,
        revision: Revision,
        documents: Sequence[bytes],
        following: str | None,
        headers: dict[str, str],
        total: int | None = None,
    ) -> Response:
        records = [json.loads(document) for document in documents]
        revisions = {record["revision"] for record in records if one.of == "events"}
        published = fetch_published(self.database, revisions) if revisions else {}
        sources = fetch_cited(self.database, records, revision) if one.tells_sources else {}
        if one.of == "sources":
            sources, records = {record["id"]: record for record in records}, []
        first = fetch_first_published(self.database, records) if one.newest_change_first else {}
        answer = self._told(
            question,
            revision,
            records,
            following=following,
            total=total,
            published=published,
            sources=sources,
            first_published=first,
        )
        headers["Link"] = _linked({"canonical": answer.address} | ({"next": following} if following else {}))
        return Response(b"".join(one.write(answer)), media_type=one.media_type, headers=headers)

    def _told(self, question: Question, revision: Revision, documents: Iterable[Event], **others: Any) -> Answer:
        settings = self.settings
        return Answer(
            documents=documents,
            revision=revision,
            address=self._canonical(question),
            page=self._page(question),
            public_url=settings.public_url,
            title=settings.title,
            license=settings.license,
            attribution=settings.attribution,
            **others,
        )

    def _answer(self, question: Question, revision: Revision, fetch: Callable[[], Page | bytes]) -> Response:
        """The answer in JSON."""

        def respond(found: Page | bytes, headers: dict[str, str]) -> Response:
            return self._envelope(question, revision, found, headers)

        return self._checked(question, revision, fetch, respond)

    def _checked(
        self,
        question: Question,
        revision: Revision,
        fetch: Callable[[], Found],
        respond: Callable[[Found, dict[str, str]], Response],
        *,
        is_written: bool = False,
    ) -> Response:
        """304 when the client holds the answer; else what was found, in some form, with its canonical address."""
        headers, is_held = self._validators(question, revision, is_written)
        if is_held:
            return Response(status_code=304, headers=headers)
        found = fetch()
        if self._holds_any:
            return Response(status_code=304, headers=headers)
        return respond(found, headers | {"Link": _linked({"canonical": self._canonical(question)})})

    @property
    def _held_tags(self) -> str:
        return ",".join(self.request.headers.getlist("If-None-Match"))

    @property
    def _holds_any(self) -> bool:
        return self._held_tags.strip() == "*"

    def _validators(self, question: Question, revision: Revision, is_written: bool) -> tuple[dict[str, str], bool]:
        """The headers by which an answer is cached, and whether the client holds it already."""
        settings = self.settings
        tag = entity_tag(
            revision.digest,
            self._canonical(question),
            getattr(question, "cursor", None) or "",
            str(revision.published_at) * (question.shows_when_published or is_written),
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
        self, question: Question, revision: Revision, found: Page | bytes, headers: dict[str, str]
    ) -> Response:
        meta: dict[str, int | str] = {"revision": revision.number}
        meta |= {"as_of": question.as_of} if question.as_of else {}
        meta |= {"known_at": show_seconds(question.instant)} if question.instant != LAST else {}
        meta |= {"license": self.settings.license, "attribution": self.settings.attribution}
        links = {"canonical": self._canonical(question)}
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

    def _page(self, question: Question) -> str:
        """The address of this very answer: of a further page, as `_next` of the page before wrote it."""
        cursor = getattr(question, "cursor", None)
        if not cursor:
            return self._canonical(question)
        repeated = question.parameters(without=frozenset({"cursor", "as_of"}))
        pinned = [("as_of", question.as_of)] if question.as_of else []
        return self._address([*repeated, *pinned, ("cursor", cursor)])

    def _next(self, question: PageQuestion, revision: Revision, last: Last) -> str:
        repeated = question.parameters(without=frozenset({"cursor", "as_of"}))
        cursor = write_cursor(question, revision, last)
        return self._address([*repeated, ("as_of", revision.number), ("cursor", cursor)])

    def _address(self, parameters: list[tuple[str, object]]) -> str:
        query = urlencode(parameters)
        return f"{self.settings.public_url}{self.request.scope['path']}{'?' * bool(query)}{query}"


def _linked(links: dict[str, str]) -> str:
    """A `Link` header (RFC 8288)."""
    return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in links.items())


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


async def _asked(request: Request) -> Asked:
    return Asked(request)


Asking = Annotated[Asked, Depends(_asked)]
