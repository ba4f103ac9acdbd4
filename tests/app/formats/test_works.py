"""Works: each source once, and each event that cites it once, however often it does."""

from typing import Any

import pytest

from app.formats.shape import Answer
from app.formats.works import works
from app.tables import Revision

SOURCES = {name: {"id": name, "title": name} for name in ("late", "early")}


def cited(event: str, *sources: str, **claim: Any) -> dict[str, Any]:
    citations = [{"id": f"{event}~{at}", "source": SOURCES[one]} for at, one in enumerate(sources)]
    return {"id": event, "citations": citations, "claims": [claim] if claim else []}


def found(*events: dict[str, Any]) -> dict[str, list[tuple[str, list[str], int]]]:
    """Of each work the events, with their citations and the number of their claims."""
    answer = Answer(events, Revision(number=1), "/", "/", "", "Title", "CC0-1.0", "Desk")
    return {
        work.source["id"]: [
            (use.event["id"], [one["id"] for one in use.citations], len(use.claims)) for use in work.uses
        ]
        for work in works(answer)
    }


def test_an_event_that_cites_a_source_twice_uses_it_once():
    assert found(cited("a", "late", "early", "late"), cited("b", "early")) == {
        "late": [("a", ["a~0", "a~2"], 0)],
        "early": [("a", ["a~1"], 0), ("b", ["b~0"], 0)],
    }


@pytest.mark.parametrize(("asserting", "late", "early"), [(["a~0"], 1, 0), (["a~1"], 0, 1), (["a~0", "a~1"], 1, 1)])
def test_a_claim_is_told_of_the_sources_that_assert_it(asserting, late, early):
    told = found(cited("a", "late", "early", citations=asserting))
    assert [told[name][0][2] for name in ("late", "early")] == [late, early]
