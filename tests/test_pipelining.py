"""Requests one behind the other, in pieces of any size: answered alike, to the byte, whether answers are kept or not.

`PIPELINES` says how many sequences are tried.
"""

import os
import random
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.test_cli import PATIENCE, address
from tests.app.test_server import read_to_end, running
from tests.conftest import Store
from tests.invented import invented_lines, write_lines

SEQUENCES = int(os.environ.get("PIPELINES", "150"))
LONGEST = 20
OF_EACH = re.compile(rb"(date|x-request-id): [^\r]*\r\n")
"""What is another in each answer."""
PATHS = (
    b"/v1", b"/v1/events", b"/v1/events?limit=1", b"/v1/events/harbour-talks-1", b"/v1/events/none", b"/v1/events?no=1",
    b"/v1/actors", b"/v1/events.csv", b"/v1/exports/events.ndjson", b"/v1/exports/events.ndjson?date_to=0001-01-01",
    b"/v1/facets?facet=actor", b"/health/live", b"/nothing", b"/v1/events?q=" + b"a" * 9_000,
)  # fmt: skip
FIELDS = (
    b"Accept-Encoding: gzip", b"Accept-Encoding: br, zstd", b'If-None-Match: "none"', b"If-None-Match: *",
    b'If-None-Match: "a"\r\nIf-None-Match: %b', b"If-None-Match: %b", b"If-None-Match: W/%b",
    b"Expect: 100-continue", b"Connection: keep-alive", b"X-Long: " + b"a" * 3_000,
)  # fmt: skip
BODIES = (b"Content-Length: 3\r\n\r\nGET", b"Transfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n")
ENDS = (
    b"Connection: close\r\n\r\n", b"Connection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\nanything", b"Connection: close\r\nContent-Length: 4\r\n\r\nbody",
)  # fmt: skip


def invent(chance: random.Random, tags: list[bytes]) -> list[bytes]:
    """The pieces in which a client sends some requests; the last says that it is, and comes in one piece."""
    sent, last = b"", 0
    count = chance.randint(1, LONGEST)
    for number in range(count):
        method = chance.choices((b"GET", b"HEAD", b"OPTIONS", b"POST"), (12, 4, 1, 1))[0]
        fields = [one.replace(b"%b", chance.choice(tags)) for one in chance.sample(FIELDS, chance.randint(0, 2))]
        bodies = ENDS if number == count - 1 else (*[b"\r\n"] * 8, *BODIES)
        last = len(sent)
        sent += b"%b %b HTTP/1.1\r\nHost: x\r\n" % (method, chance.choice(PATHS))
        sent += b"".join(one + b"\r\n" for one in fields) + chance.choice(bodies)
    cuts = sorted(chance.sample(range(last), min(chance.randint(0, 4), last)))
    return [sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


def tell(where: tuple[str, int], pieces: list[bytes]) -> bytes:
    with socket.create_connection(where, PATIENCE) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.002)
        return OF_EACH.sub(b"", read_to_end(client))


def test_requests_one_behind_the_other_are_answered_alike_whether_answers_are_kept_or_not(
    make_store: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store("sqlite")
    store.load(write_lines(tmp_path, invented_lines()))
    monkeypatch.setenv("DATABASE_URL", address(store))
    chance = random.Random(SEQUENCES)
    with running() as (_, kept):
        monkeypatch.setenv("DATELINE_CACHE_BYTES", "0")
        with running() as (_, plain):
            requests = [b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path for path in PATHS]
            tags = re.findall(rb"etag: (\S+)", b"".join(tell(plain, [one]) for one in requests))
            for _ in range(SEQUENCES):
                pieces = invent(chance, tags)
                assert tell(kept, pieces) == tell(plain, pieces), pieces
