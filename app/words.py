"""How text is folded and split into words: one tokeniser for the loader and for `q`, whatever the database."""

import re
import unicodedata

LONGEST_WORD = 100
"""Words are cut here (in code points), in the store and in questions alike: an index entry has a largest size."""

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Without case, marks and compatibility forms (Unicode's NFKD, then default case folding)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in plain if unicodedata.category(character)[0] != "M")


def split_words(text: str) -> list[str]:
    """The folded words of a text, in order: runs of letters and digits."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]
