"""Other servers over the same events: what others would install instead. Each says what it needs, or is left out.

Each is asked for pages of 50 events by actor and dates, by box, and for one event, in the way that suits it best.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import psycopg

from tests.benchmarks.pressing import Load
from tests.benchmarks.questions import ACTOR, BOX, EVENT
from tests.benchmarks.serving import PROGRAMS, Server, free_port, serving, uvicorn
from tests.benchmarks.stores import Store

Asked = Mapping[str, Sequence[str]]
"""Dateline's own addresses of each kind."""
Loads = dict[str, Load]
POSTGRAPHILE = "postgraphile@4.14.1"
PYGEOAPI = ("pygeoapi==0.21.0", "starlette==1.10.0", "uvicorn==0.54.0", "uvloop==0.23.0", "httptools==0.9.0")
DEBIAN_PYTHON = "/usr/bin/python3"
"""Whose SQLite loads extensions."""


class NotHere(Exception):  # noqa: N818 - no fault: a peer that this machine does not have
    """Why a peer is left out."""


@dataclass(frozen=True)
class Data:
    """What Dateline itself exports, for the others to serve."""

    documents: Path
    file: Path
    work: Path

    @classmethod
    def of(cls, server: Server, work: Path) -> "Data":
        data = cls(work / "documents.ndjson", work / "dateline.sqlite", work)
        for path, name in ((data.documents, "events.ndjson"), (data.file, "dateline.sqlite")):
            with (
                httpx.stream("GET", f"{server.address}/v1/exports/{name}", timeout=600) as answer,
                path.open("wb") as file,
            ):
                answer.raise_for_status()
                file.writelines(answer.iter_bytes())
        return data


def _translated(asked: Asked, page: Callable[[dict[str, str]], str], one: Callable[[str], str]) -> Loads:
    """The same questions in another's words."""
    pages = {kind: [page(dict(parse_qsl(urlsplit(path).query))) for path in asked[kind]] for kind in (ACTOR, BOX)}
    events = [one(path.rpartition("/")[2]) for path in asked[EVENT]]
    return {kind: Load(addresses) for kind, addresses in {**pages, EVENT: events}.items()}


def _box(question: Mapping[str, str]) -> dict[str, str]:
    return dict(zip(("west", "south", "east", "north"), question["bbox"].split(","), strict=True))


@contextmanager
def usual(data: Data, asked: Asked, store: Store) -> Iterator[tuple[Server, Loads]]:
    """FastAPI and SQLModel: see `tests.benchmarks.usual`."""
    environment = {"USUAL_URL": store.url.replace("postgresql://", "postgresql+psycopg://")}
    fill = [PROGRAMS / "python", "-m", "tests.benchmarks.usual", data.documents]
    subprocess.run(fill, check=True, env=environment)
    loads = _translated(asked, lambda question: f"/events?{urlencode(_without_order(question))}", "/events/{}".format)
    command = uvicorn("tests.benchmarks.usual:app", port := free_port())
    name = f"FastAPI + SQLModel, {store.name}"
    with serving(name, command, port, "/docs", environment=environment, database=store.database) as server:
        yield server, loads


def _without_order(question: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in question.items() if name != "order"}


NESTED = """
    SELECT e.*,
      (SELECT json_group_array(json_object('id', a.id, 'name', a.name, 'type', a.type, 'role', x.role))
         FROM event_actor x JOIN actor a ON a.id = x.actor WHERE x.event = e.id) AS actors,
      (SELECT json_group_array(json_object('id', l.id, 'name', l.name, 'country', l.country, 'latitude', l.latitude,
         'longitude', l.longitude, 'precision', l.precision))
         FROM event_location x JOIN location l ON l.id = x.location WHERE x.event = e.id) AS locations,
      (SELECT json_group_array(json_object('id', c.id, 'stance', c.stance, 'link', c.link, 'first_words', c.first_words,
         'last_words', c.last_words, 'verification', c.verification,
         'source', json_object('id', s.id, 'title', s.title, 'url', s.url, 'archive_url', s.archive_url,
           'published_edtf', s.published_edtf, 'available_at', s.available_at,
           'publisher', s.publisher, 'publisher_name', p.name),
         'attributed_to', c.attributed_to, 'origin', c.origin))
         FROM citation c JOIN source s ON s.id = c.source LEFT JOIN publisher p ON p.id = s.publisher
         WHERE c.event = e.id) AS citations
    FROM event e
"""
QUERIES = {
    "by_actor": NESTED + """
        WHERE e.id IN (SELECT event FROM event_actor WHERE actor = :actor)
        AND e.end_date >= :date_from AND e.start_date <= :date_to ORDER BY e.start_date DESC LIMIT :limit""",
    "by_box": NESTED + """
        WHERE e.id IN (SELECT x.event FROM location l JOIN event_location x ON x.location = l.id
          WHERE l.longitude BETWEEN :west AND :east AND l.latitude BETWEEN :south AND :north)
        ORDER BY e.start_date DESC LIMIT :limit""",
}  # fmt: skip


@contextmanager
def datasette(data: Data, asked: Asked) -> Iterator[tuple[Server, Loads]]:
    """Datasette on the file that Dateline exports, with SQL that nests; one event as its row, flat."""
    metadata = data.work / "datasette.json"
    queries = {name: {"sql": sql} for name, sql in QUERIES.items()}
    metadata.write_text(json.dumps({"databases": {"dateline": {"queries": queries}}}))
    command = [PROGRAMS / "datasette", "serve", "--immutable", data.file, "--metadata", metadata, "--port"]
    shape = {"_shape": "array"}

    def page(question: dict[str, str]) -> str:
        name, filters = ("by_box", _box(question)) if "bbox" in question else ("by_actor", question)
        return f"/dateline/{name}.json?{urlencode({**_without_order(filters), 'limit': question['limit'], **shape})}"

    loads = _translated(asked, page, f"/dateline/event/{{}}.json?{urlencode(shape)}".format)
    with serving("Datasette, SQLite", [*command, str(port := free_port())], port, "/-/versions.json") as server:
        yield server, loads


@contextmanager
def roapi(data: Data, asked: Asked) -> Iterator[tuple[Server, Loads]]:
    """ROAPI holds flat rows in memory: an event with its first actor and place, and nothing nested."""
    program = PROGRAMS / "roapi"
    if not program.exists():
        raise NotHere("ROAPI: not installed; `uv run --group benchmarks …`")
    flat = _flat_rows(data)
    ports = [f"127.0.0.1:{free_port()}" for _ in range(3)]
    options = zip(("--addr-http", "--addr-postgres", "--addr-flight-sql"), ports, strict=True)
    command = [program, *(part for option in options for part in option), "--table", f"event={flat},format=ndjson"]

    def page(question: dict[str, str]) -> str:
        if "bbox" in question:
            where = "longitude BETWEEN {west} AND {east} AND latitude BETWEEN {south} AND {north}"
            where = where.format(**_box(question))
        else:
            where = "actor = '{actor}' AND end_date >= '{date_from}' AND start_date <= '{date_to}'".format(**question)
        sql = f"SELECT * FROM event WHERE {where} ORDER BY start_date DESC LIMIT {question['limit']}"
        return f"/api/sql\t{sql}"

    one = "/api/sql\tSELECT * FROM event WHERE id = '{}'".format
    port = int(ports[0].rpartition(":")[2])
    with serving("ROAPI, in memory", command, port, "/health") as server:
        yield server, _translated(asked, page, one)


def _flat_rows(data: Data) -> Path:
    flat = data.work / "flat.ndjson"
    with data.documents.open(encoding="utf-8") as lines, flat.open("w", encoding="utf-8") as rows:
        rows.writelines(json.dumps(_flat(json.loads(line))) + "\n" for line in lines)
    return flat


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    actor, place = ([*document[name], {}][0] for name in ("actors", "locations"))
    names = ("id", "title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "date_precision")
    where = {name: place.get(name) for name in ("latitude", "longitude")}
    return {name: document.get(name) for name in names} | {"actor": actor.get("id"), "place": place.get("id")} | where


@contextmanager
def pygeoapi(data: Data, asked: Asked) -> Iterator[tuple[Server, Loads]]:
    """pygeoapi on flat rows in SpatiaLite, asked by box and by id: its provider knows neither days nor an order."""
    folder, file = data.work / "pygeoapi", data.work / "spatial.sqlite"
    fill = [DEBIAN_PYTHON, Path(__file__).with_name("spatial.py"), _flat_rows(data), file]
    python = folder / "bin" / "python"
    install = [["uv", "venv", "--allow-existing", "--python", DEBIAN_PYTHON, folder]]
    install.append(["uv", "pip", "install", "--python", python, *PYGEOAPI])
    for command in (fill, *install):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise NotHere("pygeoapi: needs Debian's python3 and libsqlite3-mod-spatialite, and a registry that has it")
    port = free_port()
    config, contract = folder / "config.json", folder / "openapi.yml"
    config.write_text(json.dumps(_pygeoapi_settings(file, port)))
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(contract)}
    describe = [folder / "bin" / "pygeoapi", "openapi", "generate", config, "--output-file", contract]
    subprocess.run(describe, check=True, capture_output=True, env=os.environ | environment)
    questions = [dict(parse_qsl(urlsplit(path).query)) for path in asked[BOX]]
    items = "/collections/event/items"
    loads = {
        BOX: Load([f"{items}?f=json&limit={one['limit']}&bbox={one['bbox']}" for one in questions]),
        EVENT: Load([f"{items}/{path.rpartition('/')[2]}?f=json" for path in asked[EVENT]]),
    }
    command = [folder / "bin" / "uvicorn", *uvicorn("pygeoapi.starlette_app:APP", port)[1:]]
    with serving("pygeoapi, SpatiaLite", command, port, "/conformance?f=json", environment=environment) as server:
        yield server, loads


def _pygeoapi_settings(file: Path, port: int) -> dict[str, Any]:
    """As its documentation has them: nothing in them may be left out."""
    address = f"http://127.0.0.1:{port}"
    named = {"title": "events", "description": "events", "keywords": ["events"]}
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    provider = {"type": "feature", "name": "SQLiteGPKG", "data": str(file), "id_field": "id", "table": "event"}
    collection = {
        **named, "type": "collection", "links": [], "providers": [provider],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": crs}},
    }  # fmt: skip
    about = {**named, "keywords_type": "theme", "terms_of_service": "none", "url": address}
    nobody = {"name": "none", "url": address}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype": "application/json",
            "encoding": "utf-8", "languages": ["en-US"], "limits": {"default_items": 50, "max_items": 500},
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {"identification": about, "license": nobody, "provider": nobody, "contact": nobody},
        "resources": {"event": collection},
    }  # fmt: skip


FUNCTIONS = """
    CREATE FUNCTION by_actor(actor text, date_from date, date_to date, most int) RETURNS SETOF usual_event
    LANGUAGE sql STABLE AS $$
      SELECT e.* FROM usual_event e WHERE e.id IN (SELECT event_id FROM usual_participation p WHERE p.actor_id = actor)
      AND e.end_date >= date_from AND e.start_date <= date_to ORDER BY e.start_date DESC LIMIT most $$;
    CREATE FUNCTION by_box(west float, south float, east float, north float, most int) RETURNS SETOF usual_event
    LANGUAGE sql STABLE AS $$
      SELECT e.* FROM usual_event e WHERE e.id IN (
        SELECT x.event_id FROM usual_location l JOIN usual_event_location x ON x.location_id = l.id
        WHERE l.longitude BETWEEN west AND east AND l.latitude BETWEEN south AND north)
      ORDER BY e.start_date DESC LIMIT most $$;
"""
FRAGMENT = """
    id title summary type modality dateEdtf startDate endDate datePrecision sources independentOrigins disputed
    usualEventLocationsByEventIdList { usualLocationByLocationId { id name country latitude longitude precision } }
    usualParticipationsByEventIdList { role usualActorByActorId { id name type } }
    usualCitationsByEventIdList { id stance supports link firstWords lastWords verification
      usualSourceBySourceId { id title url archiveUrl publishedEdtf availableAt
        usualPublisherByPublisherId { id name } }
      usualActorByAttributedToId { id name } usualPublisherByOriginId { id name } }
"""


@contextmanager
def postgraphile(data: Data, asked: Asked, store: Store) -> Iterator[tuple[Server, Loads]]:
    """PostGraphile (Node) on the usual implementation's tables, with a function for each page."""
    if shutil.which("npm") is None:
        raise NotHere("PostGraphile: needs npm")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", data.work, POSTGRAPHILE]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        raise NotHere("PostGraphile: npm does not install it here")
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(FUNCTIONS)
    program = data.work / "node_modules" / ".bin" / "postgraphile"
    options = [
        "--schema",
        "public",
        "--simple-collections",
        "only",
        "--disable-query-log",
        "--no-setof-functions-contain-nulls",
    ]
    command = [program, "--connection", store.url, *options, "--max-pool-size", "8", "--port", str(port := free_port())]

    def query(call: str) -> str:
        return "/graphql\t" + json.dumps({"query": " ".join(f"{{ {call} {{ {FRAGMENT} }} }}".split())})

    def page(question: dict[str, str]) -> str:
        if "bbox" in question:
            return query("byBoxList(west: {west}, south: {south}, east: {east}, north: {north}, most: {most})".format(
                **_box(question), most=question["limit"]
            ))  # fmt: skip
        return query(
            'byActorList(actor: "{actor}", dateFrom: "{date_from}", dateTo: "{date_to}", most: {limit})'.format(
                **question
            )
        )

    loads = _translated(asked, page, lambda event_id: query(f'usualEventById(id: "{event_id}")'))
    with serving("PostGraphile, PostgreSQL", command, port, "/graphiql", database=store.database) as server:
        yield server, loads
