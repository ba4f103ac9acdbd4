"""Answers in the formats of newsroom tools: the same questions, revisions and headers, written otherwise."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from app.answers import CURSOR_AND_REVISION, AnyPageQuestion, Asked, Last, linked
from app.database import Database, current
from app.formats.shape import Answer, Event, Format
from app.pagination import Page, write_cursor
from app.parameters import Question
from app.problems import refuse
from app.queries.formats import fetch_cited, fetch_first_published, fetch_published
from app.queries.revisions import fetch_asked
from app.tables import Revision

LARGEST_BODY = 8 * 1024 * 1024
"""Some formats write a document in many more words."""


class AskedInFormat(Asked):
    """One request for an answer in a format."""

    is_written = True

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

        answer = self.checked(
            question, revision, lambda: fetch(self.database, counted, revision, last), respond, is_written=True
        )
        return _shown(one, answer)

    def written_one(self, one: Format, fetch: Callable[[Revision], bytes], question: Question) -> Response:
        """One event in a format. `fetch` raises when the revision has none."""
        revision, _ = fetch_asked(self.database, question)

        def respond(document: bytes, headers: dict[str, str]) -> Response:
            return self._written(one, question, revision, [document], None, headers)

        return _shown(one, self.checked(question, revision, lambda: fetch(revision), respond, is_written=True))

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
        answer = self.told(
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
        body = b"".join(one.write(answer))
        if len(body) > LARGEST_BODY and len(records) > 1:
            raise refuse("limit", f"expected a smaller one: these events take {len(body):,} bytes in this format")
        return Response(body, media_type=one.media_type, headers=headers)

    def told(self, question: Question, revision: Revision, documents: Iterable[Event], **others: Any) -> Answer:
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
        asked = [one for one in question.parameters if one[0] not in CURSOR_AND_REVISION]
        pinned = [("as_of", question.as_of)] if question.as_of else []
        return self.address(urlencode([*asked, *pinned, ("cursor", cursor)]))


def _shown(one: Format, answer: Response) -> Response:
    """With the format's own policy, 304 too: a cache takes over its headers."""
    if one.policy:
        answer.headers["Content-Security-Policy"] = one.policy
    return answer


def _asked(request: Request) -> AskedInFormat:
    return AskedInFormat(request, current(request.app.state))


AskingInFormat = Annotated[AskedInFormat, Depends(_asked)]
