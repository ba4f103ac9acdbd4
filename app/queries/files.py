"""The data set as a file: the events of a question, and other records a page of the store at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import col

from app.database import Database
from app.parameters import TIMES
from app.queries.formats import ExportQuery, stream_documents
from app.queries.matching import Matching, has_one
from app.tables import Actor, Location, Publisher, Record, Revision, Source, Vocabulary

RECORDS: dict[str, type[Record]] = {
    "actor": Actor,
    "location": Location,
    "source": Source,
    "publisher": Publisher,
    "vocabulary": Vocabulary,
}


UNFILTERED = TIMES | {"order"}


class FileQuery(ExportQuery):
    """All events of a question and the records that they name; without any filter, the whole data set."""

    @property
    def is_whole(self) -> bool:
        return all(name in UNFILTERED for name, _ in self.parameters)


def stream_records(
    database: Database, kind: str, ids: Sequence[str] | None, question: FileQuery, revision: Revision
) -> Iterator[dict[str, Any]]:
    """The records of a kind, or those of some ids, as they are known at the question's instant."""
    table = RECORDS[kind]
    named = [] if ids is None else [has_one(col(table.id), "id", ids)]
    matching = Matching(table, revision.number, question.instant, predicates=named)
    return stream_documents(database, matching, ascending=True)
