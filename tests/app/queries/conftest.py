"""A generated record, loaded once into each database, and the oracle that knows it."""

import pytest

from tests.feed import build, feed
from tests.generator import generate, write
from tests.oracle import Oracle
from tests.rivals import contest
from tests.upheavals import upheavals

SEED = 2021
UPHEAVALS = (5,)


@pytest.fixture(scope="session")
def oracle():
    return Oracle(contest(generate(SEED), SEED))


@pytest.fixture(scope="session")
def generated(database, make_lasting_store, oracle, tmp_path_factory):
    """Asks the generated record, on each database."""
    store = make_lasting_store(database)
    store.load(write(oracle.written, tmp_path_factory.mktemp("generated")))
    return store.client()


@pytest.fixture(scope="session")
def check_events(generated, oracle):
    """Asks a question, compares its answer with the oracle's, and returns how many events were kept."""

    def check(pairs):
        answer = generated.get("/v1/events", params=[("limit", "500"), ("count", "exact"), *pairs])
        assert answer.status_code == 200, (pairs, answer.text)
        body, question = answer.json(), dict(pairs)
        ids = [event["id"] for event in body["data"]]
        kept = {
            event["id"]: oracle.place(event, {name: [value] for name, value in pairs}) for event in oracle.events(pairs)
        }
        assert set(ids) == kept.keys(), pairs
        assert len(ids) == body["meta"]["total"] == len(kept), pairs
        newest_first = question.get("order") != "asc"
        assert [kept[one] for one in ids] == sorted(kept.values(), reverse=newest_first), pairs
        return len(kept)

    return check


@pytest.fixture(scope="session", params=UPHEAVALS)
def world(request, database, make_lasting_store, tmp_path_factory):
    """A store with a history in which everything happens to records, and what was answered while it was new."""
    states = upheavals(request.param, 7, tmp_path_factory.mktemp("upheaval"))
    return build(make_lasting_store(database), states)


@pytest.fixture(scope="session")
def due(world):
    """What the feed of that history has to tell."""
    return feed(world)
