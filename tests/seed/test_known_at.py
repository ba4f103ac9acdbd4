"""`known_at` leaks nothing: the whole store answers as one that was loaded with what was published by then, alone.

Some random records and instants in every run. As many as anyone likes, over seeds of one's own:

    KNOWN_AT_RECORDS=2500 KNOWN_AT_FIRST=1000 uv run pytest tests/seed/test_known_at.py -q
"""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.alone import Alone, data, pair
from tests.conftest import Client, Store
from tests.days import LAST, counts
from tests.generator import Record, generate, write
from tests.history import histories
from tests.lineage import bases, by_id, roots
from tests.oracle import Oracle
from tests.questions import FILTERS, Questions
from tests.reduction import is_published, known_from, reduce
from tests.rivals import contest

RECORDS = int(os.environ.get("KNOWN_AT_RECORDS", "6"))
FIRST = int(os.environ.get("KNOWN_AT_FIRST", "0"))
INSTANTS = 4
"""How many are asked of each record."""
EVENTS = 12
TIMELESS = tuple(name for name in FILTERS if name != "known_at")


@pytest.fixture(scope="module")
def stores(database: str, make_store: Callable[[str], Store]) -> tuple[Alone, Alone]:
    """One for the whole record, one for what is left of it."""
    return pair(make_store, database)


@pytest.fixture(autouse=True)
def _support_of_what_is_not_known_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of an event may cite support of a field that it does not have yet; a desk may not."""
    monkeypatch.setattr("seed.rules.SUPPORTED_FIELDS", ())


def instants(record: Record, chance: random.Random) -> list[int]:
    """Some at which a source begins to count, or a second beside; one before, one after all, and any."""
    known = sorted({int(at) for at in counts(record).values() if at != LAST})
    beside = [at + chance.choice((-1, 0, 0, 1)) for at in chance.choices(known, k=INSTANTS - 1)]
    return [*beside, chance.choice((known[0] - 1, known[-1], known[-1] + 1, chance.randint(known[0], known[-1])))]


def told(at: int, chance: random.Random) -> str:
    """An instant as a question names it: any fraction of its second is the same; a day is its last second."""
    moment = datetime.fromtimestamp(at, UTC)
    if moment.strftime("%H%M%S") == "235959":
        return str(moment.date())
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + chance.choice(("Z", "Z", ".9Z", ".000001+00:00"))


def paths_about(state: Record, chance: random.Random) -> list[str]:
    """Every list, every event's claims, some events, and questions of all sorts, of which nothing is unknown."""
    paths = [f"/v1/{name}?limit=500" for name in ("events", "citations", "sources")] + ["/v1/facets"]
    paths += [f"/v1/sources/{one['id']}" for one in chance.sample(state["source"], min(2, len(state["source"])))]
    known = Oracle(state)
    if not known.record["event"]:
        return paths
    names = [one["id"] for one in known.record["event"]]
    paths += [f"/v1/events/{one}/claims" for one in names]
    paths += [f"/v1/events/{one}" for one in chance.sample(names, min(2, len(names)))]
    made = Questions(chance.randrange(10**6), known)
    paths += [f"/v1/events?{urlencode(made.any(TIMELESS))}" for _ in range(5)]
    paths += [f"/v1/facets?{urlencode(made.facets(TIMELESS))}" for _ in range(2)]
    return paths + [f"/v1/citations?{urlencode(pairs)}" for pairs in _about_citations(known, chance)]


def _about_citations(known: Oracle, chance: random.Random) -> list[list[tuple[str, str]]]:
    every = [(event["id"], one) for event in known.record["event"] for one in event.get("citations", [])]
    if not every:
        return []
    event, one = chance.choice(every)
    asked = {"event": event, "source": one["source"], "stance": one.get("stance"), "origin": one.get("origin")}
    return [[pair] for pair in chance.sample(sorted(asked.items()), 2) if pair[1]]


def pinned(path: str, **parameters: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}"


def compare(whole: Client, alone: Client, paths: list[str], **parameters: str) -> None:
    """Each question to the store that knows more, and to the one that knows no more than that."""
    for path in paths:
        due = data(alone, path)
        assert not isinstance(due, int), (path, due)
        assert data(whole, pinned(path, **parameters)) == due, (path, parameters)
    for name in ("events", "citations"):
        walked = [one["id"] for one in whole.walk(pinned(f"/v1/{name}?limit=4", **parameters))]
        assert walked == [one["id"] for one in data(alone, f"/v1/{name}?limit=500")], (name, parameters)
    assert _weak(whole, **parameters) == _weak(alone), parameters


def _weak(client: Client, **parameters: str) -> dict[str, int]:
    """What the desk's own report counts."""
    found = data(client, pinned("/v1/quality", **parameters))
    return {one["check"]: one["count"] for one in found}


def compare_missing(whole: Client, record: Record, state: Record, at: int, **parameters: str) -> None:
    """What does not exist yet is not found, and it is told from when it is."""
    left, known = {one["id"] for one in state["event"]}, counts(record)
    later = {f"sources/{one}": since for one, since in known.items() if since > at}
    for event in (one for one in record["event"] if is_published(one) and one["id"] not in left):
        later |= dict.fromkeys((f"events/{event['id']}", f"events/{event['id']}/claims"), known_from(event, known))
    for path, since in later.items():
        answer = whole.get(pinned(f"/v1/{path}", **parameters))
        assert answer.status_code == 404, (path, parameters)
        assert since > at
        if since != LAST:
            assert f"{datetime.fromtimestamp(since, UTC):%Y-%m-%dT%H:%M:%SZ}" in answer.json()["detail"], path


def compare_gone(whole: Client, alone: Client, state: Record, **parameters: str) -> None:
    """What is not published any more is so at every instant."""
    for event in (one["id"] for one in state["event"] if not is_published(one)):
        due = alone.get(f"/v1/events/{event}").status_code
        assert due in (301, 410)
        assert whole.get(pinned(f"/v1/events/{event}", **parameters)).status_code == due, (event, parameters)


def write_to(folder: Path, record: Record) -> Path:
    folder.mkdir(exist_ok=True)
    return write(record, folder)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + RECORDS))
def test_what_is_known_at_an_instant_is_what_a_store_with_no_more_than_that_answers(
    stores: tuple[Alone, Alone], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    record = contest(generate(seed, EVENTS), seed)
    whole = stores[0].load(write_to(tmp_path / "whole", record))
    for at in instants(record, chance):
        state = reduce(record, at)
        alone = stores[1].load(write_to(tmp_path / "alone", state))
        known_at = told(at, chance)
        compare(whole, alone, paths_about(state, chance), known_at=known_at)
        compare_missing(whole, record, state, at, known_at=known_at)
        compare_gone(whole, alone, state, known_at=known_at)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + max(2, RECORDS // 5)))
def test_what_stands_now_is_what_remains_when_all_that_is_said_of_the_past_is_left_out(
    stores: tuple[Alone, Alone], tmp_path: Path, seed: int
) -> None:
    record = contest(generate(seed, EVENTS), seed)
    state = reduce(record, LAST)
    whole = stores[0].load(write_to(tmp_path / "whole", record))
    alone = stores[1].load(write_to(tmp_path / "alone", state))
    compare(whole, alone, paths_about(state, random.Random(seed)))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + max(2, RECORDS // 5)))
def test_what_was_said_then_of_what_was_known_then(stores: tuple[Alone, Alone], tmp_path: Path, seed: int) -> None:
    """`as_of` with `known_at`: each revision of a history, at instants of its own."""
    chance = random.Random(seed)
    made = list(histories(seed, 3, tmp_path, EVENTS))
    whole = stores[0].load(*(folder for _, folder in made))
    for number, (record, _) in enumerate(made, 1):
        for at in chance.sample(instants(record, chance), 2):
            state = reduce(record, at)
            alone = stores[1].load(write_to(tmp_path / "alone", state))
            asked = {"as_of": str(number), "known_at": told(at, chance)}
            compare(whole, alone, _of_whole_lineage(paths_about(state, chance), record, state), **asked)
            compare_missing(whole, record, state, at, **asked)
            compare_gone(whole, alone, state, **asked)


def _of_whole_lineage(paths: list[str], record: Record, state: Record) -> list[str]:
    """Without sources where one is left that derives from one that is not: its document goes on to say so."""
    whole, left = by_id(record), by_id(state)
    if all(roots(left, one) == roots(whole, one) and bases(left, one) == bases(whole, one) for one in left):
        return paths
    return [path for path in paths if not path.startswith("/v1/sources")]
