"""What a request says of where it was sent, and by whom, stands in no answer: no link leads to a foreign host."""

from typing import Any

import pytest

from tests.app.test_methods import EVERYTHING, FAULTY
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines

EVIL = "evil.example"
SPOOFED = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:80@dateline.test"},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "1", "X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Forwarded-Server": EVIL, "X-Host": EVIL, "X-HTTP-Host-Override": EVIL},
    {"Forwarded": f"for=1.1.1.1;host={EVIL};proto=https"},
    {"X-Original-URL": f"//{EVIL}/", "X-Rewrite-URL": f"https://{EVIL}/", "Referer": f"https://{EVIL}/"},
    {"Origin": f"https://{EVIL}"},
]
ASKED = [*EVERYTHING, *FAULTY, f"//{EVIL}/v1", f"//{EVIL}/%2e%2e", "/v1/events?limit=1", "/?actor=anna-berg"]
OF_THE_MOMENT = ("/metrics", "/v1/exports/dateline.sqlite")
"""What differs each time it is asked."""


@pytest.fixture(scope="module")
def store(database: str, make_store: Any, tmp_path_factory: Any) -> Store:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store


@pytest.mark.parametrize("public_url", ["", "https://dateline.example/news"])
def test_no_answer_depends_on_the_host_that_a_request_names(store: Store, public_url):
    client = store.client(public_url=public_url, cache_bytes=0)
    for path in ASKED:
        plain = seen(client, path, {})
        for headers in SPOOFED:
            spoofed = seen(client, path, headers)
            assert EVIL.encode() not in spoofed[2] or EVIL in path, (path, headers)
            assert EVIL not in str(spoofed[1]) or EVIL in path, (path, headers)
            assert spoofed[:2] == plain[:2], (path, headers)
            assert spoofed[2] == plain[2] or path in OF_THE_MOMENT, (path, headers)


def seen(client: Client, path: str, headers: dict[str, str]) -> tuple[int, list[tuple[str, str]], bytes]:
    answer = client.request("GET", path, headers={"X-Request-ID": "one", **headers})
    moving = ("content-length", "date") if path in OF_THE_MOMENT else ("date",)
    return answer.status_code, [one for one in answer.headers.items() if one[0] not in moving], answer.content


def test_what_is_kept_is_the_same_for_every_host(store: Store):
    client = store.client()
    spoofed = [seen(client, "/v1/events?limit=1", headers) for headers in SPOOFED]
    assert all(one == seen(client, "/v1/events?limit=1", {}) for one in spoofed)
    assert b'"/v1/events?limit=1"' in spoofed[0][2]
