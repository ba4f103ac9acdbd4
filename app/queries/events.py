"""Questions about events. A filter is one field of `EventFilter` and one `if` on the same screen."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, Select, and_, exists, select, tuple_
from sqlmodel import col

from app.database import Database
from app.instants import microseconds, parse_day, parse_day_or_instant
from app.keys import first_key
from app.pagination import Page, PageQuestion
from app.parameters import Code, Day, Ids, Known, Question, When, Words, refuse_reversed
from app.periods import LONGEST_COVER, cover
from app.problems import refuse
from app.queries.matching import Condition, Matching, Span, any_of
from app.queries.places import Box, Point, Radius, in_box, near
from app.queries.terms import Name, fetch_terms, known_names, refuse_unknown
from app.tables import LAST, OPEN, Citation, Event, Location, Revision, Term, known, published
from app.words import split_words

LONG: Name = ("long", "long")
MOST_AREAS = 100
"""So many boxes and circles are remembered: each holds the places in it."""
LONG_DAYS = 31
"""An event that spans more days than this has the term `long`: others start within so many days of their end."""


class EventFilter(Question):
    """Which events: a repeated parameter means *or*, different parameters mean *and*."""

    id: Annotated[Ids, Known("event")] = Field([], description="Events by id.")
    actor: Annotated[Ids, Known("actor")] = Field([], description="Events with this actor, or a member of it.")
    actor_match: Literal["any", "all"] = Field("any", description="With several actors: any of them, or all.")
    role: Annotated[list[Code], Known("role")] = Field(
        [], description="In this role; with `actor`, that actor's own role."
    )
    location: Annotated[Ids, Known("location")] = Field([], description="Events at this place, or inside it.")
    bbox: Box | None = Field(None, description="`west,south,east,north` in degrees; west > east crosses the date line.")
    near: Point | None = Field(None, description="`lat,lon` in degrees; goes with `radius_km`.")
    radius_km: Radius | None = Field(None, description="Great-circle kilometres around `near`.")
    source: Annotated[Ids, Known("source")] = Field([], description="Events that this source is cited for.")
    publisher: Annotated[Ids, Known("publisher")] = Field([], description="Events cited from this publisher.")
    reported_from: When | None = Field(None, description="Cited from a source available at or after (day or instant).")
    reported_to: When | None = Field(None, description="Cited from a source available at or before (day or instant).")
    type: Annotated[list[Code], Known("type")] = Field([], description="A code of the `type` list.")
    modality: Annotated[list[Code], Known("modality")] = Field([], description="A code of the `modality` list.")
    tag: Annotated[Ids, Known("tag")] = Field([], description="A tag.")
    part_of: Annotated[Ids, Known("event")] = Field([], description="Events that are part of this event.")
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


def term_names(question: EventFilter) -> Iterator[list[Name]]:
    """What an event must have: one term of each list."""
    if question.id:
        yield [("event", value) for value in question.id]
    if question.actor:
        roles = [f" {role}" for role in question.role]
        kind = "actor-role" if roles else "actor"
        names = [[(kind, actor + role) for role in roles or [""]] for actor in question.actor]
        yield from names if question.actor_match == "all" else [[name for some in names for name in some]]
    elif question.role:
        yield [("role", value) for value in question.role]
    if question.location:
        yield [("location", value) for value in question.location]
    if question.source:
        yield [("source", value) for value in question.source]
    if question.publisher:
        yield [("publisher", value) for value in question.publisher]
    if periods := _reported_periods(question):
        yield [("reported", period) for period in periods]
    if question.type:
        yield [("type", value) for value in question.type]
    if question.modality:
        yield [("modality", value) for value in question.modality]
    if question.tag:
        yield [("tag", value) for value in question.tag]
    if question.part_of:
        yield [("part-of", value) for value in question.part_of]
    if question.q:
        yield from ([("word", word)] for word in split_words(question.q))


def areas(question: EventFilter) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Where one of the event's own places must lie: each area by a name of its own."""
    if question.bbox:
        yield f"bbox {question.bbox}", in_box(question.bbox)
    if question.near and question.radius_km:
        yield f"near {question.near} {question.radius_km}", near(question.near, question.radius_km)


def predicates(question: EventFilter, revision: int) -> Iterator[ColumnElement[bool]]:
    """What else must hold of an event's row."""
    if question.date_from and question.date_match == "overlaps":
        yield col(Event.end_day) >= parse_day(question.date_from).toordinal()
    if question.date_to and question.date_match == "within":
        yield col(Event.end_day) <= parse_day(question.date_to).toordinal()
    for phrase in re.findall('"([^"]*)"', question.q or ""):
        yield col(Event.text).contains(f" {' '.join(split_words(phrase))} ", autoescape=True)
    reported = question.reported_from or question.reported_to
    if reported or (question.source and question.publisher):
        cited = [col(Citation.available_at).between(*_reported_between(question))] if reported else []
        cited += [col(Citation.source).in_(question.source)] if question.source else []
        cited += [col(Citation.publisher).in_(question.publisher)] if question.publisher else []
        yield _cited(cited, revision)


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


def fetch_matching(database: Database, question: EventFilter, asked: Revision) -> Matching:
    """What a question asks of the store. Raises `Problem` for an id or code that is not known."""
    names = list(term_names(question))
    wanted = {name for _, name in known_names(question)} | {name for some in names for name in some} | {LONG}
    found = fetch_terms(database, wanted, asked.number)
    refuse_unknown(database, question, found, asked.number)
    conditions = [any_of(some, found) for some in names]
    conditions += [_fetch_places(database, name, area, asked.number) for name, area in areas(question)]
    others = list(predicates(question, asked.number))
    return Matching(Event, asked.number, conditions, others, spans(question, any_of([LONG], found)))


def fetch_events(database: Database, question: EventQuery, asked: Revision, last: tuple[int | str, ...]) -> Page:
    """One page of events, as documents."""
    matching = fetch_matching(database, question, asked)
    ascending = question.order == "asc"
    if question.sort == "date":
        rows = database.fetch(matching.page(last[0] if last else None, question.limit + 1, ascending=ascending))
    else:
        rows = database.fetch(_select_by_report(matching, last, question.limit + 1, ascending=ascending))
    total = database.fetch(matching.total())[0][0] if question.count else None
    more = (*rows[question.limit - 1][:-1],) if len(rows) > question.limit else None
    return Page([row[-1] for row in rows[: question.limit]], more, total)


def fetch_event(database: Database, event_id: str, asked: Revision) -> bytes | None:
    """One event's document, when it exists at the revision."""
    at = (published(Event, asked.number), known(Event, LAST))
    rows = database.fetch(select(col(Event.document)).where(col(Event.id) == event_id, *at))
    return rows[0][0] if rows else None


def _select_by_report(
    matching: Matching, last: tuple[int | str, ...], limit: int, *, ascending: bool
) -> Select[tuple[int, int, bytes]]:
    columns = (col(Event.reported_at), col(Event.key), col(Event.document))
    every = matching.every(*columns)
    order = (every.c.reported_at, every.c.key)
    statement = select(*order, every.c.document).limit(limit)
    statement = statement.order_by(*(one.asc() if ascending else one.desc() for one in order))
    if last:
        statement = statement.where(tuple_(*order) > last if ascending else tuple_(*order) < last)
    return statement


def _reported_between(question: EventFilter) -> tuple[int, int]:
    """The seconds, inclusive, in which a source became available."""
    first, final = question.reported_from, question.reported_to
    return (
        -(-microseconds(parse_day_or_instant(first, "start")) // 1_000_000) if first else -OPEN,
        microseconds(parse_day_or_instant(final, "end")) // 1_000_000 if final else OPEN,
    )


def _reported_periods(question: EventFilter) -> list[str]:
    """The periods in which a source must have become available: all, and perhaps a little more, of a closed range."""
    if not question.reported_from or not question.reported_to:
        return []
    first = parse_day_or_instant(question.reported_from, "start").date()
    last = parse_day_or_instant(question.reported_to, "end").date()
    return list(cover(first, last)) if last.year - first.year <= LONGEST_COVER else []


def _cited(conditions: Sequence[ColumnElement[bool]], revision: int) -> ColumnElement[bool]:
    """One and the same citation of the event meets all conditions."""
    of_event = col(Citation.event) == col(Event.id)
    return exists().where(of_event, published(Citation, revision), known(Citation, LAST), *conditions)


def _fetch_places(database: Database, name: str, area: ColumnElement[bool], revision: int) -> Condition:
    """Events at one of the places in an area; remembered, so that the next page costs one statement."""
    known_area: Condition | None = database.areas.get((name, revision))
    if known_area:
        return known_area
    term = and_(col(Term.kind) == "place", col(Term.value) == col(Location.id))
    rows = database.fetch(
        select(col(Term.number), col(Term.rows))
        .join_from(Location, Term, term)
        .where(published(Location, revision), area)
    )
    if len(database.areas) >= MOST_AREAS:
        database.areas.clear()
    found = Condition(tuple(number for number, _ in rows), sum(count for _, count in rows))
    database.areas[name, revision] = found
    return found
