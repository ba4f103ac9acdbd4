"""`/`: the explorer, in which a person can look."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Request, Response

from app.formats import every_format
from app.formats.shape import Format
from app.lanes import Lanes
from app.web import mapping, timeline
from app.web.asking import Api, Parameters, Told, Unanswered
from app.web.claims import tell_value
from app.web.discovery import oembed_address
from app.web.drawing import Drawing
from app.web.facets import Facet, fetch_facets, hidden_fields, list_chips
from app.web.knowing import list_stops
from app.web.months import Months, fetch_months
from app.web.pages import answer_page
from app.web.reading import Reading, fetch_reading
from app.web.view import EVENTS_SHOWN, View
from app.wording import codes
from app.wording.dates import tell_day, tell_event, tell_instant, tell_month, tell_published, tell_when

router = APIRouter(include_in_schema=False)
MOST_LEADS = 6
FORM = ("q", "date_from", "date_to", "disputed")
WORDS = {
    "tell_day": tell_day,
    "tell_event": tell_event,
    "tell_instant": tell_instant,
    "tell_month": tell_month,
    "tell_published": tell_published,
    "tell_value": tell_value,
    "tell_when": tell_when,
    "quotes": "\"“”‘’'",
    "tell_code": codes.tell_code,
    "tell_count": codes.tell_count,
    "tell_days": timeline.tell_days,
    "type_class": codes.type_class,
    "glyph": codes.glyph,
    "group_names": codes.GROUP_NAMES,
    "modalities": codes.DRAWN_MODALITIES,
}


@dataclass(frozen=True)
class FormatLink:
    name: str
    told: str
    address: str


@router.get("/")
async def get_explorer(request: Request) -> Response:
    """The view that the address names: the API's own parameters, and `event`, the one that is read."""
    view = View.of(list(request.query_params.multi_items()))
    drawing: Drawing = request.app.state.drawing
    try:
        async with drawing.place():
            return await _view(request, view, Api(request.app), drawing)
    except Unanswered as unanswered:
        return _refuse(request, view, unanswered.told)


async def _view(request: Request, view: View, api: Api, drawing: Drawing) -> Response:
    limit = [] if view.value("limit") else [("limit", EVENTS_SHOWN)]
    events, dataset = await asyncio.gather(
        api.ask("/v1/events", [*view.asked("count"), *limit, ("count", "exact")]),
        api.ask("/v1", [one for one in view.times if one[0] == "as_of"]),
    )
    if not (events.is_answer and dataset.is_answer):
        return _refuse(request, view, dataset if events.is_answer else events)
    revision = str(events.content["meta"]["revision"])
    facets, (months, scaled_by), moments, reading = await asyncio.gather(
        fetch_facets(api, view, revision),
        fetch_months(api, view, revision, events),
        drawing.moments(api, dataset, revision),
        fetch_reading(api, view, revision),
    )

    def draw() -> Response:
        content = _about(request, view) | _drawn(view, events, facets, months, scaled_by)
        content |= {
            "dataset": dataset.data,
            "meta": events.content["meta"],
            "stops": list_stops(view, moments, events.content["meta"].get("known_at")),
            "reading": reading,
            "leads": _leads(events.data),
            "older": _older(view, events),
            "event_formats": _event_formats(request, view, reading),
        }
        return answer_page(request, "explorer.html", content, reading.status if reading else 200)

    lanes: Lanes = request.app.state.lanes
    return await lanes.write(draw)


def _about(request: Request, view: View) -> dict[str, Any]:
    """What every page of the explorer is told."""
    root = request.app.state.settings.public_url
    query = _query(view.parameters)
    return WORDS | {
        "settings": request.app.state.settings,
        "root": root,
        "oembed": oembed_address(root, f"{root}/{view.address}"),
        "view": view,
        "question": f"{root}/v1/events{query}",
        "formats": [
            FormatLink(one.suffix, one.summary, f"{root}/v1/events{one.suffix}{_query(_asked_of(one, view))}")
            for one in event_formats()
        ],
        "hidden": hidden_fields(view, *FORM),
    }


def event_formats() -> list[Format]:
    return [one for one in every_format() if one.of == "events"]


def _asked_of(one: Format, view: View) -> Parameters:
    """The view's question as a format takes it: a feed has an order of its own."""
    return view.asked("sort", "order", "cursor") if one.newest_change_first else view.asked()


def _query(parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode([*parameters])
    return f"?{query}" if query else ""


def _drawn(view: View, events: Told, facets: Sequence[Facet], months: Months, scaled_by: Months) -> dict[str, Any]:
    shown, total = events.data, events.content["meta"]["total"]
    return {
        "events": shown,
        "total": total,
        "facets": facets,
        "chips": list_chips(view, facets),
        "timeline": timeline.lay_out(shown, months, total, scaled_by),
        "map": mapping.lay_out(shown, view.value("bbox")),
    }


def _leads(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with the most rival claims, those of more sources first."""
    rivalled = (one for one in events if one["claims"])
    return sorted(rivalled, key=lambda one: (-len(one["claims"]), -one["evidence"]["sources"], one["id"]))[:MOST_LEADS]


def _older(view: View, events: Told) -> str | None:
    """The view of the next page."""
    following = events.content["links"].get("next")
    if not following:
        return None
    parameters = dict(parse_qsl(urlsplit(following).query))
    return view.paged(parameters["cursor"], parameters["as_of"])


def _event_formats(request: Request, view: View, reading: Reading | None) -> list[FormatLink]:
    if not reading or not reading.event:
        return []
    root, times = request.app.state.settings.public_url, _query(view.times)
    address = f"{root}/v1/events/{reading.id}"
    suffixes = [("", "JSON"), *((one.suffix, one.summary) for one in event_formats() if one.of_one)]
    return [FormatLink(suffix or "JSON", told, f"{address}{suffix}{times}") for suffix, told in suffixes]


def _refuse(request: Request, view: View, told: Told) -> Response:
    """The API's refusal, with a way on for each thing that was wrong."""
    problem = told.content
    ways = [(error, view.without(error["parameter"]), _corrected(view, error)) for error in problem.get("errors", [])]
    content = _about(request, view) | {"problem": problem, "ways": ways}
    answer = answer_page(request, "problem.html", content, told.status)
    if "Retry-After" in told.headers:
        answer.headers["Retry-After"] = told.headers["Retry-After"]
    return answer


def _corrected(view: View, error: dict[str, str]) -> str | None:
    """The view with the nearest valid name in the place of the wrong one."""
    near, parameter = error.get("nearest"), error["parameter"]
    if not near:
        return None
    values = view.values(parameter)
    if error["detail"].startswith("unknown parameter"):
        return View(tuple(one for one in view.parameters if one[0] != parameter), view.event).replacing(
            *((near, value) for value in values)
        )
    kept = [(parameter, near if f"'{value}'" in error["detail"] else value) for value in values]
    return view.replacing(*kept)
