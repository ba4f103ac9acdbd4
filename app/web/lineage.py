"""The lineage of an event's sources, to be drawn: which source carries whose reporting, and how."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from textwrap import wrap
from typing import Any

from app.web.asking import Api, Parameters
from app.wording.dates import tell_published

ROW = 58
"""Pixels from one source to the next."""
DEEPEST = 4
LONGEST_NAME = 24
WIDEST_LINE = 14
ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
"""Of a source that is withdrawn, or not known by then; it may still be named by another."""


@dataclass
class Carrier:
    """A source that is cited for the event."""

    id: str
    name: str
    published: str
    y: float
    edges: list["Edge"] = field(default_factory=list)

    @property
    def hows(self) -> list[str]:
        return list(dict.fromkeys("own reporting" if edge.is_own else edge.how for edge in self.edges))


@dataclass
class Origin:
    """A publisher whose reporting is carried."""

    id: str
    name: str
    y: float = 0.0

    @property
    def lines(self) -> list[str]:
        return wrap(self.name, WIDEST_LINE)[:2]


@dataclass(frozen=True)
class Edge:
    how: str
    origin: Origin
    is_own: bool


@dataclass(frozen=True)
class Lineage:
    carriers: list[Carrier]
    origins: list[Origin]

    @property
    def height(self) -> float:
        return ROW * max(len(self.carriers), len(self.origins))

    @property
    def told(self) -> str:
        """The drawing in words."""
        lines = (
            f"{carrier.name} {'reports itself' if edge.is_own else f'{edge.how} {edge.origin.name}'}"
            for carrier in self.carriers
            for edge in carrier.edges
        )
        return "; ".join(lines)


async def fetch_lineage(api: Api, event: dict[str, Any], times: Parameters) -> Lineage:
    """From the citations that back an event; how a source builds on an origin is told by its own record."""
    backing = [one for one in event["citations"] if one["stance"] in ("supports", "corrects")]
    sources: dict[str, dict[str, Any]] = {}
    carriers: dict[str, Carrier] = {}
    origins: dict[str, Origin] = {}
    for citation in backing:
        cited, origin = citation["source"], citation.get("origin")
        publisher = cited.get("publisher", {"id": "", "name": cited["title"]})
        origin = origin or publisher
        carrier = carriers.setdefault(cited["id"], _carrier(cited, publisher, len(carriers)))
        one = origins.setdefault(origin["id"], Origin(origin["id"], shorten(origin["name"])))
        if any(edge.origin is one for edge in carrier.edges):
            continue
        hows = await _trace(api, sources, cited["id"], one.id, times)
        carrier.edges.append(Edge(" → ".join(hows) or "carries", one, one.id == publisher["id"] and not hows))
    _set(list(carriers.values()), list(origins.values()))
    return Lineage(list(carriers.values()), sorted(origins.values(), key=lambda one: one.y))


def shorten(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _carrier(cited: dict[str, Any], publisher: dict[str, Any], number: int) -> Carrier:
    published = cited.get("published_edtf")
    told = tell_published(published) if published else "undated"
    return Carrier(cited["id"], shorten(publisher["name"]), told, ROW * number + ROW / 2)


async def _trace(api: Api, known: dict[str, dict[str, Any]], start: str, origin: str, times: Parameters) -> list[str]:
    """How a source builds on a publisher's reporting: `reprints`, or step by step `reprints`, `cites`."""
    waiting: list[tuple[str, list[str]]] = [(start, [])]
    for one, hows in waiting:
        if one not in known:
            told = await api.ask(f"/v1/sources/{one}", times)
            known[one] = {} if told.status in ABSENT else told.data
        for link in known[one].get("derived_from", []):
            steps = [*hows, link["how"]]
            if link.get("publisher", {}).get("id") == origin:
                return steps
            if "source" in link and len(steps) < DEEPEST:
                waiting.append((link["source"]["id"], steps))
        if hows and known[one].get("publisher", {}).get("id") == origin:
            return hows
    return []


def _set(carriers: Sequence[Carrier], origins: Sequence[Origin]) -> None:
    """Origins stand at the middle of what carries them, without standing on one another."""
    height = ROW * max(len(carriers), len(origins))
    for origin in origins:
        ys = [carrier.y for carrier in carriers if any(edge.origin is origin for edge in carrier.edges)]
        origin.y = sum(ys) / len(ys)
    ordered = sorted(origins, key=lambda one: one.y)
    for before, origin in pairwise(ordered):
        origin.y = max(origin.y, before.y + ROW * 0.7)
    over = ordered[-1].y + ROW / 2 - height if ordered else 0
    for origin in ordered if over > 0 else []:
        origin.y -= over
