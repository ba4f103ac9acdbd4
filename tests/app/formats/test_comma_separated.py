"""CSV of events and of citations, as pandas and Python's own reader take it."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.awkward import HOSTILE, awkward_lines
from tests.conftest import Client, Store
from tests.generator import generate, write
from tests.invented import Line, event_line, write_lines

FORMULAS = {
    "equals": "=1+1", "plus": "+1+1", "minus": "-1+1", "at": "@SUM(1,1)", "full-width-equals": "＝1+1",
    "full-width-plus": "＋1+1", "full-width-minus": "－1+1", "full-width-at": "＠SUM(1,1)", "small-minus": "﹣1",
    "after-a-space": " =1+1", "after-nothing-seen": "\u200b\u202e=1+1", "after-a-mark": "\ufeff=1+1",
    "command": "=cmd|' /C calc'!A0", "quoted": "'=1+1", "address": '=HYPERLINK("http://evil.example","x")',
}  # fmt: skip
LINES = {"tab": "\t=1+1", "return": "\r=1+1", "line": "\n=1+1", "harmless-tab": "\tx"}
INSIDE = {
    "semicolon": "Talks;=1+1", "closed": "Talks;=1+1;", "and-a-space": "Talks; =1+1", "marks": 'Talks";=1+1;"',
    "twice": "a;=1;'=2;;+3;'x", "not-seen": "Talks;\u200b\u202e@1", "full-width": "Talks;＝1+1;",
    "tab": "Talks\t=1+1\tx", "line": "Talks\n-1;'x", "return": "Talks;\r\n=1+1;x", "harmless": "A; B; C's",
}  # fmt: skip
"""Behind what spreadsheets of other countries take for the end of a cell."""
RUNS = re.compile("[\\s\u200b\u202e\ufeff]*[-=+@＝＋－＠﹣]")
Row = dict[str, str]


def lines() -> list[Line]:
    titled = [event_line(1, id=f"f-{name}", title=title, relations=[]) for name, title in FORMULAS.items()]
    summed = [event_line(2, id=f"s-{name}", summary=text, relations=[]) for name, text in LINES.items()]
    listed = {"id": "semicolons", "name": r"A; B \ C;", "kind": "actor"}
    actors = [{"actor": "semicolons", "role": "host"}, {"actor": "anna-berg", "role": "target"}]
    noted = [event_line(4, id=f"i-{name}", summary=text, relations=[]) for name, text in INSIDE.items()]
    for one, text in zip(noted, INSIDE.values(), strict=True):
        one["citations"] = [one["citations"][0] | {"note": text}]
    return [*awkward_lines(), listed, *titled, *summed, *noted, event_line(3, id="lists", actors=actors, relations=[])]


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], Store], tmp_path_factory: Any) -> Store:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path_factory.mktemp("record"), lines()))
    return store


@pytest.fixture(scope="module")
def client(store: Store) -> Client:
    return store.client()


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return answer.content


def raw(client: Client, path: str) -> list[Row]:
    text = body(client, path).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def plain(cell: str) -> str:
    """What the documentation says: one apostrophe is taken off wherever a cell, or a part of it, begins with one."""
    return re.sub(r"(^|[;\t\r\n])'", r"\1", cell)


def rows(client: Client, path: str) -> dict[str, Row]:
    return {row["id"]: {name: plain(cell) for name, cell in row.items()} for row in raw(client, path)}


def entries(cell: str) -> list[str]:
    """What the documentation says of lists."""
    found = re.findall(r"(?:^|; )((?:[^\\;]|\\.)*)", cell, re.DOTALL) if cell else []
    return [re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL) for one in found]


@pytest.mark.parametrize("path", ["/v1/events.csv?limit=500", "/v1/citations.csv?limit=500"])
def test_the_table_is_that_of_rfc_4180_in_utf_8_with_a_mark(client, path):
    content = body(client, path)
    assert content.startswith(b'\xef\xbb\xbf"id",')
    quoted = rb'"(?:[^"]|"")*"'
    cell = rb"(?:%s|-?[0-9]+(?:\.[0-9]+)?)" % quoted
    line = rb"%s(?:,%s)*\r\n" % (cell, cell)
    assert re.fullmatch(rb"(?:%s)+" % line, content[3:])
    assert len({len(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))}) == 1


def test_pandas_reads_it_as_it_comes(client):
    table = pd.read_csv(io.BytesIO(body(client, "/v1/events.csv?limit=500"))).set_index("id")
    events = {event["id"]: event for event in client.walk("/v1/events")}
    assert list(table.index) == list(events)
    assert table["title"]["hostile"] == HOSTILE
    assert str(table["latitude"].dtype) == "float64"
    assert (table["latitude"]["two-places"], table["latitude"]["one-spot-of-two"]) == (60.5, -16.5)
    assert table["disputed"].dtype == bool
    assert list(table["disputed"]) == [event["evidence"]["disputed"] for event in events.values()]
    assert table["start_date"]["first-day"] == "0001-01-01"
    assert table["end_date"]["last-day"] == "9999-12-31"
    assert pd.isna(table["start_date"]["undated"])


def test_every_cell_is_what_the_event_has(client):
    told = rows(client, "/v1/events.csv?limit=500")
    for event in client.walk("/v1/events"):
        row = told[event["id"]]
        for name in ("title", "summary", "type", "modality", "date_edtf", "start_date", "end_date", "date_precision",
                     "date_basis", "start_time"):  # fmt: skip
            assert row[name] == event.get(name, "")
        for name in ("quantities", "citations", "claims", "relations", "corrections"):
            assert json.loads(row[name]) == event[name]
        assert entries(row["tags"]) == event["tags"]
        assert entries(row["actors"]) == [one["name"] for one in event["actors"]]
        assert entries(row["actor_roles"]) == [one["role"] for one in event["actors"]]
        assert entries(row["locations"]) == [one["name"] for one in event["locations"]]
        assert entries(row["citation_ids"]) == [one["id"] for one in event["citations"]]
        assert entries(row["citation_stances"]) == [one["stance"] for one in event["citations"]]
        assert entries(row["citation_sources"]) == [one["source"]["title"] for one in event["citations"]]
        assert [one for one in entries(row["citation_links"]) if one] == [
            one["link"] for one in event["citations"] if "link" in one
        ]
        assert (row["license"], row["attribution"], row["dataset_revision"]) == ("CC-BY-4.0", "Dateline", "1")


def test_citations_with_stance_and_link_and_disputes_survive(client):
    row = rows(client, "/v1/events.csv?id=hostile")["hostile"]
    assert entries(row["citation_stances"]) == ["supports", "disputes"]
    assert all(link.startswith("https://news.example/a,b;c?x=") for link in entries(row["citation_links"]))
    assert row["disputed"] == "true"
    (claim,) = json.loads(row["claims"])
    assert (claim["rank"], claim["relation"], claim["citations"]) == ("deprecated", "garbles", ["hostile~r"])
    assert claim["note"].endswith(HOSTILE)


def test_an_entry_of_a_list_may_have_the_separator_in_it(client):
    row = rows(client, "/v1/events.csv?id=lists")["lists"]
    assert row["actors"] == r"A\; B \\ C\;; Anna Berg"
    assert entries(row["actors"]) == [r"A; B \ C;", "Anna Berg"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_title_is_text_and_comes_back(client, name):
    (row,) = raw(client, f"/v1/events.csv?id=f-{name}")
    assert row["title"] == f"'{FORMULAS[name]}"
    (event,) = client.get(f"/v1/events?id=f-{name}").json()["data"]
    assert plain(row["title"]) == event["title"]


@pytest.mark.parametrize("name", LINES)
def test_a_summary_that_begins_with_a_control_character_is_text_and_comes_back(client, name):
    (row,) = raw(client, f"/v1/events.csv?id=s-{name}")
    (event,) = client.get(f"/v1/events?id=s-{name}").json()["data"]
    assert row["summary"].startswith("'")
    assert plain(row["summary"]) == event["summary"]


@pytest.mark.parametrize("name", INSIDE)
def test_a_formula_behind_a_separator_of_other_countries_comes_back(client, name):
    row = rows(client, f"/v1/events.csv?id=i-{name}")[f"i-{name}"]
    (event,) = client.get(f"/v1/events?id=i-{name}").json()["data"]
    assert row["summary"] == event["summary"]
    assert json.loads(row["citations"]) == event["citations"]
    assert [one["note"] for one in rows(client, f"/v1/citations.csv?event=i-{name}").values()] == [
        one["note"] for one in event["citations"]
    ]


@pytest.mark.parametrize("list_name", ["events", "citations"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_nothing_is_run_where_another_separator_is_expected(client, separator, list_name):
    """Which splits texts in spite of their quotation marks, since these do not begin a cell then; lines do."""
    text = body(client, f"/v1/{list_name}.csv?limit=500").decode("utf-8-sig")
    cells = re.split(f"[{separator}\r\n]", text)
    assert len(cells) > len(text.splitlines())
    assert [one for one in cells if RUNS.match(one)] == []


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is missing: apt-get install libreoffice-calc")
@pytest.mark.parametrize("list_name", ["events", "citations"])
def test_libreoffice_as_it_comes_has_each_cell_in_its_column(client, list_name, tmp_path):
    """By its separators, commas, semicolons and tabs; what it shows is written again, with commas alone."""
    content = body(client, f"/v1/{list_name}.csv?limit=500")
    (tmp_path / "table.csv").write_bytes(content)
    shown = calc(tmp_path, "CSV:44/59/9,34,76")
    given = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [len(row) for row in shown] == [len(row) for row in given]
    for name in ("id", "event_id", "stance", "actors", "locations", "disputed", "license", "attribution"):
        if name in given[0]:
            at = given[0].index(name)
            assert [row[at].casefold() for row in shown] == [row[at].casefold() for row in given], name


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is missing: apt-get install libreoffice-calc")
def test_libreoffice_runs_nothing_where_semicolons_alone_separate(client, tmp_path):
    (tmp_path / "table.csv").write_bytes(body(client, "/v1/events.csv?limit=500"))
    shown = calc(tmp_path, "CSV:59,34,76")
    assert len(shown) > len(INSIDE)
    assert "2" not in {cell.strip() for row in shown for cell in row}


def calc(folder: Path, infilter: str) -> list[list[str]]:
    """The table that LibreOffice reads from `table.csv`."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", f"--infilter={infilter}"]
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", folder / "shown"]
    subprocess.run([*command, folder / "table.csv"], check=True, capture_output=True, timeout=120)
    return list(csv.reader(io.StringIO((folder / "shown" / "table.csv").read_text("utf-8-sig"), newline="")))


@pytest.mark.parametrize("list_name", ["events", "citations"])
def test_no_text_in_any_column_is_run(client, list_name):
    for row in raw(client, f"/v1/{list_name}.csv?limit=500"):
        for name, cell in row.items():
            runs = RUNS.match(cell) or cell.startswith(("\t", "\r", "\n"))
            assert not runs or name in ("latitude", "longitude"), (name, cell)


def test_a_citation_has_a_row_with_its_event_its_source_and_its_link(client):
    told = rows(client, "/v1/citations.csv?limit=500")
    citations = client.walk("/v1/citations")
    assert [one["id"] for one in citations] == list(told)
    for one in citations:
        row, source, passage = told[one["id"]], one["source"], one.get("passage", {})
        assert (row["event_id"], row["event_title"]) == (one["event"]["id"], one["event"]["title"])
        assert (row["stance"], row["link"], row["note"]) == (one["stance"], one.get("link", ""), one.get("note", ""))
        assert entries(row["supports"]) == one["supports"]
        assert (row["source_id"], row["source_title"]) == (source["id"], source["title"])
        assert row["source_archive_url"] == source.get("archive_url", "")
        assert row["publisher"] == source["publisher"]["name"]
        assert row["attributed_to_id"] == one.get("attributed_to", {}).get("id", "")
        assert row["first_words"] == passage.get("first_words", "")
        assert row["license"] == "CC-BY-4.0"


QUESTIONS = (
    "", "?stance=disputes", "?event=hostile", "?source=post-tuesday", "?publisher=harbour-gazette",
    "?speaker=sea-league",
    "?origin=island-post", "?verification=not_held", "?known_at=2020-03-03", "?as_of=1&stance=supports",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_citations_answer_every_filter_as_the_api_does(client, question):
    ids = [one["id"] for one in client.walk(f"/v1/citations{question}")]
    assert list(rows(client, f"/v1/exports/citations.csv{question}")) == ids
    assert list(rows(client, f"/v1/citations.csv{question}{'&' if question else '?'}limit=500")) == ids


@pytest.mark.parametrize("question", ["", "?order=asc", "?disputed=true", "?q=harbour", "?known_at=2020-03-03&as_of=1"])
def test_an_export_has_every_event_of_its_question(client, question):
    assert list(rows(client, f"/v1/exports/events.csv{question}")) == [
        event["id"] for event in client.walk(f"/v1/events{question}")
    ]


@pytest.mark.parametrize("list_name", ["events", "citations"])
def test_pages_lead_on_and_an_empty_one_has_the_columns(client, list_name):
    following, seen = f"/v1/{list_name}.csv?limit=7", []
    while following:
        seen += list(rows(client, following))
        link = re.search(r'<([^>]*)>; rel="next"', client.get(following).headers["Link"])
        following = link and link[1]
    assert seen == [one["id"] for one in client.walk(f"/v1/{list_name}")]
    empty = body(client, f"/v1/{list_name}.csv?known_at=1999-01-01")
    assert empty == body(client, f"/v1/{list_name}.csv").splitlines(keepends=True)[0]


def test_addresses_are_absolute_where_the_public_address_is_known(store):
    public = store.client(public_url="https://chronology.example")
    row = rows(public, "/v1/events.csv?id=undated")["undated"]
    assert row["url"] == "https://chronology.example/v1/events/undated"


def test_made_up_records_come_back_from_either_database(database, make_store, tmp_path):
    store = make_store(database)
    store.load(write(generate(4, events=120), tmp_path))
    client = store.client()
    told = rows(client, "/v1/exports/events.csv")
    for event in client.walk("/v1/events?limit=500"):
        row = told[event["id"]]
        assert (row["title"], row["date_edtf"]) == (event["title"], event.get("date_edtf", ""))
        assert json.loads(row["citations"]) == event["citations"]
        assert entries(row["actors"]) == [one["name"] for one in event["actors"]]
    assert set(told) == {event["id"] for event in client.walk("/v1/events?limit=500")}
    store.close()
