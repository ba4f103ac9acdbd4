"""`dateline verify`: every passage of the record against the texts that the desk holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from seed.amending import Amendment, Step, Values, amend
from seed.faults import Faults, Place
from seed.parsing import Parsed, parse
from seed.passages import Span, Tokens, Words, faults_in, faults_of, locate, reason_not_located, sha256
from seed.reading import Item, read_record
from seed.record import Citation, Passage, Source

T = TypeVar("T")
Status = Literal["matched", "drifted", "ambiguous", "missing", "not_held", "unrecorded", "changed"]

REMEDY = "run `dateline verify --write`"


@dataclass(frozen=True)
class Result:
    """Of a citation that has a passage or, where `citation` is none, of a source's whole text."""

    source: str
    citation: str | None
    place: Place
    status: Status
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.citation or self.source}: {self.status}" + (self.detail and f": {self.detail}")


@dataclass(frozen=True)
class Report:
    results: list[Result]
    faults: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Status]:
        """Of citations."""
        return Counter(result.status for result in self.results if result.citation)

    @property
    def ok(self) -> bool:
        return not self.faults and all(result.status == "matched" for result in self.results)

    def lines(self) -> list[str]:
        """What a person has to look at, then the sum."""
        told = [str(result) for result in self.results if result.status != "matched" or result.detail]
        each = ", ".join(f"{count} {status}" for status, count in sorted(self.counts.items()))
        return [*self.faults, *told, f"{self.counts.total()} passages: {each or 'nothing was verified'}"]


@dataclass(frozen=True, eq=False)
class Text:
    path: Path
    sha256: str
    tokens: Tokens


@dataclass(frozen=True)
class Cited:
    """A passage, and where the record has its citation."""

    event: Item
    loc: tuple[Step, ...]
    citation: Citation
    passage: Passage

    @property
    def words(self) -> Words:
        return Words(self.passage.starts, self.passage.ends, self.passage.before, self.passage.after)


Finding = tuple[Result, list[Amendment]]


def verify(paths: Sequence[Path], texts: Path, write: bool) -> Report:
    """`write` records what was found, and reports how the files stand after it."""
    faults = Faults()
    held = _read_texts(texts, faults)
    before = _findings(paths, held, faults)
    if faults or not write:
        return Report([result for result, _ in before], [str(fault) for fault in faults])
    amend(amendment for _, amendments in before for amendment in amendments)
    after = _findings(paths, held, faults)
    if faults:
        return Report([], [str(fault) for fault in faults])
    return Report([_with_past(new, old) for (new, _), (old, _) in zip(after, before, strict=True)])


def _with_past(new: Result, old: Result) -> Result:
    if new.status == "matched" and old.status in ("drifted", "changed"):
        return replace(new, detail=f"recorded anew, was {old.status}: {old.detail}")
    return new


def _read_texts(folder: Path, faults: Faults) -> list[Text]:
    if not folder.is_dir():
        faults.add(Place(str(folder), 1, 1), "no such folder; expected the one that holds the captured texts")
    texts = []
    for path in sorted(folder.glob("*.txt")):
        try:
            content = path.read_bytes().decode()
        except UnicodeDecodeError as error:
            faults.add(Place(str(path), 1, 1), f"byte {error.start} is not UTF-8; expected a text in UTF-8")
        else:
            texts.append(Text(path, sha256(content), Tokens(content)))
    return texts


def _findings(paths: Sequence[Path], held: list[Text], faults: Faults) -> list[Finding]:
    parsed = parse(read_record(paths, faults), faults)
    if faults:
        return []
    cited = list(_cited(parsed))
    words: dict[str, list[Words]] = defaultdict(list)
    for one in cited:
        words[one.citation.source].append(one.words)
    texts = _texts_of(parsed.collection.source, words, held)
    held_sources = [source for source in parsed.collection.source.values() if source.id in texts]
    of_texts = [_of_text(source, parsed.items["source", source.id], texts[source.id]) for source in held_sources]
    return of_texts + [_of_citation(one, texts.get(one.citation.source)) for one in cited]


def _cited(parsed: Parsed) -> Iterator[Cited]:
    for event in parsed.collection.event.values():
        for number, citation in enumerate(event.citations):
            if citation.passage:
                yield Cited(parsed.items["event", event.id], ("citations", number), citation, citation.passage)


def _texts_of(sources: Mapping[str, Source], words: dict[str, list[Words]], held: list[Text]) -> dict[str, Text]:
    """By the recorded hash, else by the file's name, else by the passages found in what is left."""
    by_hash = {text.sha256: text for text in reversed(held)}
    by_name = {text.path.stem: text for text in held}
    texts = {}
    for source in sources.values():
        if text := by_hash.get(source.text_sha256 or "") or by_name.get(source.id):
            texts[source.id] = text
    while won := _won(sources.keys() - texts.keys(), words, [text for text in held if text not in texts.values()]):
        texts |= won
    return texts


def _won(names: Iterable[str], words: dict[str, list[Words]], free: list[Text]) -> dict[str, Text]:
    """The free texts that hold more of a source's passages than the others do, and more than of any other source."""
    wishes: dict[Text, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        counts = [(_count_located(words.get(name, []), text), text) for text in free]
        if best := _alone_at_the_top(counts):
            wishes[best[1]].append((best[0], name))
    winners = {text: _alone_at_the_top(counts) for text, counts in wishes.items()}
    return {winner[1]: text for text, winner in winners.items() if winner}


def _count_located(passages: list[Words], text: Text) -> int:
    return sum(isinstance(locate(text.tokens, words), Span) for words in passages)


def _alone_at_the_top(counts: list[tuple[int, T]]) -> tuple[int, T] | None:
    top = max((count for count, _ in counts), default=0)
    tops = [one for one in counts if one[0] == top]
    return tops[0] if top and len(tops) == 1 else None


def _of_text(source: Source, item: Item, text: Text) -> Finding:
    due: Values = {"text_sha256": text.sha256, "text_length": len(text.tokens.text)}
    differing, absent = _compared(source, due)
    status: Status = "changed" if differing else "unrecorded" if absent else "matched"
    detail = f"the text has changed ({text.path}): {differing}" if differing else absent
    amendments = [Amendment(item, (), due)] if detail else []
    return Result(source.id, None, item.place(("text_sha256",)), status, detail), amendments


def _compared(recorded: Source | Passage, due: Values) -> tuple[str, str]:
    """What differs, and what is not recorded."""
    differing = [(key, value, getattr(recorded, key)) for key, value in due.items()]
    told = [f"{key} is {value}, recorded {old}" for key, value, old in differing if old not in (None, value)]
    absent = [key for key, _, old in differing if old is None]
    return "; ".join(told), f"no {', '.join(absent)} yet; {REMEDY}" if absent else ""


def _of_citation(cited: Cited, text: Text | None) -> Finding:
    citation, place = cited.citation, cited.event.place((*cited.loc, "passage"))
    name = f"{cited.event.data['id']}~{citation.key}"
    if text is None:
        unsaid = [Amendment(cited.event, cited.loc, {"verification": "not_held"})] if not citation.verification else []
        return Result(citation.source, name, place, "not_held", f"no text of {citation.source}"), unsaid
    found, detail, due = _found(cited.words, text)
    amendments = [
        Amendment(cited.event, (*cited.loc, "passage"), due),
        Amendment(cited.event, cited.loc, {"verification": found}),
    ]
    status: Status = found
    if found == "matched":
        differing, absent = _compared(cited.passage, due)
        if not absent and citation.verification != found:
            absent = f"the recorded verification is {citation.verification}; {REMEDY}"
        status = "drifted" if differing else "unrecorded" if absent else "matched"
        detail = f"{_cause(cited.passage, due)}: {differing}" if differing else absent
    return Result(citation.source, name, place, status, detail), amendments


def _cause(passage: Passage, due: Values) -> str:
    if passage.text_sha256 in (None, due["text_sha256"]):
        return "the record has changed"
    if passage.sha256 in (None, due["sha256"]):
        return "its words stand, the text around them has changed"
    return "its words have changed"


def _found(words: Words, text: Text) -> tuple[Status, str, Values]:
    """What a text says of a passage: the result, why, and what the record is to hold."""
    span, whole = locate(text.tokens, words), text.tokens.text
    due: Values = {"text_sha256": text.sha256}
    if not isinstance(span, Span):
        return span, "; ".join([reason_not_located(text.tokens, words), *faults_of(words)]), due
    if faults := faults_of(words) + faults_in(whole, words, span):
        return "drifted", "; ".join(faults), due
    passage = sha256(whole[span.start : span.end])
    return "matched", "", {"start": span.start, "end": span.end, "sha256": passage, **due}
