"""The compose file: of the right form, and no wider open than it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.supervising import LONGEST_END
from tests.documents import ROOT, section, text_of

TEXT = text_of("docker-compose.yml")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OF_DATELINE = {"api", "api-1", "api-2"}
ALIVE, LOADED = "service_healthy", "service_completed_successfully"
AFTER = {
    "load": {"postgres": ALIVE},
    "api": {"postgres": ALIVE, "load": LOADED},
    "replica": {"postgres": ALIVE, "load": LOADED},
    "api-1": {"replica": ALIVE},
    "api-2": {"replica": ALIVE},
    "cache": {"api-1": ALIVE, "api-2": ALIVE},
}
"""What each waits for, and until when: nothing starts on a store that is not there, or is empty."""


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
def test_a_process_can_write_temporary_files_which_exports_are_made_in(name):
    assert SERVICES[name]["tmpfs"] == "/tmp"


@pytest.mark.parametrize("name", sorted(OF_DATELINE))
def test_every_process_reads_by_the_role_that_only_reads(name):
    server = "postgres" if name == "api" else "replica"
    address = f"postgresql://dateline_reader:${{DATELINE_READER_PASSWORD:-reader}}@{server}/dateline"
    assert SERVICES[name]["environment"]["DATABASE_URL"] == address


def test_nothing_starts_before_what_it_needs_is_there():
    waits = {name: one["depends_on"] for name, one in SERVICES.items() if "depends_on" in one}
    assert {name: {on: one["condition"] for on, one in some.items()} for name, some in waits.items()} == AFTER
    assert {name for some in AFTER.values() for name, until in some.items() if until is ALIVE} <= {
        name for name, one in SERVICES.items() if "healthcheck" in one
    }


def test_the_owner_lets_the_reader_read_and_loads_and_no_other_has_its_password():
    assert SERVICES["load"]["command"][-1] == "dateline migrate --grant-to dateline_reader && dateline seed"
    owner = "${DATELINE_OWNER_PASSWORD:-owner}"
    assert {name for name, one in SERVICES.items() if owner in str(one)} == {"postgres", "load"}


@pytest.mark.parametrize("name", sorted(OF_DATELINE))
def test_a_process_has_longer_to_end_than_it_takes_at_most_and_is_asked_whether_it_can_answer(name):
    grace = SERVICES[name]["stop_grace_period"]
    assert grace.endswith("s")
    assert int(grace.removesuffix("s")) > LONGEST_END
    assert "http://127.0.0.1:8000/health/ready" in SERVICES[name]["healthcheck"]["test"][-1]


def test_a_replica_is_let_in_by_its_password_and_cannot_fill_the_disk_of_the_primary():
    allowed = re.findall(r'^echo "(.*)" >> "\$PGDATA/pg_hba.conf"$', text_of("deploy/primary.sh"), re.MULTILINE)
    assert allowed == ["host replication dateline_replica all scram-sha-256"]
    assert "max_slot_wal_keep_size=4GB" in SERVICES["postgres"]["command"]


@pytest.mark.parametrize("name", ["postgres", "replica"])
def test_a_server_that_is_still_being_set_up_is_not_taken_for_ready(name):
    """Until then it listens on its socket alone."""
    assert "--host=127.0.0.1" in SERVICES[name]["healthcheck"]["test"]


def test_the_cache_may_write_where_it_keeps_answers_and_has_room_for_all_it_may_keep():
    one, number = SERVICES["cache"], "101"  # nginx's, in its image
    folder, _, options = one["tmpfs"].partition(":")
    given = dict(option.split("=") for option in options.split(","))
    assert (one["user"], given["uid"], given["mode"]) == ("nginx", number, "0700")
    assert f"{folder}/" in one["entrypoint"]
    most = re.search(r"max_size=(\d+)m", text_of("deploy/nginx.conf"))
    assert int(given["size"].removesuffix("m")) > int(most[1])


def test_what_ends_is_started_again_but_for_the_load():
    assert {name: one["restart"] for name, one in SERVICES.items()} == dict.fromkeys(SERVICES, "unless-stopped") | {
        "load": "no"
    }


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
