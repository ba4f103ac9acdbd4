"""The same questions to SQLite and to Postgres: status, body and ETag are the same to the byte.

Not asked are `/v1` and `/v1/revisions`: they tell when each store was published, and that is not the same instant.
"""

import base64
import os
import random
from urllib.parse import urlencode

import pytest

from tests.generator import generate, write
from tests.oracle import Oracle
from tests.questions import Questions
from tests.rivals import contest

SEED = int(os.environ.get("SAME_SEED", "77"))
QUESTIONS = int(os.environ.get("SAME_QUESTIONS", "150"))
"""About events; beside them a quarter as many about facets."""
LISTS = ("events", "actors", "locations", "sources", "publishers", "citations", "facets", "vocabularies")
OTHERS = {
    "actors": {"q": ("lodz", "ΕΛΛΆΣ", '"the of"'), "type": ("person", "state"), "country": ("UA", "FJ", "DE")},
    "locations": {"q": ("elan", "北京"), "type": ("sea",), "country": ("FR",), "bbox": ("170,-90,-170,90", "0,0,0,0")},
    "sources": {"q": ("treaty", "50%"), "language": ("en", "pt-BR"), "published_from": ("2021-12-01", "0001-01-01")},
    "publishers": {"q": ("strasse", "the"), "ownership": ("state", "party")},
    "citations": {"stance": ("disputes", "corrects"), "verification": ("not_held", "matched")},
}


def cursor(content: bytes) -> str:
    return base64.urlsafe_b64encode(b"0123456789abcdef" + content).decode().rstrip("=")


TEXTS = (
    "", " ", "*", "'", '"', '""', '"a', "a%", "%", "_", "a_b", "\\", "\\%", "a OR b", "NEAR(a b)", "a*", "-a",
    "(", "a:b", "^a", "\x00", "a\x00b", "\x1f", "\x7f", "\u0085", "\u2028", "\ufeff", "\ufffe", "\U0010ffff", "\u0301",
    "é", "ẞ", "ﬃ", "İ", "ı", "Σς", "①", "½", "𝒳", "☀️", "कि", "zz" * 99, "x" * 201, "; DROP TABLE event", "1 OR 1=1",
    "' OR ''='", "null", "None", "true", "[]", "{}", "$1", "%(a)s", ":a", "?", "9223372036854775808", "-1", "1e3", "٣",
)  # fmt: skip
HOSTILE = {
    "limit": ("0", "501", "1_0", "5.0", " 5", "+5", "٥", "2147483648", "99999999999999999999"),
    "as_of": ("0", "1", "01", "2", "2147483648", "9223372036854775807", "9" * 30, "²",
              "9999-12-31", "0001-01-01", "2021-12-30T24:00:00Z", "2021-12-30T00:00:00 02:00",
              "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    "date_from": ("0000-01-01", "0001-01-01", "9999-12-31", "2021-02-30", "10000-01-01", "2021-1-1", "2021",
                  "２０２１-01-01"),
    "reported_from": ("0001-01-01T00:00:00+14:00", "9999-12-31", "2021-12-30T00:00:00.000001Z", "2021-12-30T00:00Z"),
    "bbox": ("0,0,0,0", "1,2,3", "nan,0,0,0", "inf,0,0,0", "-180,-90,180,90", "0,1,0,0", "181,0,0,0", "1e1,0,0,0",
             "-0,-0,0,0"),
    "near": ("0,0", "90,180", "90.1,0", "nan,nan"),
    "radius_km": ("0", "-1", "1e3", "20038", "20039", "0.000001"),
    "id": ("A", "a--b", "a" * 101, "nothing-like-it", "a\x00"),
    "cursor": ("!", "e30", "====", *map(cursor, (
        b"", b"[]", b"{}", b"1", b"null", b"[1]", b"[1,1]", b'["x",1]', b'{"a":1,"b":2}', b'"abc"', b"[1e999,1]",
        b"[true,1]", b"[null,1]", b"[9223372036854775808,1]", b"[1,9223372036854775808]", b'[1,"\\ud800"]',
        b"[" * 600, b"\xff"))),
    "facet": ("actor", "nothing", ""),
    "sort": ("date", "reported", "id"),
    "order": ("asc", "DESC"),
    "count": ("exact", "true"),
    "nonsense": ("1",),
}  # fmt: skip


@pytest.fixture(scope="module")
def oracle():
    return Oracle(contest(generate(SEED, events=250), SEED))


@pytest.fixture(scope="module")
def same(make_store, oracle, tmp_path_factory):
    """Asks both databases, says that the answers are the same, and returns one of them."""
    folder = write(oracle.written, tmp_path_factory.mktemp("record"))
    stores = [make_store(database) for database in ("sqlite", "postgresql")]
    assert {store.load(folder).revision for store in stores} == {1}
    clients = [store.client() for store in stores]

    def ask(path):
        answers = [client.get(path) for client in clients]
        seen = [(one.status_code, one.content, one.headers.get("ETag"), one.headers.get("Link")) for one in answers]
        assert seen[0] == seen[1], path
        assert answers[0].status_code < 500, path
        return answers[0]

    return ask


def address(path, pairs):
    return f"/v1/{path}?{urlencode(pairs)}"


def test_questions_about_events_have_the_same_answers(same, oracle):
    questions = Questions(SEED, oracle)
    answers = [same(address("events", questions.any())) for _ in range(QUESTIONS)]
    assert all(answer.status_code == 200 for answer in answers)
    assert sum(bool(answer.json()["data"]) for answer in answers) > 0.4 * QUESTIONS


def test_questions_about_facets_have_the_same_answers(same, oracle):
    questions = Questions(SEED, oracle)
    assert all(same(address("facets", questions.facets())).status_code == 200 for _ in range(QUESTIONS // 4))


@pytest.mark.parametrize("resource", OTHERS)
def test_questions_about_other_records_have_the_same_answers(same, resource):
    for name, values in OTHERS[resource].items():
        for value in values:
            same(address(resource, [(name, value), ("count", "exact")]))
            same(address(resource, [(name, value), ("limit", "3")]))


@pytest.mark.parametrize("pairs", [[], [("sort", "reported")], [("order", "asc")], [("date_from", "2021-12-01")]])
def test_every_page_of_a_walk_is_the_same(same, pairs):
    following, seen = address("events", [*pairs, ("limit", "17")]), []
    while following:
        answer = same(following).json()
        seen += [event["id"] for event in answer["data"]]
        following = answer["links"].get("next")
    assert len(seen) == len(set(seen)) > 100


def test_every_record_is_the_same_at_its_own_address(same, oracle):
    chance = random.Random(SEED)
    for kind, lines in oracle.record.items():
        for line in chance.sample(lines, 8):
            assert same(f"/v1/{kind}s/{line['id']}").status_code == 200
        assert same(f"/v1/{kind}s/nothing-like-it").status_code == 404


@pytest.mark.parametrize("resource", LISTS)
def test_hostile_parameters_have_the_same_answers(same, resource):
    """None of them is a fault of the service, either."""
    for name, values in HOSTILE.items():
        for value in values:
            pairs = [("near", "10,10")] if name == "radius_km" else [("radius_km", "5")] if name == "near" else []
            same(address(resource, [*pairs, (name, value)]))


@pytest.mark.parametrize("resource", ["events", "actors", "locations", "sources", "publishers"])
def test_hostile_texts_have_the_same_answers(same, resource):
    for text in TEXTS:
        same(address(resource, [("q", text), ("count", "exact")]))
        same(address(resource, [("q", f'the "{text}"')]))


def test_hostile_addresses_have_the_same_answers(same):
    for text in TEXTS:
        same(f"/v1/events/{urlencode([('', text)])[1:]}")
    for query in ("limit=5&limit=6", "&&&=", "%ff=%ff", "q=%ff", "q=%ed%a0%80", "actor=&actor=", "a" * 500, "id"):
        same(f"/v1/events?{query}")


def test_very_many_values_have_the_same_answer(same, oracle):
    unknown = [("actor", f"actor-x{number}") for number in range(3_000)]
    unread = same(address("events", unknown))
    assert [error["parameter"] for error in unread.json()["errors"]] == ["question"]
    refused = same(address("events", unknown[:100]))
    assert [error["detail"] for error in refused.json()["errors"]] == ["expected at most 50 values"]
    some = same(address("events", unknown[:50]))
    assert (some.status_code, len(some.json()["errors"])) == (400, 20)
    assert sum("nearest" in error for error in some.json()["errors"]) == 2  # to find one takes time
    known = [("id", event["id"]) for event in oracle.record["event"][:50]]
    assert same(address("events", known)).status_code == 200
