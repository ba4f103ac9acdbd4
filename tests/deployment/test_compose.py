"""The compose file: of the right form, and no wider open than it says."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.documents import ROOT, section, text_of

TEXT = text_of("docker-compose.yml")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OF_DATELINE = {"api", "api-1", "api-2"}


def checked(path):
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_has_the_form_of_a_compose_file():
    told = checked(ROOT / "docker-compose.yml")
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(("right", "wrong"), [("restart:", "restarts:"), ("retries: 30", "retries: [30]")])
def test_another_form_is_found_out(tmp_path, right, wrong):
    path = tmp_path / "docker-compose.yml"
    path.write_text(TEXT.replace(right, wrong, 1))
    assert checked(path).returncode != 0


def test_what_scales_starts_with_its_profile_alone():
    assert {name for name, one in SERVICES.items() if one.get("profiles") == ["scale"]} == {
        "replica", "api-1", "api-2", "cache"
    }  # fmt: skip


def test_nothing_listens_but_on_this_machine():
    ports = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert ports == ["127.0.0.1:8000:8000", "127.0.0.1:8080:8080"]


@pytest.mark.parametrize("name", sorted(OF_DATELINE | {"cache"}))
def test_what_is_reached_from_outside_can_write_nowhere_and_gain_no_rights(name):
    one = SERVICES[name]
    assert (one["read_only"], one["cap_drop"], one["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])


@pytest.mark.parametrize("name", sorted(OF_DATELINE))
def test_every_process_reads_by_the_role_that_only_reads(name):
    server = "postgres" if name == "api" else "replica"
    address = f"postgresql://dateline_reader:${{DATELINE_READER_PASSWORD:-reader}}@{server}/dateline"
    assert SERVICES[name]["environment"]["DATABASE_URL"] == address


def test_every_file_that_is_mounted_is_there_and_every_volume_and_service_is_declared():
    for one in COMPOSE["configs"].values():
        assert "content" in one or (ROOT / one["file"]).is_file()
    for one in SERVICES.values():
        assert {config["source"] for config in one.get("configs", ())} <= set(COMPOSE["configs"])
        assert {volume.partition(":")[0] for volume in one.get("volumes", ())} <= set(COMPOSE["volumes"])
        assert set(one.get("depends_on", ())) <= set(SERVICES)


def test_every_variable_is_described_with_its_default():
    described = section(text_of("docs/operations.md"), "Compose")
    for name in ("OWNER", "READER", "REPLICA"):
        assert f"${{DATELINE_{name}_PASSWORD:-{name.lower()}}}" in TEXT
        assert f"| `DATELINE_{name}_PASSWORD` | `{name.lower()}` |" in described
