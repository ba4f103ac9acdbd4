"""A record that is damaged in any way is refused, with the damaged lines named, and nothing of it is loaded."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from app.cli import main
from seed.checking import check
from seed.faults import Fault, RecordRefused
from tests.conftest import RECORD, Store
from tests.damages import JSON_DAMAGES, YAML_DAMAGES, Damage, Damaged, Folder
from tests.harbour import FILES

RUNS = int(os.environ.get("DAMAGE_RUNS", "20"))
"""Copies of the record, each with several damages; a campaign makes a hundred."""
AT_ONCE = 6
JARGON = re.compile(
    r"input should|validat|traceback|pydantic|ruamel|yaml\.|json\.|libyaml|scann|pars(er|ing)|token|mapping values|"
    r"block (end|sequence|mapping)|Error\b|<class|NoneType|\bdict\b|\bstr\b|\bint\b|None|line 1 column"
)
COPIES = {"yaml": (Folder.of_yaml, YAML_DAMAGES), "ndjson": (Folder.of_ndjson, JSON_DAMAGES)}


def faults_in(folder: Path) -> list[Fault]:
    try:
        check([folder])
    except RecordRefused as refused:
        return refused.faults
    return []


def is_named(damaged: Damaged, faults: list[Fault]) -> bool:
    return (str(damaged.path), damaged.line) in {(fault.place.path, fault.place.line) for fault in faults}


@pytest.mark.parametrize("form", COPIES)
def test_every_kind_of_damage_has_a_place_in_the_record(form: str, tmp_path: Path) -> None:
    of, damages = COPIES[form]
    folder = of(RECORD, tmp_path)
    assert [damage.name for damage in damages if not list(folder.places(damage))] == []
    folder.damaged([], random.Random(0))
    assert faults_in(tmp_path) == []


@pytest.mark.parametrize("form", COPIES)
def test_of_several_damages_at_once_each_is_told_in_its_line(form: str, tmp_path: Path) -> None:
    of, damages = COPIES[form]
    folder, draw = of(RECORD, tmp_path), random.Random(20211230)
    everything: list[tuple[Damaged, bool]] = []
    for run in range(RUNS if form == "yaml" else RUNS // 2):
        drawn: list[Damage] = [damages[(run * AT_ONCE + n) % len(damages)] for n in range(AT_ONCE)]
        done = folder.damaged(drawn, draw)
        faults = faults_in(tmp_path)
        assert faults, done
        everything += [(one, is_named(one, faults)) for one in done]
        assert not [str(fault) for fault in faults if JARGON.search(fault.message)]
        assert not [str(fault) for fault in faults if len(fault.message) > 500 or "\n" in fault.message]
    missed = [one for one, named in everything if not named]
    assert len(missed) <= len(everything) * 0.02, missed


@pytest.mark.parametrize("name", ["unknown actor", "colon deleted", "no title", "key given twice"])
def test_one_damage_alone_is_refused_by_the_command_and_told_on_standard_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [damage] = [damage for damage in YAML_DAMAGES if damage.name == name]
    [done] = Folder.of_yaml(RECORD, tmp_path).damaged([damage], random.Random(7))
    with pytest.raises(SystemExit) as stopped:
        main(["check", str(tmp_path)])
    told = capsys.readouterr()
    assert (stopped.value.code, told.out) == (1, "")
    assert re.search(rf"^{re.escape(str(done.path))}:{done.line}:\d+: ", told.err, re.MULTILINE)
    assert re.search(r"\n\d+ faults?; nothing was loaded\.\n\Z", told.err)


def contents(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in sorted(names)}
    return {name: sorted(map(repr, some)) for name, some in rows.items()}


def seed(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit status of `dateline seed`."""
    monkeypatch.setenv("DATABASE_URL", store.url.render_as_string(hide_password=False))
    with pytest.raises(SystemExit) as stopped:
        main(["seed", str(folder)])
    return stopped.value.code


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    return folder


def test_nothing_of_a_damaged_record_is_loaded(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = FILES | {"events.yaml": FILES["events.yaml"].replace("summary:", "sumary:")}
    empty = contents(store)
    assert seed(store, write(tmp_path / "a", damaged), monkeypatch) == 1
    assert contents(store) == empty
    assert store.load(write(tmp_path / "b", FILES), allow_uncited=False).revision == 1
    first = contents(store)
    assert seed(store, tmp_path / "a", monkeypatch) == 1
    assert contents(store) == first
    assert capsys.readouterr().err.count("events.yaml:3:3: unknown key 'sumary'; nearest: 'summary'") == 2


def test_a_record_that_was_published_may_not_go_missing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.load(write(tmp_path / "a", FILES), allow_uncited=False)
    first = contents(store)
    talks, _ = FILES["events.yaml"].split("- id: second-round")
    changed = talks.replace("Talks in", "Long talks in")
    assert seed(store, write(tmp_path / "b", FILES | {"events.yaml": changed}), monkeypatch) == 1
    assert contents(store) == first
    assert "event 'second-round' was published, and is missing now" in capsys.readouterr().err


def reordered(content: str) -> str:
    """The second key of every record moved to its end, and the quotes of dates changed."""
    items = re.split(r"(?m)^(?=- )", content)[1:]
    moved = [re.sub(r"\A(- .*\n)(  \w+: (?!>).*\n)((?:  .*\n)+)\Z", r"\1\3\2", item) for item in items]
    return "".join(moved).replace('date: "2020"', "date: 2020").replace("date: 2020-03-02", "date: '2020-03-02'")


HARMLESS: dict[str, Callable[[str], str]] = {
    "comments and empty lines": lambda content: f"# é\n\n{content.replace('- id', chr(10) + '# x' + chr(10) + '- id')}",
    "another order of keys": reordered,
    "line breaks of Windows": lambda content: content.replace("\n", "\r\n"),
    "a byte order mark": lambda content: "\ufeff" + content,
    "the start and the end of a document": lambda content: f"---\n{content}...\n",
    "no line break at the end": str.rstrip,
    "an empty value": lambda content: content.replace("  name:", "  reference:\n  name:"),
    "block style": lambda content: content.replace("[date, actors]", "\n      - date\n      - actors"),
    "quotes": lambda content: content.replace("member_of: [sea-league]", 'member_of: ["sea-league"]'),
}


@pytest.mark.parametrize("edit", HARMLESS)
def test_a_harmless_edit_passes_and_publishes_nothing(
    edit: str, make_store: Callable[[str], Store], tmp_path: Path
) -> None:
    store = make_store("sqlite")
    store.load(write(tmp_path / "a", FILES), allow_uncited=False)
    edited = write(tmp_path / "b", {name: HARMLESS[edit](content) for name, content in FILES.items()})
    outcome = store.load(edited, allow_uncited=False)
    assert (outcome.revision, outcome.published) == (1, False)


def test_any_script_is_text(tmp_path: Path) -> None:
    title = "title: Переговоры в гавани — 港での会談 🕊 e\u0301 ‘x’ \u202bسلام"
    files = FILES | {"events.yaml": FILES["events.yaml"].replace("title: Talks in the harbour", title)}
    assert check([write(tmp_path / "a", files)]).event["harbour-talks"].title == title.removeprefix("title: ")


def laughs() -> str:
    lines = ["- &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    return "\n".join([*lines, *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))])


HOSTILE: dict[str, tuple[str, Callable[[], str]]] = {
    "a billion laughs": ("a.yaml", laughs),
    "lists in lists": ("a.yaml", lambda: "- id: x\n  title: " + "[" * 100_000),
    "mappings in mappings": ("a.yaml", lambda: "- id: x\n  title: " + "{a: " * 100_000),
    "dashes": ("a.yaml", lambda: "- " * 100_000),
    "deep items": ("a.yaml", lambda: ("- " + "[" * 990 + "\n") * 1_000),
    "one long line": ("a.yaml", lambda: "- id: " + "x" * 100_000_000),
    "many small records": ("a.yaml", lambda: "- {}\n" * 800_000),
    "many anchors": ("a.yaml", lambda: "- id: [" + "&a x, " * 600_000 + "]"),
    "many keys": ("a.yaml", lambda: "- id: x\n" + "".join(f"  k{n}: 1\n" for n in range(300_000))),
    "an open quote": ("a.yaml", lambda: "- id: x\n" * 200_000 + "  title: 'x\n" + "- id: x\n" * 200_000),
    "an open quote in every item": ("a.yaml", lambda: "- id: 'x\n" * 400_000),
    "nothing but brackets in NDJSON": ("a.ndjson", lambda: '{"a":' * 3_000_000),
    "one long line of NDJSON": ("a.ndjson", lambda: '{"kind": "event", "id": "' + "x" * 100_000_000),
    "many bad lines": ("a.ndjson", lambda: "{}\n" * 10_000_000),
    "many keys of NDJSON": (
        "a.ndjson",
        lambda: '{"kind": "event", "id": "x"' + "".join(f', "k{n}": 1' for n in range(250_000)) + "}",
    ),
    "many values of NDJSON": ("a.ndjson", lambda: '{"kind": "event", "tags": [1' + ", 1" * 1_300_000 + "]}"),
    "a long number": ("a.ndjson", lambda: '{"kind": "event", "id": ' + "1" * 10_000_000 + "}"),
}
MEASURED = """
import re, sys
from pathlib import Path
from time import perf_counter
from seed.checking import check
from seed.faults import RecordRefused
begun = perf_counter()
try:
    check([Path(sys.argv[1])])
except RecordRefused as refused:
    most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(len(refused.faults), perf_counter() - begun, int(most[1]) / 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_within_bounds(kind: str, tmp_path: Path) -> None:
    name, content = HOSTILE[kind]
    (tmp_path / name).write_text(content())
    run = [sys.executable, "-c", MEASURED, str(tmp_path)]
    done = subprocess.run(
        run, capture_output=True, text=True, check=True, timeout=60, env={**os.environ, "PYTHONPATH": "."}
    )
    faults, seconds, mebibytes = map(float, done.stdout.split())
    assert faults >= 1
    assert seconds < 30
    assert mebibytes < 256


def test_links_pipes_and_folders_in_the_folder_do_no_harm(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", FILES)
    (folder / "round").symlink_to(folder)
    (folder / "again.yaml").symlink_to(folder / "events.yaml")
    (folder / "folder.yaml").mkdir()
    assert faults_in(folder) == []
    os.mkfifo(folder / "pipe.yaml")
    (folder / "self.yaml").symlink_to(folder / "self.yaml")
    (folder / "zero.ndjson").symlink_to("/dev/zero")
    assert [Path(fault.place.path).name for fault in faults_in(folder)] == ["pipe.yaml", "self.yaml", "zero.ndjson"]
