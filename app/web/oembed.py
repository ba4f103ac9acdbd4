"""`/oembed`: what a CMS asks when the address of one of our pages is pasted (oEmbed 1.0)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.caching import DAY_SECONDS, cache_control, entity_tag, held_of
from app.contract.responses import RECORD_ANSWERS, problem_responses
from app.parameters import PLACE_IN_LIST, TIMES, Code, Pixels, WebAddress
from app.problems import MEDIA_TYPE, NOT_FOUND, NOT_IMPLEMENTED, Problem
from app.routing import QuestionRoute
from app.schemas import Public
from app.settings import Settings
from app.web.asking import Api, Parameters, Told, Unanswered
from app.web.drawing import Drawing
from app.web.view import READ

WIDTH, TIMELINE_HEIGHT, EVENT_HEIGHT = 640, 600, 480
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
OF_EVENT = re.compile(r"/(?:v1/events|embed/event)/([a-z0-9]+(?:-[a-z0-9]+)*)")
TIMELINE = "/embed/timeline"
OF_TIMELINE = ("/", TIMELINE, "/v1/events")
ANSWERS = RECORD_ANSWERS | problem_responses(NOT_IMPLEMENTED)

router = APIRouter(tags=["embeds"], route_class=QuestionRoute)


class OembedQuery(BaseModel):
    """What oEmbed lets a consumer ask, and what WordPress adds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: WebAddress = Field("/", description="The address of an embed, of a view of the explorer or of an event.")
    format: Annotated[Literal["json", "xml"], WithJsonSchema({"type": "string", "enum": ["json"]})] = Field(
        "json", description="`json`; `xml`, the other form that oEmbed has, is answered with 501."
    )
    maxwidth: Pixels | None = Field(None, description="The frame may be so wide, in pixels.")
    maxheight: Pixels | None = Field(None, description="The frame may be so high, in pixels.")
    dnt: Code | None = Field(None, description="Asks not to be tracked, as WordPress does; nobody is.")


class OembedPublic(Public):
    """oEmbed 1.0, of the type `rich`."""

    type: Literal["rich"] = Field(description="Always `rich`.")
    version: Literal["1.0"] = Field(description="Of oEmbed.")
    title: str = Field(description="Of the event, or of the data set.")
    provider_name: str = Field(description="Whom to credit.")
    provider_url: str | None = Field(None, description="Absent while no public address is set.")
    cache_age: int = Field(description="Seconds for which this may be kept; the frame itself is always up to date.")
    html: str = Field(description="An `iframe`.")
    width: int = Field(description="Of the frame, in pixels.")
    height: int = Field(description="Of the frame, in pixels.")


@dataclass(frozen=True)
class Shown:
    """What a frame is to show: the answer that it is made of, and the page."""

    asked: str
    """The path of the API."""
    page: str
    parameters: Parameters
    height: int


@router.get("/oembed", response_model=OembedPublic, responses=ANSWERS, summary="Describe a page for embedding (oEmbed)")
async def get_oembed(question: Annotated[OembedQuery, Query()], request: Request) -> Response:
    """For addresses under the public address, and for root-relative ones; without `url`, the whole chronology."""
    if question.format == "xml":
        raise Problem(NOT_IMPLEMENTED, "Expected format=json.")
    settings: Settings = request.app.state.settings
    shown = _find(question.url, settings.public_url)
    is_timeline = shown.page == TIMELINE
    is_bounded = not is_timeline or "limit" in dict(shown.parameters)
    drawing: Drawing = request.app.state.drawing
    try:
        async with drawing.place():
            asked = [*shown.parameters, *([] if is_bounded else [("limit", "1")])]
            told = await Api(request.app).ask(shown.asked, asked)
    except Unanswered as unanswered:
        told = unanswered.told
    if not told.is_answer:
        return _refuse(told)
    title = settings.title if is_timeline else told.data["title"]
    return _answer(request, _describe(question, shown, title, settings).model_dump_json(exclude_none=True))


def _find(url: str, public_url: str) -> Shown:
    """Raises `Problem` for what is no page of ours: only the settings say where we are, never the request."""
    path, parameters = _own(url, public_url)
    given = dict(parameters)
    if path == "/" and READ in given:
        path = f"/v1/events/{given[READ]}"
        parameters = [one for one in parameters if one[0] in TIMES]
    if found := OF_EVENT.fullmatch(path):
        return Shown(f"/v1/events/{found[1]}", f"/embed/event/{found[1]}", parameters, EVENT_HEIGHT)
    if path not in OF_TIMELINE:
        raise _no_page(public_url)
    dropped = PLACE_IN_LIST - {"limit"}
    kept = [one for one in parameters if one[0] not in dropped]
    return Shown("/v1/events", TIMELINE, kept, TIMELINE_HEIGHT)


def _own(url: str, public_url: str) -> tuple[str, Parameters]:
    """The path under the public address, and the parameters that have a value."""
    try:
        parts, ours = urlsplit(url), urlsplit(public_url)
        parameters = parse_qsl(parts.query, errors="strict")
    except ValueError:
        raise _no_page(public_url) from None
    path = parts.path
    if parts.scheme or parts.netloc:
        is_ours = public_url and (parts.scheme, parts.netloc.lower()) == (ours.scheme, ours.netloc.lower())
        if not is_ours or not f"{path}/".startswith(f"{ours.path}/"):
            raise _no_page(public_url)
        path = path.removeprefix(ours.path) or "/"
    return path, parameters


def _no_page(public_url: str) -> Problem:
    where = f"under {public_url}/, or root-relative" if public_url else "root-relative, since no public address is set"
    return Problem(NOT_FOUND, f"Expected the address of an embed, a view of the explorer or an event, {where}.")


def _describe(question: OembedQuery, shown: Shown, title: str, settings: Settings) -> OembedPublic:
    width = min(WIDTH, question.maxwidth or WIDTH)
    height = min(shown.height, question.maxheight or shown.height)
    query = urlencode(shown.parameters)
    frame = {
        "class": "dateline",
        "src": f"{settings.public_url}{shown.page}{'?' * bool(query)}{query}",
        "title": title,
        "width": str(width),
        "height": str(height),
        "loading": "lazy",
        "sandbox": SANDBOX,
        "style": "border:0;max-width:100%",
    }
    return OembedPublic(
        type="rich",
        version="1.0",
        title=title,
        provider_name=settings.attribution,
        provider_url=f"{settings.public_url}/" if settings.public_url else None,
        cache_age=DAY_SECONDS,
        html=f"<iframe {_attributes(frame)}></iframe>",
        width=width,
        height=height,
    )


def _attributes(named: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in named.items())


def _answer(request: Request, body: str) -> Response:
    """304 when the client holds the same."""
    tag = entity_tag(body)
    held = held_of(request, tag)
    headers = {"ETag": held or tag, "Cache-Control": cache_control(False, request.app.state.settings.max_age)}
    if held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _refuse(told: Told) -> Response:
    """What the API says of the page's own question."""
    kept = {name: told.headers[name] for name in ("Retry-After",) if name in told.headers}
    return Response(json.dumps(told.content), told.status, {"Cache-Control": "no-store", **kept}, media_type=MEDIA_TYPE)
