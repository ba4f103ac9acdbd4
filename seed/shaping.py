"""From a record to its rows: what the tables hold for it, and the terms by which it is found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

from app.globe import unit_vector
from app.tables import OPEN, Name
from app.words import split_words
from seed import record
from seed.collection import MOST_REMEMBERED, Collection
from seed.dates import parse_date
from seed.quality import weak_points_of_source
from seed.versions import Version, Versions, fingerprint

Posting = tuple[Name, int | str, int, int]
"""A term that holds for a key or an id, from an instant until another."""


@dataclass(frozen=True)
class Shape:
    """Everything that the store holds for one record, but for the interval of revisions."""

    id: str
    record: bytes
    """As the curator wrote it; empty when it is gone from the files."""
    rows: list[dict[str, Any]]
    postings: frozenset[Posting]
    names: frozenset[Name] = frozenset()
    """Terms that a question may name although nothing has them yet: a list's codes."""
    status: str = "published"
    reason: str | None = None
    merged_into: str | None = None

    def documents_digest(self) -> str:
        """Of all that is served: the documents, without their revision, or what is told of a record that is gone."""
        told = [self.status, self.reason or "", self.merged_into or ""] if self.status != "published" else []
        return fingerprint([*self._documents(), *(text.encode() for text in told)])

    def _documents(self) -> Iterator[bytes]:
        return (row["document"] for row in self.rows)

    def postings_digest(self) -> str:
        return _digest(_told(sorted(self.postings)))


@dataclass(frozen=True, kw_only=True)
class EventShape(Shape):
    """An event's rows are its versions; its citations are rows and postings of their own."""

    versions: list[Version]
    citations: list[dict[str, Any]]
    citation_postings: frozenset[Posting]

    def _documents(self) -> Iterator[bytes]:
        """Each with the instant that it is known from."""
        return (part for one in self.versions for part in (b"%d" % one.known_from, one.document))

    def postings_digest(self) -> str:
        return _digest(sorted(_told((*self.postings, *self.citation_postings))))


class Shaper:
    """Shapes the records of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.versions = Versions(collection)
        self.render = self.versions.render.render

    def shape(self, kind: str, record_id: str) -> Any:
        of_kind: Callable[[Any], Shape] = getattr(self, f"_{kind}")
        return of_kind(getattr(self.collection, kind)[record_id])

    def gone(self, kind: str, record_id: str) -> Any:
        """Of a record that is gone from the files."""
        return _gone_event(record_id) if kind == "event" else _gone(record_id)

    def _vocabulary(self, one: record.Vocabulary) -> Shape:
        row = {"id": one.id, "document": self.render.vocabulary(one).served()}
        return Shape(one.id, one.written(), [row], frozenset(), frozenset((one.id, code) for code in one.codes))

    def _publisher(self, one: record.Publisher) -> Shape:
        terms = [("publisher", one.id), *_words("publisher-word", one.name)]
        terms += _each("publisher-country", one.country) + _each("ownership", one.ownership)
        return _shape(one, self.render.publisher(one).served(), terms)

    def _source(self, one: record.Source) -> Shape:
        terms = [("source", one.id), *_words("source-word", one.title)]
        terms += _each("source-publisher", one.publisher) + _each("source-language", one.language)
        terms += _each("source-kind", one.source_kind)
        terms += [("source-derived-from", other) for other in self.collection.lineage(one.id)]
        terms += [("source-origin", origin) for origin in self.collection.roots(one.id)]
        terms += [("quality", code) for code in weak_points_of_source(self.collection, one)]
        days = parse_date(one.published.partition("T")[0]) if one.published else None
        return _shape(
            one,
            self.render.source(one).served(),
            terms,
            known_from=self.collection.counts_from(one.id),
            known_until=OPEN,
            published_first_day=days and days.start_day,
            published_last_day=days and days.end_day,
        )

    def _actor(self, one: record.Actor) -> Shape:
        terms = [("actor", one.id), *_words("actor-word", one.name, *one.aliases)]
        terms += _each("actor-type", one.type) + _each("actor-country", one.country)
        terms += [("actor-member-of", group) for group in self.collection.with_groups(one.id)[1:]]
        return _shape(one, self.render.actor(one).served(), terms)

    def _location(self, one: record.Location) -> Shape:
        terms = [("location", one.id), *_words("location-word", one.name, *one.aliases)]
        terms += _each("location-type", one.type) + _each("location-country", one.country)
        terms += _each("location-parent", one.parent)
        terms += [("location-within", outer) for outer in self.collection.with_surroundings(one.id)[1:]]
        x, y, z = (None, None, None)
        if one.latitude is not None and one.longitude is not None:
            x, y, z = unit_vector(one.latitude, one.longitude)
        document = self.render.location(one).served()
        return _shape(one, document, terms, latitude=one.latitude, longitude=one.longitude, x=x, y=y, z=z)

    def _event(self, one: record.Event) -> EventShape:
        cited = self.versions.cited(one) if one.is_published else {}
        versions = self.versions.of(one, cited) if one.is_published else []
        rows = [
            {
                "id": one.id,
                "key": version.key,
                "known_from": version.known_from,
                "known_until": version.known_until,
                "end_day": version.days.end_day,
                "reported_at": version.reported_at,
                "text": version.text,
                "document": version.document,
            }
            for version in versions
        ]
        citations, citation_postings = [], set()
        for citation in one.citations if one.is_published else ():
            states = self.versions.citations(one, citation, cited[citation.key])
            terms = self.versions.terms.of_citation(one, citation)
            citation_postings |= {(term, states[0].id, states[0].known_from, OPEN) for term in terms}
            citations += [dict(vars(state)) for state in states]
        return EventShape(
            id=one.id,
            record=self.collection.written("event", one.id),
            rows=rows,
            postings=frozenset(_runs(versions)),
            status="merged" if one.merged_into else one.status,
            reason=one.reason,
            merged_into=one.merged_into,
            versions=versions,
            citations=citations,
            citation_postings=frozenset(citation_postings),
        )


def _told(postings: Iterable[Posting]) -> list[str]:
    """Each as `repr` tells it, in half the time."""
    return [
        f"({_told_name(name)}, {place!r}, {known_from}, {known_until})"
        for name, place, known_from, known_until in postings
    ]


def _digest(texts: list[str]) -> str:
    """Of texts without a NUL, as `repr` leaves none: encoded at once."""
    return fingerprint("\0".join(texts).encode().split(b"\0") if texts else [])


_told_name = lru_cache(maxsize=MOST_REMEMBERED)(repr)


def _gone(record_id: str) -> Shape:
    return Shape(record_id, b"", [], frozenset(), status="withdrawn")


def _gone_event(record_id: str) -> EventShape:
    nothing: frozenset[Posting] = frozenset()
    return EventShape(
        record_id, b"", [], nothing, status="withdrawn", versions=[], citations=[], citation_postings=nothing
    )


def _runs(versions: list[Version]) -> Iterator[Posting]:
    """Each link once for the longest run of versions that have it."""
    started: dict[tuple[Name, int], int] = {}
    for version in versions:
        held = set(zip(version.terms, repeat(version.key)))
        for term, key in started.keys() - held:
            yield term, key, started.pop((term, key)), version.known_from
        started |= dict.fromkeys(held - started.keys(), version.known_from)
    yield from ((term, key, known_from, OPEN) for (term, key), known_from in started.items())


def _shape(one: record.Described, document: bytes, terms: list[Name], **columns: Any) -> Shape:
    row = {"id": one.id, "document": document, **columns}
    known_from, known_until = columns.get("known_from", -OPEN), columns.get("known_until", OPEN)
    return Shape(one.id, one.written(), [row], frozenset((term, one.id, known_from, known_until) for term in terms))


def _words(kind: str, *texts: str) -> list[Name]:
    return [(kind, word) for text in texts for word in split_words(text)]


def _each(kind: str, value: str | None) -> list[Name]:
    return [(kind, value)] if value else []
