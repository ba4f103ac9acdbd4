"""What is nought is told, and not taken for what is absent: a place in the Gulf of Guinea, and none dead."""

import csv
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.web.mapping import lay_out
from tests.conftest import Client, Store
from tests.invented import event_line, reference_lines, write_lines

BUOY = {"kind": "location", "id": "buoy", "name": "Buoy 13010", "latitude": 0, "longitude": 0}
"""`Null Island`, where there is a buoy."""


@pytest.fixture(scope="module")
def client(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store, none = make_store("sqlite"), [{"measure": "deaths", "value": 0}]
    event = event_line(0, locations=["buoy"], quantities=none)
    store.load(write_lines(tmp_path_factory.mktemp("record"), [*reference_lines(), BUOY, event]))
    return store.client()


def told(client: Client, suffix: str) -> str:
    answer = client.get(f"/v1/events{suffix}")
    assert answer.status_code == 200
    return answer.text


def test_in_a_table_and_on_maps(client):
    (row,) = csv.DictReader(told(client, ".csv").removeprefix("\ufeff").splitlines())
    assert (float(row["latitude"]), float(row["longitude"])) == (0, 0)
    (feature,) = json.loads(told(client, ".geojson"))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [0, 0]}
    drawn = lay_out(json.loads(told(client, ""))["data"], "")
    assert ([place.id for place in drawn.places], drawn.unplaced) == (["buoy"], 0)


def test_in_a_calendar_and_in_words(client):
    lines = told(client, ".ics").splitlines()
    assert [line for line in lines if line.startswith("GEO:")] == ["GEO:0.0;0.0"]
    assert "Counted: deaths 0" in told(client, ".atom")


def test_in_linked_data(client):
    event = json.loads(told(client, "/harbour-talks-0.jsonld"))
    found = json.dumps(event)
    assert '"latitude": 0' in found
    assert '"disputed": false' in found
    assert '"propertyID": "deaths", "value": 0' in found
