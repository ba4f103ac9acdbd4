"""A PostgreSQL store: one server, of those that an address names, which is never waited for without end."""

import select
from typing import Any

import psycopg
from psycopg.pq import Format, TransactionStatus
from sqlalchemy import URL, Engine, create_engine, event, exc

from app.connections import POOL_SIZE, WAIT_SECONDS

GRACE_SECONDS = 0.5
"""So much later than it should have stopped a statement by itself, a server is given up."""
CONNECT_SECONDS = 2
"""The least that libpq knows."""
SETTINGS: dict[str, str | int] = {
    "default_transaction_read_only": "on",
    "join_collapse_limit": 1,  # joins as they are written: the rarest condition first
    "plan_cache_mode": "force_generic_plan",  # good for any values: PostgreSQL would plan some anew for each question
    "jit": "off",  # takes longer than any of our questions
    "enable_memoize": "off",  # no key comes twice
    "enable_material": "off",  # what is looked up for each record is not read before, all of it
    "max_parallel_workers_per_gather": 0,  # a question takes one core
    "enable_sort": "off",  # where an index has the order, it is read in that order, however few rows are expected
    "enable_bitmapscan": "off",
    "enable_mergejoin": "off",  # walks all events beside the links of a few days
}


class Server:
    """The server that the watch has found: every other connection goes to the same one.

    Servers may lag behind each other, so that rows of one are no answer at the newest revision of another.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._place: dict[str, str | int] = {}
        """Made anew whenever the watch connects; whoever connected to an earlier one connects again."""

    def engine(self, seconds: float, *, finds: bool = False) -> Engine:
        """A pool of connections, for as many threads; a statement may take so long."""
        settings = SETTINGS | {"statement_timeout": round(seconds * 1000)}
        engine = create_engine(
            self._url,
            isolation_level="AUTOCOMMIT",
            pool_size=POOL_SIZE,
            max_overflow=0,
            hide_parameters=True,  # a log holds no words of a question
            pool_timeout=WAIT_SECONDS,
            connect_args={
                "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
                "connect_timeout": CONNECT_SECONDS,
                "cursor_factory": _Cursor,
            },
        )

        @event.listens_for(engine, "do_connect")
        def connect(_dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> _Connection:
            place = self._place
            connection = _Connection.connect(**named if finds else named | place)
            if finds:
                info = connection.info
                self._place = place = {"host": info.host, "hostaddr": info.hostaddr, "port": info.port}
            connection.place, connection.patience = place, seconds + GRACE_SECONDS
            return connection

        @event.listens_for(engine, "checkout")
        def check(connection: _Connection, _record: Any, _proxy: Any) -> None:
            """One that is dead is not asked, nor are those of the same age."""
            if connection.is_new:
                connection.is_new = False
            elif connection.place is not self._place or connection.is_told():
                raise exc.InvalidatePoolError

        return engine


class _Connection(psycopg.Connection[Any]):
    """Does not wait longer than `patience` for a server that hangs; what came later would be another's answer."""

    patience = GRACE_SECONDS
    place: dict[str, str | int]
    is_new = True

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def is_told(self) -> bool:
        """Whether the server has said something unasked, as it does when it ends a connection."""
        if self.closed:
            return True
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))


class _Cursor(psycopg.Cursor[Any]):
    """Takes rows as the server has them: documents as bytes, and not spelt out in hexadecimal digits."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.format = Format.BINARY
