"""What an event and a feed are called in tools that keep them: names that stay when a title or a date is corrected."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.formats.shape import Answer

NOWHERE = "dateline.invalid"
"""The authority where no public address is set: reserved never to exist (RFC 2606)."""
_SINCE = "2026"
"""A year in which the authority was the publisher's, as a tag URI has to name one; it never changes."""


def tag(answer: Answer, path: str) -> str:
    """A tag URI (RFC 4151) of a root-relative address: the same however the address is reached."""
    return f"tag:{_authority(answer)},{_SINCE}:{urlsplit(answer.public_url).path}{path}"


def feed_tag(answer: Answer) -> str:
    """Of a question, on whichever page and at whichever revision."""
    asked = urlsplit(answer.address)
    path = asked.path.removeprefix(urlsplit(answer.public_url).path)
    question = urlencode([(name, value) for name, value in parse_qsl(asked.query) if name not in ("as_of", "limit")])
    return tag(answer, f"{path}{'?' * bool(question)}{question}")


def uid(answer: Answer, event_id: str) -> str:
    """A calendar's name of an event (RFC 5545)."""
    place = urlsplit(answer.public_url).path.replace("/", ".")
    return f"{event_id}{place}@{_authority(answer)}"


def _authority(answer: Answer) -> str:
    host = urlsplit(answer.public_url).hostname or ""
    return host if re.fullmatch(r"[a-z0-9.-]+", host) else NOWHERE
