"""Reading the store: what can be asked of it, and asking from a thread, which may wait."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import URL, Executable, Row
from sqlalchemy.exc import SQLAlchemyError

from app.connections import make_engine, unavailable
from app.haste import Hasty
from app.statements import Rows, Template, Values
from app.tables import Revision
from app.watching import watch

LARGEST_MEMORY = 50_000
MOST_REVISIONS = 3
"""So much is remembered, of so many revisions."""


class Reader(Protocol):
    """Whatever statements can be run on."""

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]: ...


class Database(Reader, Protocol):
    """A store that is only read."""

    def ask(self, template: Template, values: Values) -> Rows:
        """Run a statement that was built before."""

    def newest_revision(self) -> Revision | None:
        """The newest revision; none in an empty store. Costs no statement while nothing was published."""

    def memory(self, revision: Revision) -> dict[Any, Any]:
        """What was looked up at a revision, and stays true of its digest."""


class Patient:
    """A store that is waited for, up to a limit, by the thread that asks. Building one connects to nothing."""

    def __init__(self, url: URL) -> None:
        self.engine = make_engine(url)
        self.watch = watch(url)
        self._memory: dict[str, dict[Any, Any]] = {}
        is_sqlite = url.get_backend_name() == "sqlite"
        self.hasty = Hasty(self, url) if is_sqlite else None
        """The same store for the event loop; none where every answer comes over a network."""

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Raises a 503 `Problem` when the database does not answer within `QUERY_SECONDS`."""
        try:
            with self.engine.connect() as connection:
                return connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise unavailable() from error

    def ask(self, template: Template, values: Values) -> Rows:
        """Raises as `fetch` does."""
        try:
            with self.engine.connect() as connection:
                return connection.exec_driver_sql(*template.told(self.engine.dialect, values)).all()
        except SQLAlchemyError as error:
            raise unavailable() from error

    def known_revision(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""
        return self.watch.known()

    def newest_revision(self) -> Revision | None:
        return self.watch.revision()

    def memory(self, revision: Revision) -> dict[Any, Any]:
        """Of few revisions, and emptied when it grows too large."""
        part = self._memory.get(revision.digest)
        if part is None or len(part) > LARGEST_MEMORY:
            others = list(self._memory.items())[1 - MOST_REVISIONS :]
            self._memory = dict(others) | {revision.digest: {}}
            part = self._memory[revision.digest]
        return part

    def close(self) -> None:
        if self.hasty:
            self.hasty.close()
        self.watch.close()
        self.engine.dispose()
