"""The record that Dateline ships: sound, neutral in form, and each passage verified where the texts are at hand."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seed.checking import check
from seed.collection import Collection
from seed.record import SUPPORTING
from seed.verifying import verify
from tests.conftest import RECORD

TEXTS = os.environ.get("DATELINE_TEXTS")
RUN = 8
"""So many words in a row are no longer a phrase."""

needs_texts = pytest.mark.skipif(
    not TEXTS, reason="DATELINE_TEXTS names no folder: the five texts are not ours to ship, so passages stay unverified"
)


@pytest.fixture(scope="module")
def record() -> Collection:
    return check([RECORD])


@needs_texts
def test_every_citation_is_matched_in_its_text() -> None:
    report = verify([RECORD], Path(str(TEXTS)), write=False)
    assert report.ok, report.lines()
    assert {result.status for result in report.results} == {"matched"}


@needs_texts
def test_no_sentence_of_a_text_stands_in_the_record() -> None:
    runs = {run for path in Path(str(TEXTS)).glob("*.txt") for run in _runs(path.read_text(encoding="utf-8"))}
    files = sorted(RECORD.rglob("*.yaml"))
    assert files
    for path in files:
        lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("url:"))
        assert not runs & set(_runs("\n".join(lines))), path


def test_every_event_says_what_who_and_when(record: Collection) -> None:
    for event in record.event.values():
        assert event.summary, event.id
        assert event.actors, event.id
        assert event.date is None or event.date_basis, event.id


def test_every_event_has_a_citation_for_its_date_and_one_for_its_actors(record: Collection) -> None:
    for event in record.event.values():
        backed = {name for one in event.citations if one.stance in SUPPORTING for name in one.supports}
        assert not event.date or "date" in backed, event.id
        assert "actors" in backed, event.id


def test_what_one_side_alone_says_names_who_says_it(record: Collection) -> None:
    for event in record.event.values():
        if event.modality == "alleged":
            speakers = {one.attributed_to for one in event.citations} - {None}
            speakers |= {one.actor for one in event.actors if one.role in ("claimant", "reporter")}
            assert speakers, event.id


def test_a_title_or_summary_quotes_nobody_from_a_paraphrase_alone(record: Collection) -> None:
    for event in record.event.values():
        sources = [record.source[one.source] for one in event.citations]
        if all(source.paraphrase for source in sources):
            assert not re.search(r"[\"“”]", f"{event.title} {event.summary}"), event.id


def test_every_actor_place_source_and_publisher_is_used(record: Collection) -> None:
    used = set(_strings([event.model_dump() for event in record.event.values()]))
    used |= {group for actor in set(used) & record.actor.keys() for group in record.with_groups(actor)}
    used |= {outer for place in set(used) & record.location.keys() for outer in record.with_surroundings(place)}
    positions = (position for actor in record.actor.values() for position in actor.positions)
    used |= {position.organisation for position in positions if position.organisation}
    used |= set(_strings([source.model_dump() for source in record.source.values()]))
    for kind in ("actor", "location", "publisher", "source"):
        assert not getattr(record, kind).keys() - used, kind


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[\w'’]+", text.lower().replace("’", "'"))
    return (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in _strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in _strings(part))
