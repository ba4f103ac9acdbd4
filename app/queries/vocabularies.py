"""The code lists."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.pagination import Page
from app.parameters import Question
from app.tables import Revision, Vocabulary, published


class VocabularyQuery(Question):
    """Every code list, by id."""


def fetch_vocabularies(database: Database, _question: VocabularyQuery, revision: Revision) -> Page:
    statement = select(col(Vocabulary.document)).where(published(Vocabulary, revision.number))
    return Page([row[0] for row in database.fetch(statement.order_by(col(Vocabulary.id)))])
