"""Answers of any length: all records of a question, as they come, or as a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated

from fastapi import Depends, Request, Response

from app.answers import AnyQuestion
from app.database import Database, current
from app.files import answer_file, answer_lines
from app.formats.shape import Event, Format
from app.parameters import Question
from app.queries.files import FileQuery, stream_records
from app.queries.formats import stream_events
from app.queries.revisions import fetch_asked
from app.sqlite import making
from app.tables import Revision
from app.written import AskedInFormat


class AskedForExport(AskedInFormat):
    """One request for an export."""

    is_export = True

    def stream(
        self, stream: Callable[[Database, Revision], Iterable[bytes]], question: Question, media_type: str
    ) -> Response:
        """Lines, as they come: no envelope, and no end that a client could mistake."""
        revision, _ = fetch_asked(self.database, question)

        def respond(lines: Iterable[bytes], headers: dict[str, str]) -> Response:
            return answer_lines(self.request, lines, media_type, headers)

        return self.checked(question, revision, lambda: stream(self.database, revision), respond)

    def exported(
        self, one: Format, stream: Callable[[Database, AnyQuestion, Revision], Iterator[Event]], question: AnyQuestion
    ) -> Response:
        """All records of a question in a format, as they come."""
        revision, _ = fetch_asked(self.database, question)

        def respond(events: Iterator[Event], headers: dict[str, str]) -> Response:
            lines = one.write(self.told(question, revision, events))
            return answer_lines(self.request, lines, one.media_type, headers)

        return self.checked(question, revision, lambda: stream(self.database, question, revision), respond)

    def filed(self, question: FileQuery) -> Response:
        """All events of a question, and the records that they name, as a file."""
        revision, _ = fetch_asked(self.database, question)

        def records(kind: str, ids: Sequence[str] | None) -> Iterator[Event]:
            return stream_records(self.database, kind, ids, question, revision)

        def respond(events: Iterator[Event], headers: dict[str, str]) -> Response:
            answer, instant, is_whole = self.told(question, revision, events), question.instant, question.is_whole
            return answer_file(
                self.request,
                lambda look: making.make_file(answer, records, instant, look, is_whole=is_whole),
                making.MEDIA_TYPE,
                headers | {"Content-Disposition": f'attachment; filename="{making.NAME}"'},
            )

        def stream() -> Iterator[Event]:
            return stream_events(self.database, question, revision)

        return self.checked(question, revision, stream, respond, is_written=True)


def _asked(request: Request) -> AskedForExport:
    return AskedForExport(request, current(request.app.state))


AskingForExport = Annotated[AskedForExport, Depends(_asked)]
