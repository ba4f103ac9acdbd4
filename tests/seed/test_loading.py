"""What a load writes: nothing twice, nothing over, and every revision stays what it was."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import update
from sqlmodel import col

from app.tables import OPEN, Change, Revision
from seed.loading import RemovalRefused
from tests.conftest import RECORD, Store
from tests.content import Content, content, number_of_rows, timeless
from tests.generator import Line, Record, generate, write
from tests.history import histories
from tests.invented import event_line, invented_lines, reference_lines, write_lines

Load = Callable[..., Path]
ROOT = Path(__file__).parent.parent.parent


def edited(lines: list[Line], record_id: str, **changed: Any) -> list[Line]:
    return [line | changed if line["id"] == record_id else line for line in lines]


def served(store: Store, path: str) -> Any:
    return store.client().get(path).json()["data"]


def ids(store: Store, path: str) -> list[str]:
    return [one["id"] for one in served(store, path)]


def test_the_same_record_again_publishes_nothing_and_writes_nothing(store: Store) -> None:
    first = store.load(RECORD)
    assert (first.revision, first.published) == (1, True)
    before = content(store)
    again = store.load(RECORD)
    assert (again.revision, again.published, sum(again.changed.values())) == (1, False, 0)
    assert content(store) == before


def test_a_revision_is_published_after_the_one_before_however_slow_the_clock_of_this_machine_is(
    store: Store, write_record: Load
) -> None:
    """Else the day of an old answer would find another."""
    store.load(write_record(invented_lines(1)))
    hour = 3600 * 10**6
    with store.engine.begin() as connection:
        connection.execute(update(Revision).values(published_at=Revision.published_at + hour))
    for events in (2, 3):
        store.load(write_record(invented_lines(events)))
    told = [row["published_at"] for _, row in sorted(content(store)["revision"].items())]
    assert told == sorted(set(told))


def scatter(record: Record, folder: Path, chance: random.Random) -> Path:
    """The same lines in another order, in other files and folders."""
    for kind, lines in record.items():
        shuffled = chance.sample(lines, len(lines))
        for part in range(3):
            place = folder / chance.choice(["a", "b", "c"]) / f"{kind}s-{part}.ndjson"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("".join(json.dumps(line) + "\n" for line in shuffled[part::3]))
    return folder


@pytest.mark.parametrize("seed", range(3))
def test_neither_the_order_of_records_nor_of_files_makes_a_difference(store: Store, tmp_path: Path, seed: int) -> None:
    record = generate(seed, 60)
    store.load(scatter(record, tmp_path / "first", random.Random(1)))
    before = content(store)
    assert not store.load(scatter(record, tmp_path / "other", random.Random(2))).published
    assert content(store) == before


def test_yaml_and_ndjson_of_one_content_are_the_same_record(
    store: Store, make_store: Callable[[str], Store], tmp_path: Path
) -> None:
    record = generate(7, 60)
    folder = tmp_path / "yaml"
    folder.mkdir()
    for kind, lines in record.items():
        written = [line if kind == "source" else line | {"kind": kind} for line in lines]
        (folder / f"{kind}s.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False))
    lines = write(record, tmp_path)
    store.load(folder)
    other = make_store(store.url.get_backend_name())
    other.load(*sorted(lines.glob("*.ndjson")))
    assert timeless(content(store)) == timeless(content(other))
    asked = [one.client().get("/v1/events?limit=500") for one in (store, other)]
    assert asked[0].content == asked[1].content
    assert asked[0].headers["ETag"] == asked[1].headers["ETag"]
    assert not store.load(*sorted(lines.glob("*.ndjson"))).published


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4294967295", "PYTHONUTF8": "0"},
    ],
)
def test_neither_zone_nor_locale_nor_hash_seed_of_a_process_makes_a_difference(
    store: Store, make_store: Callable[[str], Store], tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = write(generate(11, 60), tmp_path)
    store.load(folder)
    other = make_store(store.url.get_backend_name())
    address = other.url.set(drivername=store.url.get_backend_name()).render_as_string(hide_password=False)
    process = subprocess.run(
        [sys.executable, "-m", "seed", "--allow-uncited", str(folder)],
        env={**os.environ, **environment, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert timeless(content(store)) == timeless(content(other))
    assert not other.load(folder).published


def test_a_citation_that_left_its_event_is_found_no_more_and_was_found_before(store: Store, write_record: Load) -> None:
    both = [{"key": key, "source": source} for key, source in (("a", "gazette-monday"), ("b", "post-tuesday"))]
    for cited in (both, both[:1]):
        store.load(write_record([*reference_lines(), event_line(0, relations=[], citations=cited)]))
    client = store.client()
    for asked in ("", "&source=post-tuesday", "&publisher=island-post", "&stance=supports", "&event=harbour-talks-0"):
        for number, keys in ((1, "ab"), (2, "a")):
            answer = client.get(f"/v1/citations?count=exact{asked}&as_of={number}").json()
            due = [f"harbour-talks-0~{key}" for key in keys if key == "b" or "post" not in asked]
            assert ([one["id"] for one in answer["data"]], answer["meta"]["total"]) == (due, len(due)), (asked, number)


def test_of_what_an_event_was_at_two_times_one_can_change_and_the_other_stays(store: Store, write_record: Load) -> None:
    late = {"kind": "source", "id": "late", "title": "Late", "published": "2020-03-09"}
    cited = [{"key": one, "source": one} for one in ("gazette-monday", "post-tuesday", "late")]
    for first in ("x", "y"):
        earlier = [{"before": "post-tuesday", "tags": [first]}, {"before": "late", "tags": ["y"]}]
        event = event_line(0, relations=[], citations=cited, tags=["x"], earlier=earlier)
        store.load(write_record([*reference_lines(), late, event]))
    instants = ("2020-03-04T00:00:00Z", "2020-03-05T00:00:00Z", "2020-03-10T00:00:00Z")
    for number, tags in ((1, "xyx"), (2, "yyx")):
        for instant, tag in zip(instants, tags, strict=True):
            asked = f"/v1/events?as_of={number}&known_at={instant}&tag="
            assert [one for one in ("x", "y") if ids(store, asked + one)] == [tag], asked
    assert ids(store, "/v1/events?tag=x") == ["harbour-talks-0"]


def test_a_renamed_actor_gives_its_events_a_version_and_no_other(store: Store, tmp_path: Path) -> None:
    lines = [*invented_lines(6), event_line(7, actors=[], citations=[{"key": "c", "source": "gazette-monday"}])]
    store.load(write_lines(tmp_path, lines))
    renamed = store.load(write_lines(tmp_path, edited(lines, "anna-berg", name="Anna Vik")))
    assert (renamed.revision, renamed.changed) == (2, {"actor": 1, "event": 6})
    versions = {one["id"]: one["revision"] for one in served(store, "/v1/events")}
    assert versions == {f"harbour-talks-{n}": 2 for n in range(6)} | {"harbour-talks-7": 1}
    path = "/v1/events/harbour-talks-3"
    for at, name in ((1, "Anna Berg"), (2, "Anna Vik")):
        shown = served(store, f"{path}?as_of={at}")
        assert (shown["actors"][0]["name"], shown["citations"][0]["attributed_to"]["name"]) == (name, name)
    assert ids(store, "/v1/events?q=vik&as_of=1") == []
    assert len(ids(store, "/v1/events?q=vik")) == 6


@pytest.mark.parametrize(
    ("record_id", "changed", "question"),
    [
        ("anna-berg", {"member_of": []}, "actor=sea-league&role=initiator"),
        ("old-harbour", {"parent": None}, "location=north-coast"),
    ],
)
def test_another_group_or_parent_alone_changes_links_and_gives_no_event_a_version(
    store: Store, tmp_path: Path, record_id: str, changed: Line, question: str
) -> None:
    lines = invented_lines(6)
    store.load(write_lines(tmp_path, lines))
    before = content(store)
    outcome = store.load(write_lines(tmp_path, edited(lines, record_id, **changed)))
    assert outcome.revision == 2
    after = content(store)
    assert after["event"] == before["event"]
    assert after["citation"] == before["citation"]
    assert after["link"] != before["link"]
    assert ids(store, f"/v1/events?{question}") == []
    assert len(ids(store, f"/v1/events?{question}&as_of=1")) == 6


def test_a_corrected_date_gives_another_key_and_the_old_revision_answers_as_before(
    store: Store, tmp_path: Path
) -> None:
    lines = invented_lines(6)
    store.load(write_lines(tmp_path, lines))
    questions = ("?order=asc", "?date_to=2020-03-01", "?date_from=2020-05-01&date_match=within", "?tag=fishing&limit=2")
    client = store.client()
    before = [client.walk(f"/v1/events{question}") for question in questions]
    store.load(write_lines(tmp_path, edited(lines, "harbour-talks-0", date="2020-05-04")))
    assert [client.walk(f"/v1/events{question}&as_of=1") for question in questions] == before
    assert ids(store, "/v1/events?id=harbour-talks-0&date_from=2020-05-04&date_to=2020-05-04") == ["harbour-talks-0"]
    assert ids(store, "/v1/events")[0] == "harbour-talks-0"
    keys = {row["key"] for row in content(store)["event"].values() if row["id"] == "harbour-talks-0"}
    assert len(keys) == 2


@pytest.mark.parametrize(
    "record_id", ["harbour-talks-5", "harbour-gazette", "gazette-monday", "anna-berg", "old-harbour"]
)
def test_a_removal_is_refused_and_leaves_everything_as_it_was(store: Store, tmp_path: Path, record_id: str) -> None:
    alone = [line | {"id": f"alone-{line['kind']}"} for line in reference_lines() if line["id"] == record_id]
    alone = alone or [event_line(9, id="alone-event")]
    store.load(write_lines(tmp_path, invented_lines() + alone))
    before = content(store)
    with pytest.raises(RemovalRefused, match=f"^{alone[0]['kind']} '{alone[0]['id']}' was published"):
        store.load(write_lines(tmp_path, edited(invented_lines(), "harbour-talks-1", title="Another title")))
    assert content(store) == before


def only_ended(before: Content, after: Content, revision: int) -> bool:
    """Whether every row is as it was, but for the end of those that the revision replaced."""
    for table, rows in before.items():
        for key, row in rows.items():
            now = after[table][key]
            ended = now.get("until") == revision and row["until"] == OPEN
            planning = table == "term"
            assert now == row | ({"until": revision} if ended else {}) | ({"rows": now["rows"]} if planning else {})
    return True


@pytest.mark.parametrize("seed", range(2))
def test_only_the_end_of_a_replaced_row_is_ever_updated(store: Store, tmp_path: Path, seed: int) -> None:
    before: Content = {}
    for _, folder in histories(seed, 6, tmp_path):
        outcome = store.load(folder)
        after = content(store)
        assert only_ended(before, after, outcome.revision)
        new = [row for table, rows in after.items() for key, row in rows.items() if key not in before.get(table, {})]
        assert {row["since"] for row in new if "since" in row} <= {outcome.revision}
        assert {row["until"] for row in new if "until" in row} <= {OPEN}
        assert not store.load(folder).published
        assert content(store) == after
        before = after
    assert number_of_rows(before)["revision"] == 6


def test_a_row_that_was_written_over_would_be_noticed(store: Store, tmp_path: Path) -> None:
    store.load(write_lines(tmp_path, invented_lines()))
    before = content(store)
    with store.engine.begin() as connection:
        connection.execute(update(Change).where(col(Change.id) == "anna-berg").values(links="x"))
    with pytest.raises(AssertionError):
        only_ended(before, content(store), 2)
