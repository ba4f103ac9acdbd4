"""Reading the store: what can be asked of it, and asking from a thread, which may wait."""

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import URL, Engine, Executable, Row
from starlette.datastructures import State

from app.connections import HASTY_SECONDS, QUERY_SECONDS, answering, unavailable
from app.haste import Hasty, Hurried, hurrying
from app.sqlite_file import File
from app.statements import Rows, Template, Values
from app.tables import Revision
from app.watching import watch

if TYPE_CHECKING:
    from app.postgresql_server import Server

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
        """What was looked up at a revision as it was published, and stays true of that."""


class Patient:
    """A store that is waited for, up to a limit, by the thread that asks. Building one connects to nothing."""

    def __init__(self, url: URL) -> None:
        self.file = File(url) if url.get_backend_name() == "sqlite" else None
        source = self.file or _server(url)
        self.engine, self.hasty_engine = source.engine(QUERY_SECONDS), source.engine(HASTY_SECONDS)
        self.watch = watch(source)
        self._memory: dict[tuple[str, int], dict[Any, Any]] = {}
        self.succession = threading.Lock()
        self.hasty = Hasty(self, self.file) if self.file else None
        """The same store for the event loop; none where every answer comes over a network."""

    def in_haste(self) -> "Attempt":
        """For one question, which raises `Hurried` when there is no answer soon."""
        return Attempt(self, self.hasty_engine, HASTY_SECONDS)

    def patiently(self) -> "Attempt":
        """For one question, which raises a 503 `Problem` when there is no answer in time."""
        return Attempt(self, self.engine, QUERY_SECONDS)

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Raises a 503 `Problem` when the database does not answer within `QUERY_SECONDS`."""
        return _fetch(self.engine, statement)

    def ask(self, template: Template, values: Values) -> Rows:
        """Raises as `fetch` does."""
        return _ask(self.engine, template, values)

    def known_revision(self) -> Revision | None:
        """The newest revision, where that takes no more than a moment; for the event loop."""
        return self.watch.known()

    def newest_revision(self) -> Revision | None:
        return self.watch.revision()

    def memory(self, revision: Revision) -> dict[Any, Any]:
        state = revision.digest, revision.published_at
        part = self._memory.get(state)
        if part is None:
            part = {}
            self._memory = dict([*self._memory.items()][1 - MOST_REVISIONS :]) | {state: part}
        return part

    def close(self) -> None:
        if self.hasty:
            self.hasty.close()
        self.watch.close()
        self.engine.dispose()
        self.hasty_engine.dispose()


def _server(url: URL) -> "Server":
    from app.postgresql_server import Server  # noqa: PLC0415 - its driver takes 7 MiB, and a file needs none

    return Server(url)


class Attempt:
    """A store for one question, and for so many seconds from its first statement: past them no further one is begun."""

    def __init__(self, store: Patient, engine: Engine, seconds: float) -> None:
        self.memory, self.newest_revision = store.memory, store.newest_revision
        self._engine, self._is_hasty = engine, engine is store.hasty_engine
        self._seconds = seconds
        self._until: float | None = None

    def fetch(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        with self._in_time():
            return _fetch(self._engine, statement)

    def ask(self, template: Template, values: Values) -> Rows:
        with self._in_time():
            return _ask(self._engine, template, values)

    def _in_time(self) -> AbstractContextManager[None]:
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        if now > self._until:
            raise Hurried if self._is_hasty else unavailable()
        return hurrying() if self._is_hasty else nullcontext()


def _fetch(engine: Engine, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
    with answering(), engine.connect() as connection:
        return connection.execute(statement).all()


def _ask(engine: Engine, template: Template, values: Values) -> Rows:
    told = template.told(engine.dialect, values)  # before the time of the connection begins
    with answering(), engine.connect() as connection:
        return connection.exec_driver_sql(*told).all()


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
