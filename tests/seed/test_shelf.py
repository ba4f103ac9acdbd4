"""Records on disk: as they were written, in the order of their ids, and without memory for each."""

import resource
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import main
from seed import shelf as shelves
from seed.checking import check
from seed.record import Actor
from seed.shelf import Records, Shelf
from tests.invented import event_line, reference_lines

FEW, MANY = 400, 2_400
A_FEW_DOZEN_BYTES = 48


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    for name in ("walrus", "auk", "seal"):
        assert shelf.add("actor", name, Actor(id=name, name=name.title()).written())
    assert shelf.add("actor", "faulty", None)
    return shelf


def test_sound_records_come_in_the_order_of_their_ids(shelf: Shelf) -> None:
    actors = Records(shelf, Actor, "actor")
    assert (list(actors), len(actors)) == (["auk", "seal", "walrus"], 3)
    assert [one.name for one in actors.values()] == ["Auk", "Seal", "Walrus"]
    assert ("auk" in actors, "faulty" in actors, "penguin" in actors) == (True, False, False)
    with pytest.raises(KeyError):
        actors["penguin"]


def test_the_first_of_two_records_with_one_id_stays(shelf: Shelf) -> None:
    assert not shelf.add("actor", "auk", Actor(id="auk", name="Another").written())
    assert shelf.add("location", "auk", b"{}")
    assert Records(shelf, Actor, "actor")["auk"].name == "Auk"


def test_a_record_that_is_named_and_not_there_is_noticed(shelf: Shelf) -> None:
    shelf.want("actor", "faulty")
    assert not shelf.lacks_wanted()
    shelf.want("location", "auk")
    assert shelf.lacks_wanted()


def test_only_what_stands_below_something_later_can_be_in_a_cycle(shelf: Shelf) -> None:
    shelf.lead("actor", "member_of.*", "seal", "walrus")
    assert not shelf.leads_forward("actor", "member_of.*")
    shelf.lead("actor", "member_of.*", "walrus", "seal")
    assert shelf.leads_forward("actor", "member_of.*")
    assert shelf.onward("actor", "member_of.*") == {"seal": ["walrus"], "walrus": ["seal"]}


def test_a_full_disk_is_told_in_a_line(
    write_record: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_record([*reference_lines(), *map(event_line, range(FEW))])
    monkeypatch.setattr(shelves, "CACHE_KIB", 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(SystemExit, match="1"):
            main(["check", "--allow-uncited", str(path)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert capsys.readouterr().err.startswith("No room for temporary files: ")


def test_checking_holds_no_memory_for_each_event(write_record: Callable[..., Path]) -> None:
    def lines(count: int) -> Iterator[dict[str, object]]:
        yield from reference_lines()
        yield from (event_line(number) for number in range(count))

    held = []
    for count in (FEW, FEW, MANY):  # the first fills what is kept for good
        path = write_record(lines(count))
        tracemalloc.start()
        collection = check([path], allow_uncited=True)
        held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert len(collection.event) == count
    assert held[2] - held[1] < (MANY - FEW) * A_FEW_DOZEN_BYTES
