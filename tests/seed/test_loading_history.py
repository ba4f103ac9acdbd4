"""Every revision of a history answers as a fresh store does that was loaded with that state alone."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import Client, Store
from tests.generator import Record
from tests.history import histories
from tests.oracle import Oracle, Pairs
from tests.questions import Questions

LISTS = ("events", "actors", "locations", "sources", "publishers", "citations", "vocabularies")
REVISIONS = 4
QUESTIONS = 14


def without_revision(document: Any) -> Any:
    """A document without the revision that published it, which a fresh store numbers otherwise."""
    return {key: value for key, value in document.items() if key != "revision"}


def told(client: Client, paths: list[str], as_of: int | None = None) -> dict[str, Any]:
    """The whole answer to each question: its records on every page, or that it was refused."""
    answers = {}
    for path in paths:
        pinned = f"{path}{'&' if '?' in path else '?'}as_of={as_of}" if as_of else path
        answer = client.get(pinned)
        if answer.status_code == 200:
            body = answer.json()
            following = body["links"].get("next")
            documents = body["data"] + (client.walk(following) if following else [])
            answers[path] = [body["meta"].get("total"), *map(without_revision, documents)]
    return answers


def paths_about(record: Record, seed: int) -> list[str]:
    """Every list, every record, and questions of all sorts."""
    made = Questions(seed, Oracle(record))

    def path(name: str, pairs: Pairs) -> str:
        return f"/v1/{name}?{urlencode(pairs)}" if pairs else f"/v1/{name}"

    questions = ([pair for pair in made.any() if pair[0] not in ("limit", "count")] for _ in range(QUESTIONS))
    paths = [path("events", [*pairs, ("limit", "19"), ("count", "exact")]) for pairs in questions]
    paths += [path("facets", made.facets()) for _ in range(QUESTIONS // 3)]
    chance = random.Random(seed)
    actors, places, sources = (
        [one["id"] for one in chance.sample(record[kind], 3)] for kind in ("actor", "location", "source")
    )
    paths += [f"/v1/actors?member_of={one}" for one in actors] + [f"/v1/citations?speaker={one}" for one in actors]
    paths += [f"/v1/locations?within={one}" for one in places] + [f"/v1/citations?source={one}" for one in sources]
    return sorted(set(paths)) + [f"/v1/{name}?limit=40" for name in LISTS]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_revision_answers_as_a_fresh_store_with_that_state_alone(
    store: Store, make_store: Callable[[str], Store], tmp_path: Path, seed: int
) -> None:
    client, states = store.client(), []
    for number, (record, folder) in enumerate(histories(seed, REVISIONS, tmp_path), 1):
        assert store.load(folder).revision == number
        paths = paths_about(record, number)
        alone = make_store("sqlite")
        alone.load(folder)
        due = told(alone.client(), paths)
        assert len(due) > len(paths) / 2
        assert told(client, list(due)) == due
        states.append(due)
    for number, due in enumerate(states, 1):
        assert told(client, list(due), as_of=number) == due


def test_an_old_revision_answers_to_the_byte_as_when_it_was_new(store: Store, tmp_path: Path) -> None:
    client, before = store.client(), {}
    for number, (record, folder) in enumerate(histories(3, REVISIONS, tmp_path), 1):
        store.load(folder)
        for path in paths_about(record, number):
            pinned = f"{path}{'&' if '?' in path else '?'}as_of={number}"
            answer = client.get(pinned)
            before[pinned] = (answer.status_code, answer.content, answer.headers.get("ETag"))
    for path, (status, body, tag) in before.items():
        answer = client.get(path)
        assert (answer.status_code, answer.content, answer.headers.get("ETag")) == (status, body, tag)
