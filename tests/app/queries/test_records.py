"""The other resources: every filter alone, every two together, against the record as it is written."""

import random
from itertools import combinations

import pytest

from tests import lineage
from tests.days import bounds
from tests.oracle import asked, holds_words, in_box

RESOURCES = {
    "actors": ("q", "type", "country", "member_of"),
    "locations": ("q", "type", "country", "parent", "within", "bbox"),
    "sources": ("q", "publisher", "kind", "language", "published_from", "published_to", "derived_from", "origin"),
    "publishers": ("q", "country", "ownership"),
    "citations": ("event", "source", "publisher", "origin", "stance", "speaker", "verification"),
}
KINDS = {"actors": "actor", "locations": "location", "sources": "source", "publishers": "publisher"}
BOXES = ("-180,-90,180,90", "170,-30,-170,70", "20,40,40,60", "180,52,-180,52", "-10,89,10,90", "179.9,51.5,180,52")
DAYS = ("2021-11-01", "2021-12-01", "2021-12-15", "2022-01-10", "2022-02-01")
TIMES = 6


class Records:
    """The lines of a resource by id, and what each has of what a filter names."""

    def __init__(self, oracle, resource):
        self.oracle = oracle
        self.lines = self._citations() if resource == "citations" else oracle.by_id[KINDS[resource]]
        self.resource = resource

    def _citations(self):
        return {
            f"{event['id']}~{one['key']}": {"stance": "supports", **one, "event": event["id"]}
            for event in self.oracle.record["event"]
            for one in event.get("citations", [])
        }

    def values(self, name, line):
        match self.resource, name:
            case "actors", "member_of":
                return self.oracle.groups[line["id"]] - {line["id"]}
            case "locations", "within":
                return self.oracle.around[line["id"]] - {line["id"]}
            case "citations", "publisher":
                return {self.oracle.by_id["source"][line["source"]].get("publisher")} - {None}
            case "citations", "origin":
                return {lineage.origin(self.oracle.by_id["source"], line)}
            case "sources", "origin":
                return lineage.roots(self.oracle.by_id["source"], line["id"]) - {None}
            case "sources", "derived_from":
                return lineage.bases(self.oracle.by_id["source"], line["id"])
            case "citations", "speaker":
                return self.oracle.groups[line["attributed_to"]] if "attributed_to" in line else set()
            case "citations", "verification":
                return {"not_held"}
            case "sources", "kind":
                return {line["kind"]} - {"source"}
        return {line[name]} if name in line else set()

    def keeps(self, line, name, wanted):
        match name:
            case "q":
                return holds_words(wanted[0], self.texts(line))
            case "bbox":
                return "latitude" in line and in_box((line["latitude"], line["longitude"]), wanted[0])
            case "published_from" | "published_to":
                first, last = bounds(line.get("published", "XXXX").partition("T")[0])
                return first is not None and (
                    str(last) >= wanted[0] if name == "published_from" else str(first) <= wanted[0]
                )
        return bool(self.values(name, line) & set(wanted))

    def texts(self, line):
        return [line["title"]] if self.resource == "sources" else [line["name"], *line.get("aliases", [])]

    def kept(self, pairs):
        """Ids in the order in which they are listed."""
        question = asked(pairs).items()
        return sorted(one for one, line in self.lines.items() if all(self.keeps(line, *part) for part in question))


def question(chance, records, names):
    """Values that one record has, most often; ranges are the right way round."""
    line = chance.choice(list(records.lines.values()))
    pairs = [(name, value) for name in names for value in some_values(chance, records, line, name)]
    days = dict(pairs)
    if days.keys() >= {"published_from", "published_to"} and days["published_from"] > days["published_to"]:
        pairs = [("published_from", days["published_to"]), ("published_to", days["published_from"])]
    return pairs


def some_values(chance, records, line, name):
    match name:
        case "bbox":
            return [chance.choice(BOXES)]
        case "published_from" | "published_to":
            return [chance.choice(DAYS)]
        case "q":
            words = " ".join(records.texts(line)).split()
            found = [one for one in chance.sample(words, min(2, len(words))) if any(map(str.isalnum, one))]
            return [" ".join(found).swapcase() or "treaty"]
    every = sorted({value for one in records.lines.values() for value in records.values(name, one)})
    own = sorted(records.values(name, line))
    return chance.sample(own, min(1, len(own))) + chance.choices(every, k=chance.choice((0, 1)) + (not own))


def check(client, records, pairs):
    kept = records.kept(pairs)
    params = [*pairs, ("count", "exact"), ("limit", "500")]
    answer = client.get(f"/v1/{records.resource}", params=params)
    assert answer.status_code == 200, (pairs, answer.text)
    assert answer.json()["meta"]["total"] == len(kept), pairs
    assert [one["id"] for one in answer.json()["data"]] == kept[:500], pairs
    return len(kept)


@pytest.mark.parametrize(("resource", "name"), [(one, name) for one, names in RESOURCES.items() for name in names])
def test_each_filter_keeps_what_the_record_says_in_the_order_of_ids(generated, oracle, resource, name):
    records, chance = Records(oracle, resource), random.Random(31)
    counts = [check(generated, records, question(chance, records, [name])) for _ in range(TIMES)]
    assert any(counts)
    assert name == "verification" or any(count < len(records.lines) for count in counts)


@pytest.mark.parametrize("resource", RESOURCES)
def test_two_filters_together_keep_what_both_keep(generated, oracle, resource):
    records, chance = Records(oracle, resource), random.Random(37)
    pairs = [pair for pair in combinations(RESOURCES[resource], 2) for _ in range(TIMES // 2)]
    counts = [check(generated, records, question(chance, records, pair)) for pair in pairs]
    assert any(counts)


@pytest.mark.parametrize("resource", RESOURCES)
def test_pages_lead_through_every_record_in_the_order_of_ids(generated, oracle, resource):
    records = Records(oracle, resource)
    limit = 1 if len(records.lines) < 20 else len(records.lines) // 7
    walked = [one["id"] for one in generated.walk(f"/v1/{resource}", params={"limit": limit})]
    assert walked == sorted(records.lines)


@pytest.mark.parametrize("resource", ["sources", "citations"])
def test_the_total_at_an_instant_is_of_what_counts_by_then(generated, oracle, resource):
    instants = sorted(one["available_at"] for one in generated.walk("/v1/sources") if "available_at" in one)
    for then in instants[:: len(instants) // 3]:
        known = Records(oracle.known({"known_at": [then]}), resource).lines
        page = generated.get(f"/v1/{resource}", params={"known_at": then, "count": "exact", "limit": 1}).json()
        assert page["meta"]["total"] == len(known)
        assert 0 < len(known) < len(Records(oracle, resource).lines)


@pytest.mark.parametrize("resource", KINDS)
def test_every_record_is_found_at_its_own_address_and_leads_to_its_events(generated, oracle, resource):
    for record_id in random.Random(41).sample(sorted(oracle.by_id[KINDS[resource]]), 5):
        found = generated.get(f"/v1/{resource}/{record_id}").json()["data"]
        assert found["id"] == record_id
        events = generated.get(f"{found['links']['events']}&count=exact&limit=1")
        assert events.json()["meta"]["total"] == len(oracle.events([(KINDS[resource], record_id)]))


def test_words_of_an_alias_find_a_record_and_not_its_events(store, write_record):
    lines = [
        {"kind": "actor", "id": "a", "name": "Harbour Guild", "aliases": ["Łódź Society"]},
        {"kind": "event", "id": "e", "title": "A drill", "actors": [{"actor": "a", "role": "host"}]},
    ]
    store.load(write_record(lines))
    client = store.client()
    assert [one["id"] for one in client.get("/v1/actors?q=society").json()["data"]] == ["a"]
    assert client.get("/v1/events?q=society").json()["data"] == []
    assert [one["id"] for one in client.get("/v1/events?q=guild+drill").json()["data"]] == ["e"]


def test_citations_are_found_by_whose_reporting_they_carry(client):
    found = client.walk("/v1/citations?origin=politico&limit=500")
    every = client.walk("/v1/citations?limit=500")
    assert found == [one for one in every if one.get("origin", {}).get("id") == "politico"]
    assert found
