"""Records what the contract shows: an answer of every operation, from the record that Dateline ships.

`uv run python -m tests.recording` writes the examples, and the document, and adds to what it promises.
"""

import json
from tempfile import TemporaryDirectory
from typing import Any

from anyio.from_thread import start_blocking_portal
from sqlalchemy import make_url, update

from app.contract.examples import RECORDED, example_of, recorded
from app.contract.sharing import list_of
from app.main import create_app
from app.settings import Settings
from app.tables import Revision
from tests.conftest import RECORD, Client, Store
from tests.documents import ROOT
from tests.operations import OPERATIONS, Operation
from tests.promises import PROMISED, broken, digest, without_prose

DOCUMENTED = ROOT / "docs" / "openapi.json"
EVENT = "hypersonic-missile-test-confirmed-by-putin"
REQUESTS = {
    "list_events": "/v1/events?actor=vladimir-putin&disputed=true&type=mobilize",
    "list_facets": "/v1/facets?facet=type&tag=jstars",
    "list_citations": f"/v1/citations?event={EVENT}",
    "list_changes": "/v1/changes?since=0&limit=1",
    "list_actors": "/v1/actors?member_of=us-european-command",
    "list_locations": "/v1/locations?within=switzerland&type=city",
    "list_sources": "/v1/sources?derived_from=foxnews-putin-demands-assurances",
    "list_publishers": "/v1/publishers?ownership=state",
    "get_embedded_timeline": f"/embed/timeline?id={EVENT}",
    "get_oembed": f"/oembed?url=/v1/events/{EVENT}",
}
"""Of each operation what is worth showing; of the others, one record."""
LONGEST_LIST, LARGEST_OBJECT, LONGEST_TEXT = 2, 30, 1_500
BINARY = {"export_sqlite"}
PUBLISHED_AT = 1_646_125_200_000_000
"""1 March 2022, 9:00 UTC, in microseconds: when every recording says that its revision was published."""


def load_shipped(store: Store) -> None:
    """The record as it is shipped, published at the time of every recording."""
    store.load(RECORD, allow_uncited=False)
    with store.engine.begin() as connection:
        connection.execute(update(Revision).values(published_at=PUBLISHED_AT))


def request_of(operation: Operation) -> str:
    """What is asked of an operation to show its answer."""
    if str(operation) in REQUESTS:
        return REQUESTS[str(operation)]
    path = operation.template
    for name in ("id", "name"):
        path = path.replace(f"{{{name}}}", str(example_of(name, list_of(operation.template), in_path=True)))
    taken = {one.name for one in operation.parameters}
    query = f"?id={EVENT}" if "id" in taken else "?limit=1" if "limit" in taken else ""
    return path + query


def cut(value: Any) -> Any:
    """The same in short, and still of its schema."""
    match value:
        case dict():
            kept = list(value.items())
            return {name: cut(one) for name, one in (kept if len(kept) <= LARGEST_OBJECT else kept[:5])}
        case list():
            return [cut(one) for one in value[:LONGEST_LIST]]
    return value


def record(client: Client) -> dict[str, dict[str, Any]]:
    """The answers of now, by operation."""
    return {str(one): _recorded(client, request_of(one)) for one in OPERATIONS if str(one) not in BINARY}


def _recorded(client: Client, request: str) -> dict[str, Any]:
    answer = client.get(request)
    assert answer.status_code == 200, (request, answer.text)
    if "json" in answer.headers["Content-Type"] and "ndjson" not in answer.headers["Content-Type"]:
        return {"request": request, "answer": cut(answer.json())}
    text = answer.text
    return {"request": request, "answer": text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} …"}


def as_text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def write_examples(client: Client) -> None:
    RECORDED.write_text(as_text(record(client)), encoding="utf-8")


def main() -> None:
    with TemporaryDirectory() as folder, start_blocking_portal() as portal:
        store = Store(make_url(f"sqlite:///{folder}/shipped.db"), portal)
        load_shipped(store)
        write_examples(store.client())
        store.close()
    recorded.cache_clear()
    document = create_app(Settings(DATABASE_URL="sqlite:///never-opened.db")).openapi()
    faults = broken(json.loads(PROMISED.read_text(encoding="utf-8")), document)
    if faults:
        raise SystemExit("\n".join(["Promises of /v1 are broken:", *faults]))
    DOCUMENTED.write_text(as_text(document), encoding="utf-8")
    PROMISED.write_text(as_text(without_prose(document)), encoding="utf-8")
    print(f"The digest of the contract, for CHANGELOG.md: {digest(document)}")  # noqa: T201 - a command tells its result


if __name__ == "__main__":
    main()
