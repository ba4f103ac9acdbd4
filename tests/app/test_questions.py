"""A mistake in every parameter of every operation is refused, by name, with what was expected."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.problems import MOST_ERRORS, Problem
from app.queries.events import EventQuery
from app.questions import Form
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import OPERATIONS, PARAMETERS, RECORDS, Operation, Parameter

INTEGERS = [one for one in PARAMETERS if one.value_schema["type"] == "integer"]
CHOICES = [one for one in PARAMETERS if "enum" in one.value_schema]
TEXTS = [one for one in PARAMETERS if "maxLength" in one.value_schema]
NAMES = [one for one in PARAMETERS if one.repeats and "enum" not in one.value_schema]

MISSPELT = {
    "actor": ("anna-borg", "anna-berg"),
    "country": ("ZZ", "ZW"),
    "derived_from": ("post-teusday", "post-tuesday"),
    "event": ("harbour-talk-11", "harbour-talks-11"),
    "id": ("harbor-talks-11", "harbour-talks-11"),
    "kind": ("artcle", "article"),
    "language": ("fx", "fr"),
    "location": ("north-coats", "north-coast"),
    "member_of": ("see-league", "sea-league"),
    "modality": ("occured", "occurred"),
    "ownership": ("stat", "state"),
    "parent": ("nord-coast", "north-coast"),
    "part_of": ("harbour-talks-00", "harbour-talks-0"),
    "quality": ("one-orgin", "one-origin"),
    "publisher": ("iland-post", "island-post"),
    "role": ("iniciator", "initiator"),
    "source": ("post-teusday", "post-tuesday"),
    "speaker": ("anne-berg", "anna-berg"),
    "origin": ("iland-post", "island-post"),
    "stance": ("support", "supports"),
    "tag": ("fising", "fishing"),
    "type": ("consul", "consult"),
    "verification": ("no_held", "not_held"),
    "within": ("nort-coast", "north-coast"),
    "/v1/actors type": ("persn", "person"),
    "/v1/locations type": ("coas", "coast"),
}
"""A wrong value of each parameter that takes ids or codes, and the valid one nearest to it."""


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


def refused(answer: httpx.Response, parameter: str) -> dict[str, Any]:
    """What a 400 says of a parameter."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    errors = [error for error in answer.json()["errors"] if error["parameter"] == parameter]
    assert errors, answer.text
    assert len(errors[0]["detail"]) > 10
    return dict(errors[0])


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_unknown_parameter_is_refused(client, operation: Operation):
    refused(client.get(operation.path, params={"no_such_thing": "1"}), "no_such_thing")


@pytest.mark.parametrize("parameter", PARAMETERS, ids=str)
def test_a_misspelt_parameter_is_refused_with_the_nearest(client, parameter: Parameter):
    wrong = parameter.name + "x"
    assert refused(client.get(parameter.operation.path, params={wrong: "1"}), wrong)["nearest"] == parameter.name


@pytest.mark.parametrize("parameter", PARAMETERS, ids=str)
def test_parameters_in_capitals_are_unknown(client, parameter: Parameter):
    refused(client.get(parameter.operation.path, params={parameter.name.upper(): "1"}), parameter.name.upper())


@pytest.mark.parametrize("parameter", [one for one in PARAMETERS if not one.repeats], ids=str)
def test_a_single_valued_parameter_is_refused_twice(client, parameter: Parameter):
    answer = client.get(parameter.operation.path, params=[(parameter.name, "1"), (parameter.name, "1")])
    assert "one value" in refused(answer, parameter.name)["detail"]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=str)
def test_a_malformed_value_is_refused(client, parameter: Parameter):
    for value in ("", " ", "\x00", "\n", '"', "\ufffd\x7f", "a\x00b"):
        refused(client.get(parameter.operation.path, params={parameter.name: value}), parameter.name)


@pytest.mark.parametrize("parameter", INTEGERS, ids=str)
def test_a_number_that_is_not_digits_is_refused(client, parameter: Parameter):
    for value in ("1_0", "5.0", "+5", " 5", "1e1", "0x5", "-1", "٥", "9" * 30, "nan", "true", "1,2"):
        refused(client.get(parameter.operation.path, params={parameter.name: value}), parameter.name)


@pytest.mark.parametrize("parameter", INTEGERS, ids=str)
def test_a_number_out_of_range_is_refused_and_its_bounds_are_accepted(client, parameter: Parameter):
    least, most = parameter.value_schema["minimum"], parameter.value_schema["maximum"]
    for wrong in (least - 1, most + 1):
        refused(client.get(parameter.operation.path, params={parameter.name: wrong}), parameter.name)
    for right in (least, least if parameter.name == "since" else most):  # no revision is so new
        assert client.get(parameter.operation.path, params={parameter.name: right}).status_code == 200


@pytest.mark.parametrize("parameter", [one for one in INTEGERS if one.name == "limit"], ids=str)
def test_a_page_has_at_most_500(client, parameter: Parameter):
    assert (parameter.value_schema["maximum"], parameter.value_schema["default"]) == (500, 50)


@pytest.mark.parametrize("parameter", CHOICES, ids=str)
def test_a_choice_that_is_not_offered_is_refused_with_the_nearest(client, parameter: Parameter):
    for right in parameter.value_schema["enum"]:
        error = refused(client.get(parameter.operation.path, params={parameter.name: right + "x"}), parameter.name)
        assert error["nearest"] == right
        assert right in error["detail"]


@pytest.mark.parametrize("parameter", TEXTS, ids=str)
def test_an_over_long_text_is_refused(client, parameter: Parameter):
    value = "1" * (parameter.value_schema["maxLength"] + 1)
    refused(client.get(parameter.operation.path, params={parameter.name: value}), parameter.name)


@pytest.mark.parametrize("parameter", NAMES, ids=str)
def test_an_unknown_name_is_refused_with_the_nearest(client, parameter: Parameter):
    wrong, right = MISSPELT.get(f"{parameter.operation.template} {parameter.name}") or MISSPELT[parameter.name]
    error = refused(client.get(parameter.operation.path, params={parameter.name: wrong}), parameter.name)
    assert error["nearest"] == right
    assert wrong in error["detail"]
    assert client.get(parameter.operation.path, params={parameter.name: right}).status_code == 200


@pytest.mark.parametrize("parameter", NAMES, ids=str)
def test_one_unknown_name_among_known_ones_is_refused(client, parameter: Parameter):
    wrong, right = MISSPELT.get(f"{parameter.operation.template} {parameter.name}") or MISSPELT[parameter.name]
    answer = client.get(parameter.operation.path, params={parameter.name: [right, wrong]})
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter.name]


def test_every_mistake_is_told_at_once(client):
    answer = client.get("/v1/events", params={"limit": "0", "sort": "dat", "colour": "red", "bbox": "1,2,3"})
    assert {error["parameter"] for error in answer.json()["errors"]} == {"limit", "sort", "colour", "bbox"}
    answer = client.get("/v1/events", params={"actor": ["nobody-a", "nobody-b"], "tag": "nothing"})
    assert [error["parameter"] for error in answer.json()["errors"]] == ["actor", "actor", "tag"]


@pytest.mark.parametrize("operation", RECORDS, ids=str)
@pytest.mark.parametrize("id", ["Anna", "a_b", "-a", "a--b", "a" * 101, "%00", "%E2%82%AC", "a%20b", "a;b", "a'--"])
def test_a_malformed_id_in_a_path_is_refused(client, operation: Operation, id: str):
    refused(client.get(operation.template.replace("{id}", id)), "id")


@pytest.mark.parametrize(
    ("path", "question", "parameter"),
    [
        ("events", "date_from=2020-03-02&date_to=2020-03-01", "date_to"),
        ("facets", "date_from=2020-03-02&date_to=2020-03-01", "date_to"),
        ("sources", "published_from=2020-03-02&published_to=2020-03-01", "published_to"),
        ("events", "reported_from=2020-03-02&reported_to=2020-03-01", "reported_to"),
        ("events", "reported_from=2020-03-02T12:00:00Z&reported_to=2020-03-02T11:59:59Z", "reported_to"),
        ("events", "reported_from=2020-03-02T12:00:00Z&reported_to=2020-03-02T13:00:00%2B02:00", "reported_to"),
        ("events", "bbox=0,10,5,9", "bbox"),
        ("locations", "bbox=0,10,5,9", "bbox"),
        ("events", "near=1,2", "radius_km"),
        ("events", "radius_km=5", "near"),
    ],
)
def test_a_reversed_range_or_half_a_question_is_refused(client, path, question, parameter):
    refused(client.get(f"/v1/{path}?{question}"), parameter)


@pytest.mark.parametrize("parameter", [one for one in PARAMETERS if one.name.endswith(("_from", "_to"))], ids=str)
@pytest.mark.parametrize(
    "value",
    ["2020-02-30", "2020-13-01", "0000-01-01", "10000-01-01", "2020-3-1", "20200301", "2020", "yesterday", "1/2/20"],
)
def test_an_impossible_day_is_refused(client, parameter: Parameter, value: str):
    refused(client.get(parameter.operation.path, params={parameter.name: value}), parameter.name)


@pytest.mark.parametrize("parameter", [one for one in PARAMETERS if one.name in ("reported_from", "as_of")], ids=str)
@pytest.mark.parametrize(
    "value", ["2020-03-01T10:00:00", "2020-03-01T25:00:00Z", "2020-03-01 10:00:00Z", "2020-03-01T10Z"]
)
def test_an_instant_without_zone_or_out_of_range_is_refused(client, parameter: Parameter, value: str):
    refused(client.get(parameter.operation.path, params={parameter.name: value}), parameter.name)


@pytest.mark.parametrize("path", ["events", "facets", "locations"])
@pytest.mark.parametrize(
    "value",
    [
        "1,2,3",
        "1,2,3,4,5",
        "181,0,0,0",
        "0,-91,0,0",
        "0,0,0,91",
        "a,b,c,d",
        "1e1,0,2,1",
        "nan,0,0,0",
        "1,2;3,4",
        "1 ,2,3,4",
    ],
)
def test_a_box_that_is_none_is_refused(client, path, value):
    refused(client.get(f"/v1/{path}", params={"bbox": value}), "bbox")


@pytest.mark.parametrize("path", ["events", "facets"])
@pytest.mark.parametrize(
    ("near", "radius", "parameter"),
    [("91,0", "1", "near"), ("0,181", "1", "near"), ("0", "1", "near"), ("0,0,0", "1", "near"), ("inf,0", "1", "near"),
     ("0,0", "0", "radius_km"), ("0,0", "-1", "radius_km"), ("0,0", "20039", "radius_km"), ("0,0", "1e5", "radius_km")],
)  # fmt: skip
def test_a_circle_that_is_none_is_refused(client, path, near, radius, parameter):
    refused(client.get(f"/v1/{path}", params={"near": near, "radius_km": radius}), parameter)


@pytest.mark.parametrize("path", ["events", "facets", "actors", "locations", "sources", "publishers"])
@pytest.mark.parametrize("q", ['"open', 'a "b" "c', '""', '" "', 'talks ""', "!?", "—"])
def test_words_that_are_none_are_refused(client, path, q):
    refused(client.get(f"/v1/{path}", params={"q": q}), "q")


class Noting(Form):
    """Notes what is given to the question model: it makes an error of each name that it does not know."""

    def __init__(self) -> None:
        super().__init__("question", EventQuery, {})
        self.given: list[dict[str, Any]] = []
        validate = self.validate
        self.validate = lambda given: self.given.append(given) or validate(given)


@pytest.mark.parametrize("count", [MOST_ERRORS, 600, 10_000])
def test_no_more_errors_are_made_than_are_told(count):
    form = Noting()
    with pytest.raises(Problem) as refusal:
        form.read("&".join(f"unknown{n}" for n in range(count)).encode(), {})
    assert len(refusal.value.errors) <= MOST_ERRORS
    assert all(len(given) <= MOST_ERRORS for given in form.given)


def test_more_values_than_any_question_has_are_refused_unread(client):
    form = Noting()
    every = [f"{name}=x" for name in form.known for _ in range(50 if name in form.lists else 1)]
    assert len(every) < form.most
    with pytest.raises(Problem):
        form.read("&".join(["id=a"] * (form.most + 1)).encode(), {})
    assert not form.given
    for operation in OPERATIONS:
        answer = client.get(f"{operation.path}?{'&'.join(['id=a'] * 5_000)}")
        assert answer.status_code == 400
        assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize(
    ("question", "told"),
    [("actor=nato,ukraine", "an id, such as black-sea; several are asked for as actor=…&actor=…"),
     ("type=Mobilize", "a code, such as not_held"), ("bbox=5,45,10", "such as 5,45,10,48"),
     ("near=5", "such as 46.2,6.1")],
)  # fmt: skip
def test_a_wrong_form_is_told_in_words(client, question, told):
    assert told in refused(client.get(f"/v1/events?{question}"), question.partition("=")[0])["detail"]
