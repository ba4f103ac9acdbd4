"""The data set as a whole."""

from sqlalchemy import func, select

from app.database import Database
from app.parameters import Question
from app.schemas import DatasetCounts
from app.tables import LAST, Actor, Citation, Event, Location, Publisher, Record, Revision, Source, known, published


class DatasetQuery(Question):
    """The data set: what it is, and how much there is of it."""

    shows_when_published = True


def fetch_counts(database: Database, revision: Revision) -> DatasetCounts:
    """How many records of each kind the revision has."""
    tables: dict[str, type[Event | Record]] = {
        "events": Event,
        "actors": Actor,
        "locations": Location,
        "sources": Source,
        "publishers": Publisher,
        "citations": Citation,
    }
    counts = []
    for name, table in tables.items():
        count = select(func.count()).select_from(table).where(published(table, revision.number))
        if issubclass(table, Event | Citation):
            count = count.where(known(table, LAST))
        counts.append(count.scalar_subquery().label(name))
    return DatasetCounts(**database.fetch(select(*counts))[0]._mapping)
