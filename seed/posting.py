"""The links of events and the entries of other records: compared with what stands, and written in their order."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, false, or_, select, true, update
from sqlmodel import col

from app.kinds import ENTRY_KINDS, kind_range
from app.tables import OPEN, Entry, Link
from seed.numbering import Numbering
from seed.shaping import Posting
from seed.tallying import Tallies
from seed.writing import batches, insert_values

Row = tuple[int, int | str, int, int]


class Postings:
    """The links and entries that one load writes.

    On SQLite they wait in tables of their own until the load ends: a table without row ids grows fast in its own order
    alone, and every batch of events would touch all of it.
    """

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.numbering = Numbering(connection, revision)
        self.tallies = Tallies(connection, revision)
        self.is_waiting = connection.dialect.name == "sqlite"
        for table in (Link, Entry) if self.is_waiting else ():
            name = _name(table)
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE waiting_{name} AS SELECT * FROM {name} WHERE 0")  # noqa: S608

    def repost(self, kind: str, at: Sequence[Any], wanted: Sequence[Posting]) -> None:
        """Make the wanted ones the open links of some events, or entries of some records of one kind."""
        table: type[Link | Entry] = Link if kind == "event" else Entry
        numbers = self.numbering.numbers({posting[0] for posting in wanted})
        new = [(numbers[name], place, known_from, known_until) for name, place, known_from, known_until in wanted]
        old = set(self._open(table, kind, at)) if at else set()
        gone, fresh = sorted(old.difference(new)), sorted(set(new) - old if old else new)
        self._end(table, gone)
        self._insert(table, fresh)
        self.numbering.count(row[0] for row in fresh)
        self.tallies.touch(row[0] for row in (*gone, *fresh))

    def close(self) -> None:
        """Write what waits, and the counts of it all."""
        for table in (Link, Entry) if self.is_waiting else ():
            self._move(table)
        self.numbering.close()
        self.tallies.close()

    def _open(self, table: type[Link | Entry], kind: str, at: Sequence[Any]) -> Iterator[Row]:
        ranges = [kind_range(one) for one in ENTRY_KINDS.get(kind, ())]
        kinds = true() if table is Link else or_(false(), *(col(table.term).between(*one) for one in ranges))
        names = _names(table)
        held = select(*(col(getattr(table, name)) for name in names)).where(col(table.until) == OPEN, kinds)
        for some in batches(at):
            place = col(getattr(table, names[1]))
            yield from (tuple(row) for row in self.connection.execute(held.where(place.in_(some))))

    def _end(self, table: type[Link | Entry], rows: Sequence[Row]) -> None:
        names = _names(table)[:3]
        matches = (col(getattr(table, name)) == bindparam(f"of_{name}") for name in names)
        ending = update(table).where(*matches, col(table.until) == OPEN).values(until=self.revision)
        if rows:
            self.connection.execute(
                ending, [dict(zip((f"of_{name}" for name in names), row, strict=False)) for row in rows]
            )

    def _insert(self, table: type[Link | Entry], rows: Sequence[Row]) -> None:
        into = f"waiting_{_name(table)}" if self.is_waiting else _name(table)
        values = ((*row, self.revision, OPEN) for row in rows)
        insert_values(self.connection, into, (*_names(table), "since", "until"), values)

    def _move(self, table: type[Link | Entry]) -> None:
        """What waits, in the order of the table."""
        names, name = ", ".join((*_names(table), "since", "until")), _name(table)
        order = ", ".join((*_names(table)[:2], "since", "known_from"))
        self.connection.exec_driver_sql(
            f"INSERT INTO {name} ({names}) SELECT {names} FROM waiting_{name} ORDER BY {order}"  # noqa: S608 - our own
        )
        self.connection.exec_driver_sql(f"DROP TABLE waiting_{name}")


def _name(table: type[Link | Entry]) -> str:
    return str(table.__tablename__)


def _names(table: type[Link | Entry]) -> tuple[str, str, str, str]:
    return "term", "key" if table is Link else "id", "known_from", "known_until"
