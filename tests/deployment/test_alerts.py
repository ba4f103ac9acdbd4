"""Rules for Prometheus: of the right form, about metrics that there are, and they call when they should."""

import re
import shutil
import subprocess

import pytest
import yaml

from app import gate
from tests.app.test_gate import ask_at_once
from tests.documents import ROOT, first_column, section, text_of

RULES = ROOT / "deploy" / "alerts.yml"
OF_PROMETHEUS = {"up"}
OVER_TIME = {
    "DatelineDown": {'up{job="dateline", instance="a"}': "0x30"},
    "DatelineDatabaseAway": {'dateline_database_up{instance="a"}': "0x30"},
    "DatelineBehind": {'dateline_revision{instance="a"}': "7x30", 'dateline_revision{instance="b"}': "8x30"},
    "DatelineRefuses": {
        'dateline_requests_total{instance="a", status="503"}': "0+2x30",
        'dateline_requests_total{instance="a", status="200"}': "0+98x30",
    },
    "DatelineFaults": {'dateline_requests_total{instance="a", status="500", path="/v1"}': "0x20 1x10"},
    "DatelineSlow": {
        'dateline_request_seconds_bucket{instance="a", path="/v1", le="0.5"}': "0+97x30",
        'dateline_request_seconds_bucket{instance="a", path="/v1", le="2.5"}': "0+100x30",
        'dateline_request_seconds_bucket{instance="a", path="/v1", le="+Inf"}': "0+100x30",
    },
    "DatelineRestarts": {'process_start_time_seconds{job="dateline", instance="a"}': "1 2 3 4 5x25"},
    "DatelineKeepsTooLittle": {
        'dateline_cache_evictions_total{instance="a"}': "0+120x500",
        'dateline_cache_misses_total{instance="a"}': "0+130x500",
    },
}
"""Minute by minute, what has a rule call."""
QUIET = {
    'up{job="dateline", instance="a"}': "1x500",
    'dateline_database_up{instance="a"}': "1x500",
    'dateline_revision{instance="a"}': "8x500",
    'dateline_revision{instance="b"}': "8x500",
    'dateline_requests_total{instance="a", status="503"}': "0x200 1x300",
    'dateline_requests_total{instance="a", status="200"}': "0+100x500",
    'dateline_requests_total{instance="a", status="500"}': "0x500",
    'dateline_request_seconds_bucket{instance="a", path="/v1/exports/events.csv", le="2.5"}': "0+1x500",
    'dateline_request_seconds_bucket{instance="a", path="/v1/exports/events.csv", le="+Inf"}': "0+100x500",
    'dateline_cache_evictions_total{instance="a"}': "0+10x500",
    'dateline_cache_misses_total{instance="a"}': "0+100x500",
}
ALMOST = {
    'up{job="dateline", instance="a"}': "1x24 0",
    'dateline_database_up{instance="a"}': "1x24 0",
    'dateline_revision{instance="a"}': "7x24 7 7",
    'dateline_revision{instance="b"}': "7x20 8x5",
    'dateline_requests_total{instance="a", status="503"}': "0+9x30",
    'dateline_requests_total{instance="a", status="200"}': "0+991x30",
    'dateline_request_seconds_bucket{instance="a", path="/v1", le="0.5"}': "0+970x30",
    'dateline_request_seconds_bucket{instance="a", path="/v1", le="1.0"}': "0+991x30",
    'dateline_request_seconds_bucket{instance="a", path="/v1", le="+Inf"}': "0+1000x30",
    'process_start_time_seconds{job="dateline", instance="a"}': "1 2 3 4x25",
}
"""What is not enough, or not for long enough."""
needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is missing: apt-get install prometheus"
)


def rules():
    return {one["alert"]: one for one in yaml.safe_load(text_of("deploy/alerts.yml"))["groups"][0]["rules"]}


def test_every_rule_asks_for_metrics_that_there_are(client):
    client.get("/v1/events")
    known = set(re.findall(r"^(\w+)", client.get("/metrics").text, re.MULTILINE)) | OF_PROMETHEUS
    for name, rule in rules().items():
        asked = set(re.findall(r"\b(?:dateline|process)_\w+", rule["expr"])) or OF_PROMETHEUS
        assert asked <= known, name


@needs_promtool
@pytest.mark.parametrize("name", [*OVER_TIME, None])
def test_a_rule_calls_when_it_should_and_not_else(tmp_path, name):
    """Each alone where something is wrong, and none where nothing is."""
    minutes, series = (500, QUIET) if name is None else (480 if "Little" in name else 25, OVER_TIME[name])
    assert_calls(tmp_path, minutes, series, name)


@needs_promtool
def test_no_rule_calls_for_what_is_little_or_short(tmp_path):
    assert_calls(tmp_path, 25, ALMOST, None)


@needs_promtool
def test_what_is_dropped_now_and_then_needs_no_larger_store(tmp_path):
    kept = {
        'dateline_cache_evictions_total{instance="a"}': "0+60x500",
        'dateline_cache_misses_total{instance="a"}': "0+130x500",
    }
    assert_calls(tmp_path, 480, kept, None)


@needs_promtool
def test_a_rule_calls_for_a_process_that_refuses_what_is_too_much(portal, client, monkeypatch, tmp_path):
    """What that process itself tells, once in each minute."""
    monkeypatch.setattr(gate, "MOST_REQUESTS", 1)
    monkeypatch.setattr(gate, "WORK_SECONDS", 0.0)
    answers = ask_at_once(portal, client, [f"/v1/events?limit={number}" for number in range(1, 31)])
    assert {one.status_code for one in answers} == {200, 503}
    counted = re.findall(r"^dateline_requests_total{(.+)} (.+)$", client.get("/metrics").text, re.MULTILINE)
    series = {f'dateline_requests_total{{instance="a",{labels}}}': f"0+{count}x30" for labels, count in counted}
    assert_calls(tmp_path, 25, series, "DatelineRefuses")


def assert_calls(folder, minutes, series, name):
    """After so many minutes that rule calls, and no other."""
    told = tried(folder, minutes, series, [one for one in rules() if one != name])
    assert told.returncode == 0, told.stdout + told.stderr
    if name is not None:
        told = tried(folder, minutes, series, [name])
        assert f'alertname="{name}"' in told.stderr + told.stdout, told.stdout + told.stderr


def tried(folder, minutes, series, silent):
    """What promtool says of rules that are expected not to call."""
    file = folder / "test.yml"
    expected = [{"eval_time": f"{minutes}m", "alertname": one, "exp_alerts": []} for one in silent]
    inputs = [{"series": one, "values": values} for one, values in series.items()]
    test = {"interval": "1m", "input_series": inputs, "alert_rule_test": expected}
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": [test]}))
    return subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, check=False)


def test_every_rule_is_tried_and_explained():
    assert OVER_TIME.keys() == rules().keys()
    described = first_column(section(text_of("docs/operations.md"), "Watching it"))
    assert set(rules()) == {name for name in described if name.startswith("Dateline")}
