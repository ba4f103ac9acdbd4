"""The reading pane: one event with its passages, its rival claims and the lineage of its sources."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from app.web.asking import Api, Told
from app.web.lineage import Lineage, fetch_lineage
from app.web.view import KNOWN_AT, View

Record = dict[str, Any]


@dataclass(frozen=True)
class Dispute:
    """A field with several values: the event's own, and its rivals."""

    field: str
    own: Record | None
    rivals: list[Record]


@dataclass(frozen=True)
class Reading:
    """An event, or why there is none to read."""

    id: str
    event: Record | None
    problem: Record | None
    status: int
    disputes: Sequence[Dispute] = ()
    lineage: Lineage | None = None
    meanings: dict[tuple[str, str], str] | None = None

    @property
    def names(self) -> dict[str, str]:
        """Of the records that the event shows, by their ids."""
        event = self.event or {"actors": [], "locations": []}
        return {one["id"]: one["name"] for one in [*event["actors"], *event["locations"]]}

    def meaning(self, vocabulary: str, code: str | None) -> str:
        return (self.meanings or {}).get((vocabulary, code or ""), "")


async def fetch_reading(api: Api, view: View, revision: str) -> Reading | None:
    """The event that the view reads, as it was at the view's times."""
    if not view.event:
        return None
    times = [*(one for one in view.times if one[0] == KNOWN_AT), ("as_of", revision)]
    path = f"/v1/events/{_in_path(view.event)}"
    told = await api.ask(path, times)
    if not told.is_answer:
        return Reading(view.event, None, told.content, _status(told, view))
    event = told.data
    claims, vocabularies, lineage = await asyncio.gather(
        api.ask(f"/v1/events/{event['id']}/claims", times),
        api.ask("/v1/vocabularies", [("as_of", revision)]),
        fetch_lineage(api, event, times),
    )
    return Reading(event["id"], event, None, told.status, _group(claims.data), lineage, _meanings(vocabularies.data))


def _in_path(event: str) -> str:
    """What is no id is none of the API's paths either."""
    return event if event.replace("-", "").isalnum() and event.isascii() else "-"


def _status(told: Told, view: View) -> int:
    """That an event is not known yet is what a view of then is to show, and no fault."""
    unknown_yet = told.status == HTTPStatus.NOT_FOUND and view.value(KNOWN_AT)
    return HTTPStatus.OK if unknown_yet else told.status


def _group(claims: Sequence[Record]) -> list[Dispute]:
    fields = dict.fromkeys(one["field"] for one in claims)
    disputes = []
    for field in fields:
        of_field = [one for one in claims if one["field"] == field]
        own = of_field[0] if "relation" not in of_field[0] and of_field[0]["rank"] != "deprecated" else None
        rivals = of_field[1:] if own else of_field
        if rivals:
            disputes.append(Dispute(field, own, rivals))
    return disputes


def _meanings(vocabularies: Sequence[Record]) -> dict[tuple[str, str], str]:
    return {(one["id"], code["code"]): code["meaning"] for one in vocabularies for code in one["codes"]}
