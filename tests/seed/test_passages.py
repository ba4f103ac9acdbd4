import re
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from seed.passages import Span, Tokens, Words, faults_in, faults_of, locate, reason_not_located, sha256, text_fragment

SPACES = [" ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u202f", "\u2028", "\x85"]
WORDS = ["the", "The", "tide", "“tide”", "rose,", "rose", "at", "x-y", "𐍈𝒳", "é", "é"]

TEXT = (
    "The harbour of Ostrava Minor closed at dusk. The keeper said “no ships” came.\n"
    "The harbour of Little Ostrava stayed open."
)


@st.composite
def texts(draw, words=WORDS):
    parts = draw(st.lists(st.tuples(st.sampled_from(words), st.sampled_from(SPACES)), min_size=4, max_size=40))
    return draw(st.sampled_from(["", *SPACES])) + "".join(word + space for word, space in parts)


def spans(text):
    return [match.span() for match in re.finditer(r"\S+", text)]


def occurrences(words, sequence):
    return [n for n in range(len(words)) if words[n : n + len(sequence)] == sequence]


def by_the_rule(text, words):
    """The rule of the design, spelled out without any index."""
    all_words, before, starts = text.split(), (words.before or "").split(), words.starts.split()
    found = occurrences(all_words, before + starts)
    if len(found) != 1:
        return "ambiguous" if found else "missing"
    first = found[0] + len(before)
    ends, after = words.ends.split(), (words.after or "").split()
    behind = [n for n in occurrences(all_words, ends + after) if n >= first + len(starts)]
    return Span(spans(text)[first][0], spans(text)[behind[0] + len(ends) - 1][1]) if behind else "missing"


def shortest_words(text, first, last):
    """The fewest words that name the passage from word `first` to word `last`, if five and three are enough."""
    words = text.split()
    sizes = [(few, more) for more in range(4) for few in range(1, 6)]
    for starts, before in sizes:
        for ends, after in sizes:
            if first - before < 0 or first + starts > last + 1 - ends or last + after >= len(words):
                continue
            one = Words(
                " ".join(words[first : first + starts]),
                " ".join(words[last + 1 - ends : last + 1]),
                " ".join(words[first - before : first]) or None,
                " ".join(words[last + 1 : last + 1 + after]) or None,
            )
            if by_the_rule(text, one) == Span(spans(text)[first][0], spans(text)[last][1]):
                return one
    return None


@given(st.text(st.sampled_from([*"ab\u200b\x1c\x1f", *"".join(SPACES)])))
def test_words_are_what_str_split_gives(text):
    assert Tokens(text).words == text.split()


@given(st.data())
def test_the_shortest_unambiguous_words_give_back_any_passage(data):
    text = data.draw(texts())
    first = data.draw(st.integers(0, len(text.split()) - 2))
    last = data.draw(st.integers(first + 1, len(text.split()) - 1))
    words = shortest_words(text, first, last)
    assume(words)
    span = locate(Tokens(text), words)
    assert text[span.start : span.end].split() == text.split()[first : last + 1]
    assert text[span.start : span.end].strip() == text[span.start : span.end]


@given(st.data())
def test_any_words_are_located_as_the_rule_says(data):
    text = data.draw(texts(WORDS[:4]))
    phrase = st.lists(st.sampled_from(WORDS[:4]), min_size=1, max_size=3).map(" ".join)
    words = Words(data.draw(phrase), data.draw(phrase), *(data.draw(st.none() | phrase) for _ in range(2)))
    assert locate(text, words) == by_the_rule(text, words)


def test_before_and_after_tell_places_apart_and_are_no_part_of_the_passage():
    text = "one two a b c d end now a b c d end then"
    assert locate(text, Words("a b", "end")) == "ambiguous"
    span = locate(text, Words("a b", "end", before="one two", after="now"))
    assert text[span.start : span.end] == "a b c d end"
    span = locate(text, Words("a b", "end", before="one two", after="then"))
    assert text[span.start : span.end] == "a b c d end now a b c d end"


def test_overlapping_beginnings_are_two():
    assert locate("na na na hey", Words("na na", "hey")) == "ambiguous"


def test_the_end_begins_behind_the_last_word_of_the_beginning():
    text = "to be or not to be at all"
    span = locate(text, Words("to be or", "to be"))
    assert text[span.start : span.end] == "to be or not to be"
    assert locate("x to be at all", Words("x to be", "to be")) == "missing"


@pytest.mark.parametrize(
    "starts", ["the harbour of Ostrava", "harbour of Ostrava, Minor", "arbour of Ostrava", "", " "]
)
def test_words_are_compared_exactly_and_whole(starts):
    assert locate(TEXT, Words(starts, "dusk.")) == "missing"


@pytest.mark.parametrize("ends", ["“no ships", "no ships”", "came", "", "\n"])
def test_quotes_and_stops_belong_to_words(ends):
    assert locate(TEXT, Words("The keeper", ends)) == "missing"
    assert isinstance(locate(TEXT, Words("The keeper", "“no ships”")), Span)


def test_offsets_are_code_points():
    text = "𝒳𝒳 𐍈a b c d"
    assert locate(text, Words("𐍈a", "d")) == Span(3, 11)


@pytest.mark.parametrize("space", SPACES)
def test_any_white_space_is_folded(space):
    text = TEXT.replace(" ", space)
    span = locate(text, Words(f"The keeper{space}said", "came."))
    assert text[span.start : span.end] == TEXT[45:77].replace(" ", space)


def test_why_a_passage_is_not_located_is_told():
    tokens = Tokens("a b c a b d")
    assert "2 times" in reason_not_located(tokens, Words("a b", "d"))
    assert "`ends`" in reason_not_located(tokens, Words("c a", "c")).split(" does")[0]
    assert "`starts` (with" in reason_not_located(tokens, Words("q", "d"))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (Words("", "e"), "`starts` has 0 words; give 1 to 5"),
        (Words("1 2 3 4 5 6", "e"), "`starts` has 6 words; give 1 to 5"),
        (Words("s", "1 2 3 4 5\u00a06"), "`ends` has 6 words; give 1 to 5"),
        (Words("s", "e", before="1 2 3 4"), "`before` has 4 words; give 1 to 3"),
        (Words("s", "e", after=" "), "`after` has 0 words; give 1 to 3"),
        (Words("one\ntwo", "e"), "`starts` holds a line break; choose words of one line"),
        (Words("s", "one\u2028two"), "`ends` holds a line break; choose words of one line"),
    ],
)
def test_a_broken_rule_of_the_words_is_told(words, fault):
    assert faults_of(words) == [fault]


def test_words_within_the_rules_have_no_fault():
    assert faults_of(Words("1 2 3 4 5", "1 2 3 4 5", "1 2 3", "1 2 3")) == []
    assert faults_of(Words("1", "1\u00a02")) == []


@pytest.mark.parametrize(
    ("passage", "starts", "ends", "fault"),
    [
        ("a b c", "a", "c", "the passage has 3 words; cite at least 4"),
        ("a b c d e", "a", "d e", "`starts` and `ends` hold 3 of the passage's 5 words; give at most half, 2 together"),
        ("a\nb c d e f g h", "a b", "h", "`starts` crosses a line break of the text"),
        ("a b c d e f g\r\nh", "a", "g h", "`ends` crosses a line break of the text"),
    ],
)
def test_a_broken_rule_of_the_passage_is_told(passage, starts, ends, fault):
    text = f"so {passage} so"
    words = Words(starts, ends)
    told = faults_in(text, words, locate(text, words))
    assert any(one.startswith(fault) for one in told)


def test_a_passage_may_cross_lines_between_its_first_and_last_words():
    text = "a b\nc\n\nd e f"
    words = Words("a b", "f")
    assert faults_in(text, words, locate(text, words)) == []
    assert faults_in("a b c d", Words("a", "d"), Span(0, 7)) == []


def test_the_hash_is_that_of_the_bytes_in_utf8():
    assert sha256("é𝒳") == "5278cca5764eacf6917ba6be3b191ba5cb9f0a3c304611f21b00bda6a68fe1b3"


@pytest.mark.parametrize(
    ("url", "words", "link"),
    [
        ("https://a.example/x", Words("To be,", "or not"), "https://a.example/x#:~:text=To%20be%2C,or%20not"),
        (
            "https://a.example/?q=1",
            Words("x-y", "a&b", "p-", "s"),
            "https://a.example/?q=1#:~:text=p%2D-,x%2Dy,a%26b,-s",
        ),
        ("https://a.example/x#top", Words("a", "b", after="c d"), "https://a.example/x#top:~:text=a,b,-c%20d"),
        ("https://a.example/", Words("“é", "100% /x"), "https://a.example/#:~:text=%E2%80%9C%C3%A9,100%25%20%2Fx"),
    ],
)
def test_a_link_opens_the_page_at_the_passage(url, words, link):
    assert text_fragment(url, words) == link


phrases = st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1), min_size=1).map(" ".join)


@given(phrases, phrases, st.none() | phrases, st.none() | phrases)
@example("-a-,", "&-", "-,", "-")
def test_the_words_can_be_read_back_from_a_link(starts, ends, before, after):
    directive = text_fragment("https://a.example/", Words(starts, ends, before, after)).partition("#:~:text=")[2]
    assert re.fullmatch(r"[A-Za-z0-9%_.~,-]+", directive)
    terms = directive.split(",")
    prefix = unquote(terms.pop(0)[:-1]) if terms[0].endswith("-") else None
    suffix = unquote(terms.pop()[1:]) if terms[-1].startswith("-") else None
    assert (prefix, *map(unquote, terms), suffix) == (before, starts, ends, after)
