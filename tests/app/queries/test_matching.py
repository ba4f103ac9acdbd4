"""How pages are read: from an index, in its order, whatever the size of the store. Told by the plan, not by a clock."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from app.database import Patient
from app.queries.events import EventQuery, fetch_matching
from app.queries.terms import fetch_terms
from app.questions import Form
from app.statements import Rows, Template, Values
from tests.generator import generate, write
from tests.oracle import Oracle
from tests.plans import planned
from tests.questions import FILTERS, Questions

SEED = 6
COPIES = 40
"""So many times larger than it was loaded is the store that is asked: else PostgreSQL does well to scan it."""
GROW = [
    """
    INSERT INTO event
    SELECT since, until, key + n, known_from, known_until, id || '-' || n, end_day, reported_at, text, document
    FROM event, {numbers}
    """,
    "INSERT INTO link SELECT since, until, term, key + n, known_from, known_until FROM link, {numbers}",
    f"UPDATE term SET rows = rows * {COPIES}",
]
NUMBERS = {
    "sqlite": f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {COPIES - 1}) SELECT n FROM c)",
    "postgresql": f"(SELECT generate_series(1, {COPIES - 1}) AS n) AS c",
}


GIVEN = ("SCAN anon", "SCAN json_each", "SCAN event USING INDEX event_open")
"""What is scanned: what was gathered already, the values of the question; and events in their order, up to a page."""


class Explaining:
    """Reads a store, and says how its database reads what is asked."""

    def __init__(self, database: Patient) -> None:
        self.database = database
        self.memory, self.fetch, self.newest_revision = database.memory, database.fetch, database.newest_revision
        self.plans: list[tuple[str, list[str]]] = []

    def ask(self, template: Template, values: Values) -> Rows:
        words, named = template.told(self.database.engine.dialect, values)
        if "document" in words:
            self.plans.append((words, list(self.explain(words, named))))
        return self.database.ask(template, values)

    def explain(self, words: str, named: dict[str, Any]) -> Iterator[str]:
        with self.database.engine.connect() as connection:
            if self.database.hasty:
                yield from (row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", named))
            else:
                yield from _steps(planned(connection, words, named))


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    """The nodes of a plan of PostgreSQL, in the words of SQLite where they say the same."""
    kind = {"Seq Scan": "SCAN", "Sort": "TEMP B-TREE", "Incremental Sort": "TEMP B-TREE"}.get(plan["Node Type"])
    if plan["Node Type"].startswith("Index") and not _is_search(plan):
        kind = "SCAN"  # of an index, or of all terms within a range of its keys
    yield f"{kind or plan['Node Type']} {plan.get('Relation Name', '')} {plan.get('Index Name', '')}"
    for child in plan.get("Plans", ()):
        yield from _steps(child)


def _is_search(plan: dict[str, Any]) -> bool:
    """Whether an index of PostgreSQL is searched for values of its first column; of links, a range that is known to
    hold few will do, where the plan is made for those values alone.
    """
    first = {"link_key": "key", "entry_id": "id", "event_open": "key", "event_pkey": "key"}.get(plan["Index Name"], "")
    condition = plan.get("Index Cond", "")
    return f"{first} = " in condition or ("link" in plan["Index Name"] and bool(condition and "$" not in condition))


@pytest.fixture(scope="module")
def oracle():
    return Oracle(generate(SEED, events=300))


@pytest.fixture(scope="module")
def grown(database, make_store, oracle, tmp_path_factory) -> Patient:
    """A store of some size, with what PostgreSQL knows of it."""
    store = make_store(database)
    store.load(write(oracle.written, tmp_path_factory.mktemp("record")))
    with store.engine.begin() as connection:
        for statement in GROW:
            connection.execute(text(statement.format(numbers=NUMBERS[database])))
        connection.execute(text("ANALYZE" if database == "postgresql" else "SELECT 1"))
    return store.client().app.state.database


def check(database: Patient, pairs: list[tuple[str, str]]) -> None:
    """Nothing is scanned, and nothing but the few keys that a condition of several terms gathers is sorted."""
    question = Form("question", EventQuery, {}).read(urlencode(pairs).encode(), {})["question"]
    explaining = Explaining(database)
    revision = database.newest_revision()
    matching = fetch_matching(explaining, question, revision)
    matching.page(explaining, None, 51, ascending=question.order == "asc")
    for words, steps in explaining.plans:
        given = (*GIVEN, "SCAN event event_") if "JOIN event" not in words else GIVEN
        scanned = [one for one in steps if one.startswith("SCAN") and not one.startswith(given)]
        assert not scanned, (pairs, words, steps)
        assert "DISTINCT" in words or not [one for one in steps if "TEMP B-TREE" in one], (pairs, words, steps)


@pytest.mark.parametrize("name", FILTERS)
def test_a_page_by_one_filter_or_two_reads_indices_alone_in_their_order(grown, oracle, name):
    questions = Questions(SEED, oracle)
    check(grown, questions.about(name))
    for pair in combinations(FILTERS, 2):
        if pair[0] == name:
            check(grown, [*questions.about(*pair), ("order", questions.chance.choice(("asc", "desc")))])


class Looking(Explaining):
    """Finds no terms."""

    def ask(self, template: Template, values: Values) -> Rows:
        self.plans.append(("", list(self.explain(*template.told(self.database.engine.dialect, values)))))
        return []


def test_terms_are_searched_and_never_scanned(grown):
    names = [("type", "consult"), ("modality", "occurred"), ("tag", "sea"), ("word", "talks")]
    looking = Looking(grown)
    fetch_terms(looking, names, grown.newest_revision().model_copy(update={"digest": "another"}))
    assert len(looking.plans) == len(names)
    steps = [step for _, steps in looking.plans for step in steps]
    assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(GIVEN)]
