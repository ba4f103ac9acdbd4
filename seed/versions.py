"""The states of the evidence: one version of an event for every instant at which something about it became known."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from app.event_schemas import EventCitation
from app.keys import event_key
from app.tables import LAST, OPEN, Name
from seed.collection import Collection
from seed.dates import UNKNOWN, Days, parse_date
from seed.knowledge import Knowledge
from seed.record import SUPPORTING, Citation, Event
from seed.rendering_events import EventRenderer
from seed.terms import Terms, searched

_NO_REVISION = b'"revision":0'


@dataclass(frozen=True)
class Version:
    """One state of the evidence about an event, valid from one instant until another."""

    known_from: int
    known_until: int
    key: int
    days: Days
    reported_at: int
    text: str
    terms: set[Name]
    document: bytes
    """The document served, of revision 0: the loader knows the revision."""

    def at_revision(self, revision: int) -> bytes:
        before, _, after = self.document.rpartition(_NO_REVISION)
        return b'%b"revision":%d%b' % (before, revision, after)


@dataclass(frozen=True)
class CitationRow:
    """A citation as a resource of its own, between the instants at which its event's title changes."""

    id: str
    event: str
    source: str
    publisher: str | None
    origin: str | None
    available_at: int | None
    known_from: int
    known_until: int
    document: bytes


class Versions:
    """Makes the versions of the events of one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.knowledge = Knowledge(collection)
        self.render = EventRenderer(self.knowledge)
        self.terms = Terms(collection)

    def cited(self, event: Event) -> dict[str, EventCitation]:
        """An event's citations by their keys, as they are shown in all its versions."""
        return {one.key: self.render.citation(event, one) for one in event.citations}

    def of(self, event: Event, cited: Mapping[str, EventCitation]) -> list[Version]:
        """Every state of the evidence, oldest first; the last is current."""
        versions: list[Version] = []
        for known_from, known_until in pairwise([*self.knowledge.instants(event), OPEN]):
            version = self._at(event, known_from, known_until, cited)
            if versions and _same(versions[-1], version):
                version = replace(versions.pop(), known_until=known_until)
            versions.append(version)
        return versions

    def citations(self, event: Event, citation: Citation, shown: EventCitation) -> list[CitationRow]:
        """The states of one citation, known from when it counts and the event exists."""
        known = max(self.collection.exists_from(event), self.collection.counts_from(citation.source))
        changes = {instant for instant in self.knowledge.title_changes(event) if known < instant <= LAST}
        source = self.collection.source[citation.source]
        rows: list[CitationRow] = []
        for known_from, known_until in pairwise([known, *sorted(changes), OPEN]):
            titled = self.render.titled(event, known_from)
            row = CitationRow(
                id=shown.id,
                event=event.id,
                source=source.id,
                publisher=source.publisher,
                origin=self.collection.origin(citation),
                available_at=self.collection.available_at(source.id),
                known_from=known_from,
                known_until=known_until,
                document=self.render.citation_of(titled, shown).served(),
            )
            if rows and rows[-1].document == row.document:
                row = replace(rows.pop(), known_until=known_until)
            rows.append(row)
        return rows

    def _at(self, event: Event, instant: int, known_until: int, cited: Mapping[str, EventCitation]) -> Version:
        known = self.knowledge.at(event, instant)
        days = parse_date(known.date) if known.date else UNKNOWN
        backing = (one.source for one in known.citations if one.stance in SUPPORTING)
        reported = [at for source in backing if (at := self.collection.available_at(source)) is not None]
        shown = self.render.event(known, instant, cited)
        text = searched(shown)
        return Version(
            known_from=instant,
            known_until=known_until,
            key=event_key(days.sort_day, known.start_time, event.id),
            days=days,
            reported_at=min(reported, default=LAST),
            text=text,
            terms=self.terms.of_event(known, days, shown, text),
            document=shown.served(),
        )


def fingerprint(parts: Iterable[bytes]) -> str:
    """SHA-256 over parts of any length."""
    return hashlib.sha256(b"".join([b"%d:%b" % (len(part), part) for part in parts])).hexdigest()


def _same(one: Version, other: Version) -> bool:
    return (one.key, one.document, one.terms) == (other.key, other.document, other.terms)
