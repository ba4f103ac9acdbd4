"""What follows from the record as a whole: when sources count, where reporting originates, what contains what."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tables import LAST
from seed.collection import Collection
from seed.record import MODELS

ZONES = ("Europe/Kyiv", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", None)


def collect(*records: dict[str, Any]) -> Collection:
    """A collection of some records, each `{"kind": …}`, as a curator writes them."""
    collection = Collection()
    for record in records:
        kind, one = record["kind"], {key: value for key, value in record.items() if key != "kind"}
        one |= {"title": "A title"} if kind in ("source", "event") else {"name": "A name"}
        getattr(collection, kind)[one["id"]] = MODELS[kind].model_validate(one)
    return collection


def available(zone: str | None = None, **times: str) -> int | None:
    publisher = {"kind": "publisher", "id": "paper"} | ({"timezone": zone} if zone else {})
    return collect(publisher, {"kind": "source", "id": "text", "publisher": "paper", **times}).available_at("text")


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("times", "instant"),
    [
        ({"published": "2021-12-30T13:12:00-05:00"}, "2021-12-30T18:12:00+00:00"),
        ({"published": "2021-12-30"}, "2021-12-30T23:59:59+00:00"),
        ({"published": "2021-12"}, "2021-12-31T23:59:59+00:00"),
        ({"published": "2021-02"}, "2021-02-28T23:59:59+00:00"),
        ({"published": "2021"}, "2021-12-31T23:59:59+00:00"),
        ({"published": "2021-12-30", "updated": "2022-01-02"}, "2022-01-02T23:59:59+00:00"),
        ({"published": "2021-12-30", "updated": "2021-12-31T01:00:00Z"}, "2021-12-31T01:00:00+00:00"),
        ({"published": "2021-12-30", "published_not_before": "2021-12-28"}, "2021-12-30T23:59:59+00:00"),
        ({"published_not_before": "2021-12-28"}, "2021-12-28T23:59:59+00:00"),
        ({"published_not_before": "2021-12"}, "2021-12-31T23:59:59+00:00"),
    ],
)
def test_a_source_counts_from_its_captured_version_else_its_publication_else_its_earliest_day(
    times: dict[str, str], instant: str
) -> None:
    assert available(**times) == utc(instant)


def test_a_source_without_any_date_counts_now_and_at_no_earlier_instant() -> None:
    assert available() is None
    event = {"kind": "event", "id": "flight", "citations": [{"key": "one", "source": "text"}]}
    collection = collect({"kind": "source", "id": "text"}, event)
    assert collection.counts_from(collection.event["flight"].citations[0].source) == LAST
    assert collection.exists_from(collection.event["flight"]) == LAST


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Europe/Kyiv", "2021-12-30", "2021-12-30T21:59:59+00:00"),
        ("Europe/Kyiv", "2021-07-30", "2021-07-30T20:59:59+00:00"),
        ("America/New_York", "2021-12-30", "2021-12-31T04:59:59+00:00"),
        ("Europe/Moscow", "2021-12", "2021-12-31T20:59:59+00:00"),
        ("Asia/Beirut", "2021-10-30", "2021-10-30T21:59:59+00:00"),  # 23:00 to 24:00 came twice that day
    ],
)
def test_a_day_ends_in_the_zone_of_the_publisher(zone: str, day: str, instant: str) -> None:
    assert available(zone, published=day) == utc(instant)


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from(ZONES))
def test_a_day_counts_from_the_second_before_the_next_begins(day: date, zone: str | None) -> None:
    next_day = day + timedelta(days=1)
    begins = datetime(next_day.year, next_day.month, next_day.day, tzinfo=ZoneInfo(zone) if zone else UTC)
    assert available(zone, published=day.isoformat()) == round(begins.timestamp()) - 1


def test_an_instant_is_the_same_in_the_zone_of_any_publisher() -> None:
    assert len({available(zone, published="2021-12-30T13:12:00-05:00") for zone in ZONES}) == 1


def test_the_last_day_of_all_counts_in_every_zone() -> None:
    latest = utc("9999-12-31T23:59:59+00:00")
    assert available("America/New_York", published="9999-12-31") == available(published="9999") == latest
    assert available("Asia/Tokyo", published="9999") == latest - 9 * 3600


def test_an_event_exists_from_its_first_support_and_neither_a_dispute_nor_a_mention_is_one() -> None:
    sources = [{"kind": "source", "id": f"s{day}", "published": f"2021-12-0{day}"} for day in range(1, 6)]
    stances = ["mentions", "disputes", "corrects", "supports"]
    citations = [{"key": f"c{n}", "source": f"s{n}", "stance": stance} for n, stance in enumerate(stances, 1)]
    collection = collect(
        *sources,
        {"kind": "event", "id": "supported", "citations": citations},
        {"kind": "event", "id": "disputed", "citations": citations[:2]},
        {"kind": "event", "id": "uncited"},
    )
    assert {one.id: collection.exists_from(one) for one in collection.event.values()} == {
        "supported": utc("2021-12-03T23:59:59Z"),
        "disputed": LAST,
        "uncited": LAST,
    }


def source(one: str, *links: tuple[str, str] | tuple[str, str, str], publisher: str | None = None) -> dict[str, Any]:
    """A source whose links are each a kind, an id and, unless it reprints, how."""
    lineage = [{link[0]: link[1], "how": (*link, "reprints")[2]} for link in links]
    record: dict[str, Any] = {"kind": "source", "id": one, "derived_from": lineage}
    return record | ({"publisher": publisher} if publisher else {})


def roots(*sources: dict[str, Any]) -> dict[str, set[str]]:
    collection = collect(*sources)
    return {one: set(collection.roots(one)) for one in collection.source}


def test_the_origin_is_the_publisher_at_the_root_of_the_lineage() -> None:
    assert roots(
        source("original", publisher="agency"),
        source("reprint", ("source", "original"), publisher="daily"),
        source("summary", ("source", "reprint", "summarises"), publisher="blog"),
        source("paraphrase", ("publisher", "radio", "paraphrases"), publisher="blog"),
    ) == {"original": {"agency"}, "reprint": {"agency"}, "summary": {"agency"}, "paraphrase": {"radio"}}


def test_to_cite_is_no_link_of_the_lineage() -> None:
    assert roots(
        source("original", publisher="agency"),
        source("own", ("source", "original", "cites"), ("publisher", "radio", "cites"), publisher="daily"),
        source("copy", ("source", "own"), ("source", "original", "cites"), publisher="blog"),
    ) == {"original": {"agency"}, "own": {"daily"}, "copy": {"daily"}}


def test_a_source_was_built_from_what_it_carries_and_what_that_cites_but_not_from_what_the_cited_cite() -> None:
    collection = collect(
        source("far", publisher="agency"),
        source("cited", ("source", "far", "cites"), publisher="radio"),
        source("own", ("source", "cited", "cites"), publisher="daily"),
        source("copy", ("source", "own"), publisher="blog"),
    )
    found = {one: set(collection.lineage(one)) for one in collection.source}
    assert found == {"far": set(), "cited": {"far"}, "own": {"cited"}, "copy": {"own", "cited"}}


def test_several_roots_are_all_found_and_none_is_the_origin() -> None:
    collection = collect(
        source("one", publisher="agency"),
        source("other", publisher="radio"),
        source("both", ("source", "one", "summarises"), ("source", "other", "summarises"), publisher="blog"),
        source("same", ("source", "one"), ("publisher", "agency", "summarises"), publisher="blog"),
        {
            "kind": "event",
            "id": "flight",
            "citations": [
                {"key": "unsaid", "source": "both"},
                {"key": "said", "source": "both", "origin": "radio"},
                {"key": "certain", "source": "same"},
                {"key": "overridden", "source": "one", "origin": "radio"},
            ],
        },
    )
    assert (collection.roots("both"), collection.roots("same")) == ({"agency", "radio"}, {"agency"})
    origins = [collection.origin(citation) for citation in collection.event["flight"].citations]
    assert origins == [None, "radio", "agency", "radio"]


def test_where_the_root_has_no_publisher_the_copyist_is_not_its_origin() -> None:
    assert roots(source("leaflet"), source("reprint", ("source", "leaflet"), publisher="daily")) == {
        "leaflet": set(),
        "reprint": set(),
    }


@pytest.mark.parametrize("length", [2, 5_000])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_lineage_of_any_length_leads_to_its_root(length: int, backwards: bool) -> None:
    chain = [source("s0", publisher="agency")]
    chain += [source(f"s{n}", ("source", f"s{n - 1}"), publisher="daily") for n in range(1, length)]
    found = roots(*(reversed(chain) if backwards else chain))
    assert len(found) == length
    assert all(one == {"agency"} for one in found.values())


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 12))
def test_roots_of_any_lineage_are_those_of_a_search_from_each_source(data: st.DataObject, count: int) -> None:
    links: dict[int, list[tuple[str, str]]] = {}
    for n in range(count):
        derived = st.tuples(st.integers(0, n - 1).map("s{}".format), st.sampled_from(["reprints", "cites"]))
        links[n] = data.draw(st.lists(derived, max_size=3)) if n else []
    publishers = {n: data.draw(st.sampled_from(["agency", "radio", "blog"])) for n in range(count)}
    order = data.draw(st.permutations(range(count)))
    records = [
        source(f"s{n}", *(("source", one, how) for one, how in links[n]), publisher=publishers[n]) for n in order
    ]

    def search(n: int) -> set[str]:
        onward = [int(one[1:]) for one, how in links[n] if how != "cites"]
        return set().union(*map(search, onward)) if onward else {publishers[n]}

    assert roots(*records) == {f"s{n}": search(n) for n in range(count)}


def actor(one: str, *groups: str) -> dict[str, Any]:
    return {"kind": "actor", "id": one, "member_of": list(groups)}


def test_groups_are_found_at_any_depth_each_once_with_the_actor_first() -> None:
    collection = collect(
        actor("pilot", "squadron", "union"), actor("squadron", "force"), actor("union", "force"), actor("force")
    )
    assert collection.with_groups("pilot")[0] == "pilot"
    assert sorted(collection.with_groups("pilot")) == ["force", "pilot", "squadron", "union"]
    assert collection.with_groups("force") == ["force"]


def test_chains_of_groups_and_places_may_have_any_length() -> None:
    collection = collect(
        *(actor(f"a{n}", f"a{n + 1}") for n in range(4_999)),
        actor("a4999"),
        *({"kind": "location", "id": f"p{n}", "parent": f"p{n + 1}"} for n in range(4_999)),
        {"kind": "location", "id": "p4999"},
    )
    assert collection.with_groups("a0") == [f"a{n}" for n in range(5_000)]
    assert collection.with_surroundings("p0") == [f"p{n}" for n in range(5_000)]
    assert collection.with_surroundings("p4998") == ["p4998", "p4999"]
