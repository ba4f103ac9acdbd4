"""The rules of `known_at`, each in one example whose answers were worked out by hand."""

import pytest

BASIS = [
    {"kind": "actor", "id": "army", "name": "Army"},
    {"kind": "actor", "id": "navy", "name": "Navy"},
    {"kind": "source", "id": "one", "title": "One", "published": "2021-12-01"},
    {"kind": "source", "id": "two", "title": "Two", "published": "2021-12-02"},
    {"kind": "source", "id": "three", "title": "Three", "published": "2021-12-03"},
    {"kind": "source", "id": "leaflet", "title": "Leaflet"},
    {"kind": "event", "id": "later", "title": "Later", "citations": [{"key": "c", "source": "three"}],
     "earlier": [{"before": "leaflet", "title": "Not yet so called"}]},
    {"kind": "event", "id": "moved", "title": "Moved", "merged_into": "later"},
    {"kind": "event", "id": "gone", "title": "Gone", "status": "withdrawn", "reason": "It did not happen."},
]  # fmt: skip
CITED = [{"key": "a", "source": "one"}, {"key": "b", "source": "two"}, {"key": "c", "source": "three"}]
DAYS = ("2021-12-01", "2021-12-02", "2021-12-03", None)
"""The day of each source, and now."""


def cited(**supports):
    """The citations; some support fields, some correct them."""
    return [one | supports.get(one["key"], {}) for one in CITED]


def claim(value, *keys, field="modality", **more):
    return {"field": field, "value": value, "citations": list(keys), **more}


@pytest.fixture
def ask(store, write_record):
    def load(**event):
        store.load(write_record([*BASIS, {"kind": "event", "id": "it", "title": "It", **event}]))
        client = store.client()

        def at(day, path="events/it"):
            return client.get(f"/v1/{path}", params={"known_at": day} if day else None)

        return at

    return load


def told(at, *names, path="events/it"):
    """What each day's answer has of some properties."""
    found = [at(day, path).json()["data"] for day in DAYS]
    return [tuple(one.get(name) for name in names) if len(names) > 1 else one.get(names[0]) for one in found]


def test_a_field_is_shown_from_the_first_support_that_names_it(ask):
    at = ask(citations=cited(b={"supports": ["modality"]}), modality="occurred", type="aid")
    assert told(at, "modality", "type") == [(None, "aid"), *[("occurred", "aid")] * 3]


def test_until_then_the_best_claim_is_shown_and_it_is_no_rival(ask):
    claims = [claim("alleged", "a"), claim("planned", "a", rank="preferred"), claim("denied", "b", rank="preferred")]
    at = ask(citations=cited(c={"supports": ["modality"]}), modality="occurred", claims=claims)
    assert told(at, "modality") == ["planned", "planned", "occurred", "occurred"]
    assert [[one["value"] for one in claims] for claims in told(at, "claims")] == [
        ["alleged"], ["alleged", "denied"], ["alleged", "planned", "denied"], ["alleged", "planned", "denied"],
    ]  # fmt: skip


def test_a_field_that_the_event_lacks_is_filled_by_its_best_claim(ask):
    at = ask(citations=cited(), claims=[claim("denied", "b", note="said so", relation="denies"), claim("alleged", "c")])
    assert told(at, "modality") == [None, "denied", "denied", "denied"]
    assert told(at, "claims")[2:] == [[{"field": "modality", "value": "alleged", "rank": "normal",
                                        "citations": ["it~c"]}]] * 2  # fmt: skip


def test_a_deprecated_claim_is_as_good_as_others_until_it_is_corrected(ask):
    rival = claim("alleged", "a", rank="deprecated", relation="garbles", note="a slip")
    corrected = cited(b={"supports": ["modality"]}, c={"supports": ["modality"], "stance": "corrects"})
    at = ask(citations=corrected, modality="occurred", claims=[rival])
    assert told(at, "modality") == ["alleged", "occurred", "occurred", "occurred"]
    shown = [[(one["rank"], one.get("relation"), one.get("note")) for one in found] for found in told(at, "claims")]
    assert shown == [[], [("normal", None, None)], *[[("deprecated", "garbles", "a slip")]] * 2]


def test_a_deprecated_claim_that_nothing_corrects_always_was(ask):
    at = ask(citations=cited(), modality="occurred", claims=[claim("alleged", "a", rank="deprecated", note="a slip")])
    assert [[(one["rank"], one["note"]) for one in found] for found in told(at, "claims")] == [
        [("deprecated", "a slip")]
    ] * 4


def test_the_words_of_then_are_those_before_the_first_source_to_come(ask):
    earlier = [
        {"before": "leaflet", "title": "Before the leaflet"},
        {"before": "three", "title": "Before three", "modality": "planned"},
        {"before": "two", "summary": "Before two"},
    ]
    at = ask(citations=cited(), modality="occurred", claims=[claim("planned", "a", note="so they hoped")],
             earlier=earlier)  # fmt: skip
    assert told(at, "title", "summary", "modality") == [
        ("It", "Before two", "occurred"), ("Before three", None, "planned"), ("Before the leaflet", None, "occurred"),
        ("It", None, "occurred"),
    ]  # fmt: skip
    assert [[one.get("note") for one in found] for found in told(at, "claims")] == [
        ["so they hoped"], [], ["so they hoped"], ["so they hoped"],
    ]  # fmt: skip


def test_neither_basis_nor_time_of_day_stands_beside_another_date(ask):
    at = ask(citations=cited(), date="2021-11-20", date_basis="said so", start_time="08:00Z",
             earlier=[{"before": "two", "date": "2021-11"}, {"before": "three", "date": "2021-11-21"}])  # fmt: skip
    assert told(at, "date_edtf", "date_basis", "start_time") == [
        ("2021-11", None, None), ("2021-11-21", None, "08:00Z"), *[("2021-11-20", "said so", "08:00Z")] * 2,
    ]  # fmt: skip


def test_a_list_is_claimed_and_filled_as_a_whole(ask):
    own, other = [{"actor": "army", "role": "host"}], "[{actor: navy, role: target}]"
    at = ask(citations=cited(b={"supports": ["actors"]}), actors=own, claims=[claim(other, "a", field="actors")])
    assert [[one["id"] for one in found] for found in told(at, "actors")] == [["navy"], *[["army"]] * 3]
    assert [[one["value"] for one in found] for found in told(at, "claims")] == [[], *[[other]] * 3]


def test_relations_lead_to_what_exists_then_by_its_name_of_then(ask):
    related = [{"type": "follows", "event": one} for one in ("moved", "gone")]
    at = ask(citations=cited(), relations=related)
    named = [[(one["event"]["id"], one["event"]["title"]) for one in found] for found in told(at, "relations")]
    assert named == [[], [], [("later", "Not yet so called")], [("later", "Later")]]


def test_corrections_are_told_from_when_their_source_counts(ask):
    at = ask(citations=cited(), corrections=[
        {"what": "the date", "when": "2021-12-09", "why": "misread", "source": "two"},
        {"what": "a name", "when": "2021-12-09", "why": "mistyped"},
    ])  # fmt: skip
    assert [[one["what"] for one in found] for found in told(at, "corrections")] == [
        ["a name"],
        *[["the date", "a name"]] * 3,
    ]


def test_evidence_is_counted_anew(ask):
    disputes = {"stance": "disputes", "supports": ["modality"]}
    at = ask(citations=cited(a={"supports": ["modality"]}, b=disputes), modality="occurred", type="aid")
    kept = [(one["sources"], one["disputed"], one["uncited_fields"]) for one in told(at, "evidence")]
    assert kept == [(1, False, ["type"]), (1, True, ["type"]), (2, True, ["type"]), (2, True, ["type"])]


def test_before_its_first_support_an_event_does_not_exist(ask):
    at = ask(citations=cited(a={"stance": "disputes"}))
    assert [at(day).status_code for day in DAYS] == [404, 200, 200, 200]
    assert "2021-12-02T23:59:59Z" in at("2021-12-01").json()["detail"]
    listed = [[one["id"] for one in at(day, "citations").json()["data"]] for day in DAYS]
    assert listed == [[], ["it~a", "it~b"], *[["it~a", "it~b", "it~c", "later~c"]] * 2]
