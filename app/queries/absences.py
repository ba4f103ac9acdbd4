"""Why there is nothing at the address of a record: never published, not known yet, withdrawn, or merged."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.instants import show_seconds
from app.problems import GONE, NOT_FOUND, Problem, Tombstone
from app.tables import LAST, Change, Revision


class Moved(Exception):  # noqa: N818 - an answer, not an error
    """The record was merged into another, whose id this is."""

    def __init__(self, target: str) -> None:
        self.target = target
        super().__init__(target)


def fetch_absence(database: Database, kind: str, record_id: str, revision: Revision) -> Problem | Moved:
    """What to answer for a record that the revision does not serve."""
    columns = (col(Change.since), col(Change.status), col(Change.reason), col(Change.merged_into))
    at = (col(Change.kind) == kind, col(Change.id) == record_id, col(Change.since) <= revision.number)
    is_told = (col(Change.action) != "", col(Change.cause) != "redaction")
    rows = database.fetch(select(*columns).where(*at, *is_told).order_by(col(Change.since).desc()).limit(1))
    if not rows or rows[0].status == "published":
        return Problem(NOT_FOUND, f"Revision {revision.number} has nothing at this address.")
    since, _, reason, merged_into = rows[0]
    if merged_into:
        return Moved(merged_into)
    detail = f"The {kind} '{record_id}' was withdrawn in revision {since}{f': {reason}' if reason else '.'}"
    return Problem(GONE, detail, tombstone=Tombstone(kind, record_id, since, reason))


def not_known_yet(known_from: int) -> Problem:
    """The problem of a record that exists, and did not by the instant asked."""
    when = "now, and at no earlier instant, since it has no date" if known_from >= LAST else None
    return Problem(NOT_FOUND, f"Not known by then; known from {when or show_seconds(known_from)}.")
