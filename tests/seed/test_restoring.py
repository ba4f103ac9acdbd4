"""An export rebuilds every revision, to the byte, in a store of either kind; one that is damaged rebuilds nothing."""

import gzip
import hashlib
import json
import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.instants import microseconds, show_microseconds
from app.queries.exports import stream_changes
from app.tables import Revision
from seed.history import AHEAD
from seed.redacting import redact
from seed.restoring import HistoryRefused, restore
from seed.writing import Inside
from tests.app.test_cli import DATELINE, address, environment
from tests.conftest import Store
from tests.content import content
from tests.generator import Record, write
from tests.invented import invented_lines, write_lines
from tests.reduction import is_published
from tests.seed.test_loading_history import paths_about
from tests.upheavals import load, upheavals

SEEDS = (11,)
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@dataclass
class Told:
    """A store with a history, its export, and the states that were loaded."""

    store: Store
    export: bytes
    records: list[Record]


def exported(store: Store, as_of: int | None = None) -> bytes:
    question = f"?as_of={as_of}" if as_of else ""
    return store.client().get(f"/v1/exports/changes.ndjson{question}").content


def kept(store: Store) -> bytes:
    """What `dateline export` writes: the desk's own, with the hashes of what was redacted."""
    with store.engine.connect() as connection:
        newest = connection.execute(select(Revision.__table__).order_by(Revision.number.desc()).limit(1)).one()
        return b"".join(stream_changes(Inside(connection), Revision(**newest._mapping), hashes=True))


def lines(export: bytes) -> list[bytes]:
    return export.splitlines(keepends=True)


TAKEN = {"actor": ("name", "[redacted]"), "source": ("title", "[redacted]"), "event": ("tags", [])}
"""What is redacted of one record of each kind after the fourth load, and what the files have instead from then on."""


@pytest.fixture(scope="module", params=SEEDS)
def told(request: Any, database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Told:
    """Loads with removals and the like, redactions between them, and loads after these."""
    store, records = make_store(database), []
    names: dict[str, str] = {}
    for record, place in upheavals(request.param, 6, tmp_path_factory.mktemp("record")):
        for kind, (name, left) in TAKEN.items():
            for line in (one for one in record[kind] if names.get(kind) == one["id"]):
                line[name] = left
                for words in line.get("earlier", []):
                    words.pop(name, None)
        load(store, write(record, place))
        records.append(record)
        if len(records) == 4:
            for kind, (name, _) in TAKEN.items():
                names[kind] = next(one["id"] for one in record[kind] if one.get(name) and is_published(one))
                redact(store.engine, kind, names[kind], name)
    return Told(store, exported(store), records)


def test_a_restored_store_holds_the_same_rows(told, make_store, database):
    for kind in (OTHER[database], database):
        other = make_store(kind)
        outcome = restore(other.engine, lines(kept(told.store)))
        assert outcome.is_as_before
        assert content(other) == content(told.store)
        assert exported(other) == told.export


def test_the_public_export_restores_all_but_the_hashes_of_what_was_redacted(told, make_store):
    """A short value is soon guessed from its hash."""
    other = make_store("sqlite")
    restore(other.engine, lines(told.export))
    hashes = {row["value_sha256"] for row in content(told.store)["redaction"].values()}
    assert len(hashes) >= len(TAKEN)
    assert not [one for one in hashes if one.encode() in told.export]
    assert {row["value_sha256"] for row in content(other)["redaction"].values()} == {""}
    assert content(other) | {"redaction": None} == content(told.store) | {"redaction": None}


def test_a_restored_store_answers_every_revision_to_the_byte(told, make_store, database):
    other = make_store(OTHER[database])
    restore(other.engine, lines(told.export))
    one, another = told.store.client(), other.client()
    asked = 0
    for number, record in enumerate(told.records, 1):
        for path in [*paths_about(record, number)[:16], "/v1/changes?limit=9", "/v1/quality", "/v1/revisions"]:
            pinned = f"{path}{'&' if '?' in path else '?'}as_of={number}"
            answers = [client.get(pinned) for client in (one, another)]
            assert answers[0].content == answers[1].content, pinned
            assert answers[0].headers.get("ETag") == answers[1].headers.get("ETag")
            asked += answers[0].status_code == 200
    assert asked > 40


def test_an_export_of_an_earlier_revision_restores_that_revision(told, make_store):
    other, both = make_store("sqlite"), []
    outcome = restore(other.engine, lines(exported(told.store, as_of=2)))
    assert (outcome.revision, outcome.is_as_before) == (2, True)
    for store in (told.store, other):
        client = store.client()
        both.append(
            [client.get(f"/v1/{name}?as_of=2&limit=500").content for name in ("events", "citations", "changes")]
        )
    assert both[0] == both[1]
    assert exported(other) == exported(told.store, as_of=2)


@pytest.mark.parametrize(("end", "status"), [({"status": "withdrawn"}, 410), ({"merged_into": "harbour-talks-1"}, 301)])
def test_an_event_that_is_no_more_may_leave_the_files_with_what_it_named(make_store, tmp_path, end, status):
    """The store still answers with its tombstone; the history has it as it was last written."""
    store, other, every = make_store("sqlite"), make_store("sqlite"), invented_lines(3)
    ended = [line | (end | {"reason": "It was none."} if line is every[-1] else {}) for line in every]
    gone = ("harbour-talks-0", "harbour-talks-2", "gazette-monday", "post-tuesday", "harbour-gazette")
    kept = [line for line in every if line["id"] not in gone]
    kept[-1] = kept[-1] | {"citations": [], "relations": []}
    for lines_now in (every, ended, kept):
        load(store, write_lines(tmp_path, lines_now))
    restore(other.engine, lines(exported(store)))
    assert content(other) == content(store)
    answers = [one.client().get("/v1/events/harbour-talks-2") for one in (store, other)]
    assert [answer.status_code for answer in answers] == [status] * 2
    assert answers[0].content == answers[1].content


@pytest.fixture(scope="module")
def small(make_store: Callable[[str], Store], tmp_path_factory: Any) -> bytes:
    """A small export of three revisions, without the code lists of which it mostly consists."""
    store, folder = make_store("sqlite"), tmp_path_factory.mktemp("small")
    for number in (2, 3, 2):
        load(store, write_lines(folder, invented_lines(number)))
    return exported(store)


@pytest.fixture(scope="module")
def empty(database: str, make_store: Callable[[str], Store]) -> Store:
    return make_store(database)


def number_of_revisions(store: Store) -> int:
    with store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Revision)).scalar() or 0


def refused(store: Store, damaged: bytes) -> str:
    """What is said of an export that is refused, after which the store is as empty as before."""
    with pytest.raises(HistoryRefused) as found:
        restore(store.engine, lines(damaged))
    assert number_of_revisions(store) == 0
    return str(found.value)


def test_a_cut_export_is_refused_wherever_it_was_cut(small, empty):
    ends = [len(b"".join(lines(small)[:number])) for number in range(len(lines(small)))]
    middles = random.Random(1).sample(range(1, len(small) - 1), 12)
    tails = [len(small) - number for number in (2, 3, 60, 90)]
    for size in {*ends[:3], *ends[-25:], *middles, *tails}:
        told = refused(empty, small[:size])
        assert told.startswith(("the export was cut", "line ")), told


def test_a_flipped_bit_is_refused_wherever_it_is(small, empty):
    chance = random.Random(2)
    tail = len(small) - len(b"".join(lines(small)[-30:]))
    places = [*chance.sample(range(len(small) - 1), 15), *chance.sample(range(tail, len(small) - 1), 45)]
    for place in places:
        damaged = bytearray(small)
        damaged[place] ^= 1 << chance.randrange(7)
        refused(empty, bytes(damaged))


def test_a_reference_that_was_made_a_circle_is_refused_at_once(small, empty):
    """Such a record was never sound; the reading of it would have no end."""
    coast = next(one for one in lines(small) if b'"id":"north-coast"' in one)
    circle = coast.replace(b'"kind":"location"', b'"kind":"location","parent":"old-harbour"')
    refused(empty, small.replace(coast, circle))
    sources = [one for one in lines(small) if one.startswith(b'{"kind":"source"')]
    looped = sources[0].rstrip(b"}\n") + b',"derived_from":[{"source":"gazette-monday","how":"reprints"}]}\n'
    refused(empty, small.replace(sources[0], looped))


def test_lines_in_another_order_missing_or_added_are_refused(small, empty):
    every, chance = lines(small), random.Random(3)
    starts = [number for number, line in enumerate(every) if line.startswith(b'{"revision":')]
    first, second = sorted(chance.sample(range(len(every) - 12, len(every) - 1), 2))
    swapped = list(every)
    swapped[first], swapped[second] = every[second], every[first]
    lacking = every[: starts[1]] + every[starts[2] :]
    doubled = every[: starts[1]] + every[starts[0] : starts[1]] + every[starts[1] :]
    wrong_end = [*every[:-1], every[-1].replace(b'{"end":3', b'{"end":2')]
    damages = (swapped, every[1:], every[: starts[2]] + every[starts[2] + 1 :], wrong_end, every[:-2] + every[-1:])
    for damaged in damages:
        assert refused(empty, b"".join(damaged))
    assert refused(empty, b"".join(lacking)) == f"line {starts[1] + 1}: expected revision 2"
    assert "expected revision 2" in refused(empty, b"".join(doubled))


def test_revisions_that_were_not_published_one_after_another_or_are_to_come_are_refused(small, empty):
    places = [number for number, line in enumerate(lines(small)) if line.startswith(b'{"revision":')]
    first, second = (json.loads(lines(small)[number]) for number in places[:2])
    to_come = show_microseconds(microseconds(datetime.now(UTC) + AHEAD + timedelta(hours=1)))
    for instant in (first["published_at"], "1970-01-01T00:00:00Z", to_come):
        damaged = lines(small)
        damaged[places[1]] = json.dumps(second | {"published_at": instant}).encode() + b"\n"
        assert refused(empty, b"".join(damaged)).startswith(f"line {places[1] + 1}: expected an instant after that of")


def test_what_follows_the_end_is_refused(small, empty):
    number = len(lines(small)) + 1
    for more in (b"{}\n", lines(small)[-1], lines(small)[0]):
        assert refused(empty, small + more) == f"line {number}: more after the end; expected nothing"


@pytest.mark.parametrize("damaged", [b"", b"\n", b"\x00\xff", b"null\n", b"[]\n", b"{}\n", b'{"end":0}\n', b"\x1f\x8b"])
def test_what_is_no_export_is_refused(empty, damaged):
    assert refused(empty, damaged)


def test_a_compressed_export_is_refused_as_no_export(small, empty):
    assert "line 1: not a JSON object" in refused(empty, gzip.compress(small))


def test_a_store_that_is_not_empty_is_left_as_it_is(small, store, tmp_path):
    load(store, write_lines(tmp_path, invented_lines(1)))
    before = content(store)
    with pytest.raises(HistoryRefused, match="not empty"):
        restore(store.engine, lines(small))
    assert content(store) == before


def run(store: Store, argument: str, given: bytes = b"") -> tuple[int, str, str]:
    """The status of `dateline restore` in a process of its own, and what it says."""
    variables = environment(DATABASE_URL=address(store))
    told = subprocess.run([DATELINE, "restore", argument], env=variables, input=given, capture_output=True, check=False)
    return told.returncode, told.stdout.decode(), told.stderr.decode()


def test_the_command_restores_a_file_and_its_input(small, make_store, database, tmp_path):
    file = tmp_path / "changes.ndjson"
    file.write_bytes(small)
    for argument, given in ((str(file), b""), ("-", small)):
        other = make_store(database)
        assert run(other, argument, given) == (0, "Restored revisions 1 to 3.\n", "")
        assert exported(other) == small


def test_documents_that_were_rendered_otherwise_are_restored_and_it_is_said(small, make_store, database, tmp_path):
    """As by an older version, whose revisions have other digests."""
    *every, _ = lines(small)
    place = max(number for number, line in enumerate(every) if line.startswith(b'{"revision":'))
    every[place] = json.dumps(json.loads(every[place]) | {"digest": "0" * 64}).encode() + b"\n"
    end = {"end": 3, "sha256": hashlib.sha256(b"".join(every)).hexdigest()}
    file, other = tmp_path / "changes.ndjson", make_store(database)
    file.write_bytes(b"".join(every) + json.dumps(end).encode() + b"\n")
    status, out, err = run(other, str(file))
    assert (status, err) == (0, "")
    assert "rendered otherwise" in out
    assert exported(other) == small


def test_the_command_says_why_nothing_was_restored(small, make_store, database, tmp_path):
    file, other = tmp_path / "changes.ndjson", make_store(database)
    file.write_bytes(small[:-20])
    status, out, err = run(other, str(file))
    assert (status, out) == (1, "")
    assert err.startswith(f"line {len(lines(small))}: not a JSON object")
    assert err.endswith("\nNothing was restored.\n")
    assert number_of_revisions(other) == 0
    status, out, err = run(other, str(tmp_path / "nothing"))
    assert (status, out) == (2, "")
    assert "Traceback" not in err
