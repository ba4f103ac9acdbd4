"""From a record to its rows: what the tables hold for it, and the terms by which it is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.globe import unit_vector
from app.tables import OPEN, Actor, Location, Name, Publisher, Record, Source, Vocabulary
from app.words import split_words
from seed import record
from seed.collection import Collection
from seed.dates import parse_date
from seed.versions import Version, Versions, fingerprint

Posting = tuple[Name, int | str, int, int]
"""A term that holds for a key or an id, from an instant until another."""


@dataclass(frozen=True)
class Shape:
    """Everything that the store holds for one record, but for the interval of revisions."""

    id: str
    rows: list[dict[str, Any]]
    postings: frozenset[Posting]
    names: frozenset[Name] = frozenset()
    """Terms that a question may name although nothing has them yet: a list's codes."""

    def documents_digest(self) -> str:
        """Of the documents, without their revision."""
        return fingerprint([row["document"] for row in self.rows])

    def postings_digest(self) -> str:
        return fingerprint([repr(posting).encode() for posting in sorted(self.postings)])


@dataclass(frozen=True, kw_only=True)
class EventShape(Shape):
    """An event's rows are its versions; its citations are rows and postings of their own."""

    versions: list[Version]
    citations: list[dict[str, Any]]
    citation_postings: frozenset[Posting]

    def documents_digest(self) -> str:
        """Of the documents, without their revision, and of the instant that each is known from."""
        return fingerprint([part for one in self.versions for part in (b"%d" % one.known_from, one.document)])

    def postings_digest(self) -> str:
        every = sorted([*self.postings, *self.citation_postings], key=repr)
        return fingerprint([repr(posting).encode() for posting in every])


class Shaper:
    """Shapes the records of one collection, kind by kind, in the order of their ids."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.versions = Versions(collection)
        self.render = self.versions.render

    def records(self) -> Iterator[tuple[type[Record], Iterator[Shape]]]:
        """Every kind but events, with its table."""
        kinds: list[tuple[type[Record], str, Callable[[Any], Shape]]] = [
            (Vocabulary, "vocabulary", self._vocabulary),
            (Publisher, "publisher", self._publisher),
            (Source, "source", self._source),
            (Actor, "actor", self._actor),
            (Location, "location", self._location),
        ]
        for table, kind, shape in kinds:
            records = getattr(self.collection, kind)
            yield table, (shape(records[one]) for one in sorted(records))

    def events(self) -> Iterator[EventShape]:
        return (self._event(self.collection.event[one]) for one in sorted(self.collection.event))

    def _vocabulary(self, one: record.Vocabulary) -> Shape:
        row = {"id": one.id, "document": self.render.vocabulary(one).document()}
        return Shape(one.id, [row], frozenset(), frozenset((one.id, code) for code in one.codes))

    def _publisher(self, one: record.Publisher) -> Shape:
        terms = [("publisher", one.id), *_words("publisher-word", one.name)]
        terms += _each("publisher-country", one.country) + _each("ownership", one.ownership)
        return _shape(one.id, self.render.publisher(one).document(), terms)

    def _source(self, one: record.Source) -> Shape:
        terms = [("source", one.id), *_words("source-word", one.title)]
        terms += _each("source-publisher", one.publisher) + _each("source-language", one.language)
        terms += _each("source-kind", one.source_kind)
        days = parse_date(one.published.partition("T")[0]) if one.published else None
        return _shape(
            one.id,
            self.render.source(one).document(),
            terms,
            published_first_day=days and days.start_day,
            published_last_day=days and days.end_day,
        )

    def _actor(self, one: record.Actor) -> Shape:
        terms = [("actor", one.id), *_words("actor-word", one.name, *one.aliases)]
        terms += _each("actor-type", one.type) + _each("actor-country", one.country)
        terms += [("actor-member-of", group) for group in self.collection.with_groups(one.id)[1:]]
        return _shape(one.id, self.render.actor(one).document(), terms)

    def _location(self, one: record.Location) -> Shape:
        terms = [("location", one.id), *_words("location-word", one.name, *one.aliases)]
        terms += _each("location-type", one.type) + _each("location-country", one.country)
        terms += _each("location-parent", one.parent)
        terms += [("location-within", outer) for outer in self.collection.with_surroundings(one.id)[1:]]
        x, y, z = (None, None, None)
        if one.latitude is not None and one.longitude is not None:
            x, y, z = unit_vector(one.latitude, one.longitude)
        document = self.render.location(one).document()
        return _shape(one.id, document, terms, latitude=one.latitude, longitude=one.longitude, x=x, y=y, z=z)

    def _event(self, one: record.Event) -> EventShape:
        versions = self.versions.of(one)
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
        for cited in self.versions.citations(one):
            row = dict(vars(cited))
            citation_postings |= {(term, cited.id, cited.known_from, OPEN) for term in row.pop("terms")}
            citations.append(row | {"known_until": OPEN})
        return EventShape(
            id=one.id,
            rows=rows,
            postings=frozenset(_runs(versions)),
            versions=versions,
            citations=citations,
            citation_postings=frozenset(citation_postings),
        )


def _runs(versions: list[Version]) -> Iterator[Posting]:
    """Each link once for the longest run of versions that have it."""
    started: dict[tuple[Name, int], int] = {}
    for version in versions:
        held = {(term, version.key) for term in version.terms}
        for term, key in started.keys() - held:
            yield term, key, started.pop((term, key)), version.known_from
        started |= dict.fromkeys(held - started.keys(), version.known_from)
    yield from ((term, key, known_from, OPEN) for (term, key), known_from in started.items())


def _shape(record_id: str, document: bytes, terms: list[Name], **columns: Any) -> Shape:
    row = {"id": record_id, "document": document, **columns}
    return Shape(record_id, [row], frozenset((term, record_id, -OPEN, OPEN) for term in terms))


def _words(kind: str, *texts: str) -> list[Name]:
    return [(kind, word) for text in texts for word in split_words(text)]


def _each(kind: str, value: str | None) -> list[Name]:
    return [(kind, value)] if value else []
