"""The made-up record of the benchmarks: sound, of the asked size, and the same on every machine."""

import hashlib
import json
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from seed.checking import check
from tests.benchmarks.generate import World, write

EVENTS = 300
DIGEST = "1996cdb19c45ed71d4e037da0bb3ac6c0159b49c73718ca5dd17de8c1c6daa46"


def lines_of(folder: Path, kind: str = "event") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{kind}s.ndjson").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    return write(World(seed=1, events=EVENTS), tmp_path_factory.mktemp("first"))


def test_a_seed_gives_the_same_bytes_everywhere(first):
    whole = b"".join(path.read_bytes() for path in sorted(first.iterdir()))
    assert hashlib.sha256(whole).hexdigest() == DIGEST


def test_the_record_is_sound_in_every_state(first, tmp_path):
    for folder in (first, write(World(1, EVENTS, revision=20), tmp_path)):
        assert len(check([folder], allow_uncited=False).event) == EVENTS


def test_events_have_two_actors_and_two_citations_on_the_whole(first):
    events = lines_of(first)
    assert mean(len(one["actors"]) for one in events) == pytest.approx(2.2, abs=0.2)
    assert mean(len(one["citations"]) for one in events) == pytest.approx(1.8, abs=0.2)


def test_a_later_state_touches_every_event_and_withdraws_some(first, tmp_path):
    before, after = lines_of(first), lines_of(write(World(1, EVENTS, revision=20), tmp_path))
    assert [one["id"] for one in before] == [one["id"] for one in after]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert 0 < sum(one.get("status") == "withdrawn" for one in after) < EVENTS / 3
