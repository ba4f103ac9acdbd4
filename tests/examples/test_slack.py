"""A message is valid by Slack's own kit, and has every citation and every rival value."""

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from tests.conftest import RECORD, Client, Store
from tests.examples.serving import Document, dateline, run, service_of
from tests.generator import generate, write
from tests.rivals import contest

slack = importlib.import_module("slack")


@pytest.fixture(scope="module")
def contested(make_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = make_store("sqlite")
    store.load(RECORD, write(contest(generate(8, 60), 8), tmp_path_factory.mktemp("record")))
    return store


def elements(block: Any) -> Iterator[Document]:
    """Every part of a message, however deep."""
    for part in block.values() if isinstance(block, dict) else block if isinstance(block, list) else ():
        if isinstance(part, dict):
            yield part
        yield from elements(part)


def test_a_message_for_slack_is_valid_and_has_every_citation_and_every_rival_value(contested: Store) -> None:
    service, disputed = dateline.Dateline("http://127.0.0.1:8000"), 0
    for event in contested.client().walk("/v1/events"):
        message = slack.message(service, event)
        blocks = [Block.parse(block) for block in message["blocks"]]
        assert all(block and block.to_dict() for block in blocks)
        parts = list(elements(message["blocks"]))
        links = [one["url"] for one in parts if one.get("type") == "link"]
        assert {one["link"] for one in event["citations"][: slack.MOST] if "link" in one} <= set(links)
        told = "".join(one["text"] for one in parts if one.get("type") == "text")
        assert all(claim["value"] in told for claim in event["claims"][: slack.MOST])
        disputed += bool(event["claims"])
        assert "<" not in message["text"]
    assert disputed > 10


def test_a_message_of_much_is_cut_where_slack_does_and_says_so(contested: Store) -> None:
    event = next(one for one in contested.client().walk("/v1/events") if one["claims"])
    long = {"title": "T" * 400, "summary": "s" * 9_000, "citations": event["citations"][:1] * 60}
    message = slack.message(dateline.Dateline("http://127.0.0.1:8000"), event | long)
    assert all(Block.parse(block).to_dict() for block in message["blocks"])
    assert "and 40 more" in json.dumps(message)


@pytest.mark.parametrize(("more", "told", "count"), [(0, "T", 0), (1, "…", 1)])
def test_a_message_of_as_much_as_slack_takes_is_whole(contested: Store, more: int, told: str, count: int) -> None:
    event = contested.client().walk("/v1/events")[0]
    much = {"title": "T" * (slack.LONGEST_HEADER + more), "citations": event["citations"][:1] * (slack.MOST + more)}
    header, *blocks = slack.message(dateline.Dateline("http://127.0.0.1:8000"), event | much)["blocks"]
    assert (len(header["text"]["text"]), header["text"]["text"][-1]) == (slack.LONGEST_HEADER, told)
    assert json.dumps(blocks).count(f"and {more} more") == count


def test_the_command_prints_the_message_of_an_event(shipped: Store, client: Client) -> None:
    event = "us-jstars-first-flight-over-eastern-ukraine"
    with service_of(shipped) as service:
        done = run("slack.py", service.address, event)
        refused = run("slack.py", service.address, "no-such-event")
        wanted = slack.message(service, client.get(f"/v1/events/{event}").json()["data"])
    assert json.loads(done.stdout) == wanted
    assert ":~:text=" in done.stdout
    assert "2021-12-29" in done.stdout
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
