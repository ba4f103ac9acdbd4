"""BibTeX, RIS and CSL-JSON of the sources, as bibtexparser, pybtex, BibTeX itself, rispy and citeproc-py read them."""

import json
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from jsonschema import Draft7Validator
from pybtex.database import BibliographyData, parse_string

from app.formats import bib as bib_format
from app.formats import csl_json
from app.formats import ris as ris_format
from app.formats.shape import Answer
from app.tables import Revision
from tests.awkward import HOSTILE
from tests.bibliographies import (
    AUTHORS,
    DATES,
    PUBLIC,
    SCHEMA,
    TITLE,
    URL,
    bib,
    cited,
    csl,
    fetch,
    lines,
    plain,
    printed,
    ris,
)
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import invented_lines, write_lines
from tests.rivals import contest


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client(public_url=PUBLIC)


@pytest.mark.parametrize("name", ["bib", "ris"])
@pytest.mark.parametrize("list_name", ["events", "sources"])
def test_the_charset_is_told_and_the_answer_compressed_all_the_same(client, list_name, name):
    answer = client.get(f"/v1/{list_name}.{name}?limit=500", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Type"].endswith("; charset=utf-8")
    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_source_without_a_record_of_its_own_is_told_as_its_citation_tells_it(client):
    event = client.get("/v1/events/hostile").json()["data"]
    answer = Answer([event], Revision(number=1), "/v1/events.bib", "/v1/events.bib", PUBLIC, "Title", "CC0-1.0", "Desk")
    for each in (bib_format, ris_format, csl_json):
        told = b"".join(each.write(answer)).decode()
        assert all(one["source"]["id"] in told for one in event["citations"])
    assert [one["id"] for one in json.loads(told)] == sorted({one["source"]["id"] for one in event["citations"]})


def test_each_cited_source_is_there_once_in_the_order_of_ids(client):
    expected = cited(client)
    assert "text" in expected
    assert list(bib(client)) == list(ris(client)) == list(csl(client)) == list(expected)
    text = fetch(client, "/v1/events.bib?limit=500")
    assert re.findall(r"^@[a-z]+\{(.*),$", text, re.MULTILINE) == list(expected)
    assert len(rispy.loads(fetch(client, "/v1/events.ris?limit=500"))) == len(expected)


def test_the_keywords_are_the_events_that_cite_it(client):
    expected, entries, records, items = cited(client), bib(client), ris(client), csl(client)
    assert len(expected["gazette-monday"]) > 20
    for source, events in expected.items():
        assert entries[source]["keywords"].split(", ") == records[source]["keywords"] == events
        assert items[source]["keyword"].split(", ") == events


@pytest.mark.parametrize("name", DATES)
def test_a_date_is_told_as_far_as_it_is_known(client, name):
    edtf, in_bib, in_ris, parts = DATES[name]
    source = f"published-{name}"
    entry, record, item = bib(client)[source], ris(client)[source], csl(client)[source]
    assert (entry.get("date"), entry.get("year")) == (in_bib, edtf and edtf[:4])
    assert (record.get("date"), record.get("year")) == (in_ris, edtf and edtf[:4])
    assert item.get("issued", {}).get("date-parts") == parts
    assert item.get("issued", {}).get("circa", False) == bool(edtf and edtf[-1] in "~?%")
    told = f"Published {edtf}" if edtf else "Not published before 2020-03-01"
    for notes in (plain(entry["annote"]), " ".join(record["notes"]), item["note"]):
        assert told.replace("~", "") in notes.replace("~", "")


def test_a_source_is_told_whole(client):
    entry, record, item = bib(client)["text"], ris(client)["text"], csl(client)["text"]
    assert entry["url"] == record["urls"][0] == item["URL"] == URL
    assert entry["entry"] == "online"
    assert bib(client)["published-day"]["entry"] == "misc"
    assert entry["language"] == record["language"] == item["language"] == "pt-BR"
    assert entry["organization"] == record["publisher"] == item["publisher"] == "Island Post"
    assert plain(entry["note"]) == "Archived: https://archive.example/a_b"
    assert record["unknown_tag"]["AV"][0] == item["archive_location"] == "https://archive.example/a_b"
    assert record["authors"] == [one["literal"] for one in item["author"]] == AUTHORS
    for notes in (plain(entry["annote"]), " ".join(record["notes"]), item["note"]):
        for told in ("Lineage – reprints", "Origins – Harbour Gazette", "not quotable", "Correction – Was: x."):
            assert told in notes


def test_a_hostile_title_comes_out_as_it_went_in(client):
    for source, title in (("text", TITLE), ("gazette-monday", HOSTILE)):
        assert plain(bib(client)[source]["title"]) == printed(title)
        assert ris(client)[source]["title"] == csl(client)[source]["title"] == " ".join(title.split())


def test_pybtex_reads_the_same_with_whole_names(client):
    data: BibliographyData = parse_string(fetch(client, "/v1/events.bib?limit=500"), "bibtex")
    assert list(data.entries) == list(cited(client))
    people = data.entries["text"].persons["author"]
    assert [plain(" ".join(one.last_names)) for one in people] == AUTHORS
    assert not any(one.first_names for one in people)
    assert plain(data.entries["text"].fields["title"]) == printed(TITLE)


def test_bibtex_itself_typesets_every_entry(client, tmp_path):
    program = shutil.which("bibtex")
    if not program:
        pytest.skip("bibtex is not installed: Debian's texlive-binaries, which .ci/run installs")
    (tmp_path / "all.bib").write_text(fetch(client, "/v1/events.bib?limit=500"), encoding="utf-8")
    (tmp_path / "all.aux").write_text("\\relax\n\\bibstyle{plain}\n\\citation{*}\n\\bibdata{all}\n", encoding="utf-8")
    subprocess.run([program, "all"], cwd=tmp_path, check=False, capture_output=True, timeout=30)
    log = (tmp_path / "all.blg").read_text(encoding="utf-8", errors="replace")
    assert "error message" not in log, log
    typeset = (tmp_path / "all.bbl").read_text(encoding="utf-8")
    assert set(re.findall(r"\\bibitem\{(.*)\}", typeset)) == set(cited(client))


def test_biber_finds_nothing_malformed(client, tmp_path):
    """But for dates that are not known."""
    program = shutil.which("biber")
    if not program:
        pytest.skip("biber is not installed: Debian's biber, which .ci/run installs")
    (tmp_path / "all.bib").write_text(fetch(client, "/v1/events.bib?limit=500"), encoding="utf-8")
    command = [program, "--tool", "--validate-datamodel", "--output-file=read.bib", "all.bib"]
    told = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60).stdout.decode()
    faults = [line for line in told.splitlines() if line.startswith(("WARN", "ERROR"))]
    expected = re.compile(r"one of 'date, year' must be defined$")
    assert [line for line in faults if not expected.search(line)] == []
    read = (tmp_path / "read.bib").read_text(encoding="utf-8")
    assert re.findall(r"^@[A-Z]+\{(.*),$", read, re.MULTILINE) == list(cited(client))


def test_citeproc_typesets_every_item(client):
    items = json.loads(fetch(client, "/v1/events.csl.json?limit=500"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*unsupported: custom")  # it knows no `custom` of CSL-JSON 1.0.2
        source = CiteProcJSON(items)
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    typeset = [str(one) for one in bibliography.bibliography()]
    assert len(typeset) == len(items)
    assert any(one.startswith("Ann O") and "2020" in one for one in typeset), typeset


def test_items_are_of_the_schema_of_csl_json(client):
    validator = Draft7Validator(SCHEMA)
    for path in ("/v1/events.csl.json?limit=500", "/v1/events/dates.csl.json", "/v1/sources.csl.json"):
        items = json.loads(fetch(client, path))
        assert [error.message for error in validator.iter_errors(items)] == []
    assert list(validator.iter_errors([{"id": "x", "type": "website"}]))


def test_citations_with_link_and_stance_and_disputes_survive(client):
    entry, record, item = (one(client)["post-tuesday"] for one in (bib, ris, csl))
    event = client.get("/v1/events/hostile").json()["data"]
    (use,) = [one for one in item["custom"]["cited_by"] if one["event"]["id"] == "hostile"]
    whole = [one for one in event["citations"] if one["source"]["id"] == "post-tuesday"]
    assert use["claims"] == event["claims"]
    others = csl(client)["gazette-monday"]["custom"]["cited_by"]
    assert [one["claims"] for one in others if one["event"]["id"] == "hostile"] == [[]]
    assert use["citations"] == [{name: value for name, value in one.items() if name != "source"} for one in whole]
    assert use["event"]["evidence"] == event["evidence"]
    assert use["event"]["url"] == f"{PUBLIC}/v1/events/hostile"
    link = whole[0]["link"]
    claim = "asserts date = 2020-03-09 (deprecated, garbles): The editor's reason:"
    for notes in (" ".join(record["notes"]), item["note"]):
        assert link in notes
        assert claim in notes
        assert "- disputes date;" in notes
        assert f"{PUBLIC}/v1/events/hostile" in notes
    assert claim in plain(entry["annote"])
    assert link in plain(entry["annote"])


def test_the_licence_and_the_attribution_are_told(store):
    client = store.client(license="ODbL-1.0", attribution="The desk, desk@example.org @misc{x,}")
    head = fetch(client, "/v1/events.bib?limit=1").partition("\n@")[0]
    assert "ODbL-1.0" in head
    assert "@" not in head
    assert list(bib(client, "/v1/events/dates.bib")) == list(cited_by_dates())
    assert all("ODbL-1.0" in one["database_provider"] for one in ris(client).values())
    assert all("desk@example.org" in one["source"] for one in csl(client).values())


def cited_by_dates() -> list[str]:
    return sorted([*(f"published-{name}" for name in DATES), "text"])


def test_one_event_has_its_own_sources(client):
    for read, path in ((bib, "/v1/events/dates.bib"), (csl, "/v1/events/dates.csl.json")):
        assert list(read(client, path)) == cited_by_dates()
    assert client.get("/v1/events/nothing.bib").status_code == 404


def test_no_line_of_a_note_is_taken_for_a_field(client):
    """Zotero and Pandoc read `type: song` in a note as one."""
    lines = [line for item in csl(client).values() for line in item["note"].splitlines()]
    assert len(lines) > 50
    assert [line for line in lines if re.match(r"[A-Za-z _-]+:", line)] == []


def test_only_what_was_known_is_told(client):
    path = "limit=500&known_at=2020-03-03"
    assert list(bib(client, f"/v1/events.bib?{path}")) == list(cited(client, f"/v1/events?{path}"))
    assert "text" not in csl(client, f"/v1/events.csl.json?{path}")


def test_a_source_is_told_as_it_was_at_the_revision(make_store, tmp_path):
    store, titles = make_store("sqlite"), ["Talks", "Talks, corrected"]
    for title in titles:
        lines = [line | {"title": title} if line["id"] == "gazette-monday" else line for line in invented_lines(2)]
        store.load(write_lines(tmp_path, lines))
    client = store.client()
    told = [csl(client, f"/v1/events.csl.json?as_of={number}")["gazette-monday"]["title"] for number in (1, 2)]
    assert told == titles


def test_a_question_without_events_is_an_empty_bibliography(client):
    assert bib(client, "/v1/events.bib?q=nothingatall") == {}
    assert fetch(client, "/v1/events.ris?q=nothingatall") == ""
    assert fetch(client, "/v1/events.csl.json?q=nothingatall") == "[]\n"


def test_sources_have_the_same_formats_with_their_own_filters(client):
    served = [one["id"] for one in client.get("/v1/sources?limit=500").json()["data"]]
    assert list(bib(client, "/v1/sources.bib?limit=500")) == served
    assert list(ris(client, "/v1/sources.ris?limit=500")) == served
    assert list(csl(client, "/v1/sources.csl.json?limit=500")) == served
    (found,) = csl(client, "/v1/sources.csl.json?language=pt-BR").values()
    assert (found["id"], "custom" in found, "keyword" in found) == ("text", False, False)
    answer = client.get("/v1/sources.ris?limit=2")
    assert 'rel="next"' in answer.headers["Link"]
    assert client.get("/v1/sources.ris?actor=nobody").status_code == 400


def test_a_kind_of_source_has_a_type_in_each_format(make_store, tmp_path):
    types = {
        "article": ("NEWS", "article-newspaper"), "report": ("RPRT", "report"), "post": ("ELEC", "post"),
        "data": ("DATA", "dataset"), "broadcast": ("GEN", "broadcast"), "statement": ("GEN", "document"),
    }  # fmt: skip
    sources = [{"id": kind, "title": "A", "publisher": "p", "published": "2020", "kind": kind} for kind in types]
    (tmp_path / "sources.yaml").write_text(json.dumps(sources), encoding="utf-8")
    (tmp_path / "publishers.yaml").write_text(json.dumps([{"id": "p", "name": "P"}]), encoding="utf-8")
    store = make_store("sqlite")
    store.load(tmp_path)
    records, items = ris(store.client(), "/v1/sources.ris"), csl(store.client(), "/v1/sources.csl.json")
    assert {one: (records[one]["type_of_reference"], items[one]["type"]) for one in types} == types
    assert [one for one in items if items[one].get("container-title") == "P"] == ["article", "post"]


def test_generated_records_are_read_alike_on_both_databases(make_store, tmp_path: Path):
    write(contest(generate(7, events=30), 7), tmp_path)
    answers = []
    for database in ("sqlite", "postgresql"):
        store = make_store(database)
        store.load(tmp_path)
        client = store.client(public_url=PUBLIC)
        expected = cited(client)
        assert len(expected) > 5
        assert list(bib(client)) == list(ris(client)) == list(csl(client)) == list(expected)
        assert not list(Draft7Validator(SCHEMA).iter_errors(list(csl(client).values())))
        answers.append([fetch(client, f"/v1/events.{name}?limit=500") for name in ("bib", "ris", "csl.json", "jsonld")])
    assert answers[0] == answers[1]
