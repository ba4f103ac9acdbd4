"""Questions about publishers."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from app.database import Database
from app.pagination import Page, PageQuestion
from app.parameters import Codes, Countries, Known, Words
from app.queries.records import fetch_records, one_of, words
from app.schemas import code_of
from app.tables import Name, Publisher, Revision


class PublisherQuery(PageQuestion):
    """Publishers, by id."""

    q: Words | None = Field(None, description="All these words in the name; case- and accent-blind.")
    country: Annotated[Countries, Known("country")] = Field((), description="ISO 3166-1 alpha-2.")
    ownership: Annotated[Codes, Known("ownership")] = Field((), description=code_of("ownership"))


def term_names(question: PublisherQuery) -> Iterator[list[Name]]:
    """What a publisher must have: one term of each list."""
    yield from words("publisher-word", question.q)
    yield from one_of("publisher-country", question.country)
    yield from one_of("ownership", question.ownership)


def fetch_publishers(
    database: Database, question: PublisherQuery, revision: Revision, last: tuple[int | str, ...]
) -> Page:
    return fetch_records(database, Publisher, question, term_names(question), (), revision, last)
