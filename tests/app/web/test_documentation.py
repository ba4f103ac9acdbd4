"""The pages of the folder `docs`, as they are served: whole, with links that lead on, and nothing from elsewhere."""

import re
from urllib.parse import urljoin

import pytest

from app.web import documentation
from tests.documents import ROOT, anchors, text_of
from tests.pages import Page, words

NAMES = sorted(path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def read(client):
    """A page of the documentation."""

    def read(name):
        answer = client.get(f"/docs/{name}")
        assert answer.status_code == 200, answer.text
        return Page(answer)

    return read


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_served_whole(read, name):
    page, text = read(name), text_of(f"docs/{name}.md")
    assert {one.attributes["id"] for one in page.all("main :is(h1, h2, h3)")} == anchors(text)
    assert len(page.all("pre")) == len(re.findall("^```+[a-z]", text, re.MULTILINE))
    assert page.answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_heading_of_another(read, name):
    for link in read(name).values("main a", "href"):
        path, _, fragment = urljoin(f"/docs/{name}", link).partition("#")
        if path.startswith("/docs/"):
            assert not fragment or fragment in anchors(text_of(f"{path[1:]}.md")), link
        assert path.startswith(("/docs/", "http://127.0.0.1:8000", "http://127.0.0.1:8080", "https://")), link


def test_what_is_not_served_is_named_and_not_linked(read):
    page = read("index")
    assert not [link for link in page.links if link.endswith((".md", ".md#"))]


def test_what_is_not_served_leaves_the_links_behind_it_as_they_are(tmp_path, monkeypatch):
    (tmp_path / "page.md").write_text("# A\n\n[code](../app/main.py), [b](index.md#b) and [c](https://c.example)\n")
    monkeypatch.setattr(documentation, "PAGES", tmp_path)
    monkeypatch.setattr(documentation, "page_names", lambda: NAMES)
    _, content = documentation._read.__wrapped__("page")  # noqa: SLF001 - of another folder, nothing is remembered
    links = '<span>code</span>, <a href="index#b">b</a> and <a href="https://c.example">c</a>'
    assert content == f'<h1 id="a">A</h1>\n<p>{links}</p>\n'


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_nothing_from_elsewhere_and_keeps_to_its_policy(read, name):
    page = read(name)
    assert "default-src 'none'" in page.answer.headers["Content-Security-Policy"]
    loaded = page.values("link[rel=stylesheet], link[rel=icon]", "href") + page.values("[src]", "src")
    assert all(address.startswith("/static/") for address in loaded)
    assert not page.all("[style], script, img")


def test_a_file_of_the_reader_s_stands_under_its_name(read):
    assert "record/publishers.yaml" in [words(one) for one in read("tutorial").all(".file")]


@pytest.mark.parametrize(
    "name", ["none", "", "../README", "..%2FREADME", "index.md", "how-to", "/etc/passwd", "openapi.json"]
)
def test_nothing_else_is_served(client, name):
    answer = client.get(f"/docs/{name}")
    assert answer.status_code == 404
    assert "tutorial" in answer.json()["detail"] or name.startswith("..")


def test_the_explorer_leads_to_the_guides(client):
    assert "/docs/index" in Page(client.get("/")).links


def test_addresses_begin_with_the_public_path(shipped):
    page = Page(shipped.client(public_url="https://dateline.example/sub").get("/docs/index"))
    assert page.one(".name a").attributes["href"] == "https://dateline.example/sub/"
    assert all(one.startswith("/sub/static/") for one in page.values("link", "href"))
    assert not [one for one in page.values("main a", "href") if one.startswith("/")]
