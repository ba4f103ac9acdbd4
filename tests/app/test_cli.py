"""The command line as a stranger runs it: real processes, their exit statuses and what they say."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli import main
from tests.conftest import Store
from tests.content import content
from tests.invented import event_line, invented_lines, write_lines

ROOT = Path(__file__).parent.parent.parent
DATELINE = Path(sys.executable).parent / "dateline"
PATIENCE = 60
COMMANDS = ("serve", "openapi", "migrate", "seed", "diff", "export", "restore", "redact", "quality", "check", "verify",
            "links", "schema")  # fmt: skip

Told = subprocess.CompletedProcess[str]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "DATABASE_"))}
    return {**kept, "COLUMNS": "120", "PYTHONPATH": str(ROOT), **variables}


def status_of(*arguments: str) -> int:
    """The exit status of a command that only talks, run in this process: for what needs no process of its own."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty working folder."""
    folder = tmp_path / "working"
    folder.mkdir()
    return folder


@pytest.fixture
def run(folder: Path) -> Callable[..., Told]:
    """Runs `dateline` in a process of its own in the empty folder, with these settings and no other."""

    def run(*arguments: object, command: tuple[str, ...] = (str(DATELINE),), **variables: str) -> Told:
        return subprocess.run(
            [*command, *map(str, arguments)],
            cwd=folder,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """The same in this process, which is quicker."""
    monkeypatch.chdir(folder)
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)

    def call(*arguments: object, **variables: str) -> Told:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        status = status_of(*map(str, arguments))
        return Told(arguments, status, *capsys.readouterr())

    return call


def address(store: Store) -> str:
    """The store's address as a person writes it, without the driver."""
    plain = store.url.set(drivername=store.url.get_backend_name())
    return plain.render_as_string(hide_password=False)


@contextmanager
def new_role(store: Store) -> Iterator[tuple[str, str]]:
    """A role of PostgreSQL that was granted nothing, and the store's address for it."""
    role = f"reader_{store.url.database}"
    with store.engine.begin() as connection:
        connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
    try:
        yield role, store.url.set(drivername="postgresql", username=role).render_as_string()
    finally:
        with store.engine.begin() as connection:
            connection.execute(text(f'DROP OWNED BY "{role}"'))
            connection.execute(text(f'DROP ROLE "{role}"'))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return write_lines(tmp_path, invented_lines(3))


def said(told: Told) -> tuple[int, list[str]]:
    """The exit status and what was printed for a person, in lines; no traceback."""
    assert "Traceback" not in told.stderr
    return told.returncode, [*told.stdout.splitlines(), *told.stderr.splitlines()]


def test_help_names_every_command_and_setting_and_is_clean(run: Callable[..., Told]) -> None:
    told = run("--help")
    assert (told.returncode, told.stderr) == (0, "")
    for name in (*COMMANDS, "DATABASE_URL", "DATELINE_PUBLIC_URL"):
        assert name in told.stdout
    assert "\x1b" not in told.stdout
    summaries = told.stdout.partition("Commands:\n")[2].splitlines()
    assert len(summaries) == len(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in summaries)


def test_the_help_of_each_command_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        assert status_of(command, "--help") == 0
        told = capsys.readouterr()
        assert told.err == ""
        assert told.out.startswith(f"Usage: dateline {command}")
        assert "\x1b" not in told.out


def test_an_unknown_command_or_option_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, named in (
        (["sed"], "sed"),
        (["seed", "--alow-uncited"], "--alow-uncited"),
        (["serve", "--port", "99999"], "--port"),
    ):
        assert status_of(*arguments) == 2
        assert f"'{named}'" in capsys.readouterr().err or named == "--alow-uncited"


def test_seed_migrates_and_publishes_and_says_what_it_did(run: Callable[..., Told], record: Path, folder: Path) -> None:
    told = run("seed", record)
    assert (told.returncode, told.stdout) == (
        0,
        "Published revision 1: 2 actors, 3 events, 2 locations, 2 publishers, 2 sources, 19 vocabularies.\n",
    )
    assert (folder / "dateline.db").is_file()
    again = run(record, command=(sys.executable, "-m", "seed"))
    assert (again.returncode, again.stdout) == (0, "Nothing changed: revision 1 stands.\n")


def test_seed_loads_the_store_that_database_url_names(
    store: Store, call: Callable[..., Told], record: Path, folder: Path
) -> None:
    assert call("seed", record, DATABASE_URL=address(store)).returncode == 0
    assert len(content(store)["event"]) == 3
    assert list(folder.iterdir()) == []


def test_faults_are_told_with_their_places_and_nothing_is_loaded(
    store: Store, call: Callable[..., Told], tmp_path: Path
) -> None:
    path = write_lines(tmp_path, [*invented_lines(2), event_line(7, type="consul", locations=["old-harbor"])])
    before = content(store)
    for command in ("check", "seed"):
        told = call(command, path, DATABASE_URL=address(store))
        status, lines = said(told)
        assert status == 1
        assert told.stdout == ""
        assert all(line.startswith(f"{path}:{len(invented_lines(2)) + 1}:") for line in lines[:-1])
        assert "nearest: 'consult'" in told.stderr
        assert "nearest: 'old-harbour'" in told.stderr
        assert lines[-1] == "2 faults; nothing was loaded."
    assert content(store) == before


def test_check_says_that_a_record_is_sound_and_touches_no_store(
    run: Callable[..., Told], record: Path, folder: Path
) -> None:
    assert said(run("check", record, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")) == (
        0,
        ["The record is sound: 3 events."],
    )
    assert list(folder.iterdir()) == []


def test_an_event_without_support_needs_leave(call: Callable[..., Told], tmp_path: Path) -> None:
    path = write_lines(tmp_path, [*invented_lines(1), event_line(1, citations=[])])
    assert said(call("check", path))[0] == 1
    assert said(call("check", "--allow-uncited", path)) == (0, ["The record is sound: 2 events."])


def test_a_removal_is_refused_and_names_what_is_missing(
    store: Store, call: Callable[..., Told], tmp_path: Path
) -> None:
    store.load(write_lines(tmp_path, invented_lines(3)))
    before = content(store)
    told = call("seed", write_lines(tmp_path, invented_lines(2)), DATABASE_URL=address(store))
    assert said(told)[0] == 1
    assert "event 'harbour-talks-2' was published, and is missing now" in told.stderr
    assert "Nothing was loaded" in told.stderr
    assert content(store) == before


def test_no_such_folder_is_told(call: Callable[..., Told]) -> None:
    status, lines = said(call("seed", "no-such-folder"))
    assert status == 1
    assert lines[0].startswith("no-such-folder:1:1: no such file or folder")


def test_verify_tells_what_does_not_match(call: Callable[..., Told], tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    status, lines = said(call("verify", "--texts", texts, write_lines(tmp_path, invented_lines(1))))
    assert status in (0, 1)
    assert lines
    status, _ = said(call("verify"))
    assert status == 2


def test_migrate_makes_the_tables_and_may_be_run_again(call: Callable[..., Told], tmp_path: Path) -> None:
    for _ in range(2):
        assert said(call("migrate")) == (0, ["The store is up to date."])
    assert said(call("migrate", "--grant-to", "reader")) == (
        2,
        ["a SQLite store has no roles: readers open the file read-only"],
    )


def test_a_role_that_was_granted_reading_can_read_and_no_more(
    make_store: Callable[[str], Store], call: Callable[..., Told], record: Path
) -> None:
    store = make_store("postgresql")
    with new_role(store) as (role, reader):
        assert said(call("migrate", "--grant-to", role, DATABASE_URL=address(store)))[0] == 0
        assert call("seed", record, DATABASE_URL=address(store)).returncode == 0
        status, lines = said(call("seed", write_lines(record.parent, invented_lines(4)), DATABASE_URL=reader))
        assert status == 1
        assert "permission denied" in lines[-1]
        assert len(content(store)["event"]) == 3


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": "dateline.db"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": ""}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": "sqlite://dateline.db"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATABASE_URL": "postgresql://localhost:port/x"}, "DATABASE_URL: expected sqlite:///PATH or postgresql://"),
        ({"DATELINE_MAX_AGE": "soon"}, "DATELINE_MAX_AGE: "),
        ({"DATELINE_MAX_AGE": "-1"}, "DATELINE_MAX_AGE: "),
        ({"DATELINE_PUBLIC_URL": "dateline.example"}, "DATELINE_PUBLIC_URL: expected an address such as https://"),
    ],
)
def test_a_bad_setting_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], message: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for command in ("serve", "migrate", "seed"):
        assert status_of(command) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(message)
        assert told.err.count("\n") == 1
