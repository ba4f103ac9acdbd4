"""The usual implementation, to compare with: FastAPI and SQLModel as their tutorials have them.

Tables with relationships and ordinary indices, `selectinload`, a response model: the same pages of nested events.
Filled from the documents that Dateline serves: `python -m tests.benchmarks.usual FILE`, into USUAL_URL.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import insert
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, select

URL = os.environ.get("USUAL_URL", "sqlite://")


class Named(SQLModel):
    id: str = Field(primary_key=True)
    name: str


class Publisher(Named, table=True):
    __tablename__ = "usual_publisher"


class SourceBase(SQLModel):
    id: str = Field(primary_key=True)
    title: str
    url: str | None = None
    archive_url: str | None = None
    published_edtf: str | None = None
    available_at: str | None = None


class Source(SourceBase, table=True):
    __tablename__ = "usual_source"
    publisher_id: str | None = Field(foreign_key="usual_publisher.id")
    publisher: Publisher | None = Relationship()


class ActorBase(Named):
    type: str | None = None


class Actor(ActorBase, table=True):
    __tablename__ = "usual_actor"


class LocationBase(Named):
    country: str | None = None
    latitude: float | None = Field(default=None, index=True)
    longitude: float | None = Field(default=None, index=True)
    precision: str | None = None


class EventLocation(SQLModel, table=True):
    __tablename__ = "usual_event_location"
    event_id: str = Field(foreign_key="usual_event.id", primary_key=True)
    location_id: str = Field(foreign_key="usual_location.id", primary_key=True, index=True)


class Location(LocationBase, table=True):
    __tablename__ = "usual_location"


class Participation(SQLModel, table=True):
    __tablename__ = "usual_participation"
    event_id: str = Field(foreign_key="usual_event.id", primary_key=True)
    actor_id: str = Field(foreign_key="usual_actor.id", primary_key=True, index=True)
    role: str = Field(primary_key=True)
    actor: Actor = Relationship()


class CitationBase(SQLModel):
    id: str = Field(primary_key=True)
    stance: str
    supports: str
    link: str | None = None
    first_words: str | None = None
    last_words: str | None = None
    verification: str


class Citation(CitationBase, table=True):
    __tablename__ = "usual_citation"
    event_id: str = Field(foreign_key="usual_event.id", index=True)
    source_id: str = Field(foreign_key="usual_source.id", index=True)
    attributed_to_id: str | None = Field(foreign_key="usual_actor.id")
    origin_id: str | None = Field(foreign_key="usual_publisher.id")
    source: Source = Relationship()
    attributed_to: Actor | None = Relationship()
    origin: Publisher | None = Relationship()


class EventBase(SQLModel):
    id: str = Field(primary_key=True)
    title: str
    summary: str | None = None
    type: str | None = Field(default=None, index=True)
    modality: str | None = None
    date_edtf: str | None = None
    start_date: date | None = Field(default=None, index=True)
    end_date: date | None = None
    date_precision: str
    sources: int
    independent_origins: int
    disputed: bool
    first_reported_at: str | None = None


class Event(EventBase, table=True):
    __tablename__ = "usual_event"
    locations: list[Location] = Relationship(link_model=EventLocation)
    participations: list[Participation] = Relationship()
    citations: list[Citation] = Relationship()


class ParticipationPublic(SQLModel):
    role: str
    actor: ActorBase


class SourcePublic(SourceBase):
    publisher: Named | None


class CitationPublic(CitationBase):
    source: SourcePublic
    attributed_to: Named | None
    origin: Named | None


class EventPublic(EventBase):
    locations: list[LocationBase]
    participations: list[ParticipationPublic]
    citations: list[CitationPublic]


app = FastAPI()
engine = create_engine(URL, connect_args={"check_same_thread": False} if URL.startswith("sqlite") else {})
NESTED = (
    selectinload(Event.locations),
    selectinload(Event.participations).selectinload(Participation.actor),
    selectinload(Event.citations).selectinload(Citation.source).selectinload(Source.publisher),
    selectinload(Event.citations).selectinload(Citation.attributed_to),
    selectinload(Event.citations).selectinload(Citation.origin),
)


def session() -> Iterator[Session]:
    with Session(engine) as one:
        yield one


@app.get("/events", response_model=list[EventPublic])
def list_events(
    database: Annotated[Session, Depends(session)],
    actor: str | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    bbox: Annotated[str | None, Query(pattern=r"^-?[\d.]+(,-?[\d.]+){3}$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Any:
    statement = select(Event).order_by(col(Event.start_date).desc(), col(Event.id)).limit(limit).options(*NESTED)
    if actor:
        taking_part = select(Participation.event_id).where(Participation.actor_id == actor)
        statement = statement.where(col(Event.id).in_(taking_part))
    if date_from:
        statement = statement.where(col(Event.end_date) >= date_from)
    if date_to:
        statement = statement.where(col(Event.start_date) <= date_to)
    if bbox:
        west, south, east, north = map(float, bbox.split(","))
        inside = select(EventLocation.event_id).join(Location).where(
            col(Location.longitude).between(west, east), col(Location.latitude).between(south, north)
        )  # fmt: skip
        statement = statement.where(col(Event.id).in_(inside))
    return database.exec(statement).all()


@app.get("/events/{event_id}", response_model=EventPublic)
def get_event(database: Annotated[Session, Depends(session)], event_id: str) -> Any:
    found = database.get(Event, event_id, options=NESTED)
    if found is None:
        raise HTTPException(404)
    return found


def fill(documents: Path) -> None:
    """Write Dateline's documents, one a line, into a new database."""
    rows: dict[type[SQLModel], dict[str, dict[str, Any]]] = {
        one: {} for one in (Publisher, Source, Actor, Location, Event, EventLocation, Participation, Citation)
    }
    with documents.open(encoding="utf-8") as lines:
        for line in lines:
            for model, row in _rows(json.loads(line)):
                rows[model][str([row[one.name] for one in model.__table__.primary_key])] = row  # type: ignore[attr-defined]
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        for model, held in rows.items():
            connection.execute(insert(model), list(held.values()))
        connection.exec_driver_sql("ANALYZE")


def _rows(document: dict[str, Any]) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """The rows that a document stands for; a record that many name comes as often."""
    day = {name: date.fromisoformat(document[name]) for name in ("start_date", "end_date") if name in document}
    yield Event, _row(Event, document | document["evidence"] | day)
    for place in document["locations"]:
        yield Location, _row(Location, place)
        yield EventLocation, {"event_id": document["id"], "location_id": place["id"]}
    for actor in document["actors"]:
        yield Actor, _row(Actor, actor)
        yield Participation, {"event_id": document["id"], "actor_id": actor["id"], "role": actor["role"]}
    for citation in document["citations"]:
        source, speaker, origin = citation["source"], citation.get("attributed_to"), citation.get("origin")
        for publisher in (source["publisher"], *([origin] if origin else [])):
            yield Publisher, _row(Publisher, publisher)
        yield Source, _row(Source, source | {"publisher_id": source["publisher"]["id"]})
        if speaker:
            yield Actor, _row(Actor, speaker)
        named = {"event_id": document["id"], "source_id": source["id"], "supports": ",".join(citation["supports"])}
        by = {"attributed_to_id": speaker and speaker["id"], "origin_id": origin and origin["id"]}
        yield Citation, _row(Citation, citation | citation.get("passage", {}) | named | by)


def _row(model: type[SQLModel], data: dict[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in model.model_fields}


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
