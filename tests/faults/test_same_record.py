"""The same record again, however its files lie and wherever it is loaded: nothing changes, to the byte."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import Store
from tests.content import content
from tests.faults import LOADS, SEED
from tests.generator import Record, generate, write

ROOT = Path(__file__).parent.parent.parent
ZONES = ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu", "Europe/Kyiv")
LOCALES = ("C", "C.UTF-8", "tr_TR.UTF-8", "de_DE.UTF-8")
QUESTIONS = (
    "events?limit=500",
    "events?q=a&sort=reported",
    "events.csv?limit=500",
    "actors?limit=500",
    "facets",
    "citations?limit=500",
)


def scatter(record: Record, folder: Path, chance: random.Random) -> None:
    """Its lines in another order, in files with other names."""
    for kind, lines in record.items():
        shuffled = chance.sample(lines, len(lines))
        parts = chance.randint(1, 4)
        for part in range(parts):
            path = folder / f"{chance.randrange(10)}" / f"{kind}s-{chance.randrange(10**9)}.ndjson"
            path.parent.mkdir(parents=True, exist_ok=True)
            some = shuffled[part::parts]
            path.write_text("".join(json.dumps(line, ensure_ascii=chance.random() < 0.5) + "\n" for line in some))


def test_the_same_record_again_changes_no_byte(store: Store, tmp_path: Path) -> None:
    chance, record = random.Random(SEED), generate(SEED, 40)
    store.load(write(record, tmp_path))
    before, answers = content(store), [answered(store, question) for question in QUESTIONS]
    for number in range(LOADS):
        scatter(record, tmp_path / f"again-{number}", chance)
        surroundings = {
            "TZ": chance.choice(ZONES),
            "LC_ALL": chance.choice(LOCALES),
            "PYTHONHASHSEED": str(chance.randrange(2**32)),
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": store.url.set(drivername=store.url.get_backend_name()).render_as_string(
                hide_password=False
            ),
        }
        command = [sys.executable, "-m", "seed", "--allow-uncited", str(tmp_path / f"again-{number}")]
        done = subprocess.run(command, env={**os.environ, **surroundings}, capture_output=True, text=True, check=False)
        assert done.stdout == "Nothing changed: revision 1 stands.\n", (surroundings, done.stderr)
    assert content(store) == before
    assert [answered(store, question) for question in QUESTIONS] == answers
    print(f"{LOADS} loads with seed {SEED}: 0 changes")  # noqa: T201 - told by -rP


def answered(store: Store, question: str) -> tuple[int, bytes, str]:
    answer = store.client().get(f"/v1/{question}")
    return answer.status_code, answer.content, answer.headers["ETag"]
