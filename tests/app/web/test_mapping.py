"""The map: what of the world is in its frame, and which events have no place on it."""

from typing import Any

import pytest

from app.web.mapping import ASPECT, EASTING, UNIT, Map, lay_out

Frame = tuple[float, float, float, float]


def event(name: str, *places: tuple[float, float] | None) -> dict[str, Any]:
    """At places of some latitude and longitude, or of none that is known."""
    spots = [{} if one is None else {"latitude": one[0], "longitude": one[1]} for one in places]
    return {"id": name, "locations": [{"id": f"{name}-{at}", "name": name} | one for at, one in enumerate(spots)]}


def edges(drawn: Map) -> Frame:
    """West, south, east and north of the frame, in degrees."""
    x, y, width, height = drawn.frame
    return x / EASTING, -(y + height) / UNIT, (x + width) / EASTING, -y / UNIT


@pytest.mark.parametrize("box", ["5,45,10,48", "-10,-30,60,70", "0,0,0.1,0.1", "-180,-58,180,84", "170,-50,180,60"])
def test_the_box_that_is_asked_for_is_in_the_frame_and_in_its_middle(box):
    asked = tuple(float(one) for one in box.split(","))
    drawn = lay_out([event("far", (-33.9, 151.2))], box)
    west, south, east, north = edges(drawn)
    assert west <= asked[0] + 1e-9
    assert south <= asked[1]
    assert asked[2] - 1e-9 <= east
    assert asked[3] <= north
    assert (west + east, south + north) == pytest.approx((asked[0] + asked[2], asked[1] + asked[3]))
    assert drawn.frame[2] / drawn.frame[3] == pytest.approx(ASPECT)


def test_a_box_across_the_date_line_is_no_frame_but_its_events_are():
    drawn = lay_out([event("apia", (-13.8, -171.8))], "170,-20,-160,-10")
    west, _, east, _ = edges(drawn)
    assert west < -171.8 < east < 0


def test_few_events_far_away_may_fall_out_of_the_frame_and_most_do_not():
    near = [event(f"near-{at}", (46 + at / 10, 6)) for at in range(9)]
    west, south, east, north = edges(lay_out([*near, event("far", (-33.9, 151.2))], ""))
    assert west < 6 < east < 151
    assert south < 46
    assert north > 46.8
    west, _, east, _ = edges(lay_out([*near[:1], event("far", (-33.9, 151.2))], ""))
    assert west < 6
    assert east > 151


def test_many_events_at_one_place_are_more_than_few_at_others():
    """What is trimmed are events, and not places."""
    fullest = [{"id": f"at-{at}", "locations": event("geneva", (46.2, 6.1))["locations"]} for at in range(40)]
    others = [event(f"other-{at}", (60 + at, 100 + at)) for at in range(3)]
    west, _, east, _ = edges(lay_out([*fullest, *others], ""))
    assert west < 6.1 < east < 100


def test_an_event_without_coordinates_is_counted_as_not_on_the_map():
    """Whether it has no place, or places whose coordinates nobody knows; one that is known is enough."""
    events = [event("nowhere"), event("somewhere", None), event("either", None, (46.2, 6.1)), event("equator", (0, 0))]
    drawn = lay_out(events, "")
    assert drawn.unplaced == 2
    assert {place.id for place in drawn.places} == {"either-1", "equator-0"}
