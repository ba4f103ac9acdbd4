"""Every value asserted for every field of an event: read off the document that is served."""

import json
from collections.abc import Iterator
from typing import Any

from app.database import Database
from app.event_schemas import AssertedClaim
from app.notation import notation
from app.pagination import Page
from app.queries.events import fetch_event
from app.tables import Revision

SUPPORTING = ("supports", "corrects")
FIELDS = ("date", "start_time", "locations", "actors", "quantities", "type", "modality", "summary")


def fetch_claims(database: Database, event_id: str, revision: Revision, instant: int) -> Page:
    """For each field its own value, then its rivals. Raises `Problem` or `Moved` as `fetch_event` does."""
    event = json.loads(fetch_event(database, event_id, revision, instant))
    return Page([claim.served() for field in FIELDS for claim in _claims(event, field)])


def _claims(event: dict[str, Any], field: str) -> Iterator[AssertedClaim]:
    rivals = [one for one in event["claims"] if one["field"] == field]
    if value := _own(event, field):
        backing = [one for one in event["citations"] if one["stance"] in SUPPORTING and field in one["supports"]]
        yield AssertedClaim(
            field=field,
            value=notation(value),
            rank="preferred" if rivals else "normal",
            note=event.get("date_basis") if field == "date" else None,
            citations=[one["id"] for one in backing],
            passages=backing,
        )
    passages = {one["id"]: one for one in event["citations"]}
    yield from (AssertedClaim(**one, passages=[passages[cited] for cited in one["citations"]]) for one in rivals)


def _own(event: dict[str, Any], field: str) -> Any:
    """The value shown, in the record's form."""
    match field:
        case "date":
            return event.get("date_edtf")
        case "locations":
            return [one["id"] for one in event["locations"]]
        case "actors":
            return [{"actor": one["id"], "role": one["role"]} for one in event["actors"]]
    return event.get(field)
