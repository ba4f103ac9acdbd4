"""GeoJSON and NDJSON: by the rules of RFC 7946, and as GDAL reads them."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.oracle import Oracle

SEED = 46
PROVENANCE = {"dataset_revision": 1, "license": "CC-BY-4.0", "attribution": "Dateline"}
STATED = ("id", "title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "date_precision",
          "date_basis", "start_time", "revision")  # fmt: skip
COUNTED = ("sources", "independent_origins", "disputed", "first_reported_at")
PLAIN = (str, int, float, bool, type(None))


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle(generate(SEED, events=120))


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store], oracle: Oracle, tmp_path_factory: Any) -> Client:
    store = make_store("sqlite")
    store.load(write(oracle.record, tmp_path_factory.mktemp("record")))
    return store.client()


def pages(client: Client, path: str) -> list[dict[str, Any]]:
    found, following = [], path
    while following:
        answer = client.get(following)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/geo+json")
        found.append(answer.json())
        following = found[-1].get("next", "")
    return found


def test_the_pages_have_every_event_once_in_the_order_of_the_list(client: Client) -> None:
    features = [one["id"] for page in pages(client, "/v1/events.geojson?limit=17") for one in page["features"]]
    assert features == [event["id"] for event in client.walk("/v1/events?limit=500")]


def test_geometry_is_of_the_event_s_own_places_and_null_where_none_has_coordinates(
    client: Client, oracle: Oracle
) -> None:
    kinds = set()
    for feature in client.get("/v1/exports/events.geojson").json()["features"]:
        spots = [[x, y] for y, x in oracle.spots(oracle.by_id["event"][feature["id"]])]
        geometry = feature["geometry"]
        kinds.add(geometry and geometry["type"])
        held = [] if geometry is None else [geometry["coordinates"]] if len(spots) == 1 else geometry["coordinates"]
        assert sorted(held) == sorted(spots)
    assert kinds == {None, "Point", "MultiPoint"}


def test_properties_are_flat_and_the_same_for_every_feature_and_keep_what_the_event_tells(client: Client) -> None:
    events = {event["id"]: event for event in client.walk("/v1/events?limit=500")}
    names = set()
    for feature in client.get("/v1/exports/events.geojson?order=asc").json()["features"]:
        properties, event = feature["properties"], events[feature["id"]]
        names.add(tuple(properties))
        assert all(isinstance(value, PLAIN) for value in properties.values())
        for name in ("citations", "claims", "quantities"):
            assert json.loads(properties[name]) == event[name]
        assert [properties[name] for name in STATED] == [event.get(name) for name in STATED]
        assert [properties[name] for name in COUNTED] == [event["evidence"].get(name) for name in COUNTED]
    assert len(names) == 1


def test_lines_without_their_provenance_are_the_events_of_the_list_and_of_the_whole_answer(client: Client) -> None:
    listed = client.get("/v1/events?limit=9").json()["data"]
    assert lines(client, "/v1/events.ndjson?limit=9") == listed
    assert lines(client, "/v1/exports/events.ndjson") == client.walk("/v1/events?limit=500")
    for path in ("/v1/events.ndjson", "/v1/exports/events.ndjson"):
        assert lines(client, f"{path}?q=nothing-of-the-sort") == []


def test_every_line_says_where_it_is_from(client: Client) -> None:
    for path in ("/v1/events.ndjson?limit=9", "/v1/exports/events.ndjson"):
        for line in client.get(path).content.splitlines():
            assert PROVENANCE.items() <= json.loads(line).items()
    assert not PROVENANCE.keys() & {name for event in client.walk("/v1/events?limit=500") for name in event}


def test_every_feature_says_where_it_is_from_beside_its_collection(client: Client) -> None:
    for path in ("/v1/events.geojson?limit=9", "/v1/exports/events.geojson"):
        collection = client.get(path).json()
        assert (collection["license"], collection["attribution"], collection["revision"]) == (
            "CC-BY-4.0",
            "Dateline",
            1,
        )
        assert all(PROVENANCE.items() <= one["properties"].items() for one in collection["features"])


def lines(client: Client, path: str) -> list[dict[str, Any]]:
    """Without where they are from."""
    told = [json.loads(line) for line in client.get(path).content.splitlines()]
    return [{name: value for name, value in one.items() if name not in PROVENANCE} for one in told]


def test_a_question_keeps_what_it_keeps_in_json(client: Client) -> None:
    for question in ("known_at=2021-12-31&type=mobilize", "modality=planned&order=asc", "bbox=-180,-90,180,0"):
        listed = [event["id"] for event in client.walk(f"/v1/events?{question}")]
        assert [one["id"] for one in client.get(f"/v1/exports/events.geojson?{question}").json()["features"]] == listed


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="GDAL is missing: apt-get install gdal-bin")
def test_gdal_reads_every_page_and_the_export(client: Client, tmp_path: Path) -> None:
    told = [json.dumps(page) for page in pages(client, "/v1/events.geojson?limit=50")]
    told.append(client.get("/v1/exports/events.geojson").text)
    counts = []
    for number, text in enumerate(told):
        source = tmp_path / f"{number}.geojson"
        source.write_text(text, encoding="utf-8")
        told_by_gdal = run("ogrinfo", "-al", "-so", source)
        kinds = dict(re.findall(r"^(\w+): (\w+)", told_by_gdal, re.MULTILINE))
        assert (kinds["sources"], kinds["disputed"], kinds["citations"]) == ("Integer", "Integer", "String")
        counts.append(int(re.findall(r"^Feature Count: (\d+)$", told_by_gdal, re.MULTILINE)[0]))
        run("ogr2ogr", "-f", "GPKG", tmp_path / f"{number}.gpkg", source)
        assert kinds.keys() >= PROVENANCE.keys()
    assert sum(counts[:-1]) == counts[-1] == len(client.walk("/v1/events?limit=500"))


def run(*command: object) -> str:
    """What a program says; a warning is a failure."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout
