"""What Prometheus is told."""

import re

from prometheus_client.parser import text_string_to_metric_families

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


def test_unknown_paths_are_counted_as_one(shipped: Store):
    client = shipped.client()
    for path in ("/nothing", "/nothing/else"):
        client.get(path)
    told = samples(client)
    assert told["dateline_requests_total", "404", "unknown"] == 2
    assert not [name for name in told if "nothing" in "".join(name)]
