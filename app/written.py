"""Answers in the formats of newsroom tools: the same questions, revisions and headers, written otherwise."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.answers import CURSOR_AND_REVISION, NOTHING, AnyPageQuestion, AnyQuestion, Asked, Last, linked
from app.database import Database, current
from app.files import answer_file, gather
from app.formats.shape import Answer, Event, Format
from app.pagination import Page, write_cursor
from app.parameters import Question
from app.queries.files import FileQuery, stream_records
from app.queries.formats import fetch_cited, fetch_first_published, fetch_published, stream_events
from app.queries.revisions import fetch_asked
from app.sqlite import making
from app.tables import Revision


class AskedInFormat(Asked):
    """One request for an answer in a format."""

    def written(
        self, one: Format, fetch: Callable[[Database, AnyPageQuestion, Revision, Last], Page], question: AnyPageQuestion
    ) -> Response:
        """A page of events, citations or sources in a format."""
        revision, position = fetch_asked(self.database, question)
        last = position.last if position else ()
        counted = question.model_copy(update={"count": "exact"}) if one.counts else question

        def respond(page: Page, headers: dict[str, str]) -> Response:
            cursor = write_cursor(question, revision, page.last) if page.last is not None else None
            following = self.following(question, revision, cursor) if cursor else None
            return self._written(one, question, revision, page.documents, following, headers, page.total)

        return self.checked(
            question, revision, lambda: fetch(self.database, counted, revision, last), respond, is_written=True
        )

    def written_one(self, one: Format, fetch: Callable[[Revision], bytes], question: Question) -> Response:
        """One event in a format. `fetch` raises when the revision has none."""
        revision, _ = fetch_asked(self.database, question)

        def respond(document: bytes, headers: dict[str, str]) -> Response:
            return self._written(one, question, revision, [document], None, headers)

        return self.checked(question, revision, lambda: fetch(revision), respond, is_written=True)

    def exported(
        self, one: Format, stream: Callable[[Database, AnyQuestion, Revision], Iterator[Event]], question: AnyQuestion
    ) -> Response:
        """All records of a question in a format, as they come."""
        revision, _ = fetch_asked(self.database, question)

        def respond(events: Iterator[Event], headers: dict[str, str]) -> Response:
            lines = NOTHING if self.request.scope.get("is_head") else one.write(self._told(question, revision, events))
            return StreamingResponse(gather(lines), media_type=one.media_type, headers=headers)

        return self.checked(question, revision, lambda: stream(self.database, question, revision), respond)

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

        return self.checked(question, revision, stream, respond, is_written=True)

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
        headers["Link"] = linked({"canonical": answer.address} | ({"next": following} if following else {}))
        headers |= {"Content-Security-Policy": one.policy} if one.policy else {}
        return Response(b"".join(one.write(answer)), media_type=one.media_type, headers=headers)

    def _told(self, question: Question, revision: Revision, documents: Iterable[Event], **others: Any) -> Answer:
        settings = self.settings
        return Answer(
            documents=documents,
            revision=revision,
            address=self.canonical(question),
            page=self._page_address(question),
            public_url=settings.public_url,
            title=settings.title,
            license=settings.license,
            attribution=settings.attribution,
            **others,
        )

    def _page_address(self, question: Question) -> str:
        """The address of this very answer: of a further page, as `_next` of the page before wrote it."""
        cursor = getattr(question, "cursor", None)
        if not cursor:
            return self.canonical(question)
        pinned = [("as_of", question.as_of)] if question.as_of else []
        place = urlencode([*question.parameters(without=CURSOR_AND_REVISION), *pinned, ("cursor", cursor)])
        return self.address(place)


def _asked(request: Request) -> AskedInFormat:
    return AskedInFormat(request, current(request.app.state))


AskingInFormat = Annotated[AskedInFormat, Depends(_asked)]
