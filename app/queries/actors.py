"""Questions about actors."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from app.database import Database
from app.pagination import Page, PageQuestion
from app.parameters import Codes, Countries, Ids, Known, Words
from app.queries.records import fetch_records, one_of, words
from app.schemas import code_of
from app.tables import Actor, Name, Revision


class ActorQuery(PageQuestion):
    """Actors, by id."""

    q: Words | None = Field(None, description="All these words in name and aliases; case- and accent-blind.")
    type: Annotated[Codes, Known("actor-type")] = Field((), description=code_of("actor-type"))
    country: Annotated[Countries, Known("country")] = Field((), description="ISO 3166-1 alpha-2.")
    member_of: Annotated[Ids, Known("actor")] = Field((), description="Members of this actor, and their members.")


def term_names(question: ActorQuery) -> Iterator[list[Name]]:
    """What an actor must have: one term of each list."""
    yield from words("actor-word", question.q)
    yield from one_of("actor-type", question.type)
    yield from one_of("actor-country", question.country)
    yield from one_of("actor-member-of", question.member_of)


def fetch_actors(database: Database, question: ActorQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    return fetch_records(database, Actor, question, term_names(question), (), revision, last)
