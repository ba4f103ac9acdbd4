"""What Prometheus is told."""

import re
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.connections import unavailable
from app.haste import Hurried
from app.main import create_app
from app.metrics import Questions
from app.problems import GONE, Problem
from app.settings import Settings
from tests.conftest import Client, Store
from tests.documents import section, text_of


def samples(client: Client) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


def test_every_metric_is_described_and_no_other(client):
    told = re.findall(r"^# TYPE (dateline_\S+) ", client.get("/metrics").text, re.MULTILINE)
    described = re.findall(r"`(dateline_\w+)`", section(text_of("docs/operations.md"), "Watching it"))
    assert sorted(described) == sorted(told)


def test_a_histogram_adds_up(shipped: Store):
    client = shipped.client()
    paths = ["/v1/events", "/v1/events?limit=1", "/v1/events?limit=1", "/v1/events?limit=0"]
    for path in paths:
        client.get(path)
    told = samples(client)
    buckets = [value for name, value in told.items() if name[0].endswith("_bucket") and "/v1/events" in name]
    assert len(buckets) == 12
    assert buckets == sorted(buckets)
    assert told["dateline_request_seconds_bucket", "+Inf", "/v1/events"] == len(paths)
    assert told["dateline_request_seconds_count", "/v1/events"] == len(paths)
    assert 0 < told["dateline_request_seconds_sum", "/v1/events"] < 60
    assert told["dateline_requests_total", "/v1/events", "200"] == 3
    assert told["dateline_requests_total", "/v1/events", "400"] == 1


def test_a_fault_is_counted_as_one(shipped: Store, monkeypatch):
    client = shipped.client()
    with monkeypatch.context() as broken:
        broken.setattr("app.answers.entity_tag", None)
        client.get("/v1/events")
    told = {name: value for name, value in samples(client).items() if name[0] == "dateline_requests_total" and value}
    assert told == {("dateline_requests_total", "/v1/events", "500"): 1}


def test_unknown_paths_are_counted_as_one(shipped: Store):
    client = shipped.client()
    for path in ("/nothing", "/nothing/else"):
        client.get(path)
    told = samples(client)
    assert told["dateline_requests_total", "404", "unknown"] == 2
    assert not [name for name in told if "nothing" in "".join(name)]


def test_the_newest_revision_and_its_age_are_told(shipped: Store):
    client = shipped.client()
    told = samples(client)
    published = client.get("/v1/revisions").json()["data"][0]["published_at"]
    age = (datetime.now(UTC) - datetime.fromisoformat(published)).total_seconds()
    assert told[("dateline_database_up",)] == 1
    assert told[("dateline_revision",)] == 1
    assert abs(told[("dateline_revision_age_seconds",)] - age) < 5
    assert 0 < told[("process_start_time_seconds",)] < time.time()


def test_a_store_that_does_not_answer_is_down_and_has_no_revision(portal):
    application = create_app(Settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"))
    told = samples(Client(portal, application))
    assert told[("dateline_database_up",)] == 0
    assert ("dateline_revision",) not in told
    application.state.database.close()


def test_a_question_is_counted_in_each_lane_that_it_came_to(shipped: Store):
    client = shipped.client()
    for _ in range(3):
        client.get("/v1/events?limit=1")
    client.get("/v1/events/nothing")
    client.get("/v1/events?colour=red")
    told = samples(client)
    counts = {name: value for name, value in told.items() if name[0] == "dateline_questions_total"}
    assert sum(value for name, value in counts.items() if "answered" in name) == 2  # then one is kept; one is refused
    assert sum(value for name, value in counts.items() if {"unavailable", "failed"} & {*name}) == 0
    assert sum(value for name, value in told.items() if name[0] == "dateline_question_seconds_total") > 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(None, "answered"), (Hurried(), "hurried"), (Problem(GONE, ""), "answered"), (unavailable(), "unavailable"),
     (ValueError(), "failed")],
)  # fmt: skip
def test_how_a_question_ended_is_told_by_what_it_raised(error, outcome):
    questions = Questions()
    with suppress(Hurried, Problem, ValueError), questions.asked("loop"):
        if error:
            raise error
    (counts, _) = questions.collect()
    assert [one.labels for one in counts.samples if one.value] == [{"lane": "loop", "outcome": outcome}]
