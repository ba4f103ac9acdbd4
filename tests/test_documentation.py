"""What the documentation says is what the program does: every example, parameter, setting, key, command and link."""

import re

import pytest
import typer

from app.cli import command as command_line
from app.settings import Settings
from seed import record
from seed.checking import check
from seed.faults import RecordRefused
from tests.documents import (
    GUIDES,
    PAGES,
    ROOT,
    anchors,
    blocks,
    commands,
    examples,
    first_column,
    fits,
    links,
    parts,
    prose,
    read_abridged,
    section,
    text_of,
)
from tests.operations import resolve

EXAMPLES = [one for name in ("README.md", "docs/api.md", "docs/explanation.md") for one in examples(ROOT / name)]
MODELS = (
    record.Publisher, record.Source, record.Lineage, record.Actor, record.Position, record.Location, record.Event,
    record.Participation, record.Quantity, record.Relation, record.Citation, record.Claim, record.Correction,
    record.Passage, record.Vocabulary,
)  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_answered_as_shown(client, example):
    answer = client.request(example.method, example.path, headers=example.headers)
    assert example.answer, "no answer is shown"
    assert fits(read_abridged(example.answer), answer.json()), answer.text[:2000]


def test_every_kind_of_question_has_an_example():
    asked = {one.path.partition("?")[0] for one in EXAMPLES}
    lists = {"events", "actors", "locations", "sources", "publishers", "citations", "facets", "revisions"}
    assert {"/v1", "/v1/vocabularies", *(f"/v1/{name}" for name in lists)} <= asked
    filters = set(re.findall(r"[?&]([a-z_]+)=", " ".join(one.path for one in EXAMPLES)))
    assert {"actor", "role", "date_from", "location", "bbox", "near", "source", "publisher", "as_of", "q"} <= filters


def test_an_answer_that_differs_does_not_fit():
    given = {"data": [{"id": "a", "n": 1}, {"id": "b", "n": 2}], "meta": {"revision": 1}}
    for shown in ('{"data": [{"id": "a", …}, …], …}', '{"data": […, {"id": "b", …}], "meta": {"revision": …}}', "{…}"):
        assert fits(read_abridged(shown), given)
    for shown in ('{"data": [{"id": "a", …}], …}', '{"data": …}', '{"data": [{"id": "b", …}, …], …}', '{"meat": …, …}'):
        assert not fits(read_abridged(shown), given)


def test_every_operation_and_parameter_is_in_the_reference_and_no_other(client):
    reference = text_of("docs/api.md")
    operations = {
        f"GET {path}": [resolve(one)["name"] for one in methods["get"].get("parameters", [])]
        for path, methods in client.get("/openapi.json").json()["paths"].items()
    }
    described = re.findall(r"^#+ `(GET /[^`]*)`$", prose(reference), re.MULTILINE)
    undescribed = {
        "GET /", "GET /docs", "GET /docs/{page}", "GET /openapi.json", "GET /.well-known/api-catalog", "GET /metrics",
    }  # fmt: skip
    assert sorted(described) == sorted(operations.keys() | undescribed)
    for operation, parameters in operations.items():
        assert sorted(first_column(section(reference, f"`{operation}`"))) == sorted(parameters), operation


def test_every_problem_is_in_the_reference_and_no_other(client):
    names = first_column(section(text_of("docs/api.md"), "Problems"))
    for name in names:
        assert client.get(f"/problems/{name}").status_code == 200, name
    known = client.get("/problems/none").json()["detail"]
    assert known == f"Expected one of: {', '.join(sorted(names))}."


def test_the_settings_are_those_of_the_table():
    fields = {
        str(field.validation_alias or f"DATELINE_{name}".upper()): field.default
        for name, field in Settings.model_fields.items()
    }
    options = {
        option.envvar: option.default
        for option in typer.main.get_command(command_line).commands["serve"].params
        if option.envvar
    }
    assert options
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", section(text_of("README.md"), "Settings"), re.MULTILINE)
    assert dict(rows) == {name: str(default) for name, default in (fields | options).items()}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__.lower())
def test_every_key_of_the_record_is_described_and_no_other(model):
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert sorted(first_column(section(text_of("docs/record.md"), model.__name__))) == sorted(keys)


def test_every_part_of_a_record_that_is_shown_lacks_nothing_but_what_it_refers_to(tmp_path):
    refers = re.compile(r"unknown (publisher|source|actor|location|event|citation) '")
    files = {"Lineage": "sources.yaml", "Vocabulary": "vocabularies.yaml"}
    heading, shown = "", 0
    for language, _, text in parts(text_of("docs/record.md")):
        if not language:
            heading = ([heading, *re.findall(r"^#+ (.*)$", text, re.MULTILINE)])[-1]
        elif language in ("yaml", "json"):
            shown += 1
            file = tmp_path / str(shown) / ("lines.ndjson" if language == "json" else files.get(heading, "events.yaml"))
            file.parent.mkdir()
            file.write_text(text if text.startswith(("-", "#", "{")) else f"- id: one\n  title: One\n{text}")
            faults = faults_of(file)
            assert [fault for fault in faults if not refers.match(fault.message)] == [], heading
    assert shown


def faults_of(path):
    try:
        check([path], allow_uncited=True)
    except RecordRefused as refused:
        return refused.faults
    return []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists(page):
    known = typer.main.get_command(command_line).commands
    for _, name, *words in commands(page.read_text(encoding="utf-8")):
        assert name in known, name
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, (name, words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page):
    for link in links(page):
        if link.startswith("http"):
            continue
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not fragment or fragment in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", [page for page in PAGES if page not in GUIDES], ids=lambda page: page.name)
def test_a_change_that_is_shown_fits_the_files(page):
    """The file has the lines as they are shown before the change, or has them as they are after it."""
    for block in blocks(page.read_text(encoding="utf-8"), "diff"):
        name = re.match(r"--- (\S+)\n", block)
        assert name, block
        held = text_of(name[1])
        for hunk in re.split(r"^(?:---|@@).*\n", block, flags=re.MULTILINE):
            before, after = ("".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[0] != sign) for sign in "+-")
            assert before in held or after in held, (name[1], hunk)
