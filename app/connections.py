"""What connections to either database have in common: how long they are waited for, and when one is not available."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from app.problems import UNAVAILABLE, Problem

POOL_SIZE = 8
HASTY_SECONDS = 0.1
QUERY_SECONDS = 1.5
"""So long may a statement take; and so long after it began may a question begin another."""
WAIT_SECONDS = 1.0
"""For a lock, or for a connection."""

SQLITE_LATE = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY)
SQLITE_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
QUERY_CANCELED = "57014"
DAMAGED = ("XX001", "XX002", "42P01")
"""Data or an index is corrupted, or a table is not there: codes of PostgreSQL (its manual, appendix A)."""

log = logging.getLogger(__name__)


def unavailable() -> Problem:
    return Problem(UNAVAILABLE, "The database does not answer in time.", headers={"Retry-After": "1"})


@contextmanager
def answering() -> Iterator[None]:
    """Raises a 503 `Problem` where a database is not available. A fault of ours stays what it is, to be logged."""
    try:
        yield
    except (exc.SQLAlchemyError, UnicodeDecodeError) as error:
        cause = error.orig if isinstance(error, exc.DBAPIError) else error
        if is_damaged(cause):
            log.error("The store is damaged or of another version; restore it, or run dateline migrate: %s", cause)  # noqa: TRY400 - answered, not a fault of ours
        if isinstance(error, (exc.TimeoutError, exc.DisconnectionError)) or is_unavailable(cause):
            raise unavailable() from error
        raise


def is_unavailable(error: BaseException | None) -> bool:
    """Whether a driver says that its database cannot answer now: not that it does not understand a question."""
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR or is_damaged(error)
    return is_damaged(error) or (not isinstance(error, sqlite3.Error) and _is_of_operation(error))


def _is_of_operation(error: BaseException | None) -> bool:
    """By the names that any driver gives them (PEP 249): ours of PostgreSQL is loaded only where it is needed."""
    return not {"OperationalError", "InterfaceError"}.isdisjoint(kind.__name__ for kind in type(error).__mro__)


def is_damaged(error: BaseException | None) -> bool:
    """Whether a driver says that what a database has stored is not what was written there, or is not there."""
    if isinstance(error, sqlite3.DatabaseError):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF  # the rest tells where
        is_missing = str(error).startswith("no such table")  # as of a file that was emptied and is being written
        return is_missing or code in SQLITE_DAMAGED
    return isinstance(error, UnicodeDecodeError) or getattr(error, "sqlstate", None) in DAMAGED


def is_late(error: BaseException | None) -> bool:
    """Whether a driver says that a statement was stopped, or waited for a lock, for as long as it may."""
    is_canceled = getattr(error, "sqlstate", None) == QUERY_CANCELED
    return is_canceled or getattr(error, "sqlite_errorcode", None) in SQLITE_LATE
