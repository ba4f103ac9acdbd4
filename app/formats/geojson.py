"""GeoJSON (RFC 7946): a feature an event. Properties are flat, since GIS tools read tables."""

import json
from collections.abc import Iterator
from typing import Any

from app.formats.shape import Answer, Event, Format, object_of


def write(answer: Answer) -> Iterator[bytes]:
    """A collection with its source and licence first; cut short, it is no JSON."""
    told: dict[str, Any] = {"type": "FeatureCollection", "name": answer.title, "license": answer.license}
    told |= {"attribution": answer.attribution, "revision": answer.revision.number, "canonical": answer.address}
    told |= {"next": answer.following} if answer.following else {}
    yield _json(told)[:-1] + b',"features":['
    for number, event in enumerate(answer.events):
        yield b"," * bool(number) + _json(_feature(answer, event))
    yield b"]}\n"


def _feature(answer: Answer, event: Event) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": event["id"],
        "geometry": _geometry(event),
        "properties": _properties(answer, event),
    }


def _geometry(event: Event) -> dict[str, Any] | None:
    """A point, or several, of the event's own places; null where none has coordinates (RFC 7946, 3.2)."""
    spots = [[one["longitude"], one["latitude"]] for one in event["locations"] if "latitude" in one]
    if len(spots) == 1:
        return {"type": "Point", "coordinates": spots[0]}
    return {"type": "MultiPoint", "coordinates": spots} if spots else None


def _properties(answer: Answer, event: Event) -> dict[str, Any]:
    """Text, numbers and booleans alone; every feature has all of them, so that a reader sees the columns at once."""
    names = ("title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "date_precision")
    evidence = event["evidence"]
    return {name: event.get(name) for name in ("id", *names, "date_basis", "start_time")} | {
        "tags": "; ".join(event["tags"]),
        "locations": "; ".join(one["name"] for one in event["locations"]),
        "actors": "; ".join(f"{one['name']} ({one['role']})" for one in event["actors"]),
        "sources": evidence["sources"],
        "independent_origins": evidence["independent_origins"],
        "disputed": evidence["disputed"],
        "first_reported_at": evidence.get("first_reported_at"),
        "quantities": _text(event["quantities"]),
        "citations": _text(event["citations"]),
        "claims": _text(event["claims"]),
        "revision": event["revision"],
        "url": answer.absolute(event["links"]["canonical"]),
        **answer.provenance,
    }


def _text(value: object) -> str:
    """A list as JSON in a string: what has no column of its own."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(content: object) -> bytes:
    return _text(content).encode()


FORMAT = Format(
    suffix=".geojson",
    media_type="application/geo+json",
    summary="List events as GeoJSON",
    description="A feature an event, for QGIS, GDAL, Mapbox or Datawrapper. Geometry is null where no place has "
    "coordinates; `quantities`, `citations` and `claims` are JSON in a string. "
    "`/v1/exports/events.geojson` has all events of a question at once.",
    write=write,
    schema=object_of(
        "FeatureCollection",
        type=("string", "`FeatureCollection`."),
        features=("array", "A feature an event (RFC 7946)."),
    ),
    exported=True,
)
