"""The data set as a whole."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.kinds import whole
from app.parameters import Question
from app.schemas import DatasetCounts
from app.tables import Revision, Tally, published


class DatasetQuery(Question):
    """The data set: what it is, and how much there is of it."""

    shows_when_published = True


def fetch_counts(database: Database, revision: Revision) -> DatasetCounts:
    """How many records of each kind the revision has."""
    kinds = {
        "events": "event",
        "actors": "actor",
        "locations": "location",
        "sources": "source",
        "publishers": "publisher",
        "citations": "citation-event",
    }
    terms = {whole(kind): name for name, kind in kinds.items()}
    tallies = select(col(Tally.term), col(Tally.count))
    rows = database.fetch(tallies.where(col(Tally.term).in_(terms), published(Tally, revision.number)))
    return DatasetCounts(**dict.fromkeys(kinds, 0) | {terms[term]: count for term, count in rows})
