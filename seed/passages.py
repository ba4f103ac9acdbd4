import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

MOST_WORDS = 5
MOST_WORDS_BESIDE = 3
FEWEST_WORDS_OF_PASSAGE = 4

_WORD = re.compile(r"\S+")
_LINE_BREAK = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class Words:
    """How the record names a passage; what white space separates is a word, quotes and all."""

    starts: str
    ends: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Span:
    """Code points, end exclusive."""

    start: int
    end: int


@dataclass
class Tokens:
    """A text split once, so that many passages of it are located fast."""

    text: str
    words: list[str] = field(init=False)
    spans: list[Span] = field(init=False)
    places: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        found = list(_WORD.finditer(self.text))
        self.words = [match.group() for match in found]
        self.spans = [Span(*match.span()) for match in found]
        self.places = {}
        for place, word in enumerate(self.words):
            self.places.setdefault(word, []).append(place)

    def occurrences(self, sequence: list[str]) -> Iterator[int]:
        """The indexes of the words at which the sequence begins, in order; they may overlap."""
        if not sequence:
            return
        rarest = min(range(len(sequence)), key=lambda index: len(self.places.get(sequence[index], ())))
        for place in self.places.get(sequence[rarest], ()):
            first = place - rarest
            if first >= 0 and self.words[first : first + len(sequence)] == sequence:
                yield first


def locate(text: str | Tokens, words: Words) -> Span | Literal["missing", "ambiguous"]:
    """The end is the first `ends after` behind `starts`; `before` and `after` are no part of the span."""
    tokens = text if isinstance(text, Tokens) else Tokens(text)
    starts, ends, after = words.starts.split(), words.ends.split(), (words.after or "").split()
    beginnings = _beginnings(tokens, words)
    if len(beginnings) != 1 or not ends:
        return "ambiguous" if len(beginnings) > 1 else "missing"
    first = beginnings[0]
    last = next((end for end in tokens.occurrences(ends + after) if end >= first + len(starts)), None)
    if last is None:
        return "missing"
    return Span(tokens.spans[first].start, tokens.spans[last + len(ends) - 1].end)


def reason_not_located(tokens: Tokens, words: Words) -> str:
    count = len(_beginnings(tokens, words))
    if count > 1:
        return f"`starts` occurs {count} times; tell them apart with other words in `before`"
    if count == 1:
        return "`ends` (with `after`, where given) does not follow `starts`; copy both from the text"
    return "`starts` (with `before`, where given) is not in the text; copy both from it"


def _beginnings(tokens: Tokens, words: Words) -> list[int]:
    before, starts = (words.before or "").split(), words.starts.split()
    return [place + len(before) for place in tokens.occurrences(before + starts)] if starts else []


def faults_of(words: Words) -> list[str]:
    """The rules that need no text."""
    faults = []
    for name, value in (("starts", words.starts), ("ends", words.ends)):
        if _LINE_BREAK.search(value.strip()):
            faults.append(f"`{name}` holds a line break; choose words of one line")
        faults += _fault_of_length(name, value, MOST_WORDS)
    for name, beside in (("before", words.before), ("after", words.after)):
        if beside is not None:
            faults += _fault_of_length(name, beside, MOST_WORDS_BESIDE)
    return faults


def _fault_of_length(name: str, value: str, most: int) -> list[str]:
    count = len(value.split())
    if 1 <= count <= most:
        return []
    return [f"`{name}` has {count} {'word' if count == 1 else 'words'}; give 1 to {most}"]


def faults_in(text: str, words: Words, span: Span) -> list[str]:
    """The rules that need the text, for a passage that was located in it."""
    passage = text[span.start : span.end]
    found = list(_WORD.finditer(passage))
    first, last = len(words.starts.split()), len(words.ends.split())
    faults = []
    if len(found) < FEWEST_WORDS_OF_PASSAGE:
        faults.append(
            f"the passage has {len(found)} words; cite at least {FEWEST_WORDS_OF_PASSAGE}, "
            "a shorter sentence with its neighbour"
        )
    if (first + last) * 2 > len(found):
        faults.append(
            f"`starts` and `ends` hold {first + last} of the passage's {len(found)} words; "
            f"give at most half, {len(found) // 2} together"
        )
    if _LINE_BREAK.search(passage[: found[first - 1].end()]):
        faults.append("`starts` crosses a line break of the text; end it before the break")
    if _LINE_BREAK.search(passage[found[-last].start() :]):
        faults.append("`ends` crosses a line break of the text; begin it after the break")
    return faults


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def text_fragment(url: str, words: Words) -> str:
    """The address that opens a page at the passage (WICG, URL Fragment Text Directives)."""
    terms = [_encoded(words.starts), _encoded(words.ends)]
    if words.before:
        terms.insert(0, _encoded(words.before) + "-")
    if words.after:
        terms.append("-" + _encoded(words.after))
    return f"{url}{'' if '#' in url else '#'}:~:text={','.join(terms)}"


def _encoded(words: str) -> str:
    return quote(" ".join(words.split()), safe="").replace("-", "%2D")
