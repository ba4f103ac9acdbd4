"""Sources in JSON-LD: a date is schema.org's where it is exact, and EDTF's alone where it is not."""

import pytest

from app.formats.linked.sources import source_node
from app.formats.shape import Answer
from app.tables import Revision

ANSWER = Answer([], Revision(number=1), "/", "/", "https://dateline.example", "Title", "CC0-1.0", "Desk")


@pytest.mark.parametrize(
    ("edtf", "is_exact"),
    [
        ("2020-03-05", True),
        ("2020-03-05T09:00:00-05:00", True),
        ("2020-03", False),
        ("2020", False),
        ("2020-03-05~", False),
        ("2020-03-05?", False),
        ("2020-03-XX", False),
        ("202X", False),
    ],
)
def test_a_date_is_told_as_exact_only_where_it_is(edtf, is_exact):
    source = {"id": "a", "title": "A", "authors": [], "derived_from": [], "origins": [], "corrections": []}
    node = source_node(ANSWER, source | {"published_edtf": edtf, "updated_edtf": edtf})
    exact = {name: edtf for name in ("datePublished", "dateModified") if is_exact}
    assert {name: node[name] for name in ("datePublished", "dateModified") if name in node} == exact
    assert node["published_edtf"] == node["updated_edtf"] == edtf
