"""What README and CONTRIBUTING tell people to type, typed."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib import import_module

import httpx
import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from app import formats
from app.main import create_app
from app.settings import Settings
from app.tables import Event
from tests.conftest import Client
from tests.documents import ROOT, blocks, examples, first_column, fits, read_abridged, section, text_of
from tests.operations import resolve

UV_RUN = 'uv() { shift 2; "$PYTHON" -c "from app.cli import main; main()" "$@"; }\n'
"""`uv run dateline …` in the environment that the tests run in."""


def run(script, folder, **environment):
    variables = os.environ | {"PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | environment
    command = ["bash", "-euo", "pipefail", "-c", UV_RUN + script]
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def typed(text, *languages):
    """The commands of a text, without those that go on until they are stopped or ask what is served."""
    script = "".join(blocks(text, *languages))
    return "".join(line for line in script.splitlines(keepends=True) if "dateline serve" not in line)


@contextmanager
def serving(folder, url):
    """`dateline serve` in a process of its own; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": url},
    )
    try:
        for _ in range(300):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/health/live")
                break
            assert process.poll() is None, "the service stopped"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_adding_an_event_works_as_shown(tmp_path, portal):
    text = section(text_of("CONTRIBUTING.md"), "Add an event")
    told = run(typed(text, "sh"), tmp_path)
    assert "The record is sound: 1 events." in told
    assert told.count("2 passages: 2 matched") == 2
    app = create_app(Settings(DATABASE_URL=f"sqlite:///{tmp_path}/try/dateline.db"))
    shown = examples(ROOT / "CONTRIBUTING.md", text)
    assert shown
    for example in shown:
        answer = Client(portal, app).get(example.path)
        assert fits(read_abridged(example.answer), answer.json()), answer.text
    app.state.database.close()


def test_adding_a_format_works_as_shown(tmp_path, monkeypatch, shipped):
    """Its file found where formats are, its test passed, its operations described as they have to be."""
    text = section(text_of("CONTRIBUTING.md"), "Add a format")
    format_file, test_file = blocks(text, "python")
    (tmp_path / "plain_text.py").write_text(format_file, encoding="utf-8")
    (tmp_path / "shown_tests.py").write_text(test_file, encoding="utf-8")
    before = described(shipped.client())
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    monkeypatch.syspath_prepend(tmp_path)
    client = shipped.client()
    tests = [one for name, one in vars(import_module("shown_tests")).items() if name.startswith("test_")]
    for name in ("shown_tests", "app.formats.plain_text"):
        monkeypatch.delitem(sys.modules, name)
    assert tests
    for test in tests:
        test(client)
    shown = "".join(line.removeprefix("+") for line in "".join(blocks(text, "diff")).splitlines(keepends=True))
    added = {name: known for name, known in described(client).items() if name not in before}
    assert added
    assert {name: sorted(first_column(section(shown, f"`{name}`"))) for name in added} == added


def described(client):
    """The parameters of each operation."""
    paths = client.get("/openapi.json").json()["paths"]
    return {
        f"GET {path}": sorted(resolve(one)["name"] for one in told["get"].get("parameters", ()))
        for path, told in paths.items()
    }


def test_a_fault_is_told_as_shown(tmp_path):
    """The example of the record's reference, made from the record that CONTRIBUTING writes."""
    run(typed(section(text_of("CONTRIBUTING.md"), "Add an event"), "sh").partition("uv run")[0], tmp_path)
    (shown,) = blocks(section(text_of("docs/record.md"), "What a fault looks like"), "text")
    (tmp_path / "try" / "record").rename(tmp_path / "my-record")
    actors, events = (tmp_path / "my-record" / name for name in ("actors.yaml", "events.yaml"))
    actors.write_text(actors.read_text().replace("type:", "typ:"))
    events.write_text(events.read_text().replace("actor: anna-berg", "actor: ana-berg"))
    told = run("{ uv run dateline check my-record && false; } 2>&1 || true", tmp_path)
    assert told == shown


def test_a_store_on_postgresql_is_served_by_a_role_that_only_reads(tmp_path, owner_and_reader):
    owner, role = owner_and_reader
    text = section(text_of("README.md"), "Run it on PostgreSQL").replace("dateline_reader", role)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("".join(blocks(text, "sql")))
    script = typed(text, "sh").replace("postgresql://owner:password@localhost/dateline", owner)
    assert "Published revision 1" in run(script, tmp_path)
    url = make_url(owner).set(username=role, password="choose-one").render_as_string(hide_password=False)
    with serving(tmp_path, url) as address:
        assert httpx.get(f"{address}/v1").json()["data"]["counts"]["events"] > 100
    table = Event.__tablename__
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute(f"SELECT count(*) > 100 FROM {table}").fetchone() == (True,)
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET until = 0",
            f"INSERT INTO {table} SELECT * FROM {table}",
            f"TRUNCATE {table}",
            f"DROP TABLE {table}",
            "CREATE TABLE mine (number int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_compose_file_types_the_same():
    compose = yaml.safe_load(text_of("docker-compose.yml"))
    text = section(text_of("README.md"), "Run it on PostgreSQL")
    script = "".join(blocks(text, "sh"))
    assert compose["services"]["load"]["command"][:2] == ["sh", "-c"]
    for command in compose["services"]["load"]["command"][2].split(" && "):
        assert f"uv run {command}\n" in script
    role = compose["configs"]["reader"]["content"]
    assert role.partition("PASSWORD")[0] == "".join(blocks(text, "sql")).partition("PASSWORD")[0]
    assert compose["services"]["api"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_gate_runs_the_readme_s_test_command():
    command = "pip install -q uv && uv run pytest"
    assert f"{command}\n" in blocks(text_of("README.md"), "sh")
    gate = text_of(".ci/run")
    assert all(f"\n{part}" in gate for part in command.split(" && "))
