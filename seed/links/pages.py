"""A fetched page as text, and a passage of the record looked up in it."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from seed.passages import Span, Tokens, Words, locate, reason_not_located, sha256
from seed.record import Passage
from seed.verifying import REMEDY, Status

BLOCKS = (
    "address, article, aside, blockquote, br, button, caption, center, dd, details, dialog, dir, div, dl, dt, "
    "fieldset, figcaption, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hgroup, hr, legend, li, main, menu, "
    "nav, ol, option, p, pre, search, section, select, summary, table, td, textarea, th, tr, ul"
)
"""What a browser sets on lines of its own; all else stands within a line, and separates no words."""
UNREAD = ["head", "script", "style", "template", "noscript", "iframe", "object", "svg", "canvas"]
MOST_TAGS = 50_000
"""Parsing takes time in the square of how deep tags are nested: 2 s for so many."""
BREAK = "\x1e"
TAG = re.compile("<[A-Za-z]")
SPACE = re.compile(r"[ \t\n\r\f]+")
"""What HTML folds, the no-break space not among it."""
DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]+(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
ENCODING = re.compile(r"utf-(8|16|32)|iso(8859|2022)|cp\d|koi8|gb|hz|big5|euc|shift_jis|johab|mac|tis|ascii")
"""The codecs of Python that pages are written in; some others fail on what is not theirs, or make no text."""
LATIN = {"iso8859-1", "ascii"}
"""On the Web these names mean Windows-1252."""


class NoText(Exception):  # noqa: N818 - not an error of the program
    """What was fetched has no text that can be read, and why."""


@dataclass(frozen=True)
class Page:
    whole: str
    main: str
    """Without what surrounds the article, where the page says what that is."""

    @cached_property
    def parts(self) -> tuple[Tokens, ...]:
        return tuple(Tokens(text) for text in dict.fromkeys((self.main, self.whole)))

    @cached_property
    def sha256(self) -> str:
        """Of the words, so that another layout of the same text is no change."""
        return sha256(" ".join(self.main.split()))

    def look_up(self, passage: Passage) -> tuple[Status, str]:
        """The article comes first: a page may repeat its words beside it."""
        words = Words(passage.starts, passage.ends, passage.before, passage.after)
        found = [(tokens, locate(tokens, words)) for tokens in self.parts]
        for tokens, span in found:
            if isinstance(span, Span):
                return _compared(tokens.text[span.start : span.end], passage)
        status: Status = "ambiguous" if any(span == "ambiguous" for _, span in found) else "missing"
        return status, reason_not_located(next(tokens for tokens, span in found if span == status), words)


def read_page(body: bytes, content_type: str) -> Page:
    """Raises `NoText` for what is neither HTML nor plain text, and for what is no page of this world."""
    kind, _, parameters = content_type.lower().partition(";")
    kind = kind.strip() or "text/html"
    text = _decoded(body, re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters))
    if kind == "text/plain":
        return Page(text, text)
    if kind not in ("text/html", "application/xhtml+xml"):
        raise NoText(f"it is {kind[:60]!a}; only HTML and plain text are read")
    if len(TAG.findall(text)) > MOST_TAGS:
        raise NoText(f"it has more than {MOST_TAGS:,} tags")
    return _text_of(text)


def _text_of(html: str) -> Page:
    tree = LexborHTMLParser(html)
    tree.strip_tags(UNREAD, recursive=True)
    for node in tree.css(BLOCKS):
        node.insert_before(BREAK)
        node.insert_after(BREAK)
    articles = tree.css("article") or tree.css("main")
    whole = _lines(tree.root.text() if tree.root else "")
    return Page(whole, _lines(articles[0].text()) if len(articles) == 1 else whole)


def _lines(text: str) -> str:
    lines = (SPACE.sub(" ", line).strip(" ") for line in text.split(BREAK))
    return "\n".join(line for line in lines if line)


def _decoded(body: bytes, header: re.Match[str] | None) -> str:
    """By the byte order mark, the header, the page's own word, else as UTF-8, else as Windows-1252."""
    marked = next((name for mark, name in MARKS.items() if body.startswith(mark)), None)
    declared = DECLARED.search(body[:2048])
    for name in (marked, header and header[1], declared and declared[1].decode("ascii", "replace")):
        if name and (known := _codec(name)):
            return body.decode(known, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if not ENCODING.match(known):
        return None
    return "cp1252" if known in LATIN else known


def _compared(found: str, passage: Passage) -> tuple[Status, str]:
    if passage.sha256 is None:
        return "unrecorded", f"it is there, with no recorded hash to compare; {REMEDY}"
    if any(sha256(text) == passage.sha256 for text in _writings(found)):
        return "matched", ""
    return "drifted", "its first and last words are there; what stands between them is not as recorded"


def _writings(found: str) -> Iterator[str]:
    """The same words with the white space that a capture may have put between them."""
    for text in dict.fromkeys((found, found.replace("\xa0", " "))):
        for line_break in ("\n", " ", "\n\n", "\r\n", "\r\n\r\n"):
            yield text.replace("\n", line_break)
