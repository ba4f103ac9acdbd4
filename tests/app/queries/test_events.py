import pytest

from tests.invented import event_line, reference_lines, write_lines
from tests.questions import FILTERS, Questions

TIMES = 16
KEPT_BY_DAYS = {
    ("2021-12-10", "2021-12-12"): {
        "overlaps": {"day", "about", "lasted", "between", "month", "winter", "open-end", "open-start", "century"},
        "within": {"day", "about", "open-start"},
    },
    ("2021-12-01", "2021-12-31"): {
        "overlaps": {"day", "about", "lasted", "between", "month", "winter", "open-end", "open-start", "century"},
        "within": {"day", "about", "lasted", "month", "winter", "open-start"},
    },
    ("2022-01-02", "2022-01-03"): {"overlaps": {"between", "open-end", "century"}, "within": set()},
    ("2021-11-01", "2021-11-30"): {"overlaps": {"century"}, "within": set()},
    ("2021-12-13", None): {
        "overlaps": {"lasted", "between", "month", "winter", "open-end", "century"},
        "within": set(),
    },
    ("2021-12-11", None): {
        "overlaps": {"day", "lasted", "between", "month", "winter", "open-end", "open-start", "century"},
        "within": {"day", "open-end", "open-start"},
    },
    (None, "2021-12-09"): {"overlaps": {"lasted", "between", "month", "winter", "century"}, "within": set()},
    (None, "2021-12-12"): {
        "overlaps": {"day", "about", "lasted", "between", "month", "winter", "open-end", "open-start", "century"},
        "within": {"day", "about", "open-start"},
    },
}
"""By hand, for `DATED`: `winter` is December alone, as EDTF's season 24 is read; `undated` is kept by none."""
DATED = {
    "day": "2021-12-11",
    "about": "2021-12-10~",
    "lasted": "2021-12-09/2021-12-14",
    "between": "[2021-12-02..2022-01-02]",
    "month": "2021-12",
    "winter": "2021-24",
    "open-end": "2021-12-11/..",
    "open-start": "../2021-12-12",
    "century": "20XX",
    "undated": "XXXX",
}

TITLED = {
    "in-order": ("The order held", "peace"),
    "apart": ("Reorder heldover; then an order, later held", "Peace"),
    "halves": ("Order", "Held"),
    "script": ("किताब", "O’Neill’s Łódź"),
}
"""Titles and summaries."""
KEPT_BY_WORDS = {
    "order held": {"in-order", "apart", "halves"},
    '"order held"': {"in-order"},
    '"held peace"': set(),
    'peace "AN ORDER"': {"apart"},
    "orde": set(),
    "o'neill": {"script"},
    '"neill s łodz"': {"script"},
    "किताब": {"script"},
    "क": set(),
}
"""By hand, for `TITLED`."""


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [event["id"] for event in answer.json()["data"]]


@pytest.fixture(scope="module")
def minute(database, make_store, tmp_path_factory):
    """Asks of one event, whose only source came out at ten o'clock."""
    store = make_store(database)
    lines = [*reference_lines(), event_line(1, relations=[])]
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines))
    return store.client()


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_keeps_what_the_record_says(check_events, oracle, name):
    questions = Questions(7, oracle)
    counts = [check_events(questions.about(name)) for _ in range(TIMES)]
    assert any(0 < count < len(oracle.record["event"]) for count in counts)


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("sort", ["date", "reported"])
def test_all_events_come_in_the_order_asked_for(check_events, oracle, sort, order):
    assert check_events([("sort", sort), ("order", order)]) == len(oracle.record["event"])


def test_the_newest_come_first_unless_asked_otherwise(generated):
    assert (
        generated.get("/v1/events").content.split(b'"meta"')[0]
        == (generated.get("/v1/events?sort=date&order=desc&limit=50").content.split(b'"meta"')[0])
    )


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("sort", ["date", "reported"])
def test_pages_of_any_size_are_the_whole_answer_once(generated, oracle, sort, order):
    questions = Questions(17, oracle)
    for limit in (1, 7, 199):
        filters = questions.chance.sample(FILTERS, 1) if limit == 1 else []
        asked = [*questions.about(*filters), ("sort", sort), ("order", order)]
        whole = ids(generated.get("/v1/events", params=[*asked, ("limit", "500")]))
        walked = generated.walk("/v1/events", params=[*asked, ("limit", str(limit))])
        assert [event["id"] for event in walked] == whole, asked


def test_a_page_holds_as_many_as_asked_for_and_fifty_otherwise(generated):
    assert [len(ids(generated.get(f"/v1/events?limit={limit}"))) for limit in (1, 49, 300)] == [1, 49, 300]
    assert len(ids(generated.get("/v1/events"))) == 50


def test_the_total_is_of_all_pages_and_only_there_when_asked_for(generated, oracle):
    first = generated.get("/v1/events?limit=2&count=exact").json()
    assert first["meta"]["total"] == len(oracle.record["event"])
    assert generated.get(first["links"]["next"]).json()["meta"]["total"] == first["meta"]["total"]
    assert "total" not in generated.get("/v1/events?limit=2").json()["meta"]


def test_a_code_that_is_known_and_held_by_no_event_keeps_none(generated):
    answer = generated.get("/v1/events?type=retreat&count=exact").json()
    assert (answer["data"], answer["meta"]["total"], "next" in answer["links"]) == ([], 0, False)


def test_a_value_given_twice_is_one_value(check_events, oracle):
    pairs = [("actor", oracle.record["actor"][0]["id"])] * 2
    assert check_events([*pairs, ("actor_match", "all")]) == check_events(pairs[:1]) > 0


def test_many_values_of_one_filter_are_all_asked(check_events, oracle):
    wanted = [("id", event["id"]) for event in oracle.record["event"][:50]]
    assert check_events(wanted) == 50
    assert check_events([("actor", one["id"]) for one in oracle.record["actor"][:50]]) > 100


def test_days_keep_dates_of_every_form_as_read_by_hand(store, write_record):
    store.load(write_record([{"kind": "event", "id": one, "title": one, "date": DATED[one]} for one in DATED]))
    client = store.client()
    for days, kept in KEPT_BY_DAYS.items():
        asked = {name: day for name, day in zip(("date_from", "date_to"), days, strict=True) if day}
        for match, expected in kept.items():
            answer = client.get("/v1/events", params=asked | {"date_match": match})
            assert set(ids(answer)) == expected, (days, match)


@pytest.mark.parametrize(
    ("question", "is_kept"),
    [
        ("reported_from=2020-03-04T10:00:00Z", True), ("reported_from=2020-03-04T10:00:00.000001Z", False),
        ("reported_from=2020-03-04T09:59:59.999999Z", True), ("reported_to=2020-03-04T10:00:00Z", True),
        ("reported_to=2020-03-04T10:00:00.999999Z", True), ("reported_to=2020-03-04T09:59:59.999999Z", False),
        ("reported_from=2020-03-04T12:00:00.5%2B02:00&reported_to=2020-03-05", False),
    ],
)  # fmt: skip
def test_a_source_is_available_at_its_second_and_neither_before_nor_after(minute, question, is_kept):
    assert ids(minute.get(f"/v1/events?{question}")) == ["harbour-talks-1"] * is_kept


def test_words_and_phrases_keep_what_is_read_by_hand(store, write_record):
    lines = [{"kind": "event", "id": one, "title": title, "summary": said} for one, (title, said) in TITLED.items()]
    store.load(write_record(lines))
    client = store.client()
    for q, expected in KEPT_BY_WORDS.items():
        assert set(ids(client.get("/v1/events", params={"q": q}))) == expected, q
