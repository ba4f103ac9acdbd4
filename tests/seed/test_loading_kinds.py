"""Ids are unique in a kind, not across kinds: CNN is an actor and a publisher."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Client, Store

SHARED = [
    {"kind": "publisher", "id": "ruritania", "name": "Ruritanian Press", "country": "FR", "ownership": "state"},
    {"kind": "source", "id": "ruritania", "title": "A yearbook", "publisher": "ruritania", "language": "en"},
    {"kind": "actor", "id": "ruritania", "name": "Kingdom", "type": "state", "country": "DE"},
    {"kind": "actor", "id": "actor-type", "name": "Named like a list", "type": "person"},
    {"kind": "location", "id": "ruritania", "name": "Strelsau and around", "type": "country", "country": "AT"},
]
QUESTIONS = [
    ("publishers", "ownership=state"),
    ("publishers", "country=FR"),
    ("publishers", "q=press"),
    ("sources", "language=en"),
    ("sources", "q=yearbook"),
    ("actors", "type=state"),
    ("actors", "country=DE"),
    ("actors", "q=kingdom"),
    ("locations", "type=country"),
    ("locations", "country=AT"),
    ("locations", "q=strelsau"),
]


@pytest.fixture(scope="module")
def loaded(database: str, make_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Client:
    store, path = make_store(database), tmp_path_factory.mktemp("kinds") / "record.ndjson"
    path.write_text("\n".join(map(json.dumps, SHARED)))
    store.load(path)
    return store.client()


@pytest.mark.parametrize(("resource", "question"), QUESTIONS)
def test_a_record_is_found_although_another_kind_has_the_same_id(loaded: Client, resource: str, question: str) -> None:
    found = loaded.get(f"/v1/{resource}?{question}").json()["data"]
    assert [record["id"] for record in found] == ["ruritania"]


def test_a_change_of_one_kind_leaves_the_others_found(store: Store, write_record: Callable[..., Path]) -> None:
    store.load(write_record(SHARED))
    renamed = [record | {"name": "Republic"} if record.get("name") == "Kingdom" else record for record in SHARED]
    store.load(write_record(renamed))
    client = store.client()
    assert client.get("/v1/actors?q=kingdom").json()["data"] == []
    for resource, question in [("publishers", "q=press"), ("locations", "q=strelsau"), ("actors", "q=republic")]:
        assert [one["id"] for one in client.get(f"/v1/{resource}?{question}").json()["data"]] == ["ruritania"]
