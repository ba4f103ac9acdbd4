"""Events are found by where they were, however many places there are, and whoever looks for them."""

import pytest

from tests.invented import event_line, reference_lines, write_lines

PLACES = 8
AREAS = {"bbox=0,49.5,10,70": PLACES, "bbox=0,49.5,10,52.5": 3, "near=50,5&radius_km=250": 3, "bbox=-10,0,-5,9": 0}
"""How many places, and so events, lie in each."""


@pytest.fixture(scope="module")
def store(database, make_store, tmp_path_factory):
    """Places a degree apart on their way north, with an event at each."""
    store, numbers = make_store(database), range(PLACES)
    places = [
        {"kind": "location", "id": f"stop-{n}", "name": f"Stop {n}", "latitude": 50 + n, "longitude": 5}
        for n in numbers
    ]
    events = [event_line(n, id=f"halt-{n}", locations=[f"stop-{n}"], relations=[]) for n in numbers]
    store.load(write_lines(tmp_path_factory.mktemp("record"), [*reference_lines(), *places, *events]))
    return store


@pytest.mark.parametrize("most", [2, 3, 4, PLACES - 1, PLACES, 500])
@pytest.mark.parametrize("largest", [0, PLACES - 1, PLACES, 15_000])
def test_an_area_has_its_events_at_every_bound_of_how_places_are_looked_for(store, monkeypatch, largest, most):
    monkeypatch.setattr("app.queries.gazetteer.LARGEST_GAZETTEER", largest)
    for module in ("gazetteer", "events"):
        monkeypatch.setattr(f"app.queries.{module}.MOST_PLACES", most)
    client = store.client(cache_bytes=0)
    found = {area: client.get(f"/v1/events?{area}&count=exact").json() for area in AREAS}
    assert {area: answer["meta"]["total"] for area, answer in found.items()} == AREAS
    assert {area: len(answer["data"]) for area, answer in found.items()} == AREAS
