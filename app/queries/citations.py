"""Questions about citations: passages, across events."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from app.database import Database
from app.pagination import Page, PageQuestion
from app.parameters import Codes, Ids, KnowledgeQuestion, Known
from app.queries.records import fetch_records, one_of
from app.schemas import code_of
from app.tables import Citation, Name, Revision


class CitationFilter(KnowledgeQuestion):
    """Which citations."""

    event: Annotated[Ids, Known("event")] = Field((), description="Citations of this event.")
    source: Annotated[Ids, Known("source")] = Field((), description="Passages of this source.")
    publisher: Annotated[Ids, Known("publisher")] = Field((), description="Passages of this publisher's sources.")
    origin: Annotated[Ids, Known("publisher")] = Field(
        (), description="Passages that carry this publisher's reporting."
    )
    stance: Annotated[Codes, Known("stance")] = Field((), description=code_of("stance"))
    speaker: Annotated[Ids, Known("actor")] = Field((), description="Attributed to this actor, or a member of it.")
    verification: Annotated[Codes, Known("verification")] = Field((), description=code_of("verification"))


class CitationQuery(CitationFilter, PageQuestion):
    """Citations, by id."""


def term_names(question: CitationFilter) -> Iterator[list[Name]]:
    """What a citation must have: one term of each list."""
    yield from one_of("citation-event", question.event)
    yield from one_of("citation-source", question.source)
    yield from one_of("citation-publisher", question.publisher)
    yield from one_of("citation-origin", question.origin)
    yield from one_of("stance", question.stance)
    yield from one_of("citation-speaker", question.speaker)
    yield from one_of("verification", question.verification)


def fetch_citations(
    database: Database, question: CitationQuery, revision: Revision, last: tuple[int | str, ...]
) -> Page:
    return fetch_records(database, Citation, question, term_names(question), (), revision, last)
