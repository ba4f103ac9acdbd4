"""From what an address replied to what a person is told of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile
from urllib.parse import urlsplit

from seed.links.addresses import Sought, fingerprint
from seed.links.answers import Answer, Looked, Past
from seed.links.asking import Redirect, Reply
from seed.links.pages import NoText, Page, read_page

PERMANENT = (301, 308)


def judge(url: str, reply: Reply, past: Past, sought: Sequence[Sought] | None) -> Answer:
    """`sought`: what to look up on the page; none when the page was not asked for."""
    mark = None if sought is None else fingerprint(sought)
    answer = Answer(url=url, asked_at=datetime.now(UTC), status=reply.status, sought=mark)
    if reply.status != "ok":
        where = f", at {reply.redirects[-1].url}" if reply.redirects else ""
        return answer.model_copy(update={"detail": reply.detail + where, "needs_care": True})
    page = None if sought is None else _page(reply)
    looked = () if sought is None or page is None else _look_up(sought, page)
    now = {
        "text_sha256": page.sha256 if isinstance(page, Page) else None,
        "etag": reply.headers.get("ETag"),
        "last_modified": reply.headers.get("Last-Modified"),
    }
    judged = _judged(url, reply.redirects, past.change(url, now), looked)
    return answer.model_copy(update={**now, **judged, "passages": looked})


def _page(reply: Reply) -> Page | NoText:
    if reply.body is None:
        return NoText("the page is too large to be read")
    try:
        return read_page(reply.body, reply.headers.get("Content-Type", ""))
    except NoText as reason:
        return reason


def _look_up(sought: Sequence[Sought], page: Page | NoText) -> tuple[Looked, ...]:
    if isinstance(page, NoText):
        return tuple(Looked(citation=one.citation, status="not_held", detail=str(page)) for one in sought)
    found = ((one.citation, *page.look_up(one.passage)) for one in sought)
    return tuple(Looked(citation=citation, status=status, detail=detail) for citation, status, detail in found)


def _judged(url: str, redirects: Sequence[Redirect], change: str, looked: Sequence[Looked]) -> dict[str, object]:
    """A changed page needs no care while all that is cited from it stands there."""
    stands = bool(looked) and all(one.status == "matched" for one in looked)
    lasting = list(takewhile(lambda one: one.status in PERMANENT, redirects))
    moved_to = lasting[-1].url if lasting else None
    needs_move = moved_to is not None or _is_front_page(url, redirects)
    details = [detail for detail in (_movement(url, redirects, moved_to), change) if detail]
    return {
        "status": "moved" if needs_move else "changed" if change else "moved" if redirects else "ok",
        "detail": "; ".join(details),
        "needs_care": needs_move or bool(change and not stands),
        "moved_to": moved_to,
    }


def _movement(url: str, redirects: Sequence[Redirect], moved_to: str | None) -> str:
    if not redirects:
        return ""
    end = redirects[-1].url
    if _is_front_page(url, redirects):
        return f"to the front page {end}; what stood here is probably gone"
    if moved_to is None:
        return f"for now, to {end}"
    onward = "" if moved_to == end else f", and from there for now to {end}"
    return f"for good, to {moved_to}{onward}; put that address in its place"


def _is_front_page(url: str, redirects: Sequence[Redirect]) -> bool:
    if not redirects:
        return False
    end = urlsplit(redirects[-1].url)
    return end.path in ("", "/") and not end.query and urlsplit(url).path not in ("", "/")
