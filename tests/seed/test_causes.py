"""Why a document changed whose own record did not: the nearest of the edited records that it shows."""

from seed.causes import MOST_CAUSES, Causes
from seed.collection import Collection
from seed.record import Actor, Event, Location


def collection() -> Collection:
    """Members of members of two groups, one of which is nearer; and two events that follow each other, in a place."""
    member_of = {"far": [], "near": [], "between": ["far"], "union": ["near", "between"], "anna": ["union"]}
    parents = {"continent": None, "country": "continent", "town": "country"}
    relations = {"talks": "walkout", "walkout": "talks"}
    return Collection(
        actor={
            one: Actor.model_validate({"id": one, "name": one, "type": "group", "member_of": groups})
            for one, groups in member_of.items()
        },
        location={
            one: Location.model_validate({"id": one, "name": one, "type": "area"} | ({"parent": of} if of else {}))
            for one, of in parents.items()
        },
        event={
            one: Event.model_validate(
                {"id": one, "title": one, "relations": [{"type": "follows", "event": other}]}
                | ({"locations": ["town"]} if one == "talks" else {})
            )
            for one, other in relations.items()
        },
    )


def test_what_a_record_shows_itself_is_the_cause_before_all_else() -> None:
    causes = Causes(collection(), {("actor", "near"), ("actor", "far")})
    assert causes.of(("actor", "union")) == [("actor", "near")]


def test_of_what_is_behind_that_the_nearest_is_the_cause() -> None:
    assert Causes(collection(), {("actor", "near"), ("actor", "far")}).of(("actor", "anna")) == [("actor", "near")]
    assert Causes(collection(), {("actor", "far")}).of(("actor", "anna")) == [("actor", "far")]
    assert Causes(collection(), {("actor", "anna")}).of(("actor", "union")) == []


def test_events_that_lead_to_each_other_have_a_cause_in_the_end() -> None:
    causes = Causes(collection(), {("location", "continent")})
    assert causes.of(("event", "talks")) == causes.of(("event", "walkout")) == [("location", "continent")]


def test_no_more_causes_are_told_than_a_line_holds_near_or_far() -> None:
    groups = [f"group-{number:02}" for number in range(MOST_CAUSES + 1)]
    member_of: dict[str, list[str]] = {one: [] for one in groups} | {"member": groups, "far": ["member"]}
    actors = {one: Actor.model_validate({"id": one, "name": one, "member_of": some}) for one, some in member_of.items()}
    causes = Causes(Collection(actor=actors), {("actor", one) for one in groups})
    told = [("actor", one) for one in groups[:MOST_CAUSES]]
    assert causes.of(("actor", "member")) == causes.of(("actor", "far")) == told
