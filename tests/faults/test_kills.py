"""A writer that is killed at any instant leaves the old store or the new one, and nothing to clean up."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults import KILLS, SEED
from tests.faults.killing import ALL_OF_A_KIND, Campaign, Tally
from tests.faults.loading import BEGUN, PATIENCE, Moment, load_bit_by_bit, temporary_folder
from tests.faults.stores import Stores, plain

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def campaign(stores: Stores, folder: Path) -> Campaign:
    return Campaign(stores, folder)


def test_a_killed_writer_leaves_the_old_store_or_the_new_one(campaign: Campaign) -> None:
    tally, chance = Tally(), random.Random(SEED)
    for number in range(KILLS):
        campaign.kill(*campaign.drawn(number, chance), tally)
    print(f"{KILLS} kills with seed {SEED}: {dict(tally.left)}, {len(tally.faults)} faults")  # noqa: T201 - told by -rP
    assert tally.faults == []
    assert min(tally.left["old"], tally.left["new"]) >= KILLS // 5


def test_a_killed_command_leaves_the_old_store_or_the_new_one(campaign: Campaign) -> None:
    """`dateline seed` as it is typed: it checks, looks at the store and migrates before it loads."""
    tally, chance, case = Tally(), random.Random(SEED), campaign.next_load
    took = 0.0
    for number in range(max(3, KILLS // ALL_OF_A_KIND)):
        store = campaign.stores.copy(case.store)
        environment = {**os.environ, "DATABASE_URL": plain(store), "PYTHONPATH": str(ROOT)}
        environment |= dict.fromkeys(("TMPDIR", "SQLITE_TMPDIR"), str(temporary_folder()))
        begun = time.perf_counter()
        command = [sys.executable, "-m", "seed", "--allow-uncited", str(case.path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            if number == 0:  # to its end: that tells how long it takes
                process.communicate(timeout=PATIENCE)
                took = time.perf_counter() - begun
            time.sleep(chance.uniform(0, took) * (number > 0))
            process.kill()
        assert process.returncode in (0, -signal.SIGKILL)
        campaign.judge(case, store, tally)
        campaign.stores.drop(store)
    print(f"{number + 1} commands, killed within {took:.1f} s: {dict(tally.left)}, {len(tally.faults)} faults")  # noqa: T201 - told by -rP
    assert tally.faults == []


def test_a_load_that_is_no_transaction_is_caught(campaign: Campaign) -> None:
    """The negative control: what is judged above would be judged otherwise."""
    tally = Tally()
    case = campaign.case(load_bit_by_bit, campaign.first, campaign.paths[2])
    for part in (0.4, 0.6, 0.8):
        campaign.kill(case, Moment(BEGUN, part * case.durations[BEGUN]), tally)
    assert tally.left["neither"] >= 1
    assert "a mix of two revisions, of which 1 is the newest" in tally.faults
