"""Marks: the shape says which class of type an event is, the filling says its modality."""

from app.formats.picture.svg import Pen
from app.wording.codes import DRAWN_MODALITIES, GROUP_NAMES, OTHER, type_class

SHAPES = {
    "verbal-cooperation": "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0z",
    "material-cooperation": "M-4.6 -4.6H4.6V4.6H-4.6z",
    "verbal-conflict": "M0 -5.6L5.6 4.4H-5.6z",
    "material-conflict": "M0 -6.2L6.2 0L0 6.2L-6.2 0z",
    "statement": "M0 5.6L5.6 -4.4H-5.6z",
    OTHER: "M-2 -5.2H2V-2H5.2V2H2V5.2H-2V2H-5.2V-2H-2z",
}
HALVES = {
    "verbal-cooperation": "M0 -5A5 5 0 0 0 0 5z",
    "material-cooperation": "M-4.6 -4.6H0V4.6H-4.6z",
    "verbal-conflict": "M0 -5.6V4.4H-5.6z",
    "material-conflict": "M0 -6.2V6.2L-6.2 0z",
    "statement": "M0 5.6V-4.4H-5.6z",
    OTHER: "M0 -5.2V5.2H-2V2H-5.2V-2H-2V-5.2z",
}
"""The left half of each shape."""
NO_MODALITY = "other modality"
NAMES = GROUP_NAMES | {OTHER: "Other types"}
MIDDLES = {"verbal-conflict": 1.1, "statement": -1.1}
"""Where the middle of a shape is, in pixels below its origin."""


def filling(modality: str | None) -> str:
    return modality if modality in DRAWN_MODALITIES else NO_MODALITY


def order(modality: str) -> int:
    """From what occurred to what did not."""
    return [*DRAWN_MODALITIES, NO_MODALITY].index(modality)


def draw(pen: Pen, x: float, y: float, type_: str | None, modality: str | None, size: float = 1) -> None:
    draw_class(pen.group(transform=f"translate({x:.1f} {y:.1f}) scale({size:g})"), type_class(type_), filling(modality))


def draw_class(pen: Pen, group: str, modality: str) -> None:
    shape, middle = SHAPES[group], MIDDLES.get(group, 0)
    if modality in ("occurred", "ongoing"):
        pen.path(shape, fill=group, stroke=group, stroke_width=1)
        if modality == "ongoing":
            pen.path(f"M-1.9 {middle}A1.9 1.9 0 1 1 1.9 {middle}A1.9 1.9 0 1 1 -1.9 {middle}z", fill="paper")
        return
    dashes = {"stroke_dasharray": "2.2 1.7"} if modality == "predicted" else {}
    pen.path(shape, fill="paper", stroke=group, stroke_width=1.7, stroke_linejoin="round", **dashes)
    match modality:
        case "alleged":
            pen.path(HALVES[group], fill=group)
        case "proposed":
            pen.path(f"M-1.7 {middle}A1.7 1.7 0 1 1 1.7 {middle}A1.7 1.7 0 1 1 -1.7 {middle}z", fill=group)
        case "threatened":
            pen.path(f"M0 {middle - 2.6}V{middle + 2.6}", fill="none", stroke=group, stroke_width=1.8)
        case "denied":
            pen.path("M-5.4 -5.4L5.4 5.4M-5.4 5.4L5.4 -5.4", fill="none", stroke=group, stroke_width=1.6)
        case "cancelled":
            pen.path("M-6 6L6 -6", fill="none", stroke=group, stroke_width=1.6)
        case "planned" | "predicted":
            pass
        case _:
            pen.path(f"M-2.6 {middle}H2.6", fill="none", stroke=group, stroke_width=1.6)
