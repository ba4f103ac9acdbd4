import hashlib
import time
from contextlib import suppress
from encodings.aliases import aliases

import pytest

from seed.links.pages import NoText, read_page
from seed.record import Passage


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def words(html):
    return read_page(html.encode(), "text/html; charset=utf-8").whole.split()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>The <b>K</b>eeper<i>.</i> “<a href=x>No</a>,” he said<p>and left", "The Keeper. “No,” he said and left"),
        ("<p>One<p>two<div>three</div>four<br>five", "One two three four five"),
        ("<ul><li>one<li>two</ul><table><tr><td>a<td>b</table>c", "one two a b c"),
        ("<h1>A title</h1>A text<section>and more</section>still", "A title A text and more still"),
        ("caf&eacute; &amp; th&#233;&nbsp;noir &lt;b&gt;", "café & thé noir <b>"),
        ("<p>a<script>var x = '<p>no</p>'</script>b<style>p {}</style>c<!-- no -->d<svg><text>no</text></svg>", "abcd"),
        ("<title>no</title><p>yes<noscript>no</noscript><template>no</template>", "yes"),
        ("<p>long<wbr>word <span>in</span><span>line</span>\n\t two", "longword inline two"),
        ("<p>not <b>closed<p>at <i>all</b></i> <unknown>here</unknown>", "not closed at all here"),
        ("", ""),
    ],
)
def test_words_are_those_that_a_browser_shows(html, expected):
    assert words(html) == expected.split()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>“Café” naïve".encode(), "text/html"),
        ("<p>“Café” naïve".encode("cp1252"), "text/html"),
        ("<p>“Café” naïve".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        ("<p>“Café” naïve".encode("cp1252"), "text/html; charset=none-such"),
        ("<p>“Café” naïve".encode("cp1252"), "text/html; charset=base64"),
        ("<p>“Café” naïve".encode("utf-16"), "text/html"),
        ("\ufeff<p>“Café” naïve".encode(), 'Text/HTML;Charset="windows-1252"'),
        (b'<meta charset="cp1250"><p>' + "“Café” naďve".encode("cp1250"), ""),
        (b" " * 1_000 + b'<meta charset="cp1250"><p>' + "“Café” naďve".encode("cp1250"), ""),
        (b'<meta http-equiv=a content="text/html; charset=cp1250"><p>' + "“Café” naďve".encode("cp1250"), "text/html"),
        (b'<?xml version="1.0" encoding="cp1250"?><p>' + "“Café” naďve".encode("cp1250"), "application/xhtml+xml"),
        ("“Café” naïve".encode("utf-16-be"), "text/plain; charset=utf-16be"),
    ],
)
def test_a_page_in_any_encoding_is_read(body, content_type):
    assert read_page(body, content_type).whole == ("“Café” naďve" if b"cp1250" in body else "“Café” naïve")


@pytest.mark.parametrize("name", sorted({*aliases.values(), "idna", "punycode", "unicode_escape", "undefined", "cp0"}))
def test_no_name_of_an_encoding_does_harm(name):
    page = read_page(b"<p>One \\ud800 two \xff\x80 three", f"text/html; charset={name}")
    page.look_up(Passage(starts="One", ends="three", sha256=page.sha256))


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "application/json"])
def test_what_is_no_text_is_said_to_be_none(content_type):
    with pytest.raises(NoText, match=content_type):
        read_page(b"%PDF", content_type)


@pytest.mark.parametrize(
    "html", ["<div>" * 400_000, "<b>" * 400_000, "<p" * 400_000, "<!--" * 400_000, "<" * 2_000_000]
)
def test_a_hostile_page_takes_no_time(html):
    start = time.monotonic()
    with suppress(NoText):
        read_page(html.encode("utf-16"), "text/html")
    assert time.monotonic() - start < 2


PAGE = (
    "<nav>Most read: The keeper spoke of the quay today.</nav>"
    "<article><h1>News</h1><p>The keeper\n  spoke of the&nbsp;<b>quay</b>."
    "<p>He left <i>at</i> dusk, they say.</article><aside>Comments: 12</aside>"
)


def looked_up(html, **passage):
    return read_page(html.encode(), "text/html; charset=utf-8").look_up(Passage(**passage))


@pytest.mark.parametrize(
    "captured",
    [
        "The keeper spoke of the quay. He left at dusk,",
        "The keeper spoke of the quay.\nHe left at dusk,",
        "The keeper spoke of the quay.\n\nHe left at dusk,",
        "The keeper spoke of the\xa0quay.\r\nHe left at dusk,",
    ],
)
def test_a_passage_matches_whatever_white_space_the_capture_had(captured):
    assert looked_up(PAGE, starts="The keeper spoke", ends="dusk,", sha256=sha256(captured)) == ("matched", "")


def test_a_passage_with_other_words_within_has_drifted():
    status, detail = looked_up(PAGE, starts="The keeper", ends="dusk,", sha256=sha256("The keeper fled at dusk,"))
    assert status == "drifted"
    assert "what stands between them is not as recorded" in detail


def test_a_passage_that_is_not_there_is_missing():
    assert looked_up(PAGE, starts="The captain spoke", ends="dusk,", sha256=sha256("x"))[0] == "missing"


def test_words_that_are_repeated_in_the_article_are_ambiguous():
    html = "<p>The bell rang twice today. The bell rang no more."
    status, detail = looked_up(html, starts="The bell rang", ends="today.", sha256=sha256("x"))
    assert status == "ambiguous"
    assert "2 times" in detail


def test_words_that_are_repeated_beside_the_article_are_not():
    found = looked_up(PAGE, starts="The keeper spoke", ends="the quay.", sha256=sha256("The keeper spoke of the quay."))
    assert found == ("matched", "")


def test_a_passage_beside_the_article_is_found_too():
    passage = "Most read: The keeper spoke of the quay today."
    assert looked_up(PAGE, starts="Most read:", ends="today.", sha256=sha256(passage)) == ("matched", "")


def test_a_passage_without_a_hash_cannot_be_compared():
    status, detail = looked_up(PAGE, starts="The keeper spoke", ends="dusk,")
    assert status == "unrecorded"
    assert "dateline verify --write" in detail


def mark(html):
    return read_page(html.encode(), "text/html; charset=utf-8").sha256


def test_a_page_is_the_same_while_the_words_of_its_article_are():
    assert mark(PAGE) == mark(PAGE.replace("12", "13").replace("<p>", "<p class=x>\n ").replace("\xa0", " "))
    assert mark(PAGE) != mark(PAGE.replace("left", "came"))


def test_of_a_page_with_several_articles_all_is_compared():
    page = "<article>One</article><article>Two</article><p>Three"
    assert mark(page) != mark(page.replace("Three", "Four"))
    assert mark(page.replace("article", "main", 2)) != mark(page.replace("Two", "2"))
