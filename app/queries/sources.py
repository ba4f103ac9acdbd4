"""Questions about sources."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database import Database
from app.instants import parse_day
from app.pagination import Page, PageQuestion
from app.parameters import Codes, Day, Ids, KnowledgeQuestion, Known, Languages, Words, refuse_reversed
from app.queries.absences import fetch_absence, not_known_yet
from app.queries.matching import Predicate
from app.queries.records import fetch_records, one_of, words
from app.schemas import code_of
from app.tables import Name, Revision, Source, published


class SourceQuery(KnowledgeQuestion, PageQuestion):
    """Sources, by id."""

    q: Words | None = Field(None, description="All these words in the title; case- and accent-blind.")
    publisher: Annotated[Ids, Known("publisher")] = Field((), description="Published by this publisher.")
    kind: Annotated[Codes, Known("source-kind")] = Field((), description=code_of("source-kind"))
    language: Annotated[Languages, Known("source-language")] = Field((), description="A BCP 47 tag.")
    derived_from: Annotated[Ids, Known("source")] = Field((), description="Built from this source, at any depth.")
    origin: Annotated[Ids, Known("publisher")] = Field((), description="With this publisher at a root of its lineage.")
    quality: Annotated[Codes, Known("quality")] = Field((), description=code_of("quality"))
    published_from: Day | None = Field(None, description="Published on or after this day.")
    published_to: Day | None = Field(None, description="Published on or before this day.")

    @model_validator(mode="after")
    def _refuse_reversed(self) -> "SourceQuery":
        refuse_reversed("published_from", self.published_from, "published_to", self.published_to)
        return self


def term_names(question: SourceQuery) -> Iterator[list[Name]]:
    """What a source must have: one term of each list."""
    yield from words("source-word", question.q)
    yield from one_of("source-publisher", question.publisher)
    yield from one_of("source-kind", question.kind)
    yield from one_of("source-language", question.language)
    yield from one_of("source-derived-from", question.derived_from)
    yield from one_of("source-origin", question.origin)
    yield from one_of("quality", question.quality)


_PUBLISHED_FROM = col(Source.published_last_day) >= bindparam("published_from")
_PUBLISHED_TO = col(Source.published_first_day) <= bindparam("published_to")


def predicates(question: SourceQuery) -> Iterator[Predicate]:
    """What else must hold of a source's row."""
    if question.published_from:
        yield Predicate(_PUBLISHED_FROM, {"published_from": parse_day(question.published_from).toordinal()})
    if question.published_to:
        yield Predicate(_PUBLISHED_TO, {"published_to": parse_day(question.published_to).toordinal()})


def fetch_source(database: Database, source_id: str, revision: Revision, instant: int) -> bytes:
    """One source's document. Raises `Problem` when the revision, or the instant, does not have it."""
    at = (col(Source.id) == source_id, published(Source, revision.number))
    rows = database.fetch(select(col(Source.document), col(Source.known_from)).where(*at))
    if not rows:
        raise fetch_absence(database, "source", source_id, revision)
    document, known_from = rows[0]
    if known_from > instant:
        raise not_known_yet(known_from)
    found: bytes = document
    return found


def fetch_sources(database: Database, question: SourceQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    return fetch_records(database, Source, question, term_names(question), predicates(question), revision, last)
