"""Questions about events. A filter is one field of `EventFilter` and one `if` on the same screen."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache, partial
from typing import Annotated, Literal

from pydantic import Field, model_validator
from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, select, tuple_
from sqlmodel import col

from app.database import Database
from app.instants import day_of, microseconds, parse_day, parse_day_or_instant
from app.kinds import kind_range
from app.pagination import Page, PageQuestion, Types, page_of
from app.parameters import Codes, Day, Ids, KnowledgeQuestion, Known, Origins, Truth, When, Words, refuse_reversed
from app.periods import cover
from app.problems import refuse
from app.queries.absences import fetch_absence, not_known_yet
from app.queries.gazetteer import AT_PLACE, MOST_PLACES, fetch_places
from app.queries.matching import Matching, Predicate
from app.queries.places import Area, Box, InBox, Near, Point, Radius
from app.queries.reach import Reach
from app.queries.shapes import INSTANT, MOST_SHAPES, REVISION, AnySelect, Shape, looked_up, select_every, towards
from app.queries.spans import Condition, any_of
from app.queries.terms import fetch_terms, known_names, refuse_unknown
from app.schemas import code_of
from app.statements import Column, Rows, Template, one_of
from app.tables import LAST, OPEN, Citation, Event, Link, Location, Name, Revision, Term, known, published
from app.words import split_words

EVERY: tuple[Name, ...] = (("disputed", "true"), ("disputed", "false"))
"""Each event has one of these terms."""


class EventFilter(KnowledgeQuestion):
    """Which events: a repeated parameter means *or*, different parameters mean *and*."""

    id: Annotated[Ids, Known("event")] = Field((), description="Events by id.")
    actor: Annotated[Ids, Known("actor")] = Field((), description="Events with this actor, or a member of it.")
    actor_match: Literal["any", "all"] = Field("any", description="With several actors: any of them, or all.")
    role: Annotated[Codes, Known("role")] = Field((), description=code_of("role", "With `actor`, that actor's own"))
    location: Annotated[Ids, Known("location")] = Field((), description="Events at this place, or inside it.")
    bbox: Box | None = Field(None, description="`west,south,east,north` in degrees; west > east crosses the date line.")
    near: Point | None = Field(None, description="`lat,lon` in degrees; goes with `radius_km`.")
    radius_km: Radius | None = Field(None, description="Great-circle kilometres around `near`.")
    source: Annotated[Ids, Known("source")] = Field((), description="Events that this source is cited for.")
    publisher: Annotated[Ids, Known("publisher")] = Field((), description="Events cited from this publisher.")
    origin: Annotated[Ids, Known("publisher")] = Field((), description="Events that carry this publisher's reporting.")
    reported_from: When | None = Field(None, description="Cited from a source available at or after (day or instant).")
    reported_to: When | None = Field(None, description="Cited from a source available at or before (day or instant).")
    type: Annotated[Codes, Known("type")] = Field((), description=code_of("type"))
    modality: Annotated[Codes, Known("modality")] = Field((), description=code_of("modality"))
    tag: Annotated[Ids, Known("tag")] = Field((), description="A tag.")
    part_of: Annotated[Ids, Known("event")] = Field((), description="Events that are part of this event.")
    disputed: Truth | None = Field(None, description="Whether a citation disputes it, or a value.")
    min_origins: Origins | None = Field(None, description="With so many independent origins, or more.")
    quality: Annotated[Codes, Known("quality")] = Field((), description=code_of("quality"))
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


def areas(question: EventFilter) -> Iterator[Area]:
    """Where one of the event's own places must lie."""
    if question.bbox:
        yield InBox(question.bbox)
    if question.near and question.radius_km:
        yield Near(question.near, question.radius_km)


def predicates(question: EventFilter) -> Iterator[Predicate]:
    """What else must hold of an event's row."""
    if question.date_from and question.date_match == "overlaps":
        yield Predicate(_ENDS_FROM, {"ends_from": parse_day(question.date_from).toordinal()})
    if question.date_to and question.date_match == "within":
        yield Predicate(_ENDS_BY, {"ends_by": parse_day(question.date_to).toordinal()})
    for number, phrase in enumerate(re.findall('"([^"]*)"', question.q or "")):
        yield Predicate(_has_phrase(number), {f"phrase_{number}": f"% {' '.join(split_words(phrase))} %"})
    cited = [(name, getattr(question, name)) for name in ("source", "publisher", "origin") if getattr(question, name)]
    reported = bool(question.reported_from or question.reported_to)
    if reported or len(cited) > 1:
        first, final = _reported_between(question)
        values = {"reported_from": first, "reported_to": final} | {f"cited_{name}": some for name, some in cited}
        yield Predicate(_cited(tuple(name for name, _ in cited), reported=reported), values)


_ENDS_FROM = col(Event.end_day) >= bindparam("ends_from")
_ENDS_BY = col(Event.end_day) <= bindparam("ends_by")


@cache
def _has_phrase(number: int) -> ColumnElement[bool]:
    """Words are letters and digits alone, so that nothing in them is a wildcard."""
    return col(Event.text).like(bindparam(f"phrase_{number}"))


@cache
def _cited(names: tuple[str, ...], *, reported: bool) -> ColumnElement[bool]:
    """One and the same citation of the event is of one of some sources, publishers and origins, and of that time."""
    at = (col(Citation.event) == col(Event.id), published(Citation, REVISION), known(Citation, INSTANT))
    conditions = [one_of(col(getattr(Citation, name)), f"cited_{name}") for name in names]
    if reported:
        conditions.append(col(Citation.available_at).between(bindparam("reported_from"), bindparam("reported_to")))
    return looked_up(*at, *conditions)


def reach_of(question: EventFilter) -> Reach:
    """In which days the events of a question can lie, and until when they must have been heard of."""
    first, last = (parse_day(day) if day else None for day in (question.date_from, question.date_to))
    heard = min(question.instant, _reported_between(question)[1])
    return Reach(first, last, question.date_match == "within", day_of(heard) if heard < LAST else None)


def fetch_matching(database: Database, question: EventFilter, revision: Revision) -> Matching:
    """What a question asks of the store. Raises `Problem` for an id or code that is not known."""
    names = list(term_names(question))
    if question.reported_from or question.reported_to:
        names.append(_fetch_reported_names(database, question, revision))
    reach = reach_of(question)
    named = list(known_names(question))
    wanted = {name for _, name in named}.union(reach.long, reach.foreseen, EVERY, *names)
    found = fetch_terms(database, wanted, revision)
    refuse_unknown(database, named, found, revision)
    conditions = [any_of(some, found) for some in names]
    others = list(predicates(question))
    for area in areas(question):
        places = fetch_places(database, area, revision)
        if len(places) <= MOST_PLACES:
            conditions.append(Condition(tuple(place.term for place in places), sum(place.rows for place in places)))
        else:
            others.append(_lies_in(area))
    events = any_of(EVERY, found).rows
    return Matching(Event, revision.number, question.instant, conditions, others, reach.spans(found), events)


def fetch_events(database: Database, question: EventQuery, revision: Revision, last: tuple[int | str, ...]) -> Page:
    """One page of events, as documents."""
    matching = fetch_matching(database, question, revision)
    ascending = question.order == "asc"
    if question.sort == "date":
        rows: Rows = matching.page(database, last[0] if last else None, question.limit + 1, ascending=ascending)
    else:
        rows = fetch_by(database, col(Event.reported_at), matching, last, question.limit + 1, ascending=ascending)
    total = matching.total(database) if question.count else None
    return page_of(rows, question.limit, total)


def fetch_event(database: Database, event_id: str, revision: Revision, instant: int) -> bytes:
    """One event's document. Raises `Problem` or `Moved` when the revision, or the instant, does not have it."""
    rows = database.ask(_ONE_EVENT, {"id": event_id, "revision": revision.number, "instant": instant})
    if not rows:
        at = (col(Event.id) == event_id, published(Event, revision.number))
        known_from = database.fetch(select(func.min(col(Event.known_from))).where(*at))[0][0]
        raise fetch_absence(database, "event", event_id, revision) if known_from is None else not_known_yet(known_from)
    document: bytes = rows[0][0]
    return document


_ONE_EVENT = Template(
    lambda: select(col(Event.document)).where(
        col(Event.id) == bindparam("id"), published(Event, REVISION), known(Event, INSTANT)
    )
)


def fetch_by(
    database: Database, column: Column, matching: Matching, last: tuple[int | str, ...], limit: int, *, ascending: bool
) -> Rows:
    """Places, keys and documents in the order of a column: the keys are sorted, and then the documents fetched."""
    shapes, values = matching.every()
    values |= {"limit": limit, **dict(zip(("last_place", "last_key"), last, strict=False))}
    return database.ask(_by(column, shapes, bool(last), ascending), values)


@lru_cache(MOST_SHAPES)
def _by(column: Column, shapes: tuple[Shape, ...], follows: bool, ascending: bool) -> Template:
    return Template(partial(_select_by, column, shapes, follows=follows, ascending=ascending))


def _select_by(column: Column, shapes: tuple[Shape, ...], *, follows: bool, ascending: bool) -> AnySelect:
    every = select_every(shapes, column.label("place"), col(Event.key).label("key"))
    order, limit = (every.c.place, every.c.key), bindparam("limit", type_=BigInteger)
    keys = select(*order).order_by(*(towards(one, ascending=ascending) for one in order)).limit(limit)
    if follows:
        last = tuple_(bindparam("last_place", type_=BigInteger), bindparam("last_key", type_=BigInteger))
        keys = keys.where(tuple_(*order) > last if ascending else tuple_(*order) < last)
    page = keys.subquery()
    documents = select(page.c.place, page.c.key, col(Event.document))
    documents = documents.join_from(page, Event, col(Event.key) == page.c.key)
    documents = documents.where(published(Event, REVISION), known(Event, INSTANT))
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


def _lies_in(area: Area) -> Predicate:
    """One of the event's own places lies in an area."""
    inside = area.predicate
    return Predicate(_place_holds(inside.holds), inside.values)


@cache
def _place_holds(inside: ColumnElement[bool]) -> ColumnElement[bool]:
    own = and_(col(Link.key) == col(Event.key), col(Link.term).between(*kind_range("place")))
    held = (published(Link, REVISION), known(Link, INSTANT), published(Location, REVISION))
    return looked_up(own, col(Term.number) == col(Link.term), AT_PLACE, inside, *held)
