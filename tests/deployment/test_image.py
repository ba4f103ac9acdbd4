"""The image's recipe: linted, and what it says of itself is so."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.documents import ROOT, text_of
from tests.serving import serving

HADOLINT = Path(sys.executable).with_name("hadolint")
RECIPE = text_of("Dockerfile")


def lint(recipe):
    return subprocess.run([HADOLINT, "-"], input=recipe, capture_output=True, text=True, check=False)


def test_the_linter_has_nothing_to_say_of_the_recipe():
    told = lint(RECIPE)
    assert (told.returncode, told.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(":3.11-slim-bookworm", ":latest"), ("uv==0.13.9", "uv"), ("WORKDIR /data", "WORKDIR data")],
)
def test_the_linter_finds_what_is_wrong_with_a_recipe(right, wrong):
    assert right in RECIPE
    assert lint(RECIPE.replace(right, wrong)).returncode


def test_it_runs_as_a_user_that_is_not_root_and_has_a_number():
    """By number, so that whoever starts it can see that it is not root's."""
    *_, last = re.findall(r"^USER (.*)$", RECIPE, re.MULTILINE)
    assert int(last) > 0


def test_it_is_reached_from_outside_the_container():
    assert re.search(r"^ENV .*(\\\n.*)*DATELINE_HOST=0\.0\.0\.0$", RECIPE, re.MULTILINE)
    assert re.findall("^EXPOSE (.*)$", RECIPE, re.MULTILINE) == ["8000"]


def test_the_version_is_that_of_the_package():
    (version,) = re.findall(r'image\.version="(.*)"', RECIPE)
    assert f'version = "{version}"' in text_of("pyproject.toml")


def test_the_health_check_tells_whether_the_process_lives(make_store):
    """Not whether it can answer: what has no store yet, or none any more, goes on by itself once there is one."""
    (check,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.*\])$", RECIPE, re.MULTILINE)
    program, *arguments = json.loads(check)
    assert program == "python"

    def checked(address):
        port = address.rpartition(":")[2]
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=os.environ | {"DATELINE_PORT": port}, capture_output=True, check=False)

    with serving(make_store("sqlite").client().app) as address:
        assert httpx.get(f"{address}/health/ready").status_code == 503
        assert checked(address).returncode == 0
    assert checked(address).returncode != 0


def test_the_package_is_in_the_environment_which_alone_is_taken_along():
    *_, last = re.split(r"^FROM ", RECIPE, flags=re.MULTILINE)
    assert re.findall(r"^COPY (.*)$", last, re.MULTILINE) == ["--from=build /opt/dateline /opt/dateline"]
    assert "uv sync --no-dev --no-editable" in RECIPE


def test_the_image_is_built_from_what_runs_alone():
    """No tests, no history, no secrets: what is not named does not even reach the builder."""
    first, *named = [line for line in text_of(".dockerignore").splitlines() if not line.startswith("#")]
    assert first == "*"
    assert {one.removeprefix("!") for one in named if one.startswith("!")} == {
        "app", "docs", "migrations", "seed", "LICENSE", "LICENSE-record", "README.md", "pyproject.toml"
    }  # fmt: skip
    copied = re.findall(r"^COPY (?!--from)(.*) \./?$", RECIPE, re.MULTILINE)
    assert all((ROOT / name).exists() for line in copied for name in line.split())
