"""Events are found by where they were, however many places there are, and whoever looks for them."""

import pytest

from tests.invented import event_line, reference_lines, write_lines

PLACES = 8
THEN = "known_at=2020-03-03"
AREAS = {
    "bbox=0,49.5,10,70": PLACES + 1,
    "bbox=0,49.5,10,52.5": 3,
    "near=50,5&radius_km=250": 3,
    "bbox=-10,0,-5,9": 0,
    "bbox=5,50,5,57": PLACES + 1,  # edges are in it
    "bbox=170,60,-170,60": 2,
    "bbox=170.1,49,-170,70": 1,
    "bbox=170,49,-170.1,70": 1,
    "near=60,180&radius_km=600": 2,
    "bbox=0,39,10,56.5": PLACES - 1,  # where one was in the first revision, and all the others but this one are
    f"bbox=0,49.5,10,52.5&{THEN}": 2,
    f"bbox=0,56.5,10,57.5&{THEN}": 0,
}
"""How many events lie in each."""


def lines(latitude_of_the_last: float):
    """Places a degree apart on their way north, two beside the date line, with an event at each; and one that moved."""
    spots = [(50 + n, 5) for n in range(PLACES - 1)] + [(latitude_of_the_last, 5), (60, 170), (60, -170)]
    places = [
        {"kind": "location", "id": f"stop-{n}", "name": f"Stop {n}", "latitude": latitude, "longitude": longitude}
        for n, (latitude, longitude) in enumerate(spots)
    ]
    events = [event_line(n, id=f"halt-{n}", locations=[f"stop-{n}"], relations=[]) for n in range(len(spots))]
    cited = [{"key": source, "source": source} for source in ("gazette-monday", "post-tuesday")]
    earlier = [{"before": "post-tuesday", "locations": ["stop-0"]}]
    moved = event_line(0, id="moved", locations=[f"stop-{PLACES - 1}"], citations=cited, earlier=earlier)
    return [*reference_lines(), *places, *events, moved]


@pytest.fixture(scope="module")
def store(database, make_store, tmp_path_factory):
    store = make_store(database)
    for latitude in (40, 57):
        store.load(write_lines(tmp_path_factory.mktemp("record"), lines(latitude)))
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


@pytest.mark.parametrize("largest", [0, 15_000])
def test_a_place_that_moved_is_where_it_was_in_an_earlier_revision(store, monkeypatch, largest):
    monkeypatch.setattr("app.queries.gazetteer.LARGEST_GAZETTEER", largest)
    for module in ("gazetteer", "events"):
        monkeypatch.setattr(f"app.queries.{module}.MOST_PLACES", 0)
    client = store.client(cache_bytes=0)
    found = [one["id"] for one in client.walk("/v1/events?bbox=0,39,10,41&as_of=1")]
    assert sorted(found) == [f"halt-{PLACES - 1}", "moved"]
