"""What could be known of an event at an instant: the event as it stood then, in the form of a record.

It is rendered like any other record, so an answer at an instant is the answer of a record that holds no more.
"""

from collections.abc import Iterator
from typing import Any

from app.tables import LAST
from seed.collection import Collection
from seed.dates import parse_date
from seed.record import SUPPORTED_FIELDS, SUPPORTING, Citation, Claim, Earlier, Event, Relation

ABSENT = {name: Event.model_fields[name].get_default() for name in SUPPORTED_FIELDS}
RANKS = ("preferred", "normal", "deprecated")
Fields = dict[str, Any]


class Knowledge:
    """The events of one collection, as they stood at any instant (seconds since 1970, UTC)."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.counts_from = collection.counts_from
        self.exists_from = collection.exists_from

    def instants(self, event: Event) -> list[int]:
        """From the first support on, every instant at which anything that is shown of an event may change."""
        sources = {one.source for one in event.citations}
        sources |= {one.before for one in event.earlier or ()}
        sources |= {one.source for one in event.corrections if one.source}
        changes = {self.counts_from(source) for source in sources}
        for relation in event.relations:
            other = self.collection.event[self.collection.survivor(relation.event)]
            changes |= {self.exists_from(other), *self.title_changes(other)}
        exists = self.exists_from(event)
        return sorted({exists, *(instant for instant in changes if exists < instant <= LAST)})

    def title_changes(self, event: Event) -> set[int]:
        """The instants at which another title may come to stand."""
        return {self.counts_from(one.before) for one in event.earlier or ()}

    def title(self, event: Event, instant: int) -> str:
        earlier = self._earlier(event, instant)
        return (earlier and earlier.title) or event.title

    def at(self, event: Event, instant: int) -> Event:
        """The event with what is known, of one that exists at the instant: fields, citations, rivals, relations."""
        counting = [one for one in event.citations if self.counts_from(one.source) <= instant]
        claims = list(self._claims(event, counting, instant))
        earlier = self._earlier(event, instant)
        words = {name: getattr(earlier, name) for name in earlier.model_fields_set - {"before"}} if earlier else {}
        own = _own(event, counting)
        shown = ABSENT | _best(claims) | own
        shown |= {name: words[name] for name in SUPPORTED_FIELDS if name in words} | {
            "title": words.get("title", event.title),
            "tags": words.get("tags", event.tags),
            "date_basis": _date_basis(event, words, own),
        }
        if not shown["date"] or parse_date(shown["date"]).precision != "day":
            shown["start_time"] = None
        stated = {name for name in own.keys() - words.keys() if shown[name]}
        return event.model_copy(
            update=shown
            | {
                "citations": counting,
                "claims": [
                    known if known.rank == recorded.rank and known.field in stated else _untold(known)
                    for recorded, known in claims
                    if known.value != shown[known.field]
                ],
                "relations": list(self._relations(event, instant)),
                "corrections": [one for one in event.corrections if self._counts(one.source, instant)],
            }
        )

    def _claims(self, event: Event, counting: list[Citation], instant: int) -> Iterator[tuple[Claim, Claim]]:
        """Each claim that citations make by then: as recorded, and with these citations and its rank by then."""
        keys = {one.key for one in counting}
        for one in event.claims:
            if cited := [key for key in one.citations if key in keys]:
                yield one, one.model_copy(update={"citations": cited, "rank": self._rank(event, one, instant)})

    def _rank(self, event: Event, claim: Claim, instant: int) -> str:
        """A claim is deprecated from the first correction of its field; throughout, when there is none."""
        corrected = [
            self.counts_from(one.source)
            for one in event.citations
            if one.stance == "corrects" and claim.field in one.supports
        ]
        return "normal" if claim.rank == "deprecated" and corrected and min(corrected) > instant else claim.rank

    def _earlier(self, event: Event, instant: int) -> Earlier | None:
        """How the event stood before the next source that changed it."""
        later = [one for one in event.earlier or () if self.counts_from(one.before) > instant]
        return min(later, key=lambda one: self.counts_from(one.before), default=None)

    def _relations(self, event: Event, instant: int) -> Iterator[Relation]:
        """Those to events that exist by then; what was merged stands for what it was merged into."""
        resolved = (Relation(type=one.type, event=self.collection.survivor(one.event)) for one in event.relations)
        for one in dict.fromkeys(resolved):
            if one.event != event.id and self.exists_from(self.collection.event[one.event]) <= instant:
                yield one

    def _counts(self, source_id: str | None, instant: int) -> bool:
        return source_id is None or self.counts_from(source_id) <= instant


def _own(event: Event, counting: list[Citation]) -> Fields:
    """The event's own values that stand: backed by a citation that counts, or by none ever."""
    named = {name for one in event.citations if one.stance in SUPPORTING for name in one.supports}
    backed = {name for one in counting if one.stance in SUPPORTING for name in one.supports}
    fields = {name: getattr(event, name) for name in SUPPORTED_FIELDS if name not in named or name in backed}
    return {name: value for name, value in fields.items() if value}


def _best(claims: list[tuple[Claim, Claim]]) -> Fields:
    """The value of the best claim about each field, the first of several."""
    ranked = sorted((known for _, known in claims), key=lambda one: RANKS.index(one.rank))
    return {one.field: one.value for one in reversed(ranked)}


def _date_basis(event: Event, words: Fields, own: Fields) -> str | None:
    """It explains one date and no other."""
    if "date" in words:
        return words.get("date_basis")
    return words.get("date_basis", event.date_basis) if "date" in own else None


def _untold(claim: Claim) -> Claim:
    """Without relation and reason: they speak of a value or a rank that is not known yet."""
    return claim.model_copy(update={"relation": None, "note": None})
