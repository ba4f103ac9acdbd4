"""Validators and freshness (RFC 9110, RFC 9111, RFC 5861)."""

import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request

from app.compression import ENCODINGS, encoded_tag

PROGRAM = Path(__file__).parent
DAY_SECONDS = 86_400
_TAG = re.compile(r'(?:W/)?("[^"]*")')


@cache
def rendering() -> str:
    """A digest of the program: another version may answer the same question of the same revision in other bytes."""
    digest = hashlib.sha256()
    for path in sorted(PROGRAM.rglob("*.*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(PROGRAM).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def entity_tag(*parts: str) -> str:
    """A strong tag of what an answer depends on, without its encoding."""
    digest = hashlib.sha256("\n".join([rendering(), *parts]).encode()).hexdigest()
    return f'"{digest[:32]}"'


def is_any(if_none_match: str) -> bool:
    """Whether a condition is `*`, which holds for whatever exists (RFC 9110, 13.1.2)."""
    return if_none_match.strip() == "*"


def held_of(request: Request, tag: str) -> str | None:
    """The tag in the form in which a request names it, if it does; the tag itself for `*`."""
    asked = ",".join(request.headers.getlist("If-None-Match"))
    return tag if is_any(asked) else held_tag(tag, asked)


def held_tag(tag: str, if_none_match: str) -> str | None:
    """The tag, as the client holds it in one of our encodings, when it still holds."""
    if not if_none_match:
        return None
    forms = (tag, *(encoded_tag(tag, encoding.name) for encoding in ENCODINGS))
    return next((found for found in _TAG.findall(if_none_match) if found in forms), None)


def may_hold(tag: bytes, if_none_match: bytes) -> bool:
    """Whether a condition names a tag, in whatever encoding, or any."""
    plain = '"{}"'.format(tag.decode("latin-1").strip('"').partition("-")[0])
    asked = if_none_match.decode("latin-1")
    return is_any(asked) or held_tag(plain, asked) is not None


def cache_control(pinned: bool, max_age: int) -> str:
    """An answer pinned to a revision never changes."""
    age = DAY_SECONDS if pinned else max_age
    return f"public, max-age={age}, stale-while-revalidate={DAY_SECONDS}, stale-if-error={DAY_SECONDS}"
