"""From a question to its answer: which revision, whether the client holds it already, the envelope and the headers."""

from collections.abc import Callable
from typing import Annotated, ClassVar, TypeVar

from fastapi import Depends, Request, Response
from pydantic_core import to_json

from app.caching import cache_control, entity_tag, held_tag, is_any
from app.database import Database, current
from app.instants import show_seconds
from app.pagination import Page, PageQuestion, write_cursor
from app.parameters import Question
from app.queries.revisions import fetch_asked
from app.settings import Settings
from app.tables import LAST, Revision

Last = tuple[int | str, ...]
CURSOR = frozenset({"cursor"})
CURSOR_AND_REVISION = frozenset({"cursor", "as_of"})
AnyQuestion = TypeVar("AnyQuestion", bound=Question)
Found = TypeVar("Found")
AnyPageQuestion = TypeVar("AnyPageQuestion", bound=PageQuestion)


class Asked:
    """One request for an answer of the store."""

    is_written: ClassVar[bool] = False
    """Whether the answer is much work for Python: such are made by few threads, and never on the event loop."""
    is_export: ClassVar[bool] = False
    """Whether the answer may be of any length."""

    def __init__(self, request: Request, database: Database) -> None:
        self.request = request
        self.database = database
        self.settings: Settings = request.app.state.settings
        self._held_tags = ",".join(request.headers.getlist("If-None-Match"))
        self._canonical: str | None = None

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

    def _answer(self, question: Question, revision: Revision, fetch: Callable[[], Page | bytes]) -> Response:
        """The answer in JSON."""

        def respond(found: Page | bytes, headers: dict[str, str]) -> Response:
            return self._envelope(question, revision, found, headers)

        return self.checked(question, revision, fetch, respond)

    def checked(
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
        if is_any(self._held_tags):
            return Response(status_code=304, headers=headers)
        headers["Link"] = linked({"canonical": self.canonical(question)})
        return respond(found, headers)

    def _validators(self, question: Question, revision: Revision, is_written: bool) -> tuple[dict[str, str], bool]:
        """The headers by which an answer is cached, and whether the client holds it already."""
        settings = self.settings
        tag = entity_tag(
            revision.digest,
            self.canonical(question),
            getattr(question, "cursor", None) or "",
            str(revision.published_at) * (question.shows_when_published or is_written),
            settings.title,
            settings.license,
            settings.attribution,
        )
        pinned = question.as_of is not None and question.as_of.isdigit()
        held = held_tag(tag, self._held_tags)
        return {"ETag": held or tag, "Cache-Control": cache_control(pinned, settings.max_age)}, held is not None

    def canonical(self, question: Question) -> str:
        """The address of the question, as it is best written."""
        if self._canonical is None:
            self._canonical = self.address(question.query(without=CURSOR))
        return self._canonical

    def _envelope(
        self, question: Question, revision: Revision, found: Page | bytes, headers: dict[str, str]
    ) -> Response:
        meta: dict[str, int | str] = {"revision": revision.number}
        meta |= {"as_of": question.as_of} if question.as_of else {}
        meta |= {"known_at": show_seconds(question.instant)} if question.instant != LAST else {}
        meta |= {"license": self.settings.license, "attribution": self.settings.attribution}
        links = {"canonical": self.canonical(question)}
        if isinstance(found, Page):
            documents, before, after = (*found.documents,), b'{"data":[', b"],"
            if found.total is not None:
                meta["total"] = found.total
            if found.last is not None and isinstance(question, PageQuestion):
                meta["next_cursor"] = cursor = write_cursor(question, revision, found.last)
                links["next"] = self.following(question, revision, cursor)
        else:
            documents, before, after = (found,), b'{"data":', b","
        headers["Link"] = linked(links)
        rest = to_json({"meta": meta, "links": links})
        return Response(_joined(before, documents, after + rest[1:]), media_type="application/json", headers=headers)

    def following(self, question: PageQuestion, revision: Revision, cursor: str) -> str:
        """The address of the next page."""
        repeated = question.query(without=CURSOR_AND_REVISION)
        place = f"as_of={revision.number}&cursor={cursor}"
        return self.address(f"{repeated}{'&' * bool(repeated)}{place}")

    def address(self, query: str) -> str:
        """Of the path that is asked, with other parameters."""
        return f"{self.settings.public_url}{self.request.scope['path']}{'?' * bool(query)}{query}"


def _joined(before: bytes, documents: tuple[bytes, ...], after: bytes) -> bytes:
    """With commas between the documents, which are copied once."""
    match documents:
        case (first, *others, last):
            return b",".join((before + first, *others, last + after))
    return b"".join((before, *documents, after))


def linked(links: dict[str, str]) -> str:
    """A `Link` header (RFC 8288)."""
    return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in links.items())


def link_too(answer: Response, links: dict[str, str]) -> None:
    """Adds to the `Link` header of an answer, if it has one."""
    answer.headers["Link"] = ", ".join(filter(None, [answer.headers.get("Link"), linked(links)]))


def _asked(request: Request) -> Asked:
    return Asked(request, current(request.app.state))


Asking = Annotated[Asked, Depends(_asked)]
