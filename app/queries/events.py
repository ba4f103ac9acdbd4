"""Questions about events. A filter is one field of `EventFilter` and one `if` on the same screen."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_
from sqlmodel import col

from app.database import Database
from app.instants import microseconds, parse_day, parse_day_or_instant
from app.keys import LONG_DAYS, first_key
from app.pagination import Page, PageQuestion, Types
from app.parameters import Codes, Day, Ids, KnowledgeQuestion, Known, Origins, Truth, When, Words, refuse_reversed
from app.periods import cover
from app.problems import refuse
from app.queries.absences import fetch_absence, not_known_yet
from app.queries.matching import AnySelect, Column, Condition, Matching, Span, any_of, towards
from app.queries.places import Box, Point, Radius, in_box, near
from app.queries.terms import fetch_terms, known_names, refuse_unknown
from app.schemas import code_of
from app.tables import OPEN, Citation, Event, Link, Location, Name, Revision, Term, kind_range, known, published
from app.words import split_words

LONG: Name = ("long", "long")
MOST_PLACES = 500
"""An area with more places than this is probed event by event."""


class EventFilter(KnowledgeQuestion):
    """Which events: a repeated parameter means *or*, different parameters mean *and*."""

    id: Annotated[Ids, Known("event")] = Field([], description="Events by id.")
    actor: Annotated[Ids, Known("actor")] = Field([], description="Events with this actor, or a member of it.")
    actor_match: Literal["any", "all"] = Field("any", description="With several actors: any of them, or all.")
    role: Annotated[Codes, Known("role")] = Field([], description=code_of("role", "With `actor`, that actor's own"))
    location: Annotated[Ids, Known("location")] = Field([], description="Events at this place, or inside it.")
    bbox: Box | None = Field(None, description="`west,south,east,north` in degrees; west > east crosses the date line.")
    near: Point | None = Field(None, description="`lat,lon` in degrees; goes with `radius_km`.")
    radius_km: Radius | None = Field(None, description="Great-circle kilometres around `near`.")
    source: Annotated[Ids, Known("source")] = Field([], description="Events that this source is cited for.")
    publisher: Annotated[Ids, Known("publisher")] = Field([], description="Events cited from this publisher.")
    origin: Annotated[Ids, Known("publisher")] = Field([], description="Events that carry this publisher's reporting.")
    reported_from: When | None = Field(None, description="Cited from a source available at or after (day or instant).")
    reported_to: When | None = Field(None, description="Cited from a source available at or before (day or instant).")
    type: Annotated[Codes, Known("type")] = Field([], description=code_of("type"))
    modality: Annotated[Codes, Known("modality")] = Field([], description=code_of("modality"))
    tag: Annotated[Ids, Known("tag")] = Field([], description="A tag.")
    part_of: Annotated[Ids, Known("event")] = Field([], description="Events that are part of this event.")
    disputed: Truth | None = Field(None, description="Whether a citation disputes it, or a value.")
    min_origins: Origins | None = Field(None, description="With so many independent origins, or more.")
    quality: Annotated[Codes, Known("quality")] = Field([], description=code_of("quality"))
    q: Words | None = Field(None, description='All these words in title, summary and names; "a phrase" as it stands.')
    date_from: Day | None = Field(None, description="The first day, inclusive.")
    date_to: Day | None = Field(None, description="The last day, inclusive.")
    date_match: Literal["overlaps", "within"] = Field("overlaps", description="Touching these days, or inside them.")

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> "EventFilter":
        if (self.near is None) != (self.radius_km is None):
            raise refuse("near" if self.near is None else "radius_km", "expected near and radius_km together")
        refuse_reversed("date_from", self.date_from, "date_to", self.date_to)
        first, final = _reported_between(self)
        if first > final:
            raise refuse("reported_to", f"expected a time at or after reported_from, {self.reported_from}")
        return self


class EventQuery(EventFilter, PageQuestion):
    """Events, newest first."""

    sort: Literal["date", "reported"] = Field("date", description="By their date, or by when they were first reported.")
    order: Literal["desc", "asc"] = Field("desc", description="Newest first, or oldest first.")

    def key_types(self) -> Types:
        return (int,) if self.sort == "date" else (int, int)


def term_names(question: EventFilter) -> Iterator[list[Name]]:
    """What an event must have: one term of each list."""
    if question.id:
        yield [("event", value) for value in question.id]
    if question.actor:
        roles = [f" {role}" for role in question.role]
        kind = "actor-role" if roles else "actor"
        names = [[(kind, actor + role) for role in roles or [""]] for actor in dict.fromkeys(question.actor)]
        yield from names if question.actor_match == "all" else [[name for some in names for name in some]]
    elif question.role:
        yield [("role", value) for value in question.role]
    if question.location:
        yield [("location", value) for value in question.location]
    yield from _evidence_names(question)
    if question.type:
        yield [("type", value) for value in question.type]
    if question.modality:
        yield [("modality", value) for value in question.modality]
    if question.tag:
        yield [("tag", value) for value in question.tag]
    if question.part_of:
        yield [("part-of", value) for value in question.part_of]
    if question.q:
        yield from ([("word", word)] for word in dict.fromkeys(split_words(question.q)))


def _evidence_names(question: EventFilter) -> Iterator[list[Name]]:
    """What the evidence of an event must have."""
    if question.source:
        yield [("source", value) for value in question.source]
    if question.publisher:
        yield [("publisher", value) for value in question.publisher]
    if question.origin:
        yield [("origin", value) for value in question.origin]
    if question.disputed:
        yield [("disputed", question.disputed)]
    if question.min_origins:
        yield [("min-origins", str(question.min_origins))]
    if question.quality:
        yield [("quality", value) for value in question.quality]


def areas(question: EventFilter) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Where one of the event's own places must lie: what names the area, and the places in it."""
    if question.bbox:
        yield question.bbox, in_box(question.bbox)
    if question.near and question.radius_km:
        yield f"{question.near} {question.radius_km}", near(question.near, question.radius_km)


def predicates(question: EventFilter, revision: Revision) -> Iterator[ColumnElement[bool]]:
    """What else must hold of an event's row."""
    if question.date_from and question.date_match == "overlaps":
        yield col(Event.end_day) >= parse_day(question.date_from).toordinal()
    if question.date_to and question.date_match == "within":
        yield col(Event.end_day) <= parse_day(question.date_to).toordinal()
    for phrase in re.findall('"([^"]*)"', question.q or ""):
        yield col(Event.text).contains(f" {' '.join(split_words(phrase))} ", autoescape=True)
    reported = question.reported_from or question.reported_to
    cited = [col(Citation.source).in_(question.source)] if question.source else []
    cited += [col(Citation.publisher).in_(question.publisher)] if question.publisher else []
    cited += [col(Citation.origin).in_(question.origin)] if question.origin else []
    cited += [col(Citation.available_at).between(*_reported_between(question))] if reported else []
    if reported or len(cited) > 1:
        yield _cited(cited, revision.number, question.instant)


def spans(question: EventFilter, long: Condition) -> tuple[Span, ...]:
    """The ranges of keys in which the days of a question can lie."""
    if not question.date_from and not question.date_to:
        return (Span(),)
    dated, within = first_key(1) - 1, question.date_match == "within"
    below = first_key(parse_day(question.date_to).toordinal() + 1) if question.date_to else None
    if not question.date_from:
        return (Span(dated, below),)
    start = parse_day(question.date_from).toordinal()
    if within or start <= LONG_DAYS:
        return (Span(first_key(start) - 1 if within else dated, below),)
    edge = first_key(start - LONG_DAYS)
    return Span(edge - 1, below), Span(dated, edge, (long,))


def fetch_matching(database: Database, question: EventFilter, revision: Revision) -> Matching:
    """What a question asks of the store. Raises `Problem` for an id or code that is not known."""
    names = list(term_names(question))
    if question.reported_from or question.reported_to:
        names.append(_fetch_reported_names(database, question, revision))
    reaches_back = [LONG] if question.date_from and question.date_match == "overlaps" else []
    wanted = {name for _, name in known_names(question)} | {name for some in names for name in some}
    found = fetch_terms(database, wanted.union(reaches_back), revision)
    refuse_unknown(database, question, found, revision)
    conditions = [any_of(some, found) for some in names]
    others = list(predicates(question, revision))
    for name, area in areas(question):
        places = _fetch_places(database, name, area, revision)
        if places:
            conditions.append(places)
        else:
            others.append(_in_area(area, revision.number, question.instant))
    reach = spans(question, any_of(reaches_back, found))
    return Matching(Event, revision.number, question.instant, conditions, others, reach)


def fetch_events(database: Database, question: EventQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    """One page of events, as documents."""
    matching = fetch_matching(database, question, revision)
    ascending = question.order == "asc"
    if question.sort == "date":
        rows = database.fetch(matching.page(last[0] if last else None, question.limit + 1, ascending=ascending))
    else:
        by_report = select_by(col(Event.reported_at), matching, last, question.limit + 1, ascending=ascending)
        rows = database.fetch(by_report)
    total = database.fetch(matching.total())[0][0] if question.count else None
    more = (*rows[question.limit - 1][:-1],) if len(rows) > question.limit else None
    return Page([row[-1] for row in rows[: question.limit]], more, total)


def fetch_event(database: Database, event_id: str, revision: Revision, instant: int) -> bytes:
    """One event's document. Raises `Problem` or `Moved` when the revision, or the instant, does not have it."""
    at = (col(Event.id) == event_id, published(Event, revision.number))
    rows = database.fetch(select(col(Event.document)).where(*at, known(Event, instant)))
    if not rows:
        known_from = database.fetch(select(func.min(col(Event.known_from))).where(*at))[0][0]
        raise fetch_absence(database, "event", event_id, revision) if known_from is None else not_known_yet(known_from)
    document: bytes = rows[0][0]
    return document


def select_by(
    column: Column, matching: Matching, last: tuple[int | str, ...], limit: int, *, ascending: bool
) -> AnySelect:
    """Keys and documents in the order of a column: the keys are sorted, and then the documents fetched."""
    every = matching.every(column.label("place"), matching.key.label("key"))
    order = (every.c.place, every.c.key)
    keys = select(*order).order_by(*(towards(one, ascending=ascending) for one in order)).limit(limit)
    if last:
        keys = keys.where(tuple_(*order) > last if ascending else tuple_(*order) < last)
    page = keys.subquery()
    at = (published(Event, matching.revision), known(Event, matching.instant))
    documents = select(page.c.place, page.c.key, col(Event.document))
    documents = documents.join_from(page, Event, col(Event.key) == page.c.key).where(*at)
    return documents.order_by(*(towards(one, ascending=ascending) for one in (page.c.place, page.c.key)))


def _reported_between(question: EventFilter) -> tuple[int, int]:
    """The seconds, inclusive, in which a source became available."""
    first, final = question.reported_from, question.reported_to
    return (
        -(-microseconds(parse_day_or_instant(first, "start")) // 1_000_000) if first else -OPEN,
        microseconds(parse_day_or_instant(final, "end")) // 1_000_000 if final else OPEN,
    )


def _fetch_reported_names(database: Database, question: EventFilter, revision: Revision) -> list[Name]:
    """The periods in which a source must have become available: those of the question, within those of the store."""
    years = database.memory(revision).get("years")
    if years is None:
        of_years = (col(Term.kind) == "reported", func.length(col(Term.value)) == len("2021"))
        rows = database.fetch(select(col(Term.value)).where(*of_years))
        years = database.memory(revision)["years"] = [int(year) for (year,) in rows]
    first, last = date(min(years, default=1), 1, 1), date(max(years, default=1), 12, 31)
    if question.reported_from:
        first = max(first, parse_day_or_instant(question.reported_from, "start").date())
    if question.reported_to:
        last = min(last, parse_day_or_instant(question.reported_to, "end").date())
    return [("reported", period) for period in cover(first, last)]


def _cited(conditions: Sequence[ColumnElement[bool]], revision: int, instant: int) -> ColumnElement[bool]:
    """One and the same citation of the event meets all conditions."""
    of_event = col(Citation.event) == col(Event.id)
    return exists().where(of_event, published(Citation, revision), known(Citation, instant), *conditions)


def _fetch_places(database: Database, name: str, area: ColumnElement[bool], revision: Revision) -> Condition | None:
    """The places in an area, as a condition; none when there are too many. Remembered, for the next page."""
    remembered = database.memory(revision)
    if ("area", name) not in remembered:
        places = select(col(Term.number), col(Term.rows)).join_from(Location, Term, _PLACE)
        rows = database.fetch(places.where(published(Location, revision.number), area).limit(MOST_PLACES + 1))
        condition = Condition(tuple(number for number, _ in rows), sum(count for _, count in rows))
        remembered["area", name] = condition if len(rows) <= MOST_PLACES else None
    places_in_area: Condition | None = remembered["area", name]
    return places_in_area


_PLACE = and_(col(Term.kind) == "place", col(Term.value) == col(Location.id))


def _in_area(area: ColumnElement[bool], revision: int, instant: int) -> ColumnElement[bool]:
    """One of the event's own places lies in an area."""
    own = and_(col(Link.key) == col(Event.key), col(Link.term).between(*kind_range("place")))
    held = (published(Link, revision), known(Link, instant), published(Location, revision))
    return exists().where(own, col(Term.number) == col(Link.term), _PLACE, area, *held)
