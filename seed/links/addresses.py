"""What the record has on the Web: the addresses of its sources, and the passages that should stand there."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

from seed.faults import Faults, Place, RecordRefused
from seed.parsing import Parsed, parse
from seed.passages import sha256
from seed.reading import read_record
from seed.record import Passage


@dataclass(frozen=True)
class Address:
    """Where a source stands; several sources may stand at one."""

    source: str
    place: Place
    url: str
    """Without its fragment."""
    lacks_archive: bool
    """Whether it is the source's only one."""


@dataclass(frozen=True)
class Sought:
    """A passage, and where the record has it."""

    citation: str
    place: Place
    passage: Passage


@dataclass
class Addresses:
    by_url: defaultdict[str, list[Address]] = field(default_factory=lambda: defaultdict(list))
    by_source: defaultdict[str, list[Sought]] = field(default_factory=lambda: defaultdict(list))

    def sought_at(self, url: str) -> list[Sought]:
        sources = dict.fromkeys(address.source for address in self.by_url[url])
        return [sought for source in sources for sought in self.by_source.get(source, ())]


def read_addresses(paths: Sequence[Path]) -> Addresses:
    """Raises `RecordRefused`."""
    faults = Faults()
    parsed = parse(read_record(paths, faults), faults)
    if faults:
        raise RecordRefused(faults)
    found = Addresses()
    for address in _addresses(parsed):
        found.by_url[address.url].append(address)
    for source, sought in _sought(parsed):
        found.by_source[source].append(sought)
    return found


def fingerprint(sought: Sequence[Sought]) -> str:
    """Is another when a passage is added, taken away, or named by other words."""
    return sha256(json.dumps([[one.citation, one.passage.model_dump(mode="json")] for one in sought]))


def _addresses(parsed: Parsed) -> Iterator[Address]:
    for source in parsed.collection.source.values():
        item = parsed.items["source", source.id]
        for key, url in (("url", source.url), ("archive_url", source.archive_url)):
            if url:
                yield Address(source.id, item.place((key,)), urldefrag(url).url, source.archive_url is None)


def _sought(parsed: Parsed) -> Iterator[tuple[str, Sought]]:
    for event in parsed.collection.event.values():
        item = parsed.items["event", event.id]
        for number, citation in enumerate(event.citations):
            if citation.passage:
                place = item.place(("citations", number, "passage"))
                yield citation.source, Sought(f"{event.id}~{citation.key}", place, citation.passage)
