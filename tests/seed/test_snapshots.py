"""Five successive states of a chronology of a year, of which every edit is known: what they publish, and no more."""

import copy
import json
import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from seed.loading import RemovalRefused
from tests.conftest import Client, Store
from tests.content import content
from tests.generator import Line
from tests.mentions import Key
from tests.upheavals import load

EVENTS = 300
TOWNS = ("Ostrava", "Brno", "Plzen", "Liberec", "Olomouc", "Zlin", "Jihlava", "Opava")
PAPERS = ("Herald", "Courier", "Observer", "Gazette", "Tribune")
BODIES = ("Dockers' Union", "City Council", "Port Authority", "Ministry of Labour", "Rail Company", "Harbour Police")
ACTS = (("consult", "Talks on pay in {town}"), ("protest", "Strike in {town}"), ("agree", "Agreement in {town}"),
        ("accuse", "{town} council accused of delay"), ("x-statement", "Statement on wages in {town}"))  # fmt: skip
Lines = dict[Key, Line]


def slug(text: str) -> str:
    return "-".join("".join(one if one.isalnum() else " " for one in text.lower()).split())


def first_state() -> Lines:
    """Papers, their reports, bodies, towns, and an event on most days of a year, in the order of a file."""
    chance, lines = random.Random(2020), list[Line]()
    lines += [{"kind": "publisher", "id": slug(one), "name": one, "country": "CZ"} for one in PAPERS]
    lines += [{"kind": "actor", "id": slug(one), "name": one, "type": "organisation"} for one in BODIES]
    lines += [{"kind": "location", "id": slug(one), "name": one, "type": "city", "country": "CZ"} for one in TOWNS]
    for number in range(60):
        day = date(2020, 1, 7) + timedelta(days=6 * number)
        paper = slug(PAPERS[number % len(PAPERS)])
        lines.append({"kind": "source", "id": f"report-{number}", "title": f"The week to {day}", "publisher": paper,
                      "published": str(day), "url": f"https://{paper}.example/{number}"})  # fmt: skip
    for number in range(EVENTS):
        day = date(2020, 1, 1) + timedelta(days=number * 6 // 5)
        town, (act, title) = chance.choice(TOWNS), chance.choice(ACTS)
        report = (day - date(2020, 1, 1)).days // 6
        lines.append({
            "kind": "event", "id": f"labour-{number}", "title": title.format(town=town), "date": str(day), "type": act,
            "modality": "occurred", "locations": [slug(town)], "tags": ["labour"],
            "actors": [{"actor": slug(one), "role": role}
                       for one, role in zip(chance.sample(BODIES, 2), ("initiator", "target"), strict=True)],
            "citations": [{"key": "weekly", "source": f"report-{min(report, 59)}", "supports": ["date", "actors"]}],
        })  # fmt: skip
    return {(one["kind"], one["id"]): one for one in lines}


def event(number: int) -> Key:
    return "event", f"labour-{number}"


RENAMED = ("actor", slug("Port Authority"))
RETITLED = ("source", "report-7")
Edits = list[tuple[Key, Line | None]]
"""What becomes of records: other values, or nothing where one is removed."""
ADDED = {"kind": "event", "id": "late-find", "title": "Council minutes found", "date": "2020-06-01",
         "citations": [{"key": "weekly", "source": "report-30"}]}  # fmt: skip
EDITS: list[Edits] = [
    [(("event", "late-find"), ADDED), (event(3), {"date": "2020-02-28"}), (event(4), {"tags": ["labour", "pay"]})],
    [(RENAMED, {"name": "Harbour Office"}), (event(10), {"status": "withdrawn", "reason": "It was invented."})],
    [(event(20), {"merged_into": "labour-21"}), (event(30), None), (RETITLED, {"title": "The week before"})],
    [(event(10), {"status": "published", "reason": None}), (("event", "late-find"), {"summary": "By a clerk."})],
]


def states() -> list[Lines]:
    found = [first_state()]
    for edits in EDITS:
        state = copy.deepcopy(found[-1])
        for key, edit in edits:
            changed = {**state.get(key, {}), **edit} if edit is not None else None
            if changed is None:
                del state[key]
            else:
                state[key] = {name: value for name, value in changed.items() if value is not None}
        found.append(state)
    return found


STATES = states()


def showing(state: Lines, key: Key) -> set[Key]:
    """The events that show a body, or cite a report."""
    name = key[1]
    return {one for one, line in state.items() if one[0] == "event" and line.get("status") != "withdrawn" and (
        any(part.get("actor") == name for part in line.get("actors", []))
        or any(part["source"] == name for part in line["citations"]))}  # fmt: skip


def due(number: int) -> dict[Key, tuple[str, str]]:
    """What the revision after a state's edits has to tell: the action and the cause, known from the list of edits."""
    told = {key: ("updated", "record") for key, _ in EDITS[number - 2]}
    match number:
        case 2:
            told["event", "late-find"] = ("created", "record")
        case 3:
            shown = dict.fromkeys(showing(STATES[2], RENAMED), ("updated", "actor/port-authority"))
            told = shown | told | {event(10): ("withdrawn", "record")}
        case 4:
            shown = dict.fromkeys(showing(STATES[3], RETITLED), ("updated", "source/report-7"))
            told = shown | told | {event(20): ("merged", "record"), event(30): ("withdrawn", "removal")}
        case 5:
            told[event(10)] = ("created", "reinstatement")
    return told


def write_ndjson(folder: Path, lines: Iterable[Line]) -> Path:
    folder.mkdir()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "all.ndjson").write_text(text, encoding="utf-8")
    return folder


def write_otherwise(folder: Path, lines: Lines, seed: int) -> Path:
    """The same record in YAML and NDJSON, in several files of other orders, keys and white space."""
    chance, folder_of = random.Random(seed), folder / "more" / "deeper"
    folder_of.mkdir(parents=True)
    shuffled = chance.sample(list(lines.values()), len(lines))
    parts: dict[str, list[Line]] = {}
    for line in shuffled:
        keys = chance.sample(list(line), len(line))
        parts.setdefault(f"{line['kind']}s", []).append({key: line[key] for key in keys})
    for name, some in parts.items():
        place = chance.choice((folder, folder_of))
        place.mkdir(exist_ok=True)
        half = len(some) // 2
        rows = (json.dumps(one, indent=None, separators=(" , ", " :  ")) for one in some[:half])
        (place / f"{name}-{seed}.ndjson").write_text("\n\n".join(rows) + "\n\n", encoding="utf-8")
        plain = [{key: value for key, value in one.items() if key != "kind"} for one in some[half:]]
        flow = chance.choice((True, False, None))
        text = yaml.safe_dump(plain, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=60)
        (folder / f"{name}.yaml").write_text(f"# {name}\n{text}", encoding="utf-8")
    return folder


def answers(client: Client, as_of: int | None = None) -> dict[str, Any]:
    """Everything that is served of a revision, but for how it is addressed."""
    pinned = f"&as_of={as_of}" if as_of else ""
    lists = ("events", "actors", "locations", "sources", "publishers", "citations", "events?q=strike", "events?tag=pay")
    found: dict[str, Any] = {}
    for name in lists:
        path = f"/v1/{name}{'&' if '?' in name else '?'}limit=500{pinned}"
        found[name] = client.walk(path) if client.get(path).status_code == 200 else None
    found["facets"] = client.get(f"/v1/facets?{pinned[1:]}").json()["data"]
    for number in (3, 10, 20, 30):
        answer = client.get(f"/v1/events/labour-{number}?{pinned[1:]}")
        found[str(number)] = answer.status_code, answer.json().get("data") if answer.content else None
    return found


@pytest.fixture(scope="module")
def seen(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> dict[str, Any]:
    """A store of the five states, and what it answered while each was the newest."""
    store, folder = make_store(database), tmp_path_factory.mktemp("states")
    client, found = store.client(), []
    for number, state in enumerate(STATES, 1):
        outcome = load(store, write_ndjson(folder / str(number), state.values()))
        assert (outcome.revision, outcome.published) == (number, True)
        found.append(answers(client))
    return {"store": store, "client": client, "answers": found, "folder": folder}


@pytest.mark.parametrize("number", range(2, len(STATES) + 1))
def test_each_state_tells_the_edits_that_were_made_and_what_shows_them(seen, number):
    told = seen["client"].walk(f"/v1/changes?since={number - 1}&as_of={number}&limit=500")
    assert {(one["kind"], one["id"]): (one["action"], one["cause"]) for one in told} == due(number)


def test_an_edit_is_told_in_the_properties_that_it_was_of(seen):
    told = {(one["revision"], one["id"]): one for one in seen["client"].walk("/v1/changes?since=1&limit=500")}
    day = STATES[0][event(3)]["date"]
    dates = {one["field"]: (one["old"], one["new"]) for one in told[2, "labour-3"]["changes"]}
    assert dates == dict.fromkeys(("date_edtf", "end_date", "start_date"), (day, "2020-02-28"))
    [tags] = told[2, "labour-4"]["changes"]
    assert tags == {"field": "tags", "old": ["labour"], "new": ["labour", "pay"]}
    [name] = told[3, "port-authority"]["changes"]
    assert name == {"field": "name", "old": "Port Authority", "new": "Harbour Office"}
    shown = [one for (number, _), one in told.items() if number == 3 and one["cause"].startswith("actor/")]
    assert len(shown) > EVENTS / 6
    assert {change["field"] for one in shown for change in one["changes"]} == {"actors"}


def test_what_is_gone_leaves_a_tombstone_or_leads_on(seen):
    client = seen["client"]
    found = {n: [client.get(f"/v1/events/labour-{n}?as_of={r}").status_code for r in range(1, 6)] for n in (10, 20, 30)}
    assert found == {10: [200, 200, 410, 410, 200], 20: [200, 200, 200, 301, 301], 30: [200, 200, 200, 410, 410]}
    tombstone = client.get("/v1/events/labour-10?as_of=4").json()["tombstone"]
    assert tombstone == {"kind": "event", "id": "labour-10", "revision": 3, "reason": "It was invented."}
    assert client.get("/v1/events/labour-30").json()["tombstone"] == {"kind": "event", "id": "labour-30", "revision": 4}
    assert client.get("/v1/events/labour-20").headers["Location"] == "/v1/events/labour-21"


def test_every_revision_answers_as_when_it_was_new(seen):
    for number, before in enumerate(seen["answers"], 1):
        assert answers(seen["client"], number) == before
    assert [len(one["events"]) for one in seen["answers"]] == [300, 301, 300, 298, 299]


def test_the_same_record_written_otherwise_publishes_nothing(seen, tmp_path):
    store, before = seen["store"], content(seen["store"])
    for seed in range(3):
        outcome = load(store, write_otherwise(tmp_path / str(seed), STATES[-1], seed))
        assert (outcome.revision, outcome.published) == (len(STATES), False)
    assert not load(store, seen["folder"] / str(len(STATES))).published
    assert content(store) == before


def test_a_record_that_is_missing_is_refused_without_leave(seen, tmp_path):
    before = content(seen["store"])
    less = [line for key, line in STATES[-1].items() if key not in (event(40), event(41))]
    with pytest.raises(RemovalRefused) as refused:
        seen["store"].load(write_ndjson(tmp_path / "less", less))
    assert refused.value.missing == [event(40), event(41)]
    assert content(seen["store"]) == before
