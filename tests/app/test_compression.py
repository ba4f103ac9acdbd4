"""Encodings: negotiated, and the same bytes when decoded."""

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from app.compression import ENCODINGS, LARGE, Compressed
from tests.conftest import Client, Store
from tests.invented import invented_lines, write_lines
from tests.operations import FILES, OPERATIONS, STREAMS

ROOT = Path(__file__).parents[2]
AT_ONCE = """
import random
from concurrent.futures import ThreadPoolExecutor
from app.compression import ENCODINGS, LARGE

bodies = [random.Random(seed).randbytes(LARGE // 2).hex().encode() for seed in range(4)]
for one in ENCODINGS:
    alone = [one.whole(body) for body in bodies]
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(one.whole, bodies * 8)] == alone * 8, one.name
"""
STREAMED = [operation.path for operation in STREAMS]


@pytest.fixture(scope="module")
def client(database: str, make_store: Callable[[str], Store], tmp_path_factory: Any) -> Client:
    store = make_store(database)
    store.load(write_lines(tmp_path_factory.mktemp("record"), invented_lines()))
    return store.client()


@pytest.fixture(scope="module")
def encoded(client: Client, portal: Any) -> Callable[[str, str], tuple[str, bytes]]:
    """Asks in an encoding: the encoding of the answer, and its bytes as they were sent."""

    def ask(path: str, accepted: str) -> tuple[str, bytes]:
        sent: list[dict[str, Any]] = []

        async def listen(scope: Any, receive: Any, send: Any) -> None:
            async def send_noted(message: Any) -> None:
                sent.append(dict(message))
                await send(message)

            await client.app(scope, receive, send_noted)

        answer = Client(portal, listen).get(path, headers={"Accept-Encoding": accepted})
        body = b"".join(message.get("body", b"") for message in sent)
        assert path in STREAMED or int(answer.headers["Content-Length"]) == len(body)
        return answer.headers.get("Content-Encoding", "identity"), body

    return ask


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.mark.parametrize("path", [*(one.path for one in OPERATIONS), "/docs", "/openapi.json", "/v1/events/nothing"])
@pytest.mark.parametrize("encoding", list(DECODERS))
def test_a_decoded_answer_is_the_plain_one(encoded, path, encoding):
    used, plain = encoded(path, "identity")
    assert used == "identity"
    used, body = encoded(path, encoding)
    assert used in (encoding, "identity")
    assert (DECODERS[used](body) if used == encoding else body) == plain
    if len(plain) > 1_000 and path not in [one.path for one in FILES]:
        assert used == encoding
        assert len(body) < len(plain)


@pytest.mark.parametrize(
    ("accepted", "acceptable"),
    [
        ("", {"identity"}),
        ("identity", {"identity"}),
        ("deflate", {"identity"}),
        ("br", {"br"}),
        ("BR", {"br"}),
        ("gzip", {"gzip"}),
        ("zstd", {"zstd"}),
        ("br;q=0", {"identity"}),
        ("gzip;q=0, br", {"br"}),
        ("br;q=0, gzip;q=0.5", {"gzip"}),
        ("gzip, deflate, br, zstd", {"gzip", "br", "zstd"}),
        ("*", {"gzip", "br", "zstd"}),
        ("br;q=0, *", {"gzip", "zstd"}),
        ("zstd;q=0, *", {"gzip", "br"}),
        ("gzip;q=0.1, *;q=0.9", {"br", "zstd"}),
        ("*;q=0", {"identity"}),
        ("nonsense;;q=,", {"identity"}),
        ("br;q=0.2, gzip;q=0.9, zstd;q=0.21", {"gzip"}),
        ("gzip;q=0.001", {"gzip"}),
        ("gzip;q=0.5, identity", {"identity"}),
        ("gzip;q=0.5, *;q=0.2", {"gzip"}),
        ("gzip;q=2, br;q=nan, zstd;q=-1", {"identity"}),
        ("gzip," * 200, {"identity"}),
    ],
)
def test_an_answer_is_in_an_encoding_that_was_accepted(encoded, accepted, acceptable):
    assert encoded("/v1/events", accepted)[0] in acceptable


@pytest.mark.parametrize("path", [one for one in STREAMED if one not in [file.path for file in FILES]])
@pytest.mark.parametrize("encoding", list(DECODERS))
def test_an_export_is_encoded_in_the_pieces_in_which_it_comes(client, portal, path, encoding):
    lengths: list[int | None] = []

    async def listen(scope: Any, receive: Any, send: Any) -> None:
        async def send_noted(message: Any) -> None:
            lengths.append(len(message["body"]) if message["type"] == "http.response.body" else None)
            await send(message)

        await client.app(scope, receive, send_noted)

    answer = Client(portal, listen).get(path, headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Content-Length" not in answer.headers
    assert lengths[0] is None
    assert len(lengths) > 2


@pytest.mark.parametrize("encoding", list(DECODERS))
def test_an_encoded_answer_has_the_same_bytes_every_time(encoded, encoding):
    assert encoded("/v1/events", encoding) == encoded("/v1/events", encoding)


def test_answers_that_are_encoded_at_once_are_as_if_alone():
    """Asked of a process of its own, which a compressor that threads share would end."""
    subprocess.run([sys.executable, "-c", AT_ONCE], check=True, cwd=ROOT)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda one: one.name)
def test_answers_that_are_encoded_in_turns_are_as_if_alone(encoding):
    """Of two exports, each sends a piece when its client has taken the one before; all are encoded in one thread."""
    bodies = [[f"{name} {number}, ".encode() * 5_000 for number in range(4)] for name in ("one", "other")]
    encoders = [encoding.pieces() for _ in bodies]
    encoded = [b"", b""]
    for pieces in zip(*bodies, strict=True):
        for which, ((feed, _), piece) in enumerate(zip(encoders, pieces, strict=True)):
            encoded[which] += feed(piece)
    encoded = [whole + finish() for whole, (_, finish) in zip(encoded, encoders, strict=True)]
    assert [DECODERS[encoding.name](one) for one in encoded] == [b"".join(body) for body in bodies]


async def _receive_nothing() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize(("length", "waits"), [(LARGE, False), (LARGE + 1, True)])
def test_the_event_loop_goes_on_while_a_large_answer_is_encoded(portal, length, waits):
    turned: list[bool] = []

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"etag", b'"a"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        asyncio.get_running_loop().call_soon(turned.append, True)
        await send({"type": "http.response.body", "body": b"0123456789" * (length // 10) + b"0" * (length % 10)})

    async def ask() -> bytes:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append((message, bool(turned)))

        scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip")]}
        await Compressed(answer)(scope, _receive_nothing, send)
        assert [turned for _, turned in sent] == [waits, waits]
        return gzip.decompress(sent[1][0]["body"])

    assert len(portal.call(ask)) == length
