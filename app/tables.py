"""The tables of the store: append-only, each row valid in an interval of revisions and of knowledge.

A row belongs to the revisions `since <= r < until` and to the instants `known_from <= t < known_until`
(seconds since 1970, UTC). The end of an interval that is still open is `OPEN`. Only `until` is ever updated.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    and_,
    literal_column,
    or_,
)
from sqlmodel import Field, SQLModel, col

OPEN = 2**63 - 1
LAST = OPEN - 1
"""The last instant: a question that names none is asked here, and evidence that has no date counts from here."""

# Text sorts by code point on both databases: SQLite's default, and PostgreSQL's "C".
Folded = Text().with_variant(Text(collation="C"), "postgresql")


class Revision(SQLModel, table=True):
    """One published state of the whole record."""

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    published_at: int = Field(sa_type=BigInteger, description="Microseconds since 1970, UTC.")
    digest: str = Field(sa_type=Text, description="SHA-256 over the digest before and every change since.")
    rendering: str = Field(default="", sa_type=Text, description="What rendered its documents: see `seed.standing`.")


class Term(SQLModel, table=True):
    """One value that a question can name: an actor's id, a tag, a word; links and entries refer to it by number.

    The number's high bits are its kind: the links of an event that are of one kind stand side by side.
    """

    __table_args__ = (Index("term_value", "kind", "value", unique=True),)

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Folded)
    value: str = Field(sa_type=Folded)
    since: int = Field(sa_type=BigInteger, description="The first revision that knows the value.")
    rows: int = Field(sa_type=BigInteger, description="How many links were ever written: for planning only.")


Name = tuple[str, str]
"""A term's kind and value."""


def named(names: Iterable[Name]) -> ColumnElement[bool]:
    """The terms of some names, kind by kind: each a search of the index."""
    values = defaultdict(list)
    for kind, value in sorted(names):
        values[kind].append(value)
    return or_(*(and_(col(Term.kind) == kind, col(Term.value).in_(some)) for kind, some in values.items()))


class Versioned(SQLModel):
    since: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)


class Tally(Versioned, table=True):
    """How many events have a term at the last instant, so that counting everything reads no link; none: no row.

    Of the kinds in `TALLIED_KINDS`; and, under the number `whole(kind)`, how many records of a kind there are.
    """

    __table_args__ = (PrimaryKeyConstraint("term", "since"),)

    term: int = Field(sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    count: int = Field(sa_type=BigInteger)


class Event(Versioned, table=True):
    """One version of one event, with the document that the API serves."""

    __table_args__ = (
        PrimaryKeyConstraint("key", "since", "known_from"),
        Index("event_open", "key", "until", "known_from"),
        Index("event_id", "id", "until"),
        Index("event_reported", "reported_at", "key"),
    )

    key: int = Field(sa_type=BigInteger, description="Sorts by date: see `app.keys`.")
    known_from: int = Field(sa_type=BigInteger)
    known_until: int = Field(sa_type=BigInteger)
    id: str = Field(sa_type=Folded)
    end_day: int | None = Field(
        description="Proleptic Gregorian ordinal (1 is 0001-01-01) of the last day; an open end lies after every day."
    )
    reported_at: int = Field(sa_type=BigInteger, description="When first reported; `LAST` when that has no date.")
    text: str = Field(sa_type=Folded, description="The folded words of title, summary and names, for phrases.")
    document: bytes = Field(sa_type=LargeBinary)


class Link(Versioned, table=True):
    """One term that holds for one event. Reading a term's links by key is reading its events by date."""

    __table_args__ = (
        PrimaryKeyConstraint("term", "key", "since", "known_from"),
        Index("link_key", "key", "term"),
        {"sqlite_with_rowid": False},
    )

    term: int = Field(sa_type=BigInteger)
    key: int = Field(sa_type=BigInteger)
    known_from: int = Field(sa_type=BigInteger)
    known_until: int = Field(sa_type=BigInteger)


IS_TOLD = literal_column("action <> ''", Boolean)
"""Of a row of `change`: whether the feed tells it. In these words, so that the index of what is told is seen to fit."""


class Change(Versioned, table=True):
    """One record as one revision left it: how a load knows what changed, and what `/v1/changes` tells of it.

    The row that is valid at a revision says whether the record is published then, and in which words.
    """

    __table_args__ = (
        PrimaryKeyConstraint("kind", "id", "since"),
        Index("change_revision", "since", "kind", "id"),
        Index("change_told", "since", "kind", "id", sqlite_where=IS_TOLD, postgresql_where=IS_TOLD),
        Index("change_open", "kind", "until"),
    )

    kind: str = Field(sa_type=Folded)
    id: str = Field(sa_type=Folded)
    action: str = Field(sa_type=Text, description="A code of the `action` list; empty when no document changed.")
    cause: str = Field(sa_type=Text, description="What brought it about: see `seed.causes`.")
    status: str = Field(sa_type=Text, description="`published`, `withdrawn` or `merged`, from here on.")
    reason: str | None = Field(sa_type=Text)
    merged_into: str | None = Field(sa_type=Folded)
    record: bytes = Field(sa_type=LargeBinary, description="As the curator wrote it, in JSON; empty when it is gone.")
    documents: str = Field(sa_type=Text, description="What its documents hash to, of all instants.")
    links: str = Field(sa_type=Text, description="What its links, and its citations', hash to.")


class Redaction(SQLModel, table=True):
    """One value that was taken out of the store, and may not come back."""

    __table_args__ = (PrimaryKeyConstraint("kind", "id", "property", "value_sha256"),)

    kind: str = Field(sa_type=Folded)
    id: str = Field(sa_type=Folded, description="Of the record, or of a citation: `{event}~{key}`.")
    property: str = Field(sa_type=Folded)
    value_sha256: str = Field(sa_type=Folded, description="Of the value in JSON.")
    since: int = Field(sa_type=BigInteger, description="The revision that told of it.")


class Record(Versioned):
    """A version of a record other than an event, with the document that the API serves."""

    id: str = Field(sa_type=Folded)
    document: bytes = Field(sa_type=LargeBinary)


class Actor(Record, table=True):
    """A person, state, body, force, outlet, group or named piece of equipment."""

    __table_args__ = (PrimaryKeyConstraint("id", "since"),)


class Location(Record, table=True):
    """A place; `x`, `y`, `z` are its coordinates on the unit sphere, so that distance is plain arithmetic."""

    __table_args__ = (PrimaryKeyConstraint("id", "since"), Index("location_latitude", "latitude"))

    latitude: float | None
    longitude: float | None
    x: float | None
    y: float | None
    z: float | None


class Publisher(Record, table=True):
    """Who put a source out."""

    __table_args__ = (PrimaryKeyConstraint("id", "since"),)


class Source(Record, table=True):
    """One published item, known from when it counts; the days bound when it appeared, absent when that is unknown."""

    __table_args__ = (PrimaryKeyConstraint("id", "since"),)

    known_from: int = Field(sa_type=BigInteger)
    known_until: int = Field(sa_type=BigInteger)

    published_first_day: int | None
    published_last_day: int | None


class Vocabulary(Record, table=True):
    """One code list, each code with its meaning."""

    __table_args__ = (PrimaryKeyConstraint("id", "since"),)


class Citation(Record, table=True):
    """One state of one citation, as `/v1/citations` serves it; embedded in its event as well."""

    __table_args__ = (PrimaryKeyConstraint("id", "since", "known_from"), Index("citation_event", "event", "until"))

    event: str = Field(sa_type=Folded)
    source: str = Field(sa_type=Folded)
    publisher: str | None = Field(sa_type=Folded)
    origin: str | None = Field(sa_type=Folded)
    available_at: int | None = Field(sa_type=BigInteger, description="When its source counts; absent when undated.")
    known_from: int = Field(sa_type=BigInteger)
    known_until: int = Field(sa_type=BigInteger)


class Entry(Versioned, table=True):
    """One term that holds for one record that is not an event: what `Link` is to events, in the order of ids."""

    __table_args__ = (
        PrimaryKeyConstraint("term", "id", "since", "known_from"),
        Index("entry_id", "id", "term"),
        {"sqlite_with_rowid": False},
    )

    term: int = Field(sa_type=BigInteger)
    id: str = Field(sa_type=Folded)
    known_from: int = Field(sa_type=BigInteger)
    known_until: int = Field(sa_type=BigInteger)


def published(table: type[Versioned], revision: int) -> ColumnElement[bool]:
    """The rows that belong to a revision."""
    return and_(col(table.since) <= revision, col(table.until) > revision)


Dated = type[Event] | type[Link] | type[Citation] | type[Source] | type[Entry]


def known(table: Dated, instant: int) -> ColumnElement[bool]:
    """The rows that belong to an instant."""
    return and_(col(table.known_from) <= instant, col(table.known_until) > instant)
