"""Pages as a browser reads them, to be asked by selectors."""

from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.conftest import Client


class Page:
    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.tree = LexborHTMLParser(answer.text)

    def all(self, selector: str) -> list[LexborNode]:
        return self.tree.css(selector)

    def one(self, selector: str) -> LexborNode:
        """The first; there has to be one."""
        return self.all(selector)[0]

    def values(self, selector: str, attribute: str) -> list[Any]:
        return [one.attributes.get(attribute) for one in self.all(selector)]

    def text(self, selector: str) -> str:
        return words(self.one(selector))

    @property
    def events(self) -> list[Any]:
        return self.values("li.event", "data-key")

    @property
    def links(self) -> list[Any]:
        return self.values("a[href]", "href")


def words(node: LexborNode) -> str:
    return " ".join(node.text().split())


def look(client: Client, query: str = "") -> Page:
    """A view of the explorer; it has to be answered."""
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200, answer.text[:500]
    return Page(answer)
