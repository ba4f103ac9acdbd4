"""Facets: what narrows the answer down, with how many events each value would keep."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.parameters import NOT_FILTERS
from app.web.asking import Api, Parameters, Told
from app.web.view import View
from app.wording.codes import tell_code
from app.wording.dates import tell_day, tell_instant

HEADINGS = {
    "type": "Type", "modality": "Modality", "actor": "Actors", "location": "Places", "publisher": "Publishers",
}  # fmt: skip
CODED = ("type", "modality")
SHOWN = 7
"""So many values of a facet are seen at once; the others are folded away."""


@dataclass(frozen=True)
class Choice:
    """One value of a facet."""

    value: str
    label: str
    count: int
    is_chosen: bool
    address: str
    """The view with this filter, or without it where it is chosen."""


@dataclass(frozen=True)
class Facet:
    name: str
    heading: str
    choices: list[Choice]

    @property
    def seen(self) -> list[Choice]:
        return self.choices[:SHOWN]

    @property
    def folded(self) -> list[Choice]:
        return self.choices[SHOWN:]


@dataclass(frozen=True)
class Chip:
    """One filter that is on, and the view without it."""

    name: str
    told: str
    address: str


async def fetch_facets(api: Api, view: View, revision: str) -> list[Facet]:
    """A facet that is filtered by is counted as if it were not, since its values widen the answer."""
    filtered = [name for name in HEADINGS if view.values(name)]
    unfiltered = [name for name in HEADINGS if name not in filtered]
    asked: list[tuple[list[str], list[str]]] = [([], unfiltered)] if unfiltered else []
    asked += [([name], [name]) for name in filtered]
    answers = await asyncio.gather(*(_ask(api, view, revision, *one) for one in asked))
    counts = [count for answer in answers for count in answer.data]
    return [_facet(view, name, [one for one in counts if one["facet"] == name]) for name in HEADINGS]


async def _ask(api: Api, view: View, revision: str, without: Sequence[str], names: Sequence[str]) -> Told:
    facets = [("facet", one) for one in names]
    return await api.ask("/v1/facets", [*view.asked(*NOT_FILTERS, "as_of", *without), ("as_of", revision), *facets])


def list_chips(view: View, facets: Sequence[Facet]) -> list[Chip]:
    """The filters that are on, each with the way to be without it."""
    labels = {(facet.name, choice.value): choice.label for facet in facets for choice in facet.choices}
    return [
        Chip(name, _tell_filter(name, labels.get((name, value), value)), view.toggled(name, value))
        for name, value in view.filters
    ]


def hidden_fields(view: View, *shown: str) -> Parameters:
    """What a form has to carry on, besides the fields that it shows."""
    return [*view.asked("cursor", *shown), *([("event", view.event)] if view.event else [])]


def _facet(view: View, name: str, counts: Sequence[dict[str, Any]]) -> Facet:
    chosen = view.values(name)
    choices = [
        Choice(
            one["value"],
            tell_code(one["label"]) if name in CODED else one["label"],
            one["count"],
            one["value"] in chosen,
            view.toggled(name, one["value"]),
        )
        for one in counts
    ]
    return Facet(name, HEADINGS[name], sorted(choices, key=lambda choice: not choice.is_chosen))


def _tell_filter(name: str, label: str) -> str:
    match name:
        case "q":
            return f"“{label}”"
        case "date_from":
            return f"from {tell_day(label)}"
        case "date_to":
            return f"to {tell_day(label)}"
        case "reported_from" | "reported_to":
            return f"{tell_code(name)} {tell_instant(label)}"
        case "disputed":
            return "sources disagree" if label == "true" else "sources agree"
        case "type" | "modality" | "role":
            return tell_code(label)
        case "actor" | "location" | "publisher":
            return label
    return f"{tell_code(name)}: {label}"
