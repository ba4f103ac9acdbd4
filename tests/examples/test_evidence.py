"""The notebook counts as the API does."""

import json

import pandas as pd
import pytest

from tests.conftest import Client, Store
from tests.examples.serving import EXAMPLES, Document, service_of


@pytest.fixture(scope="module")
def notebook() -> Document:
    found: Document = json.loads((EXAMPLES / "evidence.ipynb").read_text(encoding="utf-8"))
    return found


def test_the_notebook_counts_as_the_api_does(
    shipped: Store, client: Client, notebook: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Document = {}
    with service_of(shipped) as service:
        monkeypatch.setenv("DATELINE_ADDRESS", service.address)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), told)
    events = client.walk("/v1/events")
    assert len(told["events"]) == len(events)
    assert len(told["citations"]) == sum(len(one["citations"]) for one in events)
    months = pd.Series([one["start_date"][:7] for one in events if "start_date" in one and "type" in one])
    assert told["by_month"].sum(axis=1).to_dict() == months.value_counts().to_dict()
    pairs = [
        (one["source"].get("publisher", {}).get("name", "unknown"), one.get("origin", {}).get("name", "unknown"))
        for event in events
        for one in event["citations"]
        if one["stance"] in ("supports", "corrects")
    ]
    assert told["origins"].stack().loc[lambda count: count > 0].to_dict() == pd.Series(pairs).value_counts().to_dict()
    alone = {one["id"] for one in events if one["evidence"]["independent_origins"] == 1 < one["evidence"]["sources"]}
    assert set(told["copied"]["id"]) == alone
    rivals = [(event["id"], one["field"], one["value"]) for event in events for one in event["claims"]]
    assert list(told["rivals"][["event", "field", "value"]].itertuples(index=False, name=None)) == sorted(
        rivals, key=rivals.index
    )
    for day, count in told["known"].items():
        assert client.get(f"/v1/events?known_at={day}&limit=1&count=exact").json()["meta"]["total"] == count
    assert told["known"].is_monotonic_increasing


def test_the_notebook_keeps_no_output(notebook: Document) -> None:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [(cell["execution_count"], cell["outputs"]) for cell in code] == [(None, [])] * len(code)
