"""The code lists: those that Dateline ships, and what a record adds to them."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pycountry

from app.problems import nearest
from seed.faults import Faults, RecordRefused
from seed.forms import ID
from seed.parsing import parse
from seed.reading import Item, read_record
from seed.record import Vocabulary

SHIPPED_VOCABULARIES = Path(__file__).parent / "vocabularies.yaml"
COMPLETE = "country"
"""The list that no record may add to."""


def vocabularies(added: Iterable[Vocabulary]) -> dict[str, Vocabulary]:
    """The code lists that Dateline ships, with what the record adds to them."""
    every = dict(_shipped())
    for one in added:
        if one.id in every and one.id != COMPLETE:
            every[one.id] = Vocabulary(id=one.id, codes={**every[one.id].codes, **one.codes})
    return every


@cache
def _shipped() -> dict[str, Vocabulary]:
    faults = Faults()
    lists = dict(parse(read_record([SHIPPED_VOCABULARIES], faults), faults).collection.vocabulary)
    if faults:
        raise RecordRefused(faults)
    countries = {country.alpha_2: country.name for country in pycountry.countries}
    return lists | {COMPLETE: Vocabulary.model_construct(id=COMPLETE, codes=countries)}


def check_list(item: Item, faults: Faults) -> None:
    """Codes may only be added to the lists that Dateline ships, and to no complete one."""
    name, extensible = item.data.get("id"), sorted(_shipped().keys() - {COMPLETE})
    if name == COMPLETE:
        faults.add(item.place(("id",)), f"the list '{name}' is complete, as ISO 3166-1; expected no addition to it")
    elif isinstance(name, str) and ID.fullmatch(name) and name not in extensible:
        guess = nearest(name, extensible)
        right = f"nearest: '{guess}'" if guess else f"expected one of {', '.join(extensible)}"
        faults.add(item.place(("id",)), f"unknown list '{name[:100]}'; {right}")
