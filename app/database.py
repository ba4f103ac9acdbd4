"""Reading the store: what can be asked of it, and asking from a thread, which may wait."""

import threading
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import URL, Executable, Row
from starlette.datastructures import State

from app.connections import File, answering, make_engine
from app.haste import Hasty
from app.statements import Rows, Template, Values
from app.tables import Revision
from app.watching import watch

MOST_REVISIONS = 3
"""Of so many is remembered what was looked up."""
LINGER_SECONDS = 60.0
"""So long the questions that were under way may still ask a file that was replaced."""


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
        self.file = File(url) if url.get_backend_name() == "sqlite" else None
        self.engine = make_engine(url, self.file)
        self.watch = watch(url, self.file)
        self._memory: dict[str, dict[Any, Any]] = {}
        self.succession = threading.Lock()
        self.hasty = Hasty(self, self.file) if self.file else None
        """The same store for the event loop; none where every answer comes over a network."""

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Raises a 503 `Problem` when the database does not answer within `QUERY_SECONDS`."""
        with answering(), self.engine.connect() as connection:
            return connection.execute(statement).all()

    def ask(self, template: Template, values: Values) -> Rows:
        """Raises as `fetch` does."""
        with answering(), self.engine.connect() as connection:
            return connection.exec_driver_sql(*template.told(self.engine.dialect, values)).all()

    def known_revision(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""
        return self.watch.known()

    def newest_revision(self) -> Revision | None:
        return self.watch.revision()

    def memory(self, revision: Revision) -> dict[Any, Any]:
        part = self._memory.get(revision.digest)
        if part is None:
            part = {}
            self._memory = dict([*self._memory.items()][1 - MOST_REVISIONS :]) | {revision.digest: part}
        return part

    def close(self) -> None:
        if self.hasty:
            self.hasty.close()
        self.watch.close()
        self.engine.dispose()


def current(state: State) -> Patient:
    """The store of an application: opened anew, all of it together, once its file was replaced."""
    database: Patient = state.database
    if database.file and database.file.is_replaced():
        with database.succession:
            if state.database is database:
                state.database = Patient(state.settings.database)
                _close_later(database)
        database = state.database
    return database


def _close_later(database: Patient) -> None:
    timer = threading.Timer(LINGER_SECONDS, database.close)
    timer.daemon = True
    timer.start()
