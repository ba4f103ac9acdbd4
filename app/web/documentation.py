"""`/docs`, where the contract is tried, and the pages of the folder `docs`, for readers without the repository."""

import posixpath
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response

from app.problems import NOT_FOUND, Problem
from app.questions import refuse_parameters
from app.web.pages import answer_page

if TYPE_CHECKING:
    from markdown_it.token import Token

PAGES = Path(__file__).parents[2] / "docs"

router = APIRouter(include_in_schema=False)


@router.get("/docs", dependencies=[Depends(refuse_parameters)])
def get_reference(request: Request) -> Response:
    """The contract, in Swagger UI; made here since FastAPI's own page runs a script that stands in it."""
    settings = request.app.state.settings
    content = {"title": settings.title, "path": urlsplit(settings.public_url).path}
    return answer_page(request, "reference.html", content)


@router.get("/docs/{page:path}", dependencies=[Depends(refuse_parameters)])
def get_documentation(request: Request, page: str) -> Response:
    """A page, by its file's name without the suffix."""
    if page not in page_names():
        raise Problem(NOT_FOUND, f"Expected one of: {', '.join(sorted(page_names()))}.")
    title, content = _read(page)
    root = request.app.state.settings.public_url
    return answer_page(request, "documentation.html", {"title": title, "content": content, "root": root})


@cache
def page_names() -> frozenset[str]:
    return frozenset(path.relative_to(PAGES).with_suffix("").as_posix() for path in PAGES.rglob("*.md"))


@cache
def _read(name: str) -> tuple[str, str]:
    """The title of a page, and its HTML."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - few ask for a page, and every start would wait for it

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("fence", _render_fence)
    tokens = markdown.parse((PAGES / f"{name}.md").read_text(encoding="utf-8"))
    for token, following in pairwise(tokens):
        token.attrs.pop("style", None)
        if token.type == "heading_open":
            token.attrSet("id", _anchor(following.content))
        _lead_within(name, token.children or ())
    return tokens[1].content, str(markdown.renderer.render(tokens, markdown.options, {}))


def _anchor(heading: str) -> str:
    """The fragment of a heading, as where the repository is kept."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead_within(name: str, inline: "Sequence[Token]") -> None:
    """Links to pages lead to what is served; what is only in the repository is named, without a link or a picture."""
    opened: Token | None = None
    for token in inline:
        if token.type == "image":
            token.type = "text"  # its content is what is said in the place of the picture
        elif token.type == "link_open":
            path, _, fragment = str(token.attrs["href"]).partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path.removesuffix(".md")))
            opened = None
            if path.endswith(".md") and target in page_names():
                token.attrs["href"] = f"{path.removesuffix('.md')}{'#' * bool(fragment)}{fragment}"
            elif path and "://" not in path:
                token.tag, token.attrs, opened = "span", {}, token
        elif token.type == "link_close" and opened:
            token.tag = "span"


def _render_fence(_renderer: Any, tokens: "Sequence[Token]", index: int, *_others: Any) -> str:
    """A code block, under the name of the file that it is, if it is one."""
    _, _, name = tokens[index].info.partition(" ")
    file = f'<p class="file"><code>{escape(name)}</code></p>\n' if name else ""
    return f'{file}<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'
