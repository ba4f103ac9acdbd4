"""A load is one transaction: whoever interrupts it, writes beside it or reads meanwhile sees one whole state."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from seed.checking import check
from seed.loading import Outcome, publish
from seed.writing import writing_engine
from tests.conftest import Client, Store
from tests.content import content, timeless
from tests.generator import Line
from tests.invented import event_line, reference_lines

Write = Callable[..., Path]
EVENTS = 510  # more than a batch, and more than a page
PATIENCE = 60
ROOT = Path(__file__).parent.parent.parent


def state(number: int, events: int = 12) -> list[Line]:
    """A record in which every title of every event names the state."""
    return reference_lines() + [event_line(n, title=f"State {number}, talks {n}") for n in range(events)]


class Interruption(BaseException):
    """What Ctrl-C is, too: no ordinary exception."""


@pytest.mark.parametrize(("error", "call"), [(Interruption, 3), (RuntimeError, 7)])
def test_an_exception_in_the_middle_of_a_load_leaves_the_old_revision(
    store: Store, write_record: Write, error: type[BaseException], call: int
) -> None:
    store.load(write_record(state(1, EVENTS)))
    before, calls = content(store), 0

    def fail(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error

    changed = check([write_record(state(2, EVENTS))])
    with pytest.raises(error):
        publish(store.engine, changed, fail)
    assert content(store) == before
    assert publish(store.engine, changed).revision == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import make_url
from seed.checking import check
from seed.loading import publish
from seed.writing import writing_engine

looked_at = 0
def progress(count):
    global looked_at
    looked_at += count
    if looked_at > 500:
        os.kill(os.getpid(), signal.SIGKILL)

publish(writing_engine(make_url(sys.argv[1])), check([Path(sys.argv[2])]), progress)
"""


def test_a_load_whose_process_is_killed_leaves_the_old_revision(store: Store, write_record: Write) -> None:
    store.load(write_record(state(1, EVENTS)))
    before = content(store)
    address, path = store.url.render_as_string(hide_password=False), write_record(state(2, EVENTS))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, address, str(path)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert content(store) == before
    assert store.load(path).revision == 2


@contextmanager
def paused_load(store: Store, path: Path) -> Iterator[Callable[[], Outcome]]:
    """A load that has written nearly everything and waits; what is yielded lets it go on, and tells its outcome."""
    written, proceed = threading.Event(), threading.Event()
    looked_at = 0

    def progress(count: int) -> None:
        nonlocal looked_at
        looked_at += count
        if looked_at >= total:
            written.set()
            assert proceed.wait(PATIENCE)

    collection = check([path])
    total = sum(len(getattr(collection, kind)) for kind in type(collection).__dataclass_fields__)
    with ThreadPoolExecutor() as pool:
        load: Future[Outcome] = pool.submit(publish, store.engine, collection, progress)
        try:
            assert written.wait(PATIENCE)
            yield lambda: (proceed.set(), load.result(PATIENCE))[1]
        finally:
            proceed.set()


@pytest.mark.parametrize(("next_state", "outcome"), [(3, (3, True)), (2, (2, False))])
def test_the_second_of_two_loads_waits_and_both_end_right(
    store: Store, make_store: Callable[[str], Store], write_record: Write, next_state: int, outcome: tuple[int, bool]
) -> None:
    paths = {number: write_record(state(number), f"{number}.ndjson") for number in (1, 2, 3)}
    store.load(paths[1])
    other = writing_engine(store.url)
    with ThreadPoolExecutor() as pool, paused_load(store, paths[2]) as proceed:
        second = pool.submit(publish, other, check([paths[next_state]]))
        with pytest.raises(TimeoutError):
            second.result(0.5)
        assert proceed().revision == 2
        told = second.result(PATIENCE)
    other.dispose()
    assert (told.revision, told.published) == outcome
    alone = make_store("sqlite")
    for number in (1, 2, next_state):
        alone.load(paths[number])
    assert timeless(content(store)) == timeless(content(alone))


def test_processes_that_load_at_once_wait_for_one_another(store: Store, write_record: Write) -> None:
    paths = [write_record(state(number), f"{number}.ndjson") for number in range(2)]
    address = store.url.set(drivername=store.url.get_backend_name()).render_as_string(hide_password=False)
    environment = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "seed"]
    loads = [subprocess.Popen([*command, str(path)], env=environment, stdout=subprocess.PIPE) for path in paths]
    told = [load.communicate(timeout=PATIENCE)[0].decode() for load in loads]
    assert [load.returncode for load in loads] == [0, 0], told
    assert sorted(line.split(":")[0] for line in told) == [f"Published revision {number}" for number in (1, 2)]
    titles = {event["title"] for event in store.client().walk("/v1/events")}
    assert any(titles == {line["title"] for line in state(number) if line["kind"] == "event"} for number in range(2))


QUESTIONS = ("?limit=500", "?tag=fishing&limit=500", "?q=talks&sort=reported&limit=500", "?actor=sea-league&limit=90")


def test_a_reader_sees_the_old_state_until_a_load_ends_and_then_the_new(store: Store, write_record: Write) -> None:
    store.load(write_record(state(1)))
    client = store.client()
    before = [client.get(f"/v1/events{question}").content for question in QUESTIONS]
    with paused_load(store, write_record(state(2))) as proceed:
        assert [client.get(f"/v1/events{question}").content for question in QUESTIONS] == before
        fresh = store.client()  # opened while the load is under way
        assert [fresh.get(f"/v1/events{question}").content for question in QUESTIONS] == before
        proceed()
    wait_for_revision(client, 2)
    assert {title[:8] for title in titles(client, "?limit=500")} == {"State 2,"}


def test_no_answer_is_ever_a_mix_of_two_states(store: Store, write_record: Write) -> None:
    store.load(write_record(state(1, 150)))
    stop = threading.Event()

    def read(question: str) -> tuple[int, set[int]]:
        client, answers, seen = store.client(), 0, set()
        while not stop.is_set() or answers == 0:
            answer = client.get(f"/v1/events{question}").json()
            revision = answer["meta"]["revision"]
            assert {event["title"].split(",")[0] for event in answer["data"]} == {f"State {revision}"}
            assert {event["revision"] for event in answer["data"]} == {revision}
            walked = titles(client, f"{question}&as_of={revision}")
            assert sorted(walked) == sorted(f"State {revision}, talks {n}" for n in range(150))
            answers, seen = answers + 1, seen | {revision}
        return answers, seen

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read, question) for question in QUESTIONS]
        try:
            for number in range(2, 7):
                assert store.load(write_record(state(number, 150))).revision == number
        finally:
            stop.set()
        told = [reader.result(PATIENCE) for reader in readers]
    assert len(set().union(*(seen for _, seen in told))) > 1


def titles(client: Client, question: str) -> list[str]:
    return [event["title"] for event in client.walk(f"/v1/events{question}")]


def wait_for_revision(client: Client, number: int) -> None:
    """A reader of PostgreSQL asks for the newest revision ten times a second."""
    deadline = time.monotonic() + PATIENCE
    while client.get("/v1/events").json()["meta"]["revision"] != number:
        assert time.monotonic() < deadline
