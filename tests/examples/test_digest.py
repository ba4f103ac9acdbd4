"""A digest tells what states and files of the record tell, compared with plain evaluation."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lxml.html
from markdown_it import MarkdownIt

from tests.conftest import Client, Store
from tests.examples.serving import Document, run, service_of, without_revision
from tests.generator import Record
from tests.upheavals import load, upheavals

digest = importlib.import_module("digest")


def sections(markdown: str) -> dict[str, list[Any]]:
    """What a reader sees under each heading of a digest: the items of its list."""
    page = lxml.html.fromstring(MarkdownIt("commonmark").render(markdown))
    return {found.text_content(): found.getnext().findall("li") for found in page.iter("h2")}


def ids(items: list[Any]) -> list[str]:
    """Of the events that a list is about, by the first link of each item."""
    return sorted(re.split("[/=]", one.xpath("(./p/a|./a)/@href")[0].removesuffix("/history"))[-1] for one in items)


def titles(items: list[Any]) -> list[str]:
    return sorted(folded(one.xpath("./p/a|./a")[0].text_content()) for one in items)


def folded(text: str) -> str:
    return " ".join(text.split())


def lines_of(record: Record) -> dict[str, Document]:
    return {line["id"]: line for line in record["event"]}


def test_a_digest_tells_every_event_that_was_added_corrected_disputed_or_withdrawn(
    store: Store, tmp_path: Path
) -> None:
    history = list(upheavals(6, 6, tmp_path, events=20))
    for _, place in history:
        load(store, place)
    client = store.client()
    every = [{}] + [{one["id"]: one for one in client.walk(f"/v1/events?as_of={n + 1}")} for n in range(len(history))]
    lines = [{}] + [lines_of(record) for record, _ in history]
    seen = set()
    with service_of(store) as service:
        for since in range(len(every)):
            told = sections(digest.digest(service, since))
            seen |= told.keys()
            _compare(told, every[since:], lines[since:])
        assert "Nothing has changed." in digest.digest(service, len(every) - 1)
        done = run("digest.py", service.address, 1)
        assert (done.returncode, done.stdout, done.stderr) == (0, digest.digest(service, 1) + "\n", "")
        refused = run("digest.py", service.address, "1999-01-01")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "as_of" in refused.stderr
    assert seen == {"Added", "Corrected", "Newly disputed", "Withdrawn or merged"}


def _compare(told: dict[str, list[Any]], states: list[dict[str, Document]], lines: list[dict[str, Document]]) -> None:
    """By the states that the API answers and by the files, without the feed of changes."""
    first, now = states[0], states[-1]
    lasting = {name for name in now if all(name in state for state in states)}
    disputed = {name for name, one in now.items() if one["evidence"]["disputed"]}
    before = {name for name, one in first.items() if one["evidence"]["disputed"]}
    corrected = {
        name
        for name in lasting
        for old, new, was, is_ in zip(states, states[1:], lines, lines[1:], strict=False)
        if was.get(name) != is_.get(name) and without_revision(old[name]) != without_revision(new[name])
    }
    assert ids(told.get("Added", [])) == sorted(now.keys() - lasting)
    assert ids(told.get("Corrected", [])) == sorted(corrected)
    assert ids(told.get("Newly disputed", [])) == sorted(disputed - (before & lasting))
    gone = {name: state[name]["title"] for state in states for name in state if name not in now}
    assert ids(told.get("Withdrawn or merged", [])) == sorted(gone)
    assert titles(told.get("Withdrawn or merged", [])) == sorted(folded(title) for title in gone.values())
    added = [folded(one["title"]) for name, one in now.items() if name not in lasting]
    assert titles(told.get("Added", [])) == sorted(added)


def test_a_digest_tells_a_dispute_when_it_begins_and_shows_any_text_as_it_is(
    make_store: Callable[[str], Store], write_record: Callable[..., Path]
) -> None:
    store, title = make_store("sqlite"), r"*a* [x](y) <b>b</b> &amp; `c` __d__ ~~e~~ ![i](j) \\ 1. # f"
    source = {"kind": "source", "id": "post", "title": title, "published": "2020-03-03"}
    event = {"kind": "event", "id": "talks", "title": "Talks", "summary": title}
    supporting = {"key": "a", "source": "post"}
    disputing = supporting | {"key": "b", "stance": "disputes"}
    store.load(write_record([source, event | {"citations": [supporting]}]))
    for title_then in ("Talks", "Long talks"):
        store.load(write_record([source, event | {"title": title_then, "citations": [supporting, disputing]}]))
    store.load(write_record([source, event | {"title": "Long talks", "summary": "None.", "citations": [supporting]}]))
    with service_of(store) as service:
        told = [sections(digest.digest(service, since)) for since in range(5)]
    assert [sorted(one) for one in told] == [["Added"], ["Corrected"], ["Corrected"], ["Corrected"], []]
    with service_of(store) as service:
        service.client.params = {"as_of": 2}
        assert [sorted(sections(digest.digest(service, since))) for since in range(3)] == [
            ["Added", "Newly disputed"],
            ["Corrected", "Newly disputed"],
            [],
        ]
        service.client.params = {"as_of": 3}
        assert sorted(sections(digest.digest(service, 2))) == ["Corrected"]
    [item] = told[3]["Corrected"]
    assert f"summary: {folded(title)} → None." in folded(item.text_content())
    assert title in told[0]["Added"][0].text_content()


def test_a_digest_shows_citations_at_their_passages(shipped: Store, client: Client) -> None:
    with service_of(shipped) as service:
        page = lxml.html.fromstring(MarkdownIt("commonmark").render(digest.digest(service, 0)))
    shown = set(page.xpath("//a/@href"))
    links = {one["link"] for event in client.walk("/v1/events") for one in event["citations"] if "link" in one}
    assert links
    assert links <= shown
