"""The places of a revision, by where they are."""

from itertools import islice

from sqlalchemy import and_, select
from sqlmodel import col

from app.database import Database
from app.queries.places import Area, Spot
from app.tables import Location, Revision, Term, published

MOST_PLACES = 500
"""An area with more places than this is probed event by event."""
LARGEST_GAZETTEER = 15_000
"""With more places than these, the database looks for those in an area."""

AT_PLACE = and_(col(Term.kind) == "place", col(Term.value) == col(Location.id))
_SPOTS = select(
    col(Location.latitude), col(Location.longitude), col(Location.x), col(Location.y), col(Location.z),
    col(Term.number), col(Term.rows),
).join_from(Location, Term, AT_PLACE)  # fmt: skip


def fetch_places(database: Database, area: Area, revision: Revision) -> list[Spot]:
    """The places in an area that have events, or more than `MOST_PLACES` of them."""
    spots = _fetch_spots(database, revision)
    if len(spots) <= LARGEST_GAZETTEER:
        return list(islice(area.among(spots), MOST_PLACES + 1))
    at = (published(Location, revision.number), area.predicate.holds)
    rows = database.fetch(_SPOTS.where(*at).limit(MOST_PLACES + 1).params(area.predicate.values))
    return [Spot(*row) for row in rows]


def _fetch_spots(database: Database, revision: Revision) -> list[Spot]:
    """Every place with coordinates and events, from south to north; remembered."""
    remembered = database.memory(revision)
    if "spots" not in remembered:
        at = (published(Location, revision.number), col(Location.latitude).is_not(None))
        rows = database.fetch(_SPOTS.where(*at).limit(LARGEST_GAZETTEER + 1))
        remembered["spots"] = sorted(Spot(*row) for row in rows)
    spots: list[Spot] = remembered["spots"]
    return spots
