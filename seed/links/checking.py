"""`dateline links`: whether what the record cites still stands at its addresses, and still says what is cited."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from seed.links.addresses import Address, Addresses, fingerprint, read_addresses
from seed.links.answers import Answer, Looked, Past, kept_answers, read_answers
from seed.links.asking import Asker, Manners
from seed.links.judging import judge

MANNERS = Manners()


@dataclass(frozen=True)
class Report:
    addresses: Addresses
    answers: dict[str, Answer]
    """By address; those that are lacking were not asked, since a person interrupted it."""
    passages: bool

    @property
    def is_whole(self) -> bool:
        return len(self.answers) == len(self.addresses.by_url)

    @property
    def looked(self) -> list[Looked]:
        return [looked for answer in self.answers.values() for looked in answer.passages] if self.passages else []

    @property
    def ok(self) -> bool:
        is_well = not any(answer.needs_care for answer in self.answers.values())
        return self.is_whole and is_well and all(looked.status == "matched" for looked in self.looked)

    def lines(self) -> list[str]:
        """What a person has to look at, then the sum."""
        return [*self._lines(), self._sum()]

    def _lines(self) -> Iterator[str]:
        for url, addresses in self.addresses.by_url.items():
            answer = self.answers.get(url)
            if answer and answer.status != "ok":
                yield from (_line(address, answer) for address in addresses)
            if answer and self.passages:
                places = {sought.citation: sought.place for sought in self.addresses.sought_at(url)}
                for looked in answer.passages:
                    if looked.status != "matched":
                        yield f"{places[looked.citation]}: {looked.citation}: {url}: {looked.status}: {looked.detail}"

    def _sum(self) -> str:
        told = _counts(answer.status for answer in self.answers.values())
        if not self.is_whole:
            told += f", {len(self.addresses.by_url) - len(self.answers)} not asked"
        if self.passages:
            told += f"; passages on them: {_counts(looked.status for looked in self.looked)}"
        return f"{len(self.addresses.by_url)} addresses: {told}"


@dataclass(frozen=True)
class Run:
    """`passages`: pages are read, and passages looked up in them."""

    addresses: Addresses
    past: Past
    passages: bool
    take: Callable[[Answer], None]

    async def ask(self, urls: Iterable[str], manners: Manners) -> None:
        by_host = defaultdict(list)
        for url in urls:
            by_host[urlsplit(url).hostname].append(url)
        async with Asker(manners, whole=self.passages) as asker, anyio.create_task_group() as group:
            for some in by_host.values():
                group.start_soon(self._ask_host, asker, some)

    async def _ask_host(self, asker: Asker, urls: list[str]) -> None:
        for url in urls:
            sought = self.addresses.sought_at(url) if self.passages else None
            self.take(judge(url, await asker.ask(url), self.past, sought))


def _nobody(*told: object) -> None:
    """Hears what nobody wants to know."""


def check_links(
    paths: Sequence[Path], report: Path, *, passages: bool = False, write: bool = False, again: bool = False,
    days: int = 7, manners: Manners = MANNERS, tell: Callable[[int, int], None] = _nobody,
) -> Report:  # fmt: skip
    """`write` keeps each answer in `report` as it comes, and asks none that `report` has of the last `days`.

    `tell` hears how many addresses are done, and of how many. Interrupted, it returns what was answered by then.
    Raises `RecordRefused`.
    """
    addresses = read_addresses(paths)
    past = read_answers(report)
    total = len(addresses.by_url)
    answers = {}
    if write and not again:
        answers = {url: last for url, last in past.last.items() if _is_fresh(last, addresses, days, passages)}
    with kept_answers(report, paths) if write else nullcontext(_nobody) as keep:

        def take(answer: Answer) -> None:
            keep(answer)
            answers[answer.url] = answer
            tell(len(answers), total)

        tell(len(answers), total)
        due = [url for url in addresses.by_url if url not in answers]
        with suppress(KeyboardInterrupt):
            anyio.run(Run(addresses, past, passages, take).ask, due, manners)
    return Report(addresses, answers, passages)


def _is_fresh(answer: Answer, addresses: Addresses, days: int, passages: bool) -> bool:
    """What failed may pass, and is asked again."""
    if answer.url not in addresses.by_url or answer.status == "failed":
        return False
    is_answer = not passages or answer.sought == fingerprint(addresses.sought_at(answer.url))
    return is_answer and answer.asked_at > datetime.now(UTC) - timedelta(days=days)


def _counts(values: Iterable[str]) -> str:
    return ", ".join(f"{count} {value}" for value, count in sorted(Counter(values).items())) or "none"


def _line(address: Address, answer: Answer) -> str:
    advice = "; name an archived copy in `archive_url`" if answer.status == "gone" and address.lacks_archive else ""
    return f"{address.place}: {address.source}: {address.url}: {answer.status}: {answer.detail}{advice}"
