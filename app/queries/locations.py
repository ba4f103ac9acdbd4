"""Questions about locations."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from app.database import Database
from app.pagination import Page, PageQuestion
from app.parameters import Codes, Countries, Ids, Known, Words
from app.queries.places import Box, InBox
from app.queries.records import fetch_records, one_of, words
from app.schemas import code_of
from app.tables import Location, Name, Revision


class LocationQuery(PageQuestion):
    """Locations, by id."""

    q: Words | None = Field(None, description="All these words in name and aliases; case- and accent-blind.")
    type: Annotated[Codes, Known("location-type")] = Field((), description=code_of("location-type"))
    country: Annotated[Countries, Known("country")] = Field((), description="ISO 3166-1 alpha-2.")
    parent: Annotated[Ids, Known("location")] = Field((), description="Directly in this place.")
    within: Annotated[Ids, Known("location")] = Field((), description="In this place, at any depth.")
    bbox: Box | None = Field(None, description="`west,south,east,north` in degrees; west > east crosses the date line.")


def term_names(question: LocationQuery) -> Iterator[list[Name]]:
    """What a location must have: one term of each list."""
    yield from words("location-word", question.q)
    yield from one_of("location-type", question.type)
    yield from one_of("location-country", question.country)
    yield from one_of("location-parent", question.parent)
    yield from one_of("location-within", question.within)


def fetch_locations(
    database: Database, question: LocationQuery, revision: Revision, last: tuple[int | str, ...]
) -> Page:
    box = [InBox(question.bbox).predicate] if question.bbox else []
    return fetch_records(database, Location, question, term_names(question), box, revision, last)
