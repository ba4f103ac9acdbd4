"""Events, their claims and their citations, as nodes of linked data; see `app.formats.linked.context`."""

import re
from collections.abc import Iterator
from typing import Any

from app.formats.linked.references import Node, held, named, role
from app.formats.shape import Answer, Event

ACTOR_TYPES = {
    "person": "Person",
    "state": "Country",
    "government": "GovernmentOrganization",
    "media": "NewsMediaOrganization",
    "military": "Organization",
    "intergovernmental": "Organization",
    "organisation": "Organization",
}
"""What schema.org calls the types of actors; the others are things."""
STATUSES = {"planned": "schema:EventScheduled", "cancelled": "schema:EventCancelled"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def event_nodes(answer: Answer, event: Event) -> Iterator[Node]:
    """The event, with its claims, and then its citations."""
    yield _event(answer, event)
    for citation in event["citations"]:
        yield _citation(answer, event, citation)


def _event(answer: Answer, event: Event) -> Node:
    parts = [one["event"] for one in event["relations"] if one["type"] == "part_of"]
    others = [one for one in event["relations"] if one["type"] != "part_of"]
    return held(
        {
            "@id": _address(answer, event),
            "@type": "Event",
            "identifier": event["id"],
            "name": event["title"],
            "description": event.get("summary"),
            "additionalType": event.get("type"),
            "eventStatus": STATUSES.get(event.get("modality", "")),
            **_days(event),
            **{name: event.get(name) for name in ("modality", "date_edtf", "date_basis", "start_time")},
            "keywords": event["tags"],
            "location": [_place(answer, one) for one in event["locations"]],
            "involves": [role("involves", one["role"], _actor(answer, one)) for one in event["actors"]],
            "quantity": [_quantity(one) for one in event["quantities"]],
            "superEvent": [_other(answer, one) for one in parts],
            "related": [role("related", one["type"], _other(answer, one["event"])) for one in others],
            "evidence": _evidence(event["evidence"]),
            "subjectOf": [_claim(answer, event, one) for one in event["claims"]],
            "correction": [_correction(answer, one) for one in event["corrections"]],
            "redacted": event.get("redacted"),
            "revision": event["revision"],
        }
    )


def _days(event: Event) -> Node:
    """The days on which it began and ended, where the record has them to the day and without a doubt."""
    first, lasts, last = event.get("date_edtf", "").partition("/")
    last = last if lasts else first
    time = event.get("start_time")
    if time and first == last:
        first = f"{first}T{time[:5]}:00{time[5:]}"
    is_day = _DAY.fullmatch(first[:10]) and (len(first) == len("2021-12-30") or "T" in first)
    return {"startDate": first if is_day else None, "endDate": last if _DAY.fullmatch(last) else None}


def _place(answer: Answer, place: dict[str, Any]) -> Node:
    spot = {name: place.get(name) for name in ("latitude", "longitude", "precision")}
    country = {"@type": "PostalAddress", "addressCountry": place.get("country")}
    return named(answer, "locations", place, "Place") | held(
        {
            "geo": held({"@type": "GeoCoordinates", **spot}) if "latitude" in place else None,
            "address": country if "country" in place else None,
        }
    )


def _actor(answer: Answer, actor: dict[str, Any]) -> Node:
    kind = actor.get("type")
    return named(answer, "actors", actor, ACTOR_TYPES.get(kind or "", "Thing")) | held({"additionalType": kind})


def _quantity(quantity: dict[str, Any]) -> Node:
    """`best` apart from `value`: an estimate is no number that was stated."""
    names = {"propertyID": "measure", "value": "value", "minValue": "low", "best": "best", "maxValue": "high"}
    told = {name: quantity.get(of) for name, of in names.items()}
    return held({"@type": "PropertyValue", **told, "unitText": quantity.get("unit")})


def _other(answer: Answer, event: dict[str, Any]) -> Node:
    return {"@id": _address(answer, event), "@type": "Event", "name": event["title"]}


def _evidence(evidence: dict[str, Any]) -> Node:
    names = ("sources", "independent_origins", "disputed", "first_reported_at")
    return held({name: evidence.get(name) for name in names} | {"uncited_field": evidence["uncited_fields"]})


def _claim(answer: Answer, event: Event, claim: dict[str, Any]) -> Node:
    """A rival of the event's own value. No `ClaimReview`: the desk ranks what is asserted, and rates nobody."""
    sources = {one["id"]: one["source"]["id"] for one in event["citations"]}
    told = dict.fromkeys(sources[one] for one in claim["citations"] if one in sources)
    return held(
        {
            "@type": "Claim",
            "about": {"@id": _address(answer, event)},
            "text": claim["value"],
            **{name: claim.get(name) for name in ("field", "rank", "relation", "note")},
            "asserted_by": [{"@id": _citation_address(answer, event, one)} for one in claim["citations"]],
            "appearance": [{"@id": answer.absolute(f"/v1/sources/{one}")} for one in told],
        }
    )


def _citation(answer: Answer, event: Event, citation: dict[str, Any]) -> Node:
    origin, speaker = citation.get("origin"), citation.get("attributed_to")
    return held(
        {
            "@id": _citation_address(answer, event, citation["id"]),
            "@type": "Annotation",
            "identifier": citation["id"],
            "motivation": "oa:linking",
            "body": _address(answer, event),
            "target": _passage(answer, citation),
            **{name: citation.get(name) for name in ("stance", "supports", "verification", "note")},
            "attributed_to": named(answer, "actors", speaker, "Thing") if speaker else None,
            "origin": named(answer, "publishers", origin, "Organization") if origin else None,
        }
    )


def _passage(answer: Answer, citation: dict[str, Any]) -> Node:
    """The passage in its source, by the offsets in the captured text, and by its first and last words."""
    source, passage = citation["source"], citation.get("passage")
    archived = source.get("archive_url")
    return held(
        {
            "@type": "SpecificResource",
            "source": answer.absolute(f"/v1/sources/{source['id']}"),
            "url": citation.get("link"),
            "state": {"@type": "TimeState", "cached": archived} if archived else None,
            "selector": list(_selectors(passage)) if passage else None,
            "sha256": passage.get("sha256") if passage else None,
        }
    )


def _selectors(passage: dict[str, Any]) -> Iterator[Node]:
    if "start_offset" in passage and "end_offset" in passage:
        yield _position(passage["start_offset"], passage["end_offset"])
    yield {
        "@type": "RangeSelector",
        "startSelector": {"@type": "TextQuoteSelector", "exact": passage["first_words"]},
        "endSelector": _after(passage["last_words"]),
    }


def _after(words: str) -> Node:
    """The place where some words end: a range goes up to its end selector, and not over it (Web Annotation, 4.2.9)."""
    return {"@type": "TextQuoteSelector", "exact": words, "refinedBy": _position(len(words), len(words))}


def _position(start: int, end: int) -> Node:
    return {"@type": "TextPositionSelector", "start": start, "end": end}


def _correction(answer: Answer, correction: dict[str, Any]) -> Node:
    source = correction.get("source")
    return held(
        {
            "@type": "CorrectionComment",
            "text": correction["what"],
            "note": correction.get("why"),
            "corrected_edtf": correction["corrected_edtf"],
            "citation": {"@id": answer.absolute(f"/v1/sources/{source['id']}")} if source else None,
        }
    )


def _address(answer: Answer, event: dict[str, Any]) -> str:
    return answer.absolute(f"/v1/events/{event['id']}")


def _citation_address(answer: Answer, event: Event, citation_id: str) -> str:
    return f"{_address(answer, event)}#{citation_id.partition('~')[2]}"
