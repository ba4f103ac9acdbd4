"""Clients that ask one after another, all the while."""

import threading
from collections.abc import Callable, Sequence
from typing import Self

import httpx

from tests.deployment.programs import until

CLIENTS = 4


class Crowd:
    """Asks an address these questions in turn, and keeps what became of each."""

    def __init__(self, address: str, questions: Sequence[str], wanted: Callable[[httpx.Response], object]) -> None:
        self.address, self.questions, self.wanted = address, questions, wanted
        self.answered: list[object] = []
        self.failed: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def ask_more(self, answers: int) -> int:
        """Waits until so many more were given. Tells how many there were."""
        before = len(self.answered)
        until(lambda: len(self.answered) >= before + answers)
        return before

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            turn = number
            while not self._ended.is_set():
                question = self.questions[turn % len(self.questions)]
                turn += CLIENTS
                try:
                    answer = client.get(question)
                except httpx.TransportError as error:
                    self.failed.append(f"{question}: {error!r}")
                    continue
                if answer.status_code == 200:
                    self.answered.append(self.wanted(answer))
                else:
                    self.failed.append(f"{question}: {answer.status_code} {answer.text[:200]}")
