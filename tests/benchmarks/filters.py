"""The questions of which growth is told: every filter, alone and in pairs, with a value that is in many events."""

from collections.abc import Mapping
from itertools import combinations

from tests.benchmarks.generate import TYPES, World, identifier

Question = Mapping[str, str | int]
EARLY = "2001-12-31"
"""When little was known yet: nearly all that the store holds came later."""
NOWHERE = '"the to of the to of the to"'
"""A phrase of words that are in most events, and of none."""


def filters(world: World) -> dict[str, Question]:
    """Every filter, with a value that is in many events."""
    actor, place, publisher = (identifier(kind, 0) for kind in ("actor", "location", "publisher"))
    return {
        "actor": {"actor": actor},
        "role": {"role": "initiator"},
        "location": {"location": place},
        "bbox": {"bbox": "-90,-60,90,60"},
        "near": {"near": "-57,0", "radius_km": 6000},
        "source": {"source": identifier("source", world.sources - 1)},
        "publisher": {"publisher": publisher},
        "origin": {"origin": publisher},
        "reported_from": {"reported_from": "2010-01-01"},
        "reported_to": {"reported_to": "2020-01-01"},
        "type": {"type": TYPES[0]},
        "modality": {"modality": "occurred"},
        "tag": {"tag": "to"},
        "part_of": {"part_of": identifier("event", 0)},
        "disputed": {"disputed": "true"},
        "min_origins": {"min_origins": 2},
        "quality": {"quality": "no-matched-citation"},
        "q": {"q": "government"},
        "phrase": {"q": '"the of"'},
        "date_from": {"date_from": "2008-01-01"},
        "date_to": {"date_to": "2018-12-31"},
        "within": {"date_from": "2008-01-01", "date_to": "2018-12-31", "date_match": "within"},
        "known_at": {"known_at": "2018-06-01"},
        "as_of": {"as_of": 1},
    }


def questions(world: World, *, pairs: bool) -> dict[str, Question]:
    alone = filters(world)
    together = {f"{one} + {other}": {**alone[one], **alone[other]} for one, other in combinations(alone, 2)}
    unfiltered: dict[str, Question] = {
        "nothing": {},
        "order=asc": {"order": "asc"},
        "known_at, early": {"known_at": EARLY},
        "known_at, early, order=asc": {"known_at": EARLY, "order": "asc"},
    }
    few: dict[str, Question] = {
        "few: a rare type in a box by an actor": {"type": TYPES[-1], "bbox": "-10,-62,10,-50", **alone["actor"]},
        "none: a rare type by a rare actor": {"type": TYPES[-1], "actor": identifier("actor", world.actors - 1)},
        "none: nothing known yet": {"known_at": "2000-01-01"},
        "none: a phrase of common words": {"q": NOWHERE},
        "sort=reported": {"sort": "reported"},
        "sort=reported, actor": {"sort": "reported", **alone["actor"]},
        "sort=reported, known_at": {"sort": "reported", **alone["known_at"]},
    }
    return unfiltered | alone | (together if pairs else {}) | few
